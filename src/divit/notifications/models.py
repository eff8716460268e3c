"""The outbox: every message to a person, kept for their message centre."""

import uuid

from django.db import models


class Channel(models.TextChoices):
    """How a message travels; PORTAL is the message centre alone, for somebody without phone and mailbox."""

    SMS = "sms"
    EMAIL = "email"
    PORTAL = "portal"


class State(models.TextChoices):
    """Where a message is on its way."""

    QUEUED = "queued"
    SENT = "sent"
    UNCONFIRMED = "unconfirmed"  # handed over more than once perhaps, and never confirmed
    FAILED = "failed"


class Message(models.Model):
    """One message by one channel. `dedupe` names the event it tells of: the same event is told once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_comment="kvkk: yok; opaque id; 2 years")
    person = models.ForeignKey(
        "identity.Person", on_delete=models.PROTECT, related_name="+", db_comment="kvkk: kimlik; to whom; 2 years"
    )
    notice = models.CharField(max_length=64, db_comment="kvkk: yok; which notice; 2 years")
    subject_kind = models.CharField(max_length=32, db_comment="kvkk: yok; kind of thing it is about; 2 years")
    subject_id = models.CharField(max_length=64, db_comment="kvkk: yok; opaque id of it; 2 years")
    dedupe = models.CharField(max_length=160, db_comment="kvkk: yok; names the event; 2 years")
    channel = models.CharField(max_length=6, choices=Channel.choices, db_comment="kvkk: yok; how it travels; 2 years")
    address = models.CharField(
        max_length=254, blank=True, db_comment="kvkk: iletişim; number or mailbox of that day; 2 years"
    )
    language = models.CharField(max_length=2, db_comment="kvkk: yok; tr or en; 2 years")
    headline = models.CharField(max_length=200, db_comment="kvkk: yok; subject line; 2 years")
    text = models.TextField(db_comment="kvkk: kimlik; what was said; 2 years")
    state = models.CharField(
        max_length=12, choices=State.choices, default=State.QUEUED, db_comment="kvkk: yok; where it is; 2 years"
    )
    tries = models.SmallIntegerField(default=0, db_comment="kvkk: yok; how often it was tried; 2 years")
    maybe_sent = models.SmallIntegerField(default=0, db_comment="kvkk: yok; tries that may have arrived; 2 years")
    next_try_at = models.DateTimeField(db_comment="kvkk: yok; not before; 2 years")
    created_at = models.DateTimeField(db_comment="kvkk: yok; when it was written; 2 years")
    sent_at = models.DateTimeField(null=True, db_comment="kvkk: yok; when it was handed over; 2 years")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dedupe", "channel"], name="notifications_told_once")]
        indexes = [
            models.Index(fields=["person", "-created_at"], name="notifications_of_person"),
            models.Index(fields=["next_try_at"], condition=models.Q(state="queued"), name="notifications_waiting"),
        ]
