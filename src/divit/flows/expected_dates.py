"""Beklenen teslim: a range of dates for every application under way, promised by a job, kept, and judged later.

A page shows what was promised; it never computes a date of its own. A new promise is given when an application has
come to another stage, and when the last one was not kept.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from divit.applications import selectors as applications
from divit.applications.kinds import Kind, window_opens
from divit.applications.lifecycle import AWAITING_THE_CARD
from divit.applications.models import Application
from divit.flows.holdings import holdings
from divit.flows.stage_tracks import Followed, follow
from divit.kernel import clock, working_days
from divit.stages import outlook, selectors, services
from divit.stages.models import Promise
from divit.stages.names import REQUIREMENTS, Reason, Stage
from divit.stages.outlook import Range
from divit.stages.selectors import Passed
from divit.stages.targets import targets_on
from divit.stages.tracks import Present, delayed_by, present

RECENT = timedelta(days=120)
_BATCH = 500


@dataclass(frozen=True, kw_only=True)
class _Likeness:
    """With which cases an application may be compared; the closest that has enough of them is taken."""

    name: str
    key: Callable[[Passed | Application], tuple[object, ...]]


_CLOSEST_FIRST = (
    _Likeness(name="institution_kind", key=lambda one: (one.institution_id, one.payer, one.kind)),
    _Likeness(name="institution", key=lambda one: (one.institution_id, one.payer)),
    _Likeness(name="kind", key=lambda one: (one.payer, one.kind)),
    _Likeness(name="payer", key=lambda one: (one.payer,)),
    _Likeness(name="all", key=lambda one: ()),
)


class _Experience:
    """The recent cases, by likeness."""

    def __init__(self, passed: Iterable[Passed]) -> None:
        self._by: dict[tuple[str, tuple[object, ...]], list[Passed]] = {}
        for one in passed:
            for likeness in _CLOSEST_FIRST:
                self._by.setdefault((likeness.name, likeness.key(one)), []).append(one)

    def expect(self, row: Application, here: Present, *, now: datetime) -> tuple[str, Range] | None:
        """The range from the closest cases of which there are enough; None when there are nowhere enough."""
        for likeness in _CLOSEST_FIRST:
            like = self._by.get((likeness.name, likeness.key(row)), ())
            passed = ((one.in_stage(here.stage), one.from_stage(here.stage)) for one in like)
            told = outlook.expected(passed, since=here.since, now=now)
            if told is not None:
                return likeness.name, told
        return None

    def days_from_release(self, row: Application) -> float | None:
        """Within how many working days of the release nine in ten of the closest cases are delivered."""
        for likeness in _CLOSEST_FIRST:
            like = self._by.get((likeness.name, likeness.key(row)), ())
            if len(like) >= outlook.LEAST_CASES:
                return outlook.at(sorted(one.from_stage(Stage.QUEUE) for one in like), outlook.NINETY)
        return None


def promise() -> int:
    """Give every application under way its date, if it has none that still holds; returns how many were given."""
    now = clock.now()
    experience = _Experience(selectors.recent(since=(clock.local(now) - RECENT).date()))
    given = 0
    under_way = applications.awaiting_their_card()
    for start in range(0, len(under_way), _BATCH):
        ids = under_way[start : start + _BATCH]
        latest = selectors.latest_promises(ids)
        for one in follow(ids):
            here = present(one.track)
            if here is not None and _wanted(latest.get(one.row.id), here, now=now):
                made = _promise(one.row, _awaited_from(one, here), experience, now=now)
                given += services.keep_promises([made] if made else [])
    return given


def _wanted(last: Promise | None, here: Present, *, now: datetime) -> bool:
    return last is None or last.stage != here.stage or last.until < clock.local(now).date()


def _promise(row: Application, here: Present, experience: _Experience, *, now: datetime) -> Promise | None:
    told = experience.expect(row, here, now=now)
    if told is None:
        return None
    compared, dates = told
    return services.promise(
        row.id,
        dates,
        stage=here.stage,
        compared=compared,
        days_from_release=experience.days_from_release(row) if here.stage is Stage.CONDITIONS else None,
        now=now,
    )


def _awaited_from(one: Followed, here: Present) -> Present:
    """The present stage; for a renewal that is early, from the day on which it may be produced."""
    if here.stage is Stage.CONDITIONS and _before_its_window(one):
        opens = window_opens(Kind.RENEWAL, holdings(one.row.person_id, one.row.institution_id))
        if opens is not None:
            day = datetime.combine(opens, time(), tzinfo=clock.ISTANBUL)
            return Present(stage=here.stage, since=max(here.since, day))
    return here


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What the status page says of the future; `why` and `open` are codes that pages have words for."""

    stage: Stage
    since: datetime
    days: float  # working days in this stage
    target: float | None  # working days that the desk aims at
    open: tuple[Stage, ...]  # what could be done to go on sooner
    why: tuple[Reason, ...]  # why it takes longer than it should
    promised: Promise | None
    first: Promise | None  # the very first word, when it differs from the last
    late: bool  # the last promised day is over
    if_ready_today: date | None  # until when nine in ten arrive if the conditions were met today


def outlook_of(application_id: UUID) -> Outlook | None:
    """For one application under way; None before it is sent off, once the card is in hand, or when it has ended."""
    followed = next(iter(follow([application_id])), None)
    here = present(followed.track) if followed and followed.row.state in AWAITING_THE_CARD else None
    if followed is None or here is None:
        return None
    now = clock.now()
    promises = selectors.promises_of(application_id)
    last = promises[-1] if promises else None
    late = last is not None and last.until < clock.local(now).date()
    days = max(working_days.between(here.since, now), 0.0)
    targets = targets_on(clock.local(followed.track.submitted).date())
    return Outlook(
        stage=here.stage,
        since=here.since,
        days=days,
        target=targets.get(here.stage),
        open=tuple(stage for stage in REQUIREMENTS if stage in followed.track.open),
        why=delayed_by(followed.track, now=now, targets=targets, late=late),
        promised=last,
        first=promises[0] if last is not None and promises[0].until != last.until else None,
        late=late,
        if_ready_today=None if _before_its_window(followed) else _if_ready(last, here, now=now),
    )


def _before_its_window(one: Followed) -> bool:
    """A renewal whose day of production has not come: nothing that anybody does today brings it forward."""
    return one.track.window is None and one.row.kind == Kind.RENEWAL


def _if_ready(last: Promise | None, here: Present, *, now: datetime) -> date | None:
    if last is None or last.days_from_release is None or here.stage is not Stage.CONDITIONS:
        return None
    return clock.local(working_days.after(now, last.days_from_release)).date()
