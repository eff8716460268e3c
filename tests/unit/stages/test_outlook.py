"""A range of dates from the ways of comparable cases."""

import random
from datetime import date, datetime

import pytest

from divit.kernel.clock import ISTANBUL
from divit.stages.names import Lane, Stage
from divit.stages.outlook import LEAST_CASES, at, expected
from divit.stages.picture import Measured, draw

MONDAY = datetime(2026, 11, 2, 9, tzinfo=ISTANBUL)
CASES = [(2.0, float(days)) for days in range(1, 101)]  # 1 … 100 working days


def test_half_arrive_by_the_first_day_and_nine_in_ten_by_the_second() -> None:
    told = expected([(1.0, 3.0)] * 50 + [(1.0, 8.0)] * 50, since=MONDAY, now=MONDAY)
    assert told is not None
    assert (told.earliest, told.until, told.cases) == (date(2026, 11, 11), date(2026, 11, 11), 100)
    told = expected([(1.0, 3.0)] * 80 + [(1.0, 8.0)] * 20, since=MONDAY, now=MONDAY)
    assert told is not None
    assert (told.earliest, told.until) == (date(2026, 11, 4), date(2026, 11, 11))


def test_who_has_waited_is_compared_with_those_who_had_waited_as_long() -> None:
    quick, slow = [(1.0, 4.0)] * 60, [(6.0, 10.0)] * 40
    told = expected(quick + slow, since=MONDAY, now=datetime(2026, 11, 6, 9, tzinfo=ISTANBUL))
    assert told is not None
    assert told.cases == 40
    assert told.until == date(2026, 11, 13)


def test_too_few_give_no_date() -> None:
    assert expected(CASES[: LEAST_CASES - 1], since=MONDAY, now=MONDAY) is None
    assert expected(CASES, since=MONDAY, now=datetime(2026, 11, 12, tzinfo=ISTANBUL)) is None


def test_a_new_case_stays_below_it_nine_times_in_ten() -> None:
    dice = random.Random(5070)  # noqa: S311 - the same dice every time
    kept = 0
    for _ in range(4000):
        known = sorted(dice.lognormvariate(1, 0.8) for _ in range(40))
        kept += dice.lognormvariate(1, 0.8) <= at(known, 0.9)
    assert kept / 4000 == pytest.approx(0.9, abs=0.02)
    assert kept / 4000 >= 0.89


def test_the_picture_has_one_scale_and_plain_numbers() -> None:
    lanes: dict[Lane | None, Measured] = {
        Lane.NORMAL: Measured(median=2.5, ninety=5),
        Lane.DELAYED: Measured(median=5, ninety=10),
    }
    picture = draw([(Stage.QUEUE, lanes), (Stage.TRAVEL, {None: Measured(median=0, ninety=0)})])
    (normal, delayed), (nothing,) = (row.bars for row in picture.rows)
    assert float(delayed.ninety) == 2 * float(normal.ninety) == 2 * float(delayed.median)
    assert float(nothing.median) == 1  # still to be seen
    assert [bar.top for bar in (normal, delayed, nothing)] == sorted({bar.top for bar in (normal, delayed, nothing)})
    assert picture.height > nothing.top
