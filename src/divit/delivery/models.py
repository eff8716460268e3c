"""Tables of consignments, of parcels, of what the courier told, and of sealed PINs."""

import uuid

from django.db import models
from django.db.models import Q

# Why a report was not followed: nobody here knows its number, or not yet.
ADDRESS_REFUSED = "address_refused"
NO_SUCH_PARCEL = "no_such_parcel"


class Consignment(models.Model):
    """A box (koli) with cards of one institution, on its way to one of its representatives."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_comment="kvkk: yok; opaque id; archive period")
    reference = models.CharField(
        max_length=12, unique=True, db_comment="kvkk: yok; what stands on the box; archive period"
    )
    institution = models.ForeignKey(
        "institutions.Institution", on_delete=models.PROTECT, db_comment="kvkk: yok; whose cards; archive period"
    )
    appointment = models.ForeignKey(
        "institutions.Appointment", on_delete=models.PROTECT, db_comment="kvkk: kimlik; to whom; archive period"
    )
    address = models.CharField(
        max_length=200,
        db_comment="kvkk: iletişim; work address of the representative, for the courier; 24 months after delivery",
    )
    state = models.CharField(max_length=20, default="packed", db_comment="kvkk: yok; law consignment; archive period")
    journey = models.PositiveSmallIntegerField(default=1, db_comment="kvkk: yok; how often it was sent; archive period")
    asked_at = models.DateTimeField(
        null=True, db_comment="kvkk: yok; when the courier was first told of this journey; archive period"
    )
    tracking_no = models.CharField(
        max_length=40, blank=True, db_comment="kvkk: yok; the courier's number; archive period"
    )
    trouble = models.CharField(
        max_length=40, blank=True, db_comment="kvkk: yok; what stands in the way, for the desk; until solved"
    )
    packed_at = models.DateTimeField(auto_now_add=True, db_comment="kvkk: yok; when it was packed; archive period")
    changed_at = models.DateTimeField(auto_now=True, db_comment="kvkk: yok; last step; archive period")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tracking_no"], condition=~Q(tracking_no=""), name="consignment_tracking_no_once"
            ),
        ]
        indexes = [models.Index(fields=["institution", "state"], name="consignment_of_institution")]

    def __str__(self) -> str:
        return self.reference

    @property
    def courier_parcel_id(self) -> str:
        """The id under which the courier knows this journey: the same again gives the same tracking number."""
        return f"{self.id}-{self.journey}"


class Parcel(models.Model):
    """One card on its way to its holder; sent again after a return it keeps its row and gets the next journey."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_comment="kvkk: yok; opaque id; archive period")
    order = models.OneToOneField(
        "production.CardOrder", on_delete=models.PROTECT, db_comment="kvkk: yok; what is sent; archive period"
    )
    application = models.OneToOneField(
        "applications.Application", on_delete=models.PROTECT, db_comment="kvkk: yok; why it is sent; archive period"
    )
    person = models.ForeignKey(
        "identity.Person", on_delete=models.PROTECT, db_comment="kvkk: kimlik; to whom; archive period"
    )
    produced_by = models.CharField(
        max_length=64, db_comment="kvkk: kimlik; staff id of who produced the card; archive period"
    )
    consignment = models.ForeignKey(
        Consignment,
        null=True,
        on_delete=models.PROTECT,
        related_name="parcels",
        db_comment="kvkk: yok; the box it lies in; archive period",
    )
    state = models.CharField(max_length=20, default="packed", db_comment="kvkk: yok; law parcel; archive period")
    journey = models.PositiveSmallIntegerField(default=1, db_comment="kvkk: yok; how often it was sent; archive period")
    asked_at = models.DateTimeField(
        null=True, db_comment="kvkk: yok; when the courier was first told of this journey; archive period"
    )
    tracking_no = models.CharField(
        max_length=40, blank=True, db_comment="kvkk: yok; the courier's number; archive period"
    )
    address = models.CharField(
        max_length=500,
        blank=True,
        db_comment="kvkk: iletişim; where it goes instead of to the application's address; 24 months after delivery",
    )
    trouble = models.CharField(
        max_length=40, blank=True, db_comment="kvkk: yok; what stands in the way, for the desk; until solved"
    )
    returned_why = models.CharField(
        max_length=20, blank=True, db_comment="kvkk: yok; why the representative sent it back; archive period"
    )
    packed_at = models.DateTimeField(auto_now_add=True, db_comment="kvkk: yok; when it was packed; archive period")
    changed_at = models.DateTimeField(auto_now=True, db_comment="kvkk: yok; last step; archive period")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tracking_no"], condition=~Q(tracking_no=""), name="parcel_tracking_no_once"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["enclosed", "with_representative", "missing", "returning"])
                | Q(consignment__isnull=False),
                name="parcel_in_a_consignment",
            ),
        ]
        indexes = [models.Index(fields=["state", "packed_at"], name="parcel_queue")]

    @property
    def courier_parcel_id(self) -> str:
        """The id under which the courier knows this journey: the same again gives the same tracking number."""
        return f"{self.id}-{self.journey}"


