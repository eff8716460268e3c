"""Tables of institutions, their contracts, the rules that hold for each from a date on, and who acts for them."""

import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from divit.institutions.lifecycle import AppointmentState, State
from divit.kernel.turkish import sort_key, tr_fold


def _days(first: str, last: str) -> Func:
    """The days from the first to the last, both included; without a last one for ever."""
    whole = RangeBoundary(inclusive_lower=True, inclusive_upper=True)
    return Func(F(first), F(last), whole, function="daterange", output_field=DateRangeField())


class Institution(models.Model):
    """A public institution (kurum) whose staff may hold certificates."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_comment="kvkk: yok; opaque id; kept for ever")
    name = models.CharField(max_length=160, unique=True, db_comment="kvkk: yok; official name; kept for ever")
    sort_key = models.CharField(max_length=160, db_index=True, db_comment="kvkk: yok; Turkish order; kept for ever")
    search_key = models.CharField(max_length=160, db_comment="kvkk: yok; folded name for search; kept for ever")
    vkn = models.CharField(max_length=10, blank=True, db_comment="kvkk: yok; vergi kimlik no; kept for ever")
    active = models.BooleanField(default=True, db_comment="kvkk: yok; may be chosen; kept for ever")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["vkn"], condition=~Q(vkn=""), name="institution_vkn_once"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep the keys for order and search true."""
        self.sort_key, self.search_key = sort_key(self.name), tr_fold(self.name)
        super().save(*args, **kwargs)  # type: ignore[arg-type]


class InstitutionRule(models.Model):
    """How applications of one institution go, from a date until the next rule's date."""

    class FormTarget(models.TextChoices):
        """To whom the signed form is handed."""

        INSTITUTION = "institution"
        CENTRE = "centre"

    class PayGate(models.TextChoices):
        """When the fee falls due."""

        BEFORE_FORM = "before_form"
        AFTER_FORM = "after_form"

    class BornState(models.TextChoices):
        """In which state a certificate is produced."""

        VALID = "valid"
        SUSPENDED = "suspended"

    class Delivery(models.TextChoices):
        """To whom the courier brings the cards."""

        HOLDER = "holder"
        REPRESENTATIVE = "representative"  # toplu gönderi

    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="rules", db_comment="kvkk: yok; whose rule; kept for ever"
    )
    valid_from = models.DateField(db_comment="kvkk: yok; first day of the rule; kept for ever")
    form_target = models.CharField(
        max_length=11, choices=FormTarget.choices, db_comment="kvkk: yok; who takes the form in; kept for ever"
    )
    pay_gate = models.CharField(
        max_length=11, choices=PayGate.choices, db_comment="kvkk: yok; when the fee falls due; kept for ever"
    )
    born_state = models.CharField(
        max_length=9, choices=BornState.choices, db_comment="kvkk: yok; state at production; kept for ever"
    )
    profile = models.CharField(max_length=32, db_comment="kvkk: yok; certificate profile; kept for ever")
    delivery = models.CharField(
        max_length=14,
        choices=Delivery.choices,
        default=Delivery.HOLDER,
        db_comment="kvkk: yok; to whom the cards go; kept for ever",
    )
    wet_form = models.BooleanField(default=True, db_comment="kvkk: yok; a form signed in ink is needed; kept for ever")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["institution", "valid_from"], name="institution_rule_once_a_day"),
        ]


class Appointment(models.Model):
    """A person who acts for an institution, from a day until another."""

    class Capacity(models.TextChoices):
        """As what somebody acts for an institution."""

        REPRESENTATIVE = "representative"  # e-imza temsilcisi
        OFFICER = "officer"  # yetkili
        VIEWER = "viewer"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_comment="kvkk: yok; opaque id; archive period")
    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, db_comment="kvkk: yok; for whom; archive period"
    )
    person = models.ForeignKey(
        "identity.Person", on_delete=models.PROTECT, db_comment="kvkk: kimlik; who; archive period"
    )
    role = models.CharField(max_length=14, choices=Capacity.choices, db_comment="kvkk: yok; as what; archive period")
    starts = models.DateField(db_comment="kvkk: yok; first day; archive period")
    ends = models.DateField(null=True, db_comment="kvkk: yok; last day, if it has one; archive period")
    deputises_for = models.ForeignKey(
        "self",
        null=True,
        on_delete=models.PROTECT,
        related_name="deputies",
        db_comment="kvkk: yok; the officer's appointment in whose stead (vekâleten); archive period",
    )
    state = models.CharField(
        max_length=10,
        default=AppointmentState.STANDING.value,
        editable=False,
        db_comment="kvkk: yok; law appointment; archive period",
    )
    proposed_by = models.CharField(
        max_length=90, blank=True, db_comment="kvkk: kimlik; role and opaque id of who put it forward; archive period"
    )
    appointed_by = models.CharField(
        max_length=90, db_comment="kvkk: kimlik; role and opaque id of who decided it; archive period"
    )

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="appointment_once_a_day",
                expressions=[
                    ("institution", RangeOperators.EQUAL),
                    ("person", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    (_days("starts", "ends"), RangeOperators.OVERLAPS),
                ],
                # What was taken back frees its days at once, the present one too.
                condition=Q(state=AppointmentState.STANDING.value),
            ),
            models.CheckConstraint(
                # Taken back before it began, it has no day at all.
                condition=Q(ends__isnull=True) | Q(ends__gte=F("starts")) | Q(state=AppointmentState.TAKEN_BACK.value),
                name="appointment_forward",
            ),
            models.CheckConstraint(
                condition=Q(deputises_for__isnull=True, state=AppointmentState.STANDING.value)
                | Q(deputises_for__isnull=False, role="officer", ends__isnull=False),
                name="appointment_deputy",
            ),
        ]

    @property
    def in_stead_of(self) -> str:
        """The opaque id of the officer in whose stead; empty for whoever acts in their own right."""
        return str(self.deputises_for.person_id) if self.deputises_for else ""


