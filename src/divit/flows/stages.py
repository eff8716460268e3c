"""Üretim aşamaları ve süreleri: delivered applications are measured, and figures published for closed months."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import combinations
from uuid import UUID

from django.db import transaction

from divit.applications.lifecycle import LAW, Act
from divit.audit import selectors as audit
from divit.flows.stage_tracks import Followed, follow
from divit.kernel import clock
from divit.stages import selectors, services
from divit.stages.groups import Holder, Span, Values, blocks, shown_alone
from divit.stages.models import Block, Case
from divit.stages.names import Lane
from divit.stages.services import Whose
from divit.stages.targets import targets_on
from divit.stages.tracks import measure, reasons

# A month is published on its eleventh day after: by then most holders have taken their PIN.
_SETTLED_ON = 11
# A move gets its place in the history before its transaction ends; no transaction lasts so long.
_SURELY_WRITTEN = timedelta(minutes=10)
_BATCH = 1000
_SPLITS = ("payer", "kind", "lane")
TABLES = tuple(split for size in range(len(_SPLITS) + 1) for split in combinations(_SPLITS, size))
_QUARTER = 3

Counts = Mapping[date, Mapping[Values, int]]
Held = Mapping[date, Mapping[Values, Mapping[Holder, int]]]
Published = dict[tuple[str, UUID | None, tuple[str, ...]], list[tuple[date, date]]]


def learn() -> int:
    """Measure every application that was delivered or finished since the last time; returns how many."""
    learned = 0
    while moves := _unread():
        followed = follow({UUID(row_id) for _id, row_id in moves})
        cases = [_case(one, one.track.delivered) for one in followed if one.track.delivered is not None]
        with transaction.atomic():
            services.keep_cases(cases)
            services.remember(moves[-1][0])
        learned += len(cases)
    return learned


def _unread() -> list[tuple[int, str]]:
    return audit.moves_after(
        selectors.read_up_to(),
        law=LAW.name,
        acts=(Act.DELIVER, Act.CLOSE),
        before=clock.now() - _SURELY_WRITTEN,
        limit=_BATCH,
    )


def _case(one: Followed, delivered: datetime) -> Case:
    track = one.track
    why = reasons(track, targets=targets_on(clock.local(track.submitted).date()))
    return services.measured(
        application_id=one.row.id,
        institution_id=one.row.institution_id,
        payer=one.row.payer,
        kind=one.row.kind,
        lane=Lane.DELAYED if why else Lane.NORMAL,
        reasons=why,
        delivered_on=clock.local(delivered).date(),
        spans=measure(track),
    )


def publish(*, today: date | None = None) -> int:
    """Publish the figures of months that are over; what was published stays. Returns how many blocks are new."""
    end = _first_open_month(today or clock.today())
    counts = selectors.counts(before=end)
    before = selectors.published()
    # Each universe in a transaction of its own: a job that dies goes on where it stopped.
    _publish(Whose(scope=Block.Scope.PUBLIC), _held(counts), before, end=end)
    for institution_id, own in counts.items():
        whose = Whose(scope=Block.Scope.OWN, institution_id=institution_id)
        _publish(whose, _held({institution_id: own}), before, end=end)
    _publish_named(counts, selectors.published(), end=end)
    after = selectors.published()
    return sum(map(len, after.values())) - sum(map(len, before.values()))


def _first_open_month(today: date) -> date:
    """The first month that is not published yet."""
    this = today.replace(day=1)
    return this if today.day >= _SETTLED_ON else _months_before(this, 1)


@transaction.atomic
def _publish(whose: Whose, counts: Held, before: Published, *, end: date) -> None:
    known = {dims: before.get((whose.scope, whose.institution_id, dims), []) for dims in TABLES}
    ended = {dims: [last for _first, last in spans] for dims, spans in known.items()}
    for dims, spans in blocks(counts, dimensions=_SPLITS, tables=TABLES, ended=ended).items():
        services.publish(whose, dims, spans)
        if spans:
            _publish_year(whose, dims, [*known[dims], *((span.first, span.last) for span in spans)], end=end)


def _publish_year(whose: Whose, dims: tuple[str, ...], spans: list[tuple[date, date]], *, end: date) -> None:
    """The blocks that lie in the last twelve months, as one: a sum of what is shown uncovers nothing."""
    within = [(first, last) for first, last in spans if first >= _months_before(end, 12)]
    if len(within) > 1:
        services.publish_year(whose, dims, Span(first=within[0][0], last=within[-1][1]))


@transaction.atomic
def _publish_named(counts: Mapping[UUID, Counts], published: Published, *, end: date) -> None:
    """Institutions by name for everybody: by quarters, both lanes together, and never so that a small rest is left."""
    everybody = published.get((Block.Scope.PUBLIC, None, ()), [])
    for quarter in _quarters(counts.values(), end=end):
        if not _cut_there(quarter, everybody, counts.values()):
            continue
        cases = {str(key): _cases_within(own, quarter) for key, own in counts.items()}
        for key in shown_alone(cases):
            whose = Whose(scope=Block.Scope.NAMED, institution_id=UUID(key))
            if all(last < quarter.last for _first, last in published.get((whose.scope, whose.institution_id, ()), [])):
                services.publish(whose, (), [quarter])


def _cut_there(quarter: Span, spans: list[tuple[date, date]], many: Iterable[Counts]) -> bool:
    """Whether the blocks of all institutions together begin and end with the quarter: else a month could be told."""
    inside = [(first, last) for first, last in spans if first <= quarter.last and last >= quarter.first]
    with_cases = [month for counts in many for month in counts if quarter.first <= month <= quarter.last]
    return (
        bool(inside)
        and inside[0][0] >= quarter.first
        and inside[-1][1] <= quarter.last
        and max(with_cases) <= inside[-1][1]
    )


def _quarters(counts: Iterable[Counts], *, end: date) -> Iterator[Span]:
    """Calendar quarters that are over and have cases."""
    months = {month for own in counts for month in own}
    firsts = {date(month.year, (month.month - 1) // _QUARTER * _QUARTER + 1, 1) for month in months}
    for first in sorted(firsts):
        last = _months_before(first, 1 - _QUARTER)
        if last < end:
            yield Span(first=first, last=last)


def _cases_within(counts: Counts, span: Span) -> int:
    return sum(sum(cells.values()) for month, cells in counts.items() if span.first <= month <= span.last)


def _held(counts: Mapping[UUID, Counts]) -> Held:
    """Per month, how many cases of whom have which values."""
    found: dict[date, dict[Values, dict[Holder, int]]] = {}
    for institution_id, months in counts.items():
        for month, cells in months.items():
            for values, cases in cells.items():
                found.setdefault(month, {}).setdefault(values, {})[institution_id] = cases
    return found


def _months_before(month: date, months: int) -> date:
    year, month0 = divmod(month.year * 12 + month.month - 1 - months, 12)
    return date(year, month0 + 1, 1)