class CourierFeed(models.Model):
    """How far the courier's list of events was read; one row."""

    name = models.CharField(primary_key=True, max_length=20, db_comment="kvkk: yok; which courier")
    cursor = models.CharField(max_length=200, blank=True, db_comment="kvkk: yok; the courier's cursor")


class CourierReport(models.Model):
    """One event as the courier told it; told twice it is kept once, told otherwise it is another report."""

    tracking_no = models.CharField(max_length=40, db_comment="kvkk: yok; the courier's number; archive period")
    kind = models.CharField(max_length=20, db_comment="kvkk: yok; what happened; archive period")
    at = models.DateTimeField(db_comment="kvkk: yok; when, says the courier; archive period")
    identity_checked = models.BooleanField(db_comment="kvkk: yok; the identity was checked; archive period")
    note = models.CharField(max_length=200, blank=True, db_comment="kvkk: yok; the courier's words; archive period")
    heard_at = models.DateTimeField(auto_now_add=True, db_comment="kvkk: yok; when we heard it; archive period")
    refused = models.CharField(
        max_length=40, blank=True, db_comment="kvkk: yok; why the law did not follow it; archive period"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tracking_no", "kind", "at", "identity_checked"], name="courier_report_told_once"
            ),
        ]


class SealedPin(models.Model):
    """PIN and PUK of one card, sealed at the station to a key that only the signer can use; erased when given out."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_comment="kvkk: yok; opaque id; archive period")
    card_id = models.UUIDField(unique=True, db_comment="kvkk: yok; the card that it opens; archive period")
    application = models.ForeignKey(
        "applications.Application", on_delete=models.PROTECT, db_comment="kvkk: yok; whose card; archive period"
    )
    person = models.ForeignKey(
        "identity.Person", on_delete=models.PROTECT, db_comment="kvkk: kimlik; only to whom; archive period"
    )
    state = models.CharField(max_length=20, default="sealed", db_comment="kvkk: yok; law pin; archive period")
    station_order_id = models.CharField(
        max_length=64, db_comment="kvkk: yok; what the sealed content must name; archive period"
    )
    card_serial = models.CharField(
        max_length=32, db_comment="kvkk: yok; what the sealed content must name; archive period"
    )
    sealed = models.BinaryField(
        null=True, db_comment="kvkk: kimlik; CMS EnvelopedData of PIN and PUK; until given to the holder"
    )
    shown = models.PositiveSmallIntegerField(default=0, db_comment="kvkk: yok; how often; archive period")
    first_shown_at = models.DateTimeField(null=True, db_comment="kvkk: yok; when; archive period")
    changed_at = models.DateTimeField(auto_now=True, db_comment="kvkk: yok; last step; archive period")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application"], condition=~Q(state="discarded"), name="pin_one_living_per_application"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["sealed", "releasing"], sealed__isnull=False)
                | Q(state__in=["released", "discarded"], sealed__isnull=True),
                name="pin_erased_when_given",
            ),
        ]


class PinRequest(models.Model):
    """A page that waits for a PIN: its one-time public key, and the signer's answer that only this key opens."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_comment="kvkk: yok; opaque id; one hour")
    pin = models.ForeignKey(
        SealedPin, on_delete=models.CASCADE, related_name="requests", db_comment="kvkk: yok; which PIN; one hour"
    )
    session = models.CharField(max_length=64, db_comment="kvkk: yok; session that proved the phone; one hour")
    public_key = models.BinaryField(db_comment="kvkk: yok; X25519 public key of the waiting page; one hour")
    answer = models.BinaryField(
        null=True, db_comment="kvkk: kimlik; HPKE to that key, whose private part is nowhere stored; seconds"
    )
    failed = models.CharField(max_length=40, blank=True, db_comment="kvkk: yok; why there is no answer; one hour")
    asked_at = models.DateTimeField(db_comment="kvkk: yok; when; one hour")