class Contract(models.Model):
    """What an institution has agreed on for its staff: from when to when, how many certificates, of which kind.

    On no day are two contracts of one institution in force.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_comment="kvkk: yok; opaque id; 10 years, VUK")
    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="contracts", db_comment="kvkk: yok; with whom; 10 years"
    )
    number = models.CharField(max_length=40, db_comment="kvkk: yok; as the paper says; 10 years, VUK")
    starts = models.DateField(db_comment="kvkk: yok; first day; 10 years, VUK")
    ends = models.DateField(db_comment="kvkk: yok; last day; 10 years, VUK")
    quota = models.PositiveIntegerField(db_comment="kvkk: yok; how many certificates; 10 years, VUK")
    years = models.PositiveSmallIntegerField(db_comment="kvkk: yok; how long each is valid; 10 years, VUK")
    reader = models.CharField(max_length=4, db_comment="kvkk: yok; card reader that goes with each; 10 years, VUK")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["institution", "number"], name="contract_number_once"),
            models.CheckConstraint(condition=Q(ends__gte=F("starts")), name="contract_forward"),
            models.CheckConstraint(condition=Q(quota__gte=1), name="contract_for_somebody"),
            models.CheckConstraint(condition=Q(years__gte=1, years__lte=3), name="contract_years"),
            ExclusionConstraint(
                name="contract_one_a_day",
                expressions=[
                    ("institution", RangeOperators.EQUAL),
                    (_days("starts", "ends"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.number


class ContractPrice(models.Model):
    """What one thing costs under a contract, as long as it runs; the list price holds for what is not here."""

    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, related_name="prices", db_comment="kvkk: yok; whose price; 10 years, VUK"
    )
    code = models.CharField(max_length=20, db_comment="kvkk: yok; what it is the price of; 10 years, VUK")
    net = models.BigIntegerField(db_comment="kvkk: yok; kuruş before VAT; 10 years, VUK")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contract", "code"], name="contract_price_once"),
            models.CheckConstraint(condition=Q(net__gte=0), name="contract_price_not_negative"),
        ]


class QuotaDraw(models.Model):
    """One place of a contract's quota, taken for one request of the institution; given back it is free again."""

    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, related_name="draws", db_comment="kvkk: yok; whose quota; 10 years, VUK"
    )
    request_id = models.UUIDField(unique=True, db_comment="kvkk: kimlik; opaque id, for whom; 10 years, VUK")
    drawn_at = models.DateTimeField(db_comment="kvkk: yok; when taken; 10 years, VUK")
    returned_at = models.DateTimeField(null=True, db_comment="kvkk: yok; when given back; 10 years, VUK")

    class Meta:
        indexes = [
            models.Index(fields=["contract"], condition=Q(returned_at__isnull=True), name="quota_in_use"),
        ]


class Proposal(models.Model):
    """A change at an institution that one person puts forward and another decides on."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_comment="kvkk: yok; opaque id; archive period")
    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="proposals", db_comment="kvkk: yok; where; archive period"
    )
    kind = models.CharField(max_length=15, db_comment="kvkk: yok; what kind of change; archive period")
    content = models.JSONField(db_comment="kvkk: kimlik; what would change, people by opaque id; archive period")
    person = models.ForeignKey(
        "identity.Person", null=True, on_delete=models.PROTECT, db_comment="kvkk: kimlik; whom it is about; archive"
    )
    state = models.CharField(
        max_length=11,
        default=State.PROPOSED.value,
        editable=False,
        db_comment="kvkk: yok; law proposal; archive period",
    )
    proposed_by = models.CharField(max_length=90, db_comment="kvkk: kimlik; role and opaque id; archive period")
    proposed_at = models.DateTimeField(db_comment="kvkk: yok; when; archive period")
    decide_by = models.DateField(db_comment="kvkk: yok; last day to decide; archive period")
    decided_by = models.CharField(
        max_length=90, blank=True, db_comment="kvkk: kimlik; role and opaque id; archive period"
    )
    decided_at = models.DateTimeField(null=True, db_comment="kvkk: yok; when it came to an end; archive period")
    reason = models.CharField(max_length=300, blank=True, db_comment="kvkk: yok; why it was refused; archive period")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "kind", "content"],
                condition=Q(state=State.PROPOSED.value),
                name="proposal_same_once_open",
            ),
            models.CheckConstraint(
                condition=Q(state=State.PROPOSED.value, decided_by="", decided_at__isnull=True)
                | (~Q(state=State.PROPOSED.value) & ~Q(decided_by="") & Q(decided_at__isnull=False)),
                name="proposal_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[State.CARRIED_OUT.value, State.REFUSED.value])
                | ~Q(decided_by=F("proposed_by")),
                name="proposal_two_people",
            ),
        ]
        indexes = [models.Index(fields=["state", "proposed_at"], name="proposal_queue")]
