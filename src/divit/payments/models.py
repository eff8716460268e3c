"""Tables of prices, charges, attempts to pay, institutions' accounts, the journal, and what the bank said."""

import uuid

from django.db import models
from django.db.models import F, Q

from divit.kernel.money import Money
from divit.payments.lifecycle import AttemptState, ChargeState


class Price(models.Model):
    """What something costs before VAT, from a day on."""

    code = models.CharField(max_length=20, db_comment="kvkk: yok; what it is the price of; kept for ever")
    net = models.BigIntegerField(db_comment="kvkk: yok; kuruş before VAT; kept for ever")
    valid_from = models.DateField(db_comment="kvkk: yok; first day; kept for ever")
    valid_until = models.DateField(null=True, db_comment="kvkk: yok; first day it no longer holds; kept for ever")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="payments_price_once_a_day"),
            models.CheckConstraint(condition=Q(net__gte=0), name="payments_price_not_negative"),
        ]


class VatRate(models.Model):
    """The rate of value added tax (KDV), from a day on."""

    percent = models.DecimalField(max_digits=5, decimal_places=2, db_comment="kvkk: yok; per cent; kept for ever")
    valid_from = models.DateField(unique=True, db_comment="kvkk: yok; first day; kept for ever")


class Charge(models.Model):
    """What a person owes for one application, or an institution for one monthly statement; amounts are fixed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_comment="kvkk: yok; opaque id; 10 years, VUK")
    application = models.ForeignKey(
        "applications.Application",
        null=True,
        on_delete=models.PROTECT,
        db_comment="kvkk: yok; for which application; 10 years",
    )
    person = models.ForeignKey(
        "identity.Person", null=True, on_delete=models.PROTECT, db_comment="kvkk: kimlik; who owes it; 10 years, VUK"
    )
    statement = models.ForeignKey(
        "payments.Statement", null=True, on_delete=models.PROTECT, db_comment="kvkk: yok; for which statement; 10 years"
    )
    lines = models.JSONField(db_comment="kvkk: finans; code, net, vat of each line in kuruş; 10 years, VUK")
    net = models.BigIntegerField(db_comment="kvkk: finans; kuruş before VAT; 10 years, VUK")
    vat = models.BigIntegerField(db_comment="kvkk: finans; VAT in kuruş; 10 years, VUK")
    total = models.BigIntegerField(db_comment="kvkk: finans; kuruş to pay; 10 years, VUK")
    vat_rate = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        null=True,  # a month may have known two rates: each bill tells its own
        db_comment="kvkk: yok; per cent on that day; 10 years, VUK",
    )
    state = models.CharField(
        max_length=10,
        default=ChargeState.DUE.value,
        editable=False,
        db_comment="kvkk: finans; state under the law; 10 years, VUK",
    )
    accrued_at = models.DateTimeField(db_comment="kvkk: finans; when it accrued; 10 years, VUK")
    paid_at = models.DateTimeField(null=True, db_comment="kvkk: finans; when it was paid; 10 years, VUK")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(state__in=[ChargeState.DUE.value, ChargeState.PAID.value]),
                name="payments_one_charge",
            ),
            models.UniqueConstraint(fields=["statement"], name="payments_one_charge_of_statement"),
            models.CheckConstraint(
                condition=Q(
                    application__isnull=False, person__isnull=False, vat_rate__isnull=False, statement__isnull=True
                )
                | Q(application__isnull=True, person__isnull=True, vat_rate__isnull=True, statement__isnull=False),
                name="payments_charge_for_one",
            ),
            models.CheckConstraint(condition=Q(total=F("net") + F("vat"), net__gt=0, vat__gte=0), name="payments_sum"),
            models.CheckConstraint(
                condition=Q(state__in=["paid", "refunded"], paid_at__isnull=False)
                | Q(state__in=["due", "cancelled"], paid_at__isnull=True),
                name="payments_paid_has_time",
            ),
        ]
        indexes = [models.Index(fields=["person", "state"], name="payments_charge_of_person")]

    @property
    def reference(self) -> str:
        """The number that people know it by: the application's, or the statement's."""
        return str((self.application or self.statement).reference)  # type: ignore[union-attr]

    @property
    def amount(self) -> Money:
        """What is to be paid, VAT included."""
        return Money(self.total)


class Attempt(models.Model):
    """One attempt to pay a charge at the bank, under an order id of its own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_comment="kvkk: yok; opaque id; 10 years, VUK")
    charge = models.ForeignKey(
        Charge, on_delete=models.PROTECT, related_name="attempts", db_comment="kvkk: finans; of which charge; 10 years"
    )
    number = models.PositiveSmallIntegerField(db_comment="kvkk: yok; 1, 2, … of its charge; 10 years, VUK")
    order_id = models.CharField(max_length=64, unique=True, db_comment="kvkk: yok; the bank's order; 10 years, VUK")
    amount = models.BigIntegerField(db_comment="kvkk: finans; kuruş asked for; 10 years, VUK")
    state = models.CharField(
        max_length=10,
        default=AttemptState.STARTED.value,
        editable=False,
        db_comment="kvkk: finans; state under the law; 10 years, VUK",
    )
    transaction_id = models.CharField(
        max_length=64, blank=True, db_comment="kvkk: finans; the bank's transaction; 10 years, VUK"
    )
    reason = models.CharField(
        max_length=40, blank=True, db_comment="kvkk: finans; why not taken or given back; 10 years, VUK"
    )
    started_at = models.DateTimeField(db_comment="kvkk: finans; when it began; 10 years, VUK")
    resolved_at = models.DateTimeField(null=True, db_comment="kvkk: finans; last word of the bank; 10 years, VUK")
    inquiries = models.PositiveIntegerField(default=0, db_comment="kvkk: yok; questions asked; 10 years, VUK")
    next_inquiry_at = models.DateTimeField(
        null=True, db_index=True, db_comment="kvkk: yok; when to ask the bank again; while open"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["charge", "number"], name="payments_attempts_count"),
            models.UniqueConstraint(
                fields=["charge"], condition=Q(state__in=["started", "unknown"]), name="payments_one_open_attempt"
            ),
            models.UniqueConstraint(
                fields=["charge"], condition=Q(state="approved"), name="payments_one_lasting_payment"
            ),
            models.UniqueConstraint(
                fields=["transaction_id"], condition=~Q(transaction_id=""), name="payments_transaction_once"
            ),
        ]

    @property
    def person_id(self) -> uuid.UUID | None:
        """Whose money it is about; nobody's when it is an institution's."""
        return self.charge.person_id


