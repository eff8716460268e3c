"""Tables of applications, of what each still requires, and of what happened to its signed form."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from divit.applications.addresses import district_label
from divit.applications.kinds import Kind, Payer
from divit.applications.lifecycle import RUNNING, State
from divit.applications.parts import YEARS, AddressKind, Channel, Operator, Reader
from divit.applications.requirements import RequirementKind


def _among(field: str, choices: object, *, blank: bool = False) -> Q:
    values = [str(choice) for choice in choices]  # type: ignore[attr-defined]
    return Q(**{f"{field}__in": [*values, ""] if blank else values})


class Application(models.Model):
    """One application of one person at one institution; a draft from its first step on."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_comment="kvkk: yok; opaque id; archive period")
    reference = models.CharField(
        max_length=11, unique=True, db_comment="kvkk: yok; what people read and type; archive period"
    )
    # Each is the beginning of two indexes below.
    person = models.ForeignKey(
        "identity.Person", on_delete=models.PROTECT, db_index=False, db_comment="kvkk: kimlik; who; archive period"
    )
    institution = models.ForeignKey(
        "institutions.Institution",
        on_delete=models.PROTECT,
        db_index=False,
        db_comment="kvkk: yok; through whom; archive period",
    )
    kind = models.CharField(max_length=15, db_comment="kvkk: yok; kind of application; archive period")
    payer = models.CharField(max_length=11, db_comment="kvkk: yok; who bears the fee; archive period")
    state = models.CharField(max_length=9, default="draft", db_comment="kvkk: yok; the law's state; archive period")
    steps_done = ArrayField(
        models.CharField(max_length=16), default=list, db_comment="kvkk: yok; saved steps; until submission"
    )
    created_at = models.DateTimeField(auto_now_add=True, db_comment="kvkk: yok; begun; archive period")
    saved_at = models.DateTimeField(
        auto_now_add=True, db_comment="kvkk: yok; last change by the person; archive period"
    )
    submitted_at = models.DateTimeField(null=True, db_comment="kvkk: yok; submitted; archive period")
    lapses_on = models.DateField(db_comment="kvkk: yok; until when it may wait; until it closes")
    reminders = models.PositiveSmallIntegerField(default=0, db_comment="kvkk: yok; reminders sent; until it closes")

    # 1. Sertifika bilgisi
    years = models.PositiveSmallIntegerField(null=True, db_comment="kvkk: yok; validity in years; archive period")
    reader = models.CharField(max_length=4, blank=True, db_comment="kvkk: yok; card reader; archive period")
    publish = models.BooleanField(null=True, db_comment="kvkk: yok; consent to publication, 5070 m.12; archive period")
    # 2. İletişim bilgisi
    email = models.EmailField(blank=True, db_comment="kvkk: iletişim; notices, on the form; archive period")
    # Kept beside it: behind a row-level policy (audit/wall_sql) no index of `upper(email)` would be asked, because the
    # function is not known to keep what it sees to itself.
    email_key = models.GeneratedField(
        expression=Upper("email"),
        output_field=models.CharField(max_length=254),
        db_persist=True,
        db_comment="kvkk: iletişim; the mailbox however it was typed, for the registry's search; archive period",
    )
    phone = models.CharField(max_length=13, blank=True, db_comment="kvkk: iletişim; notices, code; archive period")
    operator = models.CharField(
        max_length=12, blank=True, db_comment="kvkk: iletişim; choice of the person; 24 months after delivery"
    )
    channel = models.CharField(max_length=5, blank=True, db_comment="kvkk: yok; sms, email or both; archive period")
    # 3. Kurum bilgisi
    unit = models.CharField(max_length=80, blank=True, db_comment="kvkk: kimlik; unit, on the form; archive period")
    job_title = models.CharField(
        max_length=60, blank=True, db_comment="kvkk: kimlik; post, on the form; archive period"
    )
    work_phone = models.CharField(
        max_length=16, blank=True, db_comment="kvkk: iletişim; if the courier finds nobody; 24 months after delivery"
    )
    extension = models.CharField(
        max_length=6, blank=True, db_comment="kvkk: iletişim; if the courier finds nobody; 24 months after delivery"
    )
    # 4. Teslimat bilgisi
    address_kind = models.CharField(
        max_length=4, blank=True, db_comment="kvkk: yok; work, home or the representative; 24 months after delivery"
    )
    company = models.CharField(
        max_length=120, blank=True, db_comment="kvkk: iletişim; delivery; 24 months after delivery"
    )
    province = models.CharField(
        max_length=30, blank=True, db_comment="kvkk: iletişim; delivery; 24 months after delivery"
    )
    district = models.CharField(
        max_length=30, blank=True, db_comment="kvkk: iletişim; delivery; 24 months after delivery"
    )
    neighbourhood = models.CharField(
        max_length=100, blank=True, db_comment="kvkk: iletişim; delivery; 24 months after delivery"
    )
    postal_code = models.CharField(
        max_length=5, blank=True, db_comment="kvkk: iletişim; delivery; 24 months after delivery"
    )
    street = models.CharField(
        max_length=100, blank=True, db_comment="kvkk: iletişim; delivery; 24 months after delivery"
    )
    building = models.CharField(
        max_length=40, blank=True, db_comment="kvkk: iletişim; delivery; 24 months after delivery"
    )
    flat = models.CharField(max_length=20, blank=True, db_comment="kvkk: iletişim; delivery; 24 months after delivery")

    accepted_serials = ArrayField(
        models.CharField(max_length=40),
        default=list,
        db_comment="kvkk: yok; revocations foreseen and accepted; archive period",
    )
    accepted_at = models.DateTimeField(null=True, db_comment="kvkk: yok; when they were accepted; archive period")
    content_hash = models.CharField(
        max_length=64, blank=True, db_comment="kvkk: yok; SHA-256 of what the form says; archive period"
    )
    ending = models.CharField(max_length=400, blank=True, db_comment="kvkk: yok; why it was rejected; archive period")

    class Meta:
        indexes = [
            models.Index(fields=["person", "-created_at"], name="application_of_person"),
            models.Index(fields=["institution", "state"], name="application_of_institution"),
            models.Index(
                fields=["institution", "-submitted_at", "-id"],
                condition=Q(submitted_at__isnull=False),
                name="application_newest",
            ),
            models.Index(fields=["lapses_on"], condition=Q(state__in=["draft", "open"]), name="application_lapsing"),
            models.Index(fields=["submitted_at"], condition=Q(state="open"), name="application_waiting"),
            models.Index(fields=["phone"], condition=~Q(phone=""), name="application_by_phone"),
            models.Index(fields=["email_key"], name="application_by_mailbox"),
            # Who applied where, in either direction and without a look at the applications themselves.
            models.Index(
                fields=["person", "institution"], condition=Q(submitted_at__isnull=False), name="application_places"
            ),
            models.Index(
                fields=["institution", "person"], condition=Q(submitted_at__isnull=False), name="application_people"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "institution"],
                condition=Q(state__in=[str(state) for state in RUNNING]),
                name="application_one_running",
            ),
            models.CheckConstraint(condition=_among("state", State), name="application_state_known"),
            models.CheckConstraint(condition=_among("kind", Kind), name="application_kind_known"),
            models.CheckConstraint(condition=_among("payer", Payer), name="application_payer_known"),
            models.CheckConstraint(condition=Q(years__in=YEARS) | Q(years=None), name="application_years_known"),
            models.CheckConstraint(condition=_among("reader", Reader, blank=True), name="application_reader_known"),
            models.CheckConstraint(
                condition=_among("operator", Operator, blank=True), name="application_operator_known"
            ),
            models.CheckConstraint(condition=_among("channel", Channel, blank=True), name="application_channel_known"),
            models.CheckConstraint(
                condition=_among("address_kind", AddressKind, blank=True), name="application_address_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn", "rejected", "lapsed"])
                | (
                    Q(submitted_at__isnull=False, years__isnull=False, publish__isnull=False)
                    & ~Q(email="")
                    & ~Q(phone="")
                    & ~Q(unit="")
                    & ((~Q(province="") & ~Q(street="")) | Q(address_kind=AddressKind.REPRESENTATIVE.value))
                    & ~Q(content_hash="")
                ),
                name="application_complete_once_submitted",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def goes_to_representative(self) -> bool:
        """Whether the card travels with others to the institution's e-imza temsilcisi."""
        return self.address_kind == AddressKind.REPRESENTATIVE

    @property
    def district_label(self) -> str:
        """The district as people write it."""
        return district_label(self.province, self.district)


