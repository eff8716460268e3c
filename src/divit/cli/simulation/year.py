"""A year in the life of an institution, day by day: who does what at which hour, and what came of it."""

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from functools import partial

from divit.applications.kinds import Kind
from divit.applications.lifecycle import LAW as APPLICATION
from divit.audit import selectors as audit
from divit.certificates.lifecycle import LAW as CERTIFICATE
from divit.cli.simulation.beginning import first_days, furnish
from divit.cli.simulation.centre_desks import CentreDesks
from divit.cli.simulation.courier import CourierOnTheRoad
from divit.cli.simulation.employees import employees
from divit.cli.simulation.house import Act, House
from divit.cli.simulation.institution_desks import InstitutionDesks
from divit.cli.simulation.lives import Life
from divit.cli.simulation.moving import MovedClock
from divit.kernel import clock, working_days
from divit.kernel.clock import ISTANBUL
from divit.stages import selectors as stages

# What the clock orders is looked at in the morning of a working day, all that the nights before would have brought; in
# the evening, and while the desks are empty, only what cannot wait: a list of revoked certificates stands for a day.
_MORNING, _EVENING = time_of_day(9, 45), time_of_day(18, 30)
_IN_THE_EVENING = frozenset({"stages.promise", "certificates.watch", "payments.ask_about_all", "delivery.resume"})
_ALWAYS = frozenset({"certificates.watch"})
_LIST_DAYS = (0, 3)  # Monday, Thursday
# Bad days, as shares of the year: the bank is away for two days, the SMS operator for some messages.
_BANK_AWAY, _BANK_DAYS = 0.4, 2
_SMS_AWAY, _SMS_MESSAGES = 0.6, 15
_COURIER_AWAY, _COURIER_CALLS = 0.75, 12
# Of the dates promised with ninety per cent, this many of a hundred must be kept; judged by no fewer than these.
KEPT_AT_LEAST, _ENOUGH_PROMISES = 85, 200

