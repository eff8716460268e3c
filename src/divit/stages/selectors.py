"""Reading cases, figures and promises."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, F, Q

from divit.kernel import clock
from divit.stages.groups import Values
from divit.stages.models import Block, Case, Figure, Promise, Reading
from divit.stages.names import CHAIN, Stage
from divit.stages.services import Whose


def read_up_to() -> int:
    """The last move of the history that has been read."""
    reading = Reading.objects.filter(name="cases").first()
    return reading.last_id if reading else 0


def counts(*, before: date) -> dict[UUID, dict[date, dict[Values, int]]]:
    """How many cases each institution has per month and (payer, kind, lane), in the months before this one."""
    rows = (
        Case.objects.filter(month__lt=before)
        .values_list("institution_id", "month", "payer", "kind", "lane")
        .annotate(cases=Count("id"))
        .order_by("institution_id", "month")
    )
    found: dict[UUID, dict[date, dict[Values, int]]] = {}
    for institution_id, month, payer, kind, lane, cases in rows:
        found.setdefault(institution_id, {}).setdefault(month, {})[payer, kind, lane] = cases
    return found


def published() -> dict[tuple[str, UUID | None, tuple[str, ...]], list[tuple[date, date]]]:
    """First and last months of every block that was published, by scope, institution and dimensions."""
    found: dict[tuple[str, UUID | None, tuple[str, ...]], list[tuple[date, date]]] = {}
    rows = Block.objects.filter(whole=False).order_by("last", "id")
    for scope, institution_id, dims, first, last in rows.values_list(
        "scope", "institution_id", "dims", "first", "last"
    ):
        key = (scope, institution_id, tuple(dims.split(",")) if dims else ())
        found.setdefault(key, []).append((first, last))
    return found


def blocks_of(whose: Whose, dims: Iterable[str]) -> list[Block]:
    """The published blocks of one table: the year first, then the newest."""
    found = Block.objects.filter(**whose.columns, dims=",".join(dims))
    return list(found.order_by("-whole", "-last", "id"))


def named_institutions() -> list[UUID]:
    """The institutions of which something may be shown to everybody."""
    found = Block.objects.filter(scope=Block.Scope.NAMED).order_by("institution_id")
    return [one for one in found.values_list("institution_id", flat=True).distinct() if one is not None]


def figures_of(block: Block, *, payer: str = "", kind: str = "") -> list[Figure]:
    """The figures of one group of a block, of all lanes that it has."""
    return list(Figure.objects.filter(block=block, payer=payer, kind=kind).order_by("lane", "stage", "id"))


def values_in(block: Block, name: str) -> list[str]:
    """The values that a block knows of one dimension."""
    return list(Figure.objects.filter(block=block).order_by(name).values_list(name, flat=True).distinct())


@dataclass(frozen=True)
class Passed:
    """What a promise is made from: the chain of one recent case."""

    institution_id: UUID
    payer: str
    kind: str
    spans: tuple[float, ...]  # working days of each stage of the chain

    def in_stage(self, stage: Stage) -> float:
        """Working days that it spent in a stage."""
        return self.spans[CHAIN.index(stage)]

    def from_stage(self, stage: Stage) -> float:
        """Working days from the beginning of a stage to the hand-over."""
        return sum(self.spans[CHAIN.index(stage) :])


def recent(*, since: date) -> list[Passed]:
    """The cases delivered since a day whose whole chain is known."""
    names = [str(stage) for stage in CHAIN]
    rows = Case.objects.filter(delivered_on__gte=since, **{f"{name}__isnull": False for name in names})
    found = rows.order_by("id").values_list("institution_id", "payer", "kind", *names)
    return [Passed(institution, payer, kind, tuple(spans)) for institution, payer, kind, *spans in found.iterator()]


def latest_promises(application_ids: Iterable[UUID]) -> dict[UUID, Promise]:
    """The last word that was given for each application."""
    rows = Promise.objects.filter(application_id__in=list(application_ids))
    newest = rows.order_by("application_id", "-given_at", "-id").distinct("application_id")
    return {promise.application_id: promise for promise in newest}


def promises_of(application_id: UUID) -> list[Promise]:
    """Everything that was promised for one application, oldest first."""
    return list(Promise.objects.filter(application_id=application_id).order_by("given_at", "id"))


@dataclass(frozen=True, kw_only=True)
class Kept:
    """How promises were kept: of those whose last day has passed, how many cards were in hand by then."""

    judged: int
    kept: int

    @property
    def percent(self) -> int:
        """Rounded down; 0 when there was nothing to judge."""
        return self.kept * 100 // self.judged if self.judged else 0


def promises_kept(*, since: date | None = None, today: date | None = None) -> Kept:
    """Judge every promise whose last day has passed (and came after `since`).

    One whose application was given up, refused or lapsed is no longer owed to anybody; one that still waits is broken.
    """
    due = Promise.objects.filter(until__lt=today or clock.today())
    if since is not None:
        due = due.filter(until__gte=since)
    owed = due.exclude(application__state__in=["withdrawn", "rejected", "lapsed"])
    kept = Q(application__case__delivered_on__lte=F("until"))
    told = owed.aggregate(judged=Count("id"), kept=Count("id", filter=kept))
    return Kept(judged=told["judged"], kept=told["kept"])
