"""The one clock: instants are UTC, dates are those of Türkiye."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ISTANBUL = ZoneInfo("Europe/Istanbul")


def _of_this_machine() -> datetime:
    return datetime.now(UTC)


_told: Callable[[], datetime] = _of_this_machine


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return _told()


@contextmanager
def moved(tell: Callable[[], datetime]) -> Iterator[None]:
    """In this block `tell` says what time it is, in the whole process: for a simulated year, and for nothing else."""
    global _told
    before, _told = _told, tell
    try:
        yield
    finally:
        _told = before


def local(instant: datetime) -> datetime:
    """The same instant on a wall clock in Türkiye."""
    return instant.astimezone(ISTANBUL)


def today() -> date:
    """Today's date in Türkiye."""
    return local(now()).date()


def end_of(day: date) -> datetime:
    """The instant at which a day in Türkiye is over."""
    return datetime.combine(day + timedelta(days=1), time(), ISTANBUL)
