"""Working days of Türkiye (iş günü): Monday to Friday without official and religious holidays, half days as half.

A working day is the office time from 09.00 to 17.00. A half day (28 October, the eve of a religious feast) ends at
13.00, as law 2429 says. Time between two instants is the office time in it, in days of eight hours: from Friday 16.00
to Monday 10.00 is a quarter of a day, a night is nothing. Administrative leave (idarî izin), which is added from case
to case and is in no law, counts as working time.
"""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import accumulate

from holidays.constants import HALF_DAY, PUBLIC
from holidays.countries.turkey import Turkey

from divit.kernel.clock import ISTANBUL, local

_OPENS = time(9)
_DAY = timedelta(hours=8)
_FIRST_YEAR = 2000  # positions are counted from here
_EXACT = 9  # decimals within which two positions are the same


def weight(day: date) -> float:
    """1 for a working day, 0.5 for a half day, 0 for a weekend or a holiday."""
    return _weights(day.year)[day.timetuple().tm_yday - 1]


def between(start: datetime, end: datetime) -> float:
    """Working days from one instant to another, with fractions; negative when `end` comes first."""
    return position(end) - position(start)


def after(start: datetime, days: float) -> datetime:
    """The first instant, not before `start`, at which so many working days have passed since."""
    return max(start, _instant(position(start) + days))


def before(end: datetime, days: float) -> datetime:
    """The first instant from which no more than so many working days pass until `end`."""
    return _instant(position(end) - days)


def position(instant: datetime) -> float:
    """How many working days have passed since 2000: differences of positions are durations."""
    there = local(instant)
    ends, weights = _ends(there.year), _weights(there.year)
    place = there.timetuple().tm_yday - 1
    begun = ends[place] - weights[place]
    since_opening = there.replace(tzinfo=None) - datetime.combine(there.date(), _OPENS)
    return begun + min(max(since_opening / _DAY, 0.0), weights[place])


def _instant(wanted: float) -> datetime:
    """The first instant with this position."""
    target = round(wanted, _EXACT)
    year = _FIRST_YEAR
    while _ends(year)[-1] < target:
        year += 1
    ends, weights = _ends(year), _weights(year)
    place = bisect_left(ends, target)
    day = date(year, 1, 1) + timedelta(days=place)
    into = max(target - (ends[place] - weights[place]), 0.0)
    return datetime.combine(day, _OPENS, tzinfo=ISTANBUL) + into * _DAY


@cache
def _weights(year: int) -> tuple[float, ...]:
    """The weight of every day of a year."""
    off = Turkey(years=year, categories=PUBLIC)
    half = Turkey(years=year, categories=HALF_DAY)
    return tuple(0.0 if day.weekday() > 4 or day in off else 0.5 if day in half else 1.0 for day in _days(year))


@cache
def _ends(year: int) -> tuple[float, ...]:
    """The position at the end of every day of a year."""
    carried = sum(sum(_weights(earlier)) for earlier in range(_FIRST_YEAR, year))
    return tuple(accumulate(_weights(year), initial=carried))[1:]


def _days(year: int) -> Iterator[date]:
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += timedelta(days=1)