class Bill(models.Model):
    """What an institution owes for one certificate; amounts are fixed when it is produced. Insert-only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_comment="kvkk: yok; opaque id; 10 years, VUK")
    institution = models.ForeignKey(
        "institutions.Institution", on_delete=models.PROTECT, db_comment="kvkk: yok; who owes it; 10 years, VUK"
    )
    contract = models.ForeignKey(
        "institutions.Contract",
        null=True,
        on_delete=models.PROTECT,
        db_comment="kvkk: yok; whose prices were taken; 10 years, VUK",
    )
    application = models.ForeignKey(
        "applications.Application", on_delete=models.PROTECT, db_comment="kvkk: yok; for which application; 10 years"
    )
    lines = models.JSONField(db_comment="kvkk: yok; code, net, vat of each line in kuruş; 10 years, VUK")
    net = models.BigIntegerField(db_comment="kvkk: yok; kuruş before VAT; 10 years, VUK")
    vat = models.BigIntegerField(db_comment="kvkk: yok; VAT in kuruş; 10 years, VUK")
    total = models.BigIntegerField(db_comment="kvkk: yok; kuruş owed; 10 years, VUK")
    vat_rate = models.DecimalField(
        max_digits=5, decimal_places=2, db_comment="kvkk: yok; per cent on that day; 10 years, VUK"
    )
    billed_at = models.DateTimeField(db_comment="kvkk: yok; when it was billed; 10 years, VUK")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application"], name="payments_billed_once"),
            models.CheckConstraint(
                condition=Q(total=F("net") + F("vat"), net__gte=0, vat__gte=0), name="payments_bill_sum"
            ),
        ]
        indexes = [models.Index(fields=["institution", "billed_at"], name="payments_account")]


class Statement(models.Model):
    """Hesap özeti: what an institution was billed in one month, and what is left of its quota. Insert-only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_comment="kvkk: yok; opaque id; 10 years, VUK")
    institution = models.ForeignKey(
        "institutions.Institution", on_delete=models.PROTECT, db_comment="kvkk: yok; whose account; 10 years, VUK"
    )
    month = models.DateField(db_comment="kvkk: yok; first day of the month; 10 years, VUK")
    reference = models.CharField(max_length=16, unique=True, db_comment="kvkk: yok; as people say it; 10 years, VUK")
    count = models.PositiveIntegerField(db_comment="kvkk: yok; certificates billed; 10 years, VUK")
    net = models.BigIntegerField(db_comment="kvkk: yok; kuruş before VAT; 10 years, VUK")
    vat = models.BigIntegerField(db_comment="kvkk: yok; VAT in kuruş; 10 years, VUK")
    total = models.BigIntegerField(db_comment="kvkk: yok; kuruş owed; 10 years, VUK")
    contract = models.ForeignKey(
        "institutions.Contract",
        null=True,
        on_delete=models.PROTECT,
        db_comment="kvkk: yok; whose quota it tells; 10 years, VUK",
    )
    quota_drawn = models.PositiveIntegerField(
        null=True, db_comment="kvkk: yok; places in use when the month ended; 10 years, VUK"
    )
    quota_left = models.PositiveIntegerField(
        null=True, db_comment="kvkk: yok; places free when the month ended; 10 years, VUK"
    )
    made_at = models.DateTimeField(db_comment="kvkk: yok; when it was made; 10 years, VUK")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["institution", "month"], name="payments_statement_once_a_month"),
            models.CheckConstraint(condition=Q(month__day=1), name="payments_statement_of_a_month"),
            models.CheckConstraint(
                condition=Q(total=F("net") + F("vat"), net__gte=0, vat__gte=0), name="payments_statement_sum"
            ),
            models.CheckConstraint(
                condition=Q(contract__isnull=True, quota_drawn__isnull=True, quota_left__isnull=True)
                | Q(contract__isnull=False, quota_drawn__isnull=False, quota_left__isnull=False),
                name="payments_statement_quota_whole",
            ),
        ]