class Requirement(models.Model):
    """Something that must be closed before production; who closed it, when, and on which proof."""

    application = models.ForeignKey(
        Application,
        on_delete=models.PROTECT,
        related_name="requirements",
        db_comment="kvkk: yok; whose; archive period",
    )
    kind = models.CharField(max_length=19, db_comment="kvkk: yok; which requirement; archive period")
    closed_at = models.DateTimeField(null=True, db_comment="kvkk: yok; when it was closed; archive period")
    closed_by = models.CharField(
        max_length=90, blank=True, db_comment="kvkk: kimlik; role and opaque id; archive period"
    )
    proof = models.CharField(max_length=120, blank=True, db_comment="kvkk: yok; on which proof; archive period")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "kind"], name="requirement_once"),
            models.CheckConstraint(condition=_among("kind", RequirementKind), name="requirement_kind_known"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by="") | (Q(closed_at__isnull=False) & ~Q(closed_by="")),
                name="requirement_closed_by_somebody",
            ),
        ]


class FormVisit(models.Model):
    """The signed form came: it was taken in, or given back with a reason that the person reads. Insert-only."""

    class Outcome(models.TextChoices):
        """What became of it."""

        RECEIVED = "received"
        RETURNED = "returned"

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="form_visits", db_comment="kvkk: yok; whose; archive period"
    )
    outcome = models.CharField(
        max_length=8, choices=Outcome.choices, db_comment="kvkk: yok; what came of it; archive period"
    )
    reason = models.CharField(max_length=300, blank=True, db_comment="kvkk: yok; why it was given back; archive period")
    content_hash = models.CharField(max_length=64, db_comment="kvkk: yok; what the form said; archive period")
    at = models.DateTimeField(db_comment="kvkk: yok; when; archive period")
    by = models.CharField(max_length=90, db_comment="kvkk: kimlik; role and opaque id; archive period")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application"], condition=Q(outcome="received"), name="form_received_once"),
            models.CheckConstraint(condition=Q(outcome="received") | ~Q(reason=""), name="form_returned_with_a_reason"),
        ]
