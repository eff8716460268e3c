"""The one clock: instants are UTC, dates are those of Türkiye."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ISTANBUL = ZoneInfo("Europe/Istanbul")


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def local(instant: datetime) -> datetime:
    """The same instant on a wall clock in Türkiye."""
    return instant.astimezone(ISTANBUL)


def today() -> date:
    """Today's date in Türkiye."""
    return local(now()).date()


def end_of(day: date) -> datetime:
    """The instant at which a day in Türkiye is over."""
    return datetime.combine(day + timedelta(days=1), time(), ISTANBUL)
