"""Tables of rosters, of what waits while a roster is looked at, and of the requests that it became."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from divit.rosters.lifecycle import UNDER_WAY, RosterState, State


class Roster(models.Model):
    """One uploaded list of one institution; the same content is one roster, however often it is uploaded."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_comment="kvkk: yok; opaque id; archive period")
    institution = models.ForeignKey(
        "institutions.Institution", on_delete=models.PROTECT, db_comment="kvkk: yok; whose; archive period"
    )
    contract = models.ForeignKey(
        "institutions.Contract",
        null=True,
        on_delete=models.PROTECT,
        db_comment="kvkk: yok; the contract of the day of confirmation; archive period",
    )
    state = models.CharField(max_length=9, default="checking", db_comment="kvkk: yok; law roster; archive period")
    sha256 = models.CharField(max_length=64, db_comment="kvkk: yok; of the file; archive period")
    file_name = models.CharField(max_length=80, db_comment="kvkk: kimlik; as uploaded, digits hidden; archive period")
    uploaded_by = models.CharField(max_length=64, db_comment="kvkk: kimlik; opaque id of a person; archive period")
    uploaded_at = models.DateTimeField(db_comment="kvkk: yok; when; archive period")
    confirmed_by = models.CharField(
        max_length=90, blank=True, db_comment="kvkk: kimlik; role and opaque id; archive period"
    )
    confirmed_at = models.DateTimeField(null=True, db_comment="kvkk: yok; when; archive period")
    lines = models.PositiveIntegerField(db_comment="kvkk: yok; rows of the file; archive period")
    looked_at = models.PositiveIntegerField(default=0, db_comment="kvkk: yok; rows checked so far; archive period")
    accepted = models.PositiveIntegerField(default=0, db_comment="kvkk: yok; rows without a fault; archive period")
    faulty = models.PositiveIntegerField(default=0, db_comment="kvkk: yok; rows with a fault; archive period")
    taken = models.PositiveIntegerField(default=0, db_comment="kvkk: yok; accepted rows dealt with; archive period")
    skipped = ArrayField(
        models.PositiveIntegerField(),
        default=list,
        db_comment="kvkk: yok; row numbers that no longer fitted at confirmation; archive period",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "sha256"],
                condition=Q(state__in=sorted(str(state) for state in UNDER_WAY)),
                name="roster_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[str(state) for state in RosterState]), name="roster_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "taken_in"]) | (Q(contract__isnull=False) & ~Q(confirmed_by="")),
                name="roster_confirmed_under_a_contract",
            ),
        ]
        indexes = [models.Index(fields=["institution", "-uploaded_at"], name="roster_of_institution")]

    def __str__(self) -> str:
        return self.file_name


class Upload(models.Model):
    """What waits while a roster is looked at, one day at most; the row is deleted with the last request or with it."""

    roster = models.OneToOneField(
        Roster, primary_key=True, on_delete=models.PROTECT, db_comment="kvkk: yok; whose; until confirmed, one day"
    )
    content = models.BinaryField(db_comment="kvkk: kimlik; the file itself; until confirmed, one day")
    wishes = models.JSONField(
        default=list, db_comment="kvkk: kimlik; rows without a fault; until each is a request, one day"
    )
    faults = models.JSONField(
        default=list, db_comment="kvkk: yok; row, column and what is wrong; until confirmed, one day"
    )


class Request(models.Model):
    """Kurum talebi: an institution asks for one person's certificate. What the row said is kept as the row said it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_comment="kvkk: yok; opaque id; archive period")
    roster = models.ForeignKey(
        Roster, on_delete=models.PROTECT, related_name="requests", db_comment="kvkk: yok; from which; archive period"
    )
    institution = models.ForeignKey(
        "institutions.Institution", on_delete=models.PROTECT, db_comment="kvkk: yok; who asks; archive period"
    )
    person = models.ForeignKey(
        "identity.Person", on_delete=models.PROTECT, db_comment="kvkk: kimlik; for whom; archive period"
    )
    application = models.OneToOneField(
        "applications.Application",
        null=True,
        on_delete=models.PROTECT,
        db_comment="kvkk: yok; what the person began; archive period",
    )
    number = models.PositiveIntegerField(db_comment="kvkk: yok; row of the file; archive period")
    given_names = models.CharField(max_length=64, db_comment="kvkk: kimlik; as the institution wrote; archive period")
    surname = models.CharField(max_length=64, db_comment="kvkk: kimlik; as the institution wrote; archive period")
    phone = models.CharField(
        max_length=13, blank=True, db_comment="kvkk: iletişim; invitation and reminders; until it is answered or ends"
    )
    email = models.EmailField(
        blank=True, db_comment="kvkk: iletişim; invitation and reminders; until it is answered or ends"
    )
    unit = models.CharField(max_length=80, blank=True, db_comment="kvkk: kimlik; for the form; archive period")
    job_title = models.CharField(max_length=60, blank=True, db_comment="kvkk: kimlik; for the form; archive period")
    kind = models.CharField(max_length=15, db_comment="kvkk: yok; kind of application; archive period")
    state = models.CharField(max_length=9, default="proposed", db_comment="kvkk: yok; law request; archive period")
    expires_on = models.DateField(db_comment="kvkk: yok; until when it may be begun; archive period")
    reminders = models.PositiveSmallIntegerField(default=0, db_comment="kvkk: yok; reminders sent; until it ends")
    created_at = models.DateTimeField(auto_now_add=True, db_comment="kvkk: yok; asked for; archive period")
    decided_at = models.DateTimeField(null=True, db_comment="kvkk: yok; last decision; archive period")
    decided_by = models.CharField(
        max_length=90, blank=True, db_comment="kvkk: kimlik; role and opaque id; archive period"
    )
    ending = models.CharField(max_length=300, blank=True, db_comment="kvkk: yok; why it ended; archive period")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["roster", "number"], name="request_row_once"),
            # One invitation at a time; once begun, «one running application» is the applications' own constraint.
            models.UniqueConstraint(
                fields=["institution", "person"],
                condition=Q(state="proposed") | Q(state="approved", application__isnull=True),
                name="request_one_waiting",
            ),
            models.CheckConstraint(condition=Q(state__in=[str(state) for state in State]), name="request_state_known"),
        ]
        indexes = [
            models.Index(fields=["institution", "state"], name="request_of_institution"),
            models.Index(fields=["institution", "-created_at", "-id"], name="request_newest"),
            models.Index(fields=["person", "-created_at"], name="request_of_person"),
            models.Index(
                fields=["expires_on"],
                condition=Q(state__in=["proposed", "approved"], application__isnull=True),
                name="request_expiring",
            ),
        ]

    @property
    def name(self) -> str:
        """As the institution wrote it: what is shown there, so that nobody learns a name from a number."""
        return f"{self.given_names} {self.surname}"
