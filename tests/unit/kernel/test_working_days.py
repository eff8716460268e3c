"""Working days of Türkiye, by days that anybody can look up."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from divit.kernel.clock import ISTANBUL
from divit.kernel.working_days import after, before, between, position, weight


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ISTANBUL)


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        ("2026-11-27", 1.0),  # a Friday
        ("2026-11-28", 0.0),  # Saturday
        ("2026-01-01", 0.0),  # Yılbaşı
        ("2026-03-19", 0.5),  # eve of Ramazan Bayramı
        ("2026-03-20", 0.0),
        ("2026-03-22", 0.0),
        ("2026-03-23", 1.0),
        ("2026-04-23", 0.0),  # Ulusal Egemenlik ve Çocuk Bayramı
        ("2026-05-01", 0.0),  # Emek ve Dayanışma Günü
        ("2026-05-19", 0.0),  # Gençlik ve Spor Bayramı
        ("2026-05-26", 0.5),  # eve of Kurban Bayramı
        ("2026-05-27", 0.0),
        ("2026-05-29", 0.0),
        ("2026-07-15", 0.0),  # Demokrasi ve Millî Birlik Günü
        ("2026-08-30", 0.0),  # a Sunday besides
        ("2026-10-28", 0.5),  # eve of Cumhuriyet Bayramı
        ("2026-10-29", 0.0),
        ("2025-03-31", 0.0),  # second day of Ramazan Bayramı
        ("2027-03-09", 0.0),  # first day of Ramazan Bayramı
        ("2016-07-15", 1.0),  # before it became a holiday
    ],
)
def test_known_days(day: str, worked: float) -> None:
    assert weight(date.fromisoformat(day)) == worked


def test_a_year_has_as_many_working_days_as_the_calendar_says() -> None:
    """2026: 261 weekdays; ten holidays on weekdays, three half days."""
    assert between(at("2026-01-01T00:00"), at("2027-01-01T00:00")) == 261 - 10 - 3 * 0.5


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2026-11-27T16:00", "2026-11-30T10:00", 0.25),  # an hour on Friday, an hour on Monday
        ("2026-11-26T20:00", "2026-11-27T08:59", 0.0),  # a night
        ("2026-11-28T10:00", "2026-11-29T18:00", 0.0),  # a weekend
        ("2026-11-23T09:00", "2026-11-23T17:00", 1.0),
        ("2026-10-27T17:00", "2026-10-30T09:00", 0.5),  # the half day before Cumhuriyet Bayramı
        ("2026-10-28T13:00", "2026-10-28T17:00", 0.0),  # its afternoon
        ("2026-05-25T17:00", "2026-06-01T09:00", 0.5),  # Kurban Bayramı
        ("2026-11-27T12:00", "2026-11-27T10:00", -0.25),
    ],
)
def test_office_time_alone_counts(start: str, end: str, days: float) -> None:
    assert between(at(start), at(end)) == pytest.approx(days)


def test_the_clock_is_that_of_turkiye_whatever_the_zone_of_the_instant() -> None:
    assert between(datetime(2026, 11, 27, 6, tzinfo=UTC), at("2026-11-27T17:00")) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-11-27T16:00", 0.25, "2026-11-30T10:00"),
        ("2026-11-27T16:00", 1.125, "2026-11-30T17:00"),
        ("2026-11-28T12:00", 0.0, "2026-11-28T12:00"),
        ("2026-10-27T17:00", 1.0, "2026-10-30T13:00"),
    ],
)
def test_so_many_days_later(start: str, days: float, end: str) -> None:
    assert after(at(start), days) == at(end)


MOMENTS = some.datetimes(
    min_value=datetime(2015, 1, 1),  # noqa: DTZ001 - the zone is given beside it
    max_value=datetime(2032, 1, 1),  # noqa: DTZ001
    timezones=some.just(ISTANBUL),
)


@given(MOMENTS, some.floats(min_value=0, max_value=300))
def test_there_and_back(start: datetime, days: float) -> None:
    end = after(start, days)
    assert end >= start
    assert between(start, end) == pytest.approx(days, abs=1e-5)
    assert between(before(start, days), start) == pytest.approx(days, abs=1e-5)


@given(MOMENTS, some.timedeltas(min_value=timedelta(), max_value=timedelta(days=900)))
def test_time_never_runs_back(start: datetime, more: timedelta) -> None:
    assert position(start + more) >= position(start)
