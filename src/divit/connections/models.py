"""Tables of programs: what was agreed on, their keys and tokens as digests, and the answers that are given twice."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from divit.connections.lifecycle import State


class Program(models.Model):
    """Software of an institution that may connect; its id is its `client_id`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_comment="kvkk: yok; opaque id; archive period")
    institution = models.ForeignKey(
        "institutions.Institution", on_delete=models.PROTECT, db_comment="kvkk: yok; whose; archive period"
    )
    name = models.CharField(max_length=60, db_comment="kvkk: yok; what officers call it; archive period")
    scopes = ArrayField(models.CharField(max_length=20), db_comment="kvkk: yok; what it may do; archive period")
    state = models.CharField(
        max_length=9, default=State.PROPOSED.value, editable=False, db_comment="kvkk: yok; law program; archive period"
    )
    ends = models.DateField(db_comment="kvkk: yok; last day; archive period")
    asked_by = models.CharField(max_length=90, db_comment="kvkk: kimlik; role and opaque id; archive period")
    asked_at = models.DateTimeField(db_comment="kvkk: yok; when; archive period")
    decide_by = models.DateField(db_comment="kvkk: yok; last day to decide; archive period")
    decided_by = models.CharField(
        max_length=90, blank=True, db_comment="kvkk: kimlik; role and opaque id; archive period"
    )
    decided_at = models.DateTimeField(null=True, db_comment="kvkk: yok; when; archive period")
    closed_by = models.CharField(
        max_length=90, blank=True, db_comment="kvkk: kimlik; role and opaque id; archive period"
    )
    closed_at = models.DateTimeField(null=True, db_comment="kvkk: yok; when; archive period")
    reason = models.CharField(max_length=300, blank=True, db_comment="kvkk: yok; why refused or closed; archive period")
    last_seen_at = models.DateTimeField(null=True, db_comment="kvkk: yok; last token asked for; archive period")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=[str(one) for one in State]), name="program_state_known"),
            models.CheckConstraint(
                condition=~Q(state__in=["open", "refused", "closed"]) | ~Q(decided_by=F("asked_by")),
                name="program_two_people",
            ),
            models.UniqueConstraint(
                fields=["institution", "name"], condition=Q(state__in=["proposed", "open"]), name="program_name_once"
            ),
        ]
        indexes = [models.Index(fields=["institution", "-asked_at"], name="program_of_institution")]

    def __str__(self) -> str:
        return self.name


class Key(models.Model):
    """A secret (anahtar) with which a program proves itself; shown once, kept as a digest."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_comment="kvkk: yok; opaque id; archive period")
    program = models.ForeignKey(
        Program, on_delete=models.PROTECT, related_name="keys", db_comment="kvkk: yok; whose; archive period"
    )
    digest = models.CharField(max_length=64, unique=True, db_comment="kvkk: yok; SHA-256 of the secret; archive period")
    made_by = models.CharField(max_length=90, db_comment="kvkk: kimlik; role and opaque id; archive period")
    made_at = models.DateTimeField(db_comment="kvkk: yok; when; archive period")
    ends_at = models.DateTimeField(null=True, db_comment="kvkk: yok; until when, once a newer one is there; archive")

    class Meta:
        indexes = [models.Index(fields=["program", "-made_at"], name="key_of_program")]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at=None) | Q(ends_at__gte=F("made_at")), name="key_forward"),
        ]


class Token(models.Model):
    """What a program shows for some minutes instead of its key; kept as a digest."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_comment="kvkk: yok; opaque id; one day")
    key = models.ForeignKey(Key, on_delete=models.PROTECT, db_comment="kvkk: yok; for which it was given; one day")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, db_comment="kvkk: yok; whose; one day")
    digest = models.CharField(max_length=64, unique=True, db_comment="kvkk: yok; SHA-256 of the token; one day")
    scopes = ArrayField(models.CharField(max_length=20), db_comment="kvkk: yok; what it opens; one day")
    expires_at = models.DateTimeField(db_index=True, db_comment="kvkk: yok; until when; one day")


class Answer(models.Model):
    """The answer to a call with an idempotency key, so that the same call again gets the same answer."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT, db_comment="kvkk: yok; whose call; one day")
    key = models.CharField(max_length=64, db_comment="kvkk: yok; SHA-256 of the program's idempotency key; one day")
    call = models.CharField(max_length=64, db_comment="kvkk: yok; SHA-256 of the call; one day")
    begun_at = models.DateTimeField(db_index=True, db_comment="kvkk: yok; when; one day")
    status = models.PositiveSmallIntegerField(
        null=True, db_comment="kvkk: yok; HTTP status, none while under way; one day"
    )
    body = models.BinaryField(default=b"", db_comment="kvkk: kimlik; what was answered; one day")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["program", "key"], name="answer_once")]
