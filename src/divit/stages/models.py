"""Tables of measured cases, of the figures that may be published, and of the dates that were promised."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from divit.stages.names import Stage


def _span(what: str) -> "models.FloatField[float | None, float | None]":
    return models.FloatField(null=True, db_comment=f"kvkk: yok; working days: {what}; archive period")


class Case(models.Model):
    """A delivered application, measured: what every figure and every promise is made from. Derived, never corrected."""

    application = models.OneToOneField(
        "applications.Application", on_delete=models.PROTECT, db_comment="kvkk: yok; which; archive period"
    )
    institution = models.ForeignKey(
        "institutions.Institution", on_delete=models.PROTECT, db_comment="kvkk: yok; through whom; archive period"
    )
    payer = models.CharField(max_length=11, db_comment="kvkk: yok; who bears the fee; archive period")
    kind = models.CharField(max_length=15, db_comment="kvkk: yok; kind of application; archive period")
    lane = models.CharField(max_length=7, db_comment="kvkk: yok; normal or delayed; archive period")
    reasons = ArrayField(models.CharField(max_length=15), db_comment="kvkk: yok; why delayed; archive period")
    month = models.DateField(db_comment="kvkk: yok; first day of the month of delivery; archive period")
    delivered_on = models.DateField(db_comment="kvkk: yok; day of delivery; archive period")
    phone = _span("phone proven")
    fee = _span("fee paid")
    approval = _span("approved by the institution")
    form = _span("signed form taken in")
    closing = _span("earlier certificates closed")
    conditions = _span("submitted to released")
    queue = _span("released to begun")
    making = _span("begun to inspected")
    packing = _span("inspected to handed over")
    travel = _span("handed over to delivered")
    pin = _span("delivered to PIN taken")
    total = _span("submitted to delivered")

    class Meta:
        indexes = [
            models.Index(fields=["month", "institution"], name="stages_case_month"),
            models.Index(fields=["delivered_on"], name="stages_case_recent"),
        ]


class Block(models.Model):
    """Whole months for which a table of figures was published; it never changes afterwards.

    `whole` marks the sum of a table's blocks of the last twelve months, which is made anew every month.
    """

    class Scope(models.TextChoices):
        """Whose figures, and who may read them."""

        PUBLIC = "public"  # all institutions together
        NAMED = "named"  # one institution, as everybody may see it
        OWN = "own"  # one institution, as its own people see it

    scope = models.CharField(max_length=6, choices=Scope.choices, db_comment="kvkk: yok; who may read it; for ever")
    institution = models.ForeignKey(
        "institutions.Institution",
        null=True,
        on_delete=models.PROTECT,
        db_comment="kvkk: yok; whose, if one institution's; for ever",
    )
    dims = models.CharField(max_length=40, blank=True, db_comment="kvkk: yok; how cases are split; for ever")
    first = models.DateField(db_comment="kvkk: yok; first month; for ever")
    last = models.DateField(db_comment="kvkk: yok; last month; for ever")
    whole = models.BooleanField(default=False, db_comment="kvkk: yok; sum of a year's blocks; until made anew")
    made_at = models.DateTimeField(db_comment="kvkk: yok; when it was computed; for ever")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scope", "institution", "dims", "last", "whole"],
                nulls_distinct=False,
                name="stages_block_once",
            ),
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="stages_block_forward"),
        ]


class Figure(models.Model):
    """One stage of one group of a block; a dimension that the block does not split by is blank."""

    block = models.ForeignKey(
        Block, on_delete=models.CASCADE, related_name="figures", db_comment="kvkk: yok; which months; for ever"
    )
    payer = models.CharField(max_length=11, blank=True, db_comment="kvkk: yok; who pays; for ever")
    kind = models.CharField(max_length=15, blank=True, db_comment="kvkk: yok; kind of application; for ever")
    lane = models.CharField(max_length=7, blank=True, db_comment="kvkk: yok; normal or delayed; for ever")
    stage = models.CharField(max_length=10, db_comment="kvkk: yok; which stage; for ever")
    cases = models.PositiveIntegerField(db_comment="kvkk: yok; size of the group, ten at least; for ever")
    median = models.FloatField(db_comment="kvkk: yok; working days; for ever")
    ninety = models.FloatField(db_comment="kvkk: yok; working days, 90th percentile; for ever")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["block", "payer", "kind", "lane", "stage"], name="stages_figure_once"),
            models.CheckConstraint(condition=Q(cases__gte=10), name="stages_no_small_group"),
            models.CheckConstraint(condition=Q(stage__in=[str(stage) for stage in Stage]), name="stages_stage_known"),
        ]


class Promise(models.Model):
    """A range of dates that somebody was told, kept so that it can be judged. Insert-only."""

    application = models.ForeignKey(
        "applications.Application",
        on_delete=models.PROTECT,
        related_name="+",
        db_comment="kvkk: yok; to whom it was said; archive period",
    )
    given_at = models.DateTimeField(db_comment="kvkk: yok; when it was said; archive period")
    stage = models.CharField(max_length=10, db_comment="kvkk: yok; the stage of that moment; archive period")
    earliest = models.DateField(db_comment="kvkk: yok; half of the like arrive by then; archive period")
    until = models.DateField(db_comment="kvkk: yok; nine in ten of the like arrive by then; archive period")
    compared = models.CharField(max_length=20, db_comment="kvkk: yok; with which cases; archive period")
    cases = models.PositiveIntegerField(db_comment="kvkk: yok; with how many; archive period")
    days_from_release = models.FloatField(
        null=True, db_comment="kvkk: yok; working days that nine in ten need from release on; archive period"
    )

    class Meta:
        indexes = [
            models.Index(fields=["application", "-given_at"], name="stages_promise_of"),
            models.Index(fields=["until"], name="stages_promise_until"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=F("earliest")), name="stages_promise_forward"),
        ]


class Reading(models.Model):
    """How far the history of moves has been read; one row."""

    name = models.CharField(primary_key=True, max_length=20, db_comment="kvkk: yok; by which job")
    last_id = models.BigIntegerField(db_comment="kvkk: yok; last move that was read")
