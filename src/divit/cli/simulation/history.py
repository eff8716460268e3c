"""Bringing a simulated year into a database in which nothing has happened yet, and saying how far it is."""

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from divit.audit import selectors as audit
from divit.cli.simulation.employees import MOST
from divit.cli.simulation.moving import MovedClock
from divit.cli.simulation.year import Lived, Progress, live
from divit.kernel.errors import Refused

CLOCK_FILE = "clock"
_EVERY_DAYS = 30
_LONGEST_LIST = 12


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is to be lived."""

    people: int
    begins: datetime
    ends: datetime
    seed: int
    world: str  # where the simulated neighbours answer
    stop: datetime | None = None  # to look at the beginning alone


def bring(wish: Wish, *, first: Callable[[], None], clock_file: Path) -> Lived:
    """Do what must be there on the first day, and live the year; the neighbours read the time in `clock_file`.

    Raises `Refused("history_not_empty")` where something has happened already: no history is added to another.
    """
    if settings.DIVIT.mode == "production":
        raise ImproperlyConfigured("no invented history in production")
    if audit.count():
        raise Refused("history_not_empty")
    if not 1 <= wish.people <= MOST:
        raise Refused("history_too_many", most=MOST)
    moved = MovedClock(wish.begins, file=clock_file)
    with moved.told(), _quietly():
        first()
        return live(
            people=wish.people,
            begins=wish.begins,
            ends=wish.ends,
            seed=wish.seed,
            moved=moved,
            world=wish.world,
            tell=_Teller(),
            stop=wish.stop,
        )


@contextmanager
def _quietly() -> Iterator[None]:
    """Neighbours are away now and then, as planned: that is counted, not told line by line."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)


class _Teller:
    """One line that changes on a terminal, a line a month elsewhere."""

    def __init__(self) -> None:
        self._last = -_EVERY_DAYS

    def __call__(self, progress: Progress) -> None:
        live_line = sys.stdout.isatty()
        if not live_line and progress.day - self._last < _EVERY_DAYS and progress.day < progress.days:
            return
        self._last = progress.day
        told = (
            f"  a year of history: {progress.date}, day {progress.day} of {progress.days}, "
            f"{progress.applications} applications, {progress.certificates} certificates, "
            f"{progress.seconds:.0f} s ({progress.seconds_for_a_year:.0f} s a year)"
        )
        sys.stdout.write(f"\r{told}" if live_line else f"{told}\n")
        if live_line and progress.day >= progress.days:
            sys.stdout.write("\n")
        sys.stdout.flush()


def summary(lived: Lived) -> str:
    """What came of it, and where the time went."""
    lines = [
        f"applications: {_counts(lived.applications)}",
        f"certificates: {_counts(lived.certificates)}",
        f"moves of all laws: {lived.moves}, digest {lived.digest}",
        f"dates promised with 90 %: {lived.promises_kept} of {lived.promises_judged} kept ({lived.percent_kept:.1f} %)",
        f"refused: {_counts(lived.refusals) or 'nothing'}",
        f"jobs that failed for good: {_counts(lived.failed_jobs) or 'none'}",
        f"ordered by the clock while a neighbour was away: {_counts(lived.unanswered) or 'nothing'}",
        f"{lived.seconds:.0f} s, {lived.processor_seconds:.0f} s of them this process's own work, of which:",
    ]
    spent = sorted(lived.spent.items(), key=lambda item: -item[1][1])[: _LONGEST_LIST * 2]
    lines += [
        f"  {what:<40} {times:>7} × {1000 * seconds / max(times, 1):8.1f} ms = {seconds:7.1f} s"
        for what, (times, seconds) in spent
    ]
    return "\n".join(lines)


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])))
