"""Tables of what was seen: per service its standing, a mark for each minute of a day, troubles, and outages."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from divit.probe.findings import Service

MINUTES = 1440  # Türkiye has no summer time: every day has as many


class Mark(models.IntegerChoices):
    """What one minute was like."""

    NOTHING = 0  # nobody looked
    WORKS = 1
    WARNED = 2  # worked, and something needs looking after
    BROKEN = 3


def _service() -> "models.CharField[str, str]":
    return models.CharField(
        max_length=10, choices=[(str(one), str(one)) for one in Service], db_comment="kvkk: yok; which; as the row"
    )


class Standing(models.Model):
    """How a service was at the last look, and since which look it has been so."""

    service = models.CharField(max_length=10, primary_key=True, db_comment="kvkk: yok; which; kept for ever")
    works = models.BooleanField(db_comment="kvkk: yok; whether it could be relied on; kept for ever")
    since = models.DateTimeField(db_comment="kvkk: yok; first look of this kind; kept for ever")
    looked_at = models.DateTimeField(db_comment="kvkk: yok; last look; kept for ever")
    slowest_ms = models.IntegerField(db_comment="kvkk: yok; slowest answer of the last look; kept for ever")


class Day(models.Model):
    """One day of one service: a byte for each of its minutes, and the slowest answer."""

    service = _service()
    day = models.DateField(db_comment="kvkk: yok; day in Türkiye; 2 years")
    marks = models.BinaryField(db_comment="kvkk: yok; 1440 marks; 2 years")
    slowest_ms = models.IntegerField(default=0, db_comment="kvkk: yok; slowest answer; 2 years")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "day"], name="watching_day_once")]


class Trouble(models.Model):
    """Something that is, or was, wrong: one row from its first look to its last."""

    service = _service()
    code = models.CharField(max_length=30, db_comment="kvkk: yok; what; 90 days after its end")
    about = models.CharField(
        max_length=200, blank=True, db_comment="kvkk: kimlik; address, or serial of a certificate; 90 days"
    )
    broken = models.BooleanField(db_comment="kvkk: yok; whether nobody can rely on it; 90 days")
    facts = models.JSONField(db_comment="kvkk: yok; figures of the last look; 90 days")
    began_at = models.DateTimeField(db_comment="kvkk: yok; first look at it; 90 days")
    seen_at = models.DateTimeField(db_comment="kvkk: yok; last look at it; 90 days")
    ended_at = models.DateTimeField(null=True, db_comment="kvkk: yok; first look without it; 90 days")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["service", "code", "about"], condition=Q(ended_at__isnull=True), name="watching_trouble_once"
            )
        ]
        indexes = [models.Index(fields=["ended_at"], name="watching_trouble_by_end")]


class Outage(models.Model):
    """A time in which a service could not be used, from the first look that found it so to the first that did not."""

    service = _service()
    began_at = models.DateTimeField(db_comment="kvkk: yok; begin; kept for ever")
    ended_at = models.DateTimeField(null=True, db_comment="kvkk: yok; end; kept for ever")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["service"], condition=Q(ended_at__isnull=True), name="watching_one_open_outage"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("began_at")), name="watching_outage_forward"
            ),
        ]
        indexes = [models.Index(fields=["-began_at"], name="watching_outage_newest")]


class Memory(models.Model):
    """What one look leaves to the next: list numbers, ends of certificates, how far the sample has come."""

    name = models.CharField(primary_key=True, max_length=200, db_comment="kvkk: yok; of what; until overwritten")
    value = models.CharField(max_length=200, db_comment="kvkk: kimlik; number, time or serial; until overwritten")


class Announcement(models.Model):
    """What staff tell everybody on the status page: planned maintenance, or a word about an outage. Never changed but
    taken back."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_comment="kvkk: yok; opaque id; kept for ever")
    services = ArrayField(models.CharField(max_length=10), db_comment="kvkk: yok; which are concerned; kept for ever")
    begins_at = models.DateTimeField(db_comment="kvkk: yok; from when; kept for ever")
    ends_at = models.DateTimeField(null=True, db_comment="kvkk: yok; until when, where known; kept for ever")
    turkish = models.CharField(max_length=240, db_comment="kvkk: yok; what is said; kept for ever")
    english = models.CharField(max_length=240, db_comment="kvkk: yok; the same in English; kept for ever")
    made_at = models.DateTimeField(db_comment="kvkk: yok; when it was said; kept for ever")
    made_by = models.CharField(max_length=64, db_comment="kvkk: kimlik; staff id; kept for ever")
    made_by_name = models.CharField(max_length=130, db_comment="kvkk: kimlik; name as desks show it; kept for ever")
    taken_back_at = models.DateTimeField(null=True, db_comment="kvkk: yok; when it was taken back; kept for ever")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("begins_at")), name="watching_announced_forward"
            )
        ]
        indexes = [models.Index(fields=["-begins_at"], name="watching_announced_newest")]
