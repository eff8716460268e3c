"""Tables of one-time codes, and of the windows that count how often something was tried."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from divit.verification.lifecycle import State


class Purpose(models.TextChoices):
    """What a code is asked for; a code for one purpose proves nothing for another."""

    APPLICATION = "application"
    REINSTATE = "reinstate"
    PIN_RELEASE = "pin_release"
    PHONE_CHANGE = "phone_change"


class Channel(models.TextChoices):
    """How a code travels."""

    SMS = "sms"
    EMAIL = "email"


class PhoneCode(models.Model):
    """One code that was sent. The code itself is nowhere in this table: see codes.py."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_comment="kvkk: yok; opaque id; 90 days")
    person = models.ForeignKey(
        "identity.Person", on_delete=models.PROTECT, related_name="+", db_comment="kvkk: kimlik; whose; 90 days"
    )
    channel = models.CharField(max_length=5, choices=Channel.choices, db_comment="kvkk: yok; sms or email; 90 days")
    sent_to = models.CharField(max_length=254, db_comment="kvkk: iletişim; number or address it went to; 90 days")
    purpose = models.CharField(max_length=20, choices=Purpose.choices, db_comment="kvkk: yok; what for; 90 days")
    subject_id = models.CharField(max_length=64, db_comment="kvkk: yok; the thing acted on; 90 days")
    session_digest = models.CharField(
        max_length=64, db_comment="kvkk: yok; HMAC of the session it is bound to; 90 days"
    )
    digest = models.CharField(max_length=64, db_comment="kvkk: yok; HMAC of code and all it is bound to; 90 days")
    state = models.CharField(
        max_length=10, default=State.SENT.value, editable=False, db_comment="kvkk: yok; state under the law; 90 days"
    )
    tries = models.PositiveSmallIntegerField(default=0, db_comment="kvkk: yok; answers given; 90 days")
    failures = models.PositiveSmallIntegerField(default=0, db_comment="kvkk: yok; failed sendings; 90 days")
    created_at = models.DateTimeField(db_comment="kvkk: yok; when it was made; 90 days")
    expires_at = models.DateTimeField(db_comment="kvkk: yok; end of its life; 90 days")
    handed_over_at = models.DateTimeField(null=True, db_comment="kvkk: yok; when the operator took it; 90 days")
    proven_at = models.DateTimeField(null=True, db_comment="kvkk: yok; when it was proven; 90 days")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "purpose", "subject_id"],
                condition=Q(state=State.SENT.value),
                name="verification_one_live_code",
            ),
            models.CheckConstraint(condition=Q(tries__lte=3), name="verification_three_tries"),
            models.CheckConstraint(
                condition=Q(state=State.PROVEN.value, proven_at__isnull=False)
                | (~Q(state=State.PROVEN.value) & Q(proven_at__isnull=True)),
                name="verification_proven_has_time",
            ),
        ]
        indexes = [models.Index(fields=["state", "expires_at"], name="verification_by_end")]


class RateWindow(models.Model):
    """The hits on one limit inside its window. The key is an HMAC: the table names nobody."""

    key = models.CharField(primary_key=True, max_length=64, db_comment="kvkk: yok; HMAC of what is counted; 2 days")
    hits = ArrayField(models.DateTimeField(), db_comment="kvkk: yok; times of the counted hits; 2 days")
    granted = models.BooleanField(db_comment="kvkk: yok; whether the last one was within the limit; 2 days")
    touched_at = models.DateTimeField(db_index=True, db_comment="kvkk: yok; last hit or refusal; 2 days")
