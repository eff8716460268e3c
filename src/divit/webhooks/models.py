"""Tables of addresses of institutions' programs, of messages, and of each message's way to each address."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from divit.webhooks.lifecycle import State


class Webhook(models.Model):
    """Bildirim adresi: one program of an institution. Its secrets are sealed (`sealing`), and shown once when made."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_comment="kvkk: yok; opaque id; archive period")
    institution = models.ForeignKey(
        "institutions.Institution", on_delete=models.PROTECT, db_comment="kvkk: yok; whose; archive period"
    )
    name = models.CharField(max_length=60, db_comment="kvkk: yok; what the institution calls it; archive period")
    url = models.CharField(max_length=500, db_comment="kvkk: yok; where messages go; archive period")
    topics = ArrayField(models.CharField(max_length=12), db_comment="kvkk: yok; what it is told of; archive period")
    state = models.CharField(max_length=6, default="open", db_comment="kvkk: yok; law webhook; archive period")
    secret = models.BinaryField(db_comment="kvkk: yok; signing secret, sealed; until it is closed")
    secret_no = models.PositiveIntegerField(default=1, db_comment="kvkk: yok; how many it has had; archive period")
    old_secret = models.BinaryField(default=bytes, db_comment="kvkk: yok; the one before, sealed; one day")
    old_until = models.DateTimeField(null=True, db_comment="kvkk: yok; until when that signs too; one day")
    failures = models.PositiveIntegerField(default=0, db_comment="kvkk: yok; failures in a row; until it answers")
    rests_until = models.DateTimeField(null=True, db_comment="kvkk: yok; left alone until; until it answers")
    created_at = models.DateTimeField(db_comment="kvkk: yok; when it was added; archive period")
    created_by = models.CharField(max_length=90, db_comment="kvkk: kimlik; role and opaque id; archive period")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["institution", "url"], condition=Q(state="open"), name="webhook_url_once"),
            models.CheckConstraint(condition=Q(state__in=[str(state) for state in State]), name="webhook_state_known"),
        ]
        indexes = [models.Index(fields=["institution", "-created_at"], name="webhook_of_institution")]

    def __str__(self) -> str:
        return self.name


class Message(models.Model):
    """What happened, in the words in which every address is told of it; one entry of the ledger is one message."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_comment="kvkk: yok; opaque id; 30 days")
    institution = models.ForeignKey(
        "institutions.Institution", on_delete=models.PROTECT, db_comment="kvkk: yok; whose; 30 days"
    )
    seq = models.BigIntegerField(null=True, unique=True, db_comment="kvkk: yok; place in the ledger; 30 days")
    type = models.CharField(max_length=40, db_comment="kvkk: yok; what happened; 30 days")
    topic = models.CharField(max_length=12, db_comment="kvkk: yok; what it is about; 30 days")
    body = models.TextField(db_comment="kvkk: kimlik; opaque ids and the instant as JSON, no names; 30 days")
    at = models.DateTimeField(db_comment="kvkk: yok; when it happened; 30 days")

    class Meta:
        indexes = [
            models.Index(fields=["institution", "at"], name="webhook_messages"),
            models.Index(fields=["at"], name="webhook_message_by_age"),
        ]

    @property
    def public_id(self) -> str:
        """The `webhook-id`: the same at every try and every replay, so that a program knows what it has had."""
        return f"msg_{self.id.hex}"


class DeliveryState(models.TextChoices):
    """Where a message is on its way to one address."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"  # given up after the last try
    DROPPED = "dropped"  # the address was closed before


class Delivery(models.Model):
    """One message on its way to one address, with the outcome of the latest try."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_comment="kvkk: yok; opaque id; 30 days")
    webhook = models.ForeignKey(
        Webhook, on_delete=models.PROTECT, related_name="+", db_comment="kvkk: yok; where to; 30 days"
    )
    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, related_name="+", db_comment="kvkk: yok; what; 30 days"
    )
    state = models.CharField(
        max_length=9,
        choices=DeliveryState.choices,
        default=DeliveryState.WAITING,
        db_comment="kvkk: yok; where it is; 30 days",
    )
    tries = models.PositiveSmallIntegerField(default=0, db_comment="kvkk: yok; failed tries so far; 30 days")
    since = models.DateTimeField(db_comment="kvkk: yok; since when it waits; 30 days")
    next_try_at = models.DateTimeField(db_comment="kvkk: yok; not before; 30 days")
    tried_at = models.DateTimeField(null=True, db_comment="kvkk: yok; latest try; 30 days")
    status = models.PositiveSmallIntegerField(null=True, db_comment="kvkk: yok; HTTP status of the answer; 30 days")
    problem = models.CharField(max_length=10, blank=True, db_comment="kvkk: yok; why there was no answer; 30 days")
    took_ms = models.PositiveIntegerField(null=True, db_comment="kvkk: yok; how long the try took; 30 days")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["webhook", "message"], name="webhook_told_once")]
        indexes = [
            models.Index(
                fields=["webhook", "next_try_at"], condition=Q(state="waiting"), name="webhook_delivery_waiting"
            ),
        ]


class Cursor(models.Model):
    """Up to where the ledger has been read; there is none as long as no institution has ever asked to be told."""

    name = models.CharField(primary_key=True, max_length=10, db_comment="kvkk: yok; always «ledger»; kept for ever")
    seq = models.BigIntegerField(db_comment="kvkk: yok; place of the last entry read; kept for ever")
