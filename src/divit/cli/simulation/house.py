"""What everybody in a simulated year shares: the clock, the agenda, the workers, the neighbours, and who is who."""

import heapq
import itertools
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from datetime import time as time_of_day
from typing import Protocol
from uuid import UUID

from divit.applications.addresses import Addresses
from divit.cli.simulation.employees import Employee
from divit.cli.simulation.moving import MovedClock
from divit.cli.simulation.neighbours import Neighbours
from divit.cli.simulation.workers import Workers
from divit.kernel import clock, working_days
from divit.kernel.actors import Actor
from divit.kernel.clock import ISTANBUL
from divit.kernel.errors import DivitError

Act = Callable[[], object]


class Applicant(Protocol):
    """Somebody who has applied, as the desks and the courier meet them."""

    employee: Employee
    has_left: bool

    def take_form_back(self, application_id: UUID) -> None:
        """The form was not right."""

    def have_card(self, application_id: UUID) -> None:
        """The card is in the hand."""


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Who acts at the institution and at the centre."""

    institution_id: UUID
    officer: Actor
    other_officer: Actor
    representative: Actor
    representative_last4: str
    producer: Actor
    inspector: Actor
    dispatcher: Actor


@dataclass
class Agenda:
    """What will happen, in the order of its time; what falls together goes in the order in which it was planned."""

    ends: datetime
    _left: list[tuple[datetime, int, str, Act]] = field(default_factory=list)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def plan(self, when: datetime, what: str, act: Act) -> None:
        """`what` is said in the figures; nothing is planned for after the end."""
        if when < self.ends:
            heapq.heappush(self._left, (when, next(self._numbers), what, act))

    def next(self) -> tuple[datetime, str, Act] | None:
        """What comes first, if anything is left."""
        if not self._left:
            return None
        when, _number, what, act = heapq.heappop(self._left)
        return when, what, act


@dataclass
class House:
    """The simulated year while it is being lived."""

    clock: MovedClock
    agenda: Agenda
    workers: Workers
    neighbours: Neighbours
    cast: Cast
    addresses: Addresses
    seed: int
    applicants: dict[UUID, Applicant] = field(default_factory=dict)  # by application
    forms: list[UUID] = field(default_factory=list)  # the pile on the representative's desk
    wanted: list[tuple[Employee, str]] = field(default_factory=list)  # for the officer's next list: who, and which kind
    leavers: list[Applicant] = field(default_factory=list)  # whom the officer will close
    seconds: Counter[str] = field(default_factory=Counter)
    times: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)

    def dice(self, *of: object) -> random.Random:
        """Chance that depends on the seed and on what it is for, never on what was thrown before."""
        return random.Random(":".join(map(str, (self.seed, *of))))  # noqa: S311 - a story, not a secret

    def soon(self, days: float, what: str, act: Act) -> None:
        """After so many working days, within office hours."""
        self.agenda.plan(working_days.after(self.clock() + timedelta(minutes=1), days), what, act)

    def some_time(self, days: float, dice: random.Random, what: str, act: Act) -> None:
        """The same at an hour at which people sit at home."""
        day = clock.local(working_days.after(self.clock(), days)).date()
        at = datetime.combine(day, time_of_day(dice.randint(7, 22), dice.randint(0, 59)), tzinfo=ISTANBUL)
        self.agenda.plan(max(at, self.clock() + timedelta(minutes=5)), what, act)

    def happen(self, what: str, act: Act) -> None:
        """Let something happen now, and the jobs that follow; what is refused is counted and changes nothing."""
        begun = time.perf_counter()
        try:
            self.attempt(what, act)
            self.workers.carry_out()
        finally:
            self.seconds[what] += time.perf_counter() - begun  # type: ignore[assignment]
            self.times[what] += 1

    def attempt(self, what: str, act: Act) -> None:
        """One act, perhaps of many in a round: what goes wrong with one does not hold up the others."""
        try:
            act()
        except DivitError as problem:
            self.refusals[f"{what}: {problem}"] += 1