class StatementLine(models.Model):
    """On which statement a bill stands; on one alone. Insert-only."""

    statement = models.ForeignKey(
        Statement, on_delete=models.PROTECT, related_name="lines", db_comment="kvkk: yok; on which; 10 years, VUK"
    )
    bill = models.OneToOneField(
        Bill, on_delete=models.PROTECT, related_name="line", db_comment="kvkk: yok; which bill; 10 years, VUK"
    )


class Account(models.TextChoices):
    """The accounts of the journal."""

    RECEIVABLE = "receivable"  # alıcılar
    REVENUE = "revenue"  # satışlar
    VAT = "vat"  # hesaplanan KDV
    BANK = "bank"  # bankadan alacak (sanal POS)
    TO_RETURN = "to_return"  # iade edilecek tutarlar


class JournalEntry(models.Model):
    """One booking; its lines add up to nothing (a deferred trigger sees to it). Insert-only."""

    kind = models.CharField(max_length=20, db_comment="kvkk: finans; what was booked; 10 years, VUK")
    charge = models.ForeignKey(
        Charge,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_comment="kvkk: finans; of which charge; 10 years",
    )
    bill = models.ForeignKey(
        Bill, null=True, on_delete=models.PROTECT, related_name="+", db_comment="kvkk: yok; of which bill; 10 years"
    )
    attempt = models.ForeignKey(
        Attempt,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_comment="kvkk: finans; of which attempt; 10 years",
    )
    at = models.DateTimeField(db_comment="kvkk: finans; when; 10 years, VUK")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "charge", "bill", "attempt"], nulls_distinct=False, name="payments_booked_once"
            ),
            models.CheckConstraint(
                condition=Q(charge__isnull=False, bill__isnull=True)
                | Q(charge__isnull=True, bill__isnull=False, attempt__isnull=True),
                name="payments_booked_for_one",
            ),
        ]


class JournalLine(models.Model):
    """One side of a booking: positive is debit (borç), negative is credit (alacak), in kuruş. Insert-only."""

    entry = models.ForeignKey(
        JournalEntry,
        on_delete=models.PROTECT,
        related_name="lines",
        db_comment="kvkk: finans; of which entry; 10 years",
    )
    account = models.CharField(
        max_length=12, choices=Account.choices, db_comment="kvkk: finans; account; 10 years, VUK"
    )
    amount = models.BigIntegerField(db_comment="kvkk: finans; kuruş, debit positive; 10 years, VUK")

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="payments_line_not_nothing")]


class BankMessage(models.Model):
    """What came to our door as word of the bank, as it came. Insert-only; what it says is believed only if `proven`."""

    class Source(models.TextChoices):
        """Through which door."""

        CALLBACK = "callback"
        BROWSER = "browser"

    at = models.DateTimeField(db_comment="kvkk: yok; when it came; 10 years, VUK")
    source = models.CharField(max_length=8, choices=Source.choices, db_comment="kvkk: yok; which door; 10 years, VUK")
    raw = models.TextField(db_comment="kvkk: finans; fields as JSON pairs, card numbers masked; 10 years, VUK")
    proven = models.BooleanField(db_comment="kvkk: yok; whether its hash held; 10 years, VUK")
    order_id = models.CharField(max_length=64, blank=True, db_comment="kvkk: yok; order it speaks of; 10 years, VUK")
    amount = models.BigIntegerField(null=True, db_comment="kvkk: finans; kuruş it speaks of; 10 years, VUK")
    currency = models.CharField(max_length=8, blank=True, db_comment="kvkk: yok; ISO 4217 number; 10 years, VUK")
    md_status = models.CharField(max_length=8, blank=True, db_comment="kvkk: yok; 3-D outcome; 10 years, VUK")
    response = models.CharField(max_length=40, blank=True, db_comment="kvkk: yok; Approved or not; 10 years, VUK")
    approved = models.BooleanField(
        default=False, db_comment="kvkk: finans; whether all five checks held; 10 years, VUK"
    )

    class Meta:
        indexes = [models.Index(fields=["order_id", "id"], name="payments_message_of_order")]
