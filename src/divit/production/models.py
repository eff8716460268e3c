"""Tables of card orders and of the cards that were made for them."""

import uuid

from django.db import models
from django.db.models import F, Q


class CardOrder(models.Model):
    """One released application's card: exactly one order per application (promise 4)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_comment="kvkk: yok; opaque id; archive period")
    application = models.OneToOneField(
        "applications.Application", on_delete=models.PROTECT, db_comment="kvkk: yok; what is produced; archive period"
    )
    person = models.ForeignKey(
        "identity.Person", on_delete=models.PROTECT, db_comment="kvkk: kimlik; for whom; archive period"
    )
    institution = models.ForeignKey(
        "institutions.Institution", on_delete=models.PROTECT, db_comment="kvkk: yok; through whom; archive period"
    )
    product = models.CharField(max_length=20, db_comment="kvkk: yok; price code, e.g. nes-3y; archive period")
    replaces = models.BooleanField(db_comment="kvkk: yok; earlier certificates end with it; archive period")
    state = models.CharField(max_length=20, default="queued", db_comment="kvkk: yok; law card_order; archive period")
    produced_by = models.CharField(
        max_length=64, blank=True, db_comment="kvkk: kimlik; staff id of the producer; archive period"
    )
    inspected_by = models.CharField(
        max_length=64, blank=True, db_comment="kvkk: kimlik; staff id of the inspector; archive period"
    )
    dispatched_by = models.CharField(
        max_length=64, blank=True, db_comment="kvkk: kimlik; staff id of the dispatcher; archive period"
    )
    trouble = models.CharField(
        max_length=40, blank=True, db_comment="kvkk: yok; what stands in the way, for the desk; until solved"
    )
    queued_at = models.DateTimeField(auto_now_add=True, db_comment="kvkk: yok; place in the queue; archive period")
    changed_at = models.DateTimeField(auto_now=True, db_comment="kvkk: yok; last step; archive period")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(inspected_by="") | ~Q(inspected_by=F("produced_by")), name="card_order_two_persons_inspect"
            ),
            models.CheckConstraint(
                condition=Q(dispatched_by="") | ~Q(dispatched_by=F("produced_by")),
                name="card_order_two_persons_dispatch",
            ),
            models.CheckConstraint(
                condition=~Q(state="dispatched") | (~Q(inspected_by="") & ~Q(dispatched_by="")),
                name="card_order_dispatched_after_inspection",
            ),
        ]
        indexes = [models.Index(fields=["state", "queued_at"], name="card_order_queue")]


class Card(models.Model):
    """One physical card of an order; a spoiled card stays in the books and the next one gets the next number."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_comment="kvkk: yok; opaque id; archive period")
    order = models.ForeignKey(
        CardOrder, on_delete=models.PROTECT, related_name="cards", db_comment="kvkk: yok; its order; archive period"
    )
    number = models.PositiveSmallIntegerField(db_comment="kvkk: yok; which card of the order; archive period")
    asked_at = models.DateTimeField(
        null=True, db_comment="kvkk: yok; when the station was first asked for a key; archive period"
    )
    card_serial = models.CharField(
        max_length=32, blank=True, db_comment="kvkk: yok; serial number printed on the card; archive period"
    )
    station = models.CharField(max_length=64, blank=True, db_comment="kvkk: yok; which station; archive period")
    csr_der = models.BinaryField(
        null=True, db_comment="kvkk: yok; proof that the card holds the key (PKCS#10); archive period"
    )
    certificate_id = models.UUIDField(
        null=True, unique=True, db_comment="kvkk: yok; the certificate made for it; archive period"
    )
    spoiled_at = models.DateTimeField(null=True, db_comment="kvkk: yok; when it was given up; archive period")
    spoiled_why = models.CharField(max_length=40, blank=True, db_comment="kvkk: yok; why; archive period")
    created_at = models.DateTimeField(auto_now_add=True, db_comment="kvkk: yok; when it was taken; archive period")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "number"], name="card_number_once"),
            models.UniqueConstraint(
                fields=["order"], condition=Q(spoiled_at__isnull=True), name="card_one_living_per_order"
            ),
        ]
        indexes = [models.Index(fields=["card_serial"], condition=~Q(card_serial=""), name="card_by_serial")]

    @property
    def station_order_id(self) -> str:
        """The id under which the station makes this very card: the same again gives the same key."""
        return f"{self.order_id}-{self.number}"
