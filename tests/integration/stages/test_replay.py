"""A year played forward day by day: each date is promised from what was known that evening, and judged by what came."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from divit.flows import expected_dates, stages
from divit.stages import selectors
from divit.stages.models import Case, Promise
from tests.factories.histories import Year, delivered_in, some_institutions

pytestmark = pytest.mark.django_db(transaction=True)

BEGINS = date(2025, 3, 3)
LASTS = timedelta(days=365 + 60)  # until the last card of the year is in hand


def test_of_the_dates_promised_with_ninety_per_cent_at_least_eighty_five_are_kept() -> None:
    year = Year(
        some_institutions("Birinci Kurum", "İkinci Kurum", "Üçüncü Kurum", "Dördüncü Kurum"),
        begins=BEGINS,
        applications=700,
        seed=5070,
    )
    for evening in _evenings():
        with time_machine.travel(evening, tick=False):
            year.play(until=evening - timedelta(minutes=15))
            stages.learn()
            expected_dates.promise()

    with time_machine.travel(_evenings()[-1], tick=False):
        kept = selectors.promises_kept()
    assert kept.judged > 1200
    assert kept.percent >= 85

    # Judged once more by the story itself, not by what was measured of it.
    came = delivered_in(year)
    owed = [promise for promise in Promise.objects.order_by("id") if promise.application_id in came]
    in_time = sum(came[promise.application_id] <= promise.until for promise in owed)
    assert (kept.judged, kept.kept) == (len(owed), in_time)
    # A promise that is kept by being far away helps nobody: half of them come no later than the first day said.
    early = sum(came[promise.application_id] <= promise.earliest for promise in owed)
    assert 0.4 <= early / len(owed) <= 0.75


def test_nothing_is_promised_before_there_is_anything_to_compare_with() -> None:
    year = Year(some_institutions("Tek Kurum"), begins=BEGINS, applications=40, seed=1)
    for evening in _evenings()[:10]:
        with time_machine.travel(evening, tick=False):
            year.play(until=evening - timedelta(minutes=15))
            stages.learn()
            assert expected_dates.promise() == 0
    assert not Promise.objects.exists()
    assert Case.objects.count() < 30


def _evenings() -> list[datetime]:
    first = datetime(BEGINS.year, BEGINS.month, BEGINS.day, 20, 45, tzinfo=UTC)
    return [first + timedelta(days=day) for day in range(LASTS.days)]