Tell = Callable[["Progress"], None]


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a year is."""

    day: int
    days: int
    date: date
    applications: int
    certificates: int
    seconds: float

    @property
    def seconds_for_a_year(self) -> float:
        """At the pace so far."""
        return self.seconds / max(self.day, 1) * 365


@dataclass(frozen=True, kw_only=True)
class Lived:
    """What a year left behind: the same for the same seed."""

    applications: dict[str, int]  # by state
    certificates: dict[str, int]
    moves: int
    digest: str  # of every move of every law, with its instant
    promises_judged: int
    promises_kept: int
    refusals: dict[str, int]
    failed_jobs: dict[str, int]
    unanswered: dict[str, int]  # what the clock ordered while a neighbour was away
    seconds: float
    processor_seconds: float  # of this process alone
    spent: dict[str, tuple[int, float]]  # times and seconds, by what was done

    @property
    def percent_kept(self) -> float:
        """Of the dates promised with ninety per cent, so many were kept."""
        return 100 * self.promises_kept / self.promises_judged if self.promises_judged else 0.0

    @property
    def broke_its_word(self) -> bool:
        """Fewer dates were kept than must be; of too few dates nothing is said: a young institution knows little."""
        return self.promises_judged >= _ENOUGH_PROMISES and self.percent_kept < KEPT_AT_LEAST


def live(
    *,
    people: int,
    begins: datetime,
    ends: datetime,
    seed: int,
    moved: MovedClock,
    world: str,
    tell: Tell,
    stop: datetime | None = None,
) -> Lived:
    """Let so many people live from one instant to another, or to an earlier `stop`; the clock is told by the caller."""
    started, processor = time.perf_counter(), time.process_time()
    house = furnish(moved, ends=ends, seed=seed, people_count=people, world=world)
    _Year(house, people=people, begins=begins, ends=ends).plan()
    days, last = (ends - begins).days, -1
    while (coming := house.agenda.next()) is not None:
        when, what, act = coming
        if stop is not None and when > stop:
            break
        moved.move(when)
        house.happen(what, act)
        day = (moved() - begins).days
        if day > last:
            last = day
            tell(_progress(house, day=day, days=days, seconds=time.perf_counter() - started))
    moved.move(stop or ends)
    house.neighbours.close()
    took = time.perf_counter() - started
    return _lived(house, seconds=took, processor_seconds=time.process_time() - processor)


class _Year:
    """The plan of a year: who comes when, and the rounds of the desks."""

    def __init__(self, house: House, *, people: int, begins: datetime, ends: datetime) -> None:
        self.house, self.begins, self.ends = house, begins, ends
        self.everybody = employees(people, seed=house.seed)
        self.lives = {one.tckn: Life(house, one) for one in self.everybody}
        self.institution = InstitutionDesks(house, self.lives)
        self.centre = CentreDesks(house)
        self.courier = CourierOnTheRoad(house)

    def plan(self) -> None:
        """Put everything on the agenda that does not follow from something else."""
        for when, employee in first_days(self.everybody, begins=self.begins, ends=self.ends):
            if employee.habits.pays_alone:
                life = self.lives[employee.tckn]
                dice = self.house.dice("alone", employee.number)
                at = _at(clock.local(when).date(), time_of_day(dice.randint(8, 21), dice.randint(0, 59)))
                self.house.agenda.plan(at, "applies: first", partial(life.apply, Kind.FIRST))
            else:
                row = (employee, Kind.FIRST)
                self.house.agenda.plan(when, "is put on a list", partial(self.house.wanted.append, row))
        for day in self._days():
            self._plan_day(day)
        self._plan_bad_days()

    def _days(self) -> Iterator[date]:
        day = clock.local(self.begins).date()
        while day <= clock.local(self.ends).date():
            yield day
            day += timedelta(days=1)

    def _plan_day(self, day: date) -> None:
        if not working_days.weight(day):
            for at in (_MORNING, _EVENING):
                self._look(day, at, _ALWAYS.__contains__)
            return
        self._look(day, _MORNING, lambda name: name not in _IN_THE_EVENING)
        self._look(day, _EVENING, _IN_THE_EVENING.__contains__)
        desks: list[tuple[int, int, str, Act]] = [
            (9, 5, "closes leavers", self.institution.close_leavers),
            (9, 50, "produces", self.centre.produce),
            (10, 30, "counts boxes", self.institution.open_boxes),
            (11, 15, "takes the pile of forms in", self.institution.take_forms_in),
            (14, 10, "deals with returns", self.centre.deal_with_returns),
            (14, 40, "inspects", self.centre.inspect),
            (16, 20, "packs", self.centre.dispatch),
            (17, 30, "the courier's van", self.courier.fetch),
        ]
        if day.weekday() in _LIST_DAYS:
            desks.append((9, 20, "uploads a list", self.institution.upload_list))
        for hour, minute, what, act in desks:
            self._round(day, time_of_day(hour, minute), what, act)

    def _look(self, day: date, at: time_of_day, what: Callable[[str], bool]) -> None:
        self._round(day, at, "the clock", partial(self.house.workers.look_at_clock, _at(day, at), what))

    def _round(self, day: date, at: time_of_day, what: str, act: Act) -> None:
        when = _at(day, at)
        if when > self.begins:
            self.house.agenda.plan(when, what, act)

    def _plan_bad_days(self) -> None:
        for share, neighbour, times, lasts in (
            (_BANK_AWAY, "bank", 999, timedelta(days=_BANK_DAYS)),
            (_SMS_AWAY, "sms", _SMS_MESSAGES, None),
            (_COURIER_AWAY, "courier", _COURIER_CALLS, None),
        ):
            at = self.begins + (self.ends - self.begins) * share
            fail = self.house.neighbours.fail
            self.house.agenda.plan(at, f"{neighbour} fails", partial(fail, neighbour, "down", times=times))
            if lasts:
                self.house.agenda.plan(at + lasts, f"{neighbour} is back", partial(fail, neighbour, "down", times=0))


def _at(day: date, at: time_of_day) -> datetime:
    return datetime.combine(day, at, tzinfo=ISTANBUL)


def _progress(house: House, *, day: int, days: int, seconds: float) -> Progress:
    return Progress(
        day=min(day, days),
        days=days,
        date=clock.local(house.clock()).date(),
        applications=len(house.applicants),
        certificates=house.workers.times["certificates.complete_issuance"],
        seconds=seconds,
    )


def _lived(house: House, *, seconds: float, processor_seconds: float) -> Lived:
    digest, count = hashlib.sha256(), 0
    for move in audit.every_move():
        digest.update(repr(move).encode())
        count += 1
    kept = stages.promises_kept()
    spent = {what: (house.times[what], float(house.seconds[what])) for what in house.times}
    jobs = house.workers
    spent |= {f"job {name}": (jobs.times[name], float(jobs.seconds[name])) for name in jobs.times}
    return Lived(
        applications=audit.states_now(APPLICATION.name),
        certificates=audit.states_now(CERTIFICATE.name),
        moves=count,
        digest=digest.hexdigest(),
        promises_judged=kept.judged,
        promises_kept=kept.kept,
        refusals=dict(house.refusals),
        failed_jobs=dict(jobs.failed),
        unanswered=dict(jobs.unanswered),
        seconds=seconds,
        processor_seconds=processor_seconds,
        spent=spent,
    )
