"""What is read from the way of one application."""

from datetime import datetime

import pytest

from divit.kernel.clock import ISTANBUL
from divit.stages.names import Reason, Stage
from divit.stages.targets import targets_on
from divit.stages.tracks import Track, delayed_by, measure, present, reasons


def at(day: int, hour: int = 9) -> datetime:
    """In November 2026: the 2nd is a Monday, and there is no holiday."""
    return datetime(2026, 11, day, hour, tzinfo=ISTANBUL)


ORDER = (("queued", at(4)), ("personalising", at(5)), ("certifying", at(5)), ("loading", at(5)), ("produced", at(5)))
TARGETS = targets_on(at(2).date())


def way(**more: object) -> Track:
    return Track(
        **{
            "submitted": at(2),
            "closed": {Stage.PHONE: at(2), Stage.FEE: at(3), Stage.FORM: at(4)},
            "accrued": at(2),
            "released": at(4),
            "order": (*ORDER, ("inspected", at(6)), ("dispatched", at(6))),
            "parcel": (("packed", at(6)), ("handed_over", at(9)), ("on_the_way", at(10))),
            "delivered": at(11),
            "finished": at(12),
            **more,
        }  # type: ignore[arg-type]
    )


def test_each_stage_is_measured_from_its_start_to_its_end() -> None:
    spans = {str(stage): days for stage, days in measure(way()).items()}
    assert spans == pytest.approx(
        {
            "phone": 0.0,
            "fee": 1.0,
            "form": 2.0,
            "conditions": 2.0,
            "queue": 1.0,
            "making": 1.0,
            "packing": 1.0,  # over a weekend
            "travel": 2.0,
            "pin": 1.0,
            "total": 7.0,
        }
    )
    assert reasons(way(), targets=TARGETS) == ()


def test_the_chain_adds_up_to_the_whole() -> None:
    spans = measure(way())
    chain = ("conditions", "queue", "making", "packing", "travel")
    assert sum(spans[Stage(name)] for name in chain) == pytest.approx(spans[Stage.TOTAL])


def test_a_renewal_that_waits_for_its_day_waits_for_nobody() -> None:
    spans = measure(way(window=at(3)))
    assert spans[Stage.CONDITIONS] == pytest.approx(1.0)
    assert spans[Stage.TOTAL] == pytest.approx(6.0)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"forms_returned": 1}, Reason.FORM_RETURNED),
        ({"payment_unclear": True}, Reason.PAYMENT_UNCLEAR),
        (
            {"order": (*ORDER, ("spoiled", at(5)), ("queued", at(5)), ("personalising", at(6)), ("inspected", at(6)))},
            Reason.CARD_SPOILED,
        ),
        ({"parcel": (("packed", at(6)), ("handed_over", at(9)), ("returned", at(10)))}, Reason.PARCEL_RETURNED),
        (
            {"released": at(4), "order": (("queued", at(4)), ("personalising", at(11)), ("inspected", at(11)))},
            Reason.SLOW,
        ),
    ],
)
def test_one_mishap_is_enough_for_the_delayed_lane(more: dict[str, object], why: Reason) -> None:
    assert why in reasons(way(**more), targets=TARGETS)


def still(**more: object) -> Track:
    return way(**{"delivered": None, "finished": None, **more})


@pytest.mark.parametrize(
    ("more", "stage", "since"),
    [
        ({"released": None, "order": (), "parcel": ()}, Stage.CONDITIONS, at(2)),
        ({"released": None, "order": (), "parcel": (), "window": at(3)}, Stage.CONDITIONS, at(3)),
        ({"order": (("queued", at(4)),), "parcel": ()}, Stage.QUEUE, at(4)),
        ({"order": ORDER, "parcel": ()}, Stage.MAKING, at(5)),
        ({"order": (*ORDER, ("spoiled", at(6)), ("queued", at(6))), "parcel": ()}, Stage.MAKING, at(5)),
        ({"order": (*ORDER, ("inspected", at(6)), ("spoiled", at(9))), "parcel": ()}, Stage.MAKING, at(5)),
        ({"parcel": (("packed", at(6)),)}, Stage.PACKING, at(6)),
        ({}, Stage.TRAVEL, at(9)),
        ({"parcel": (("handed_over", at(9)), ("returned", at(10)), ("packed", at(11)))}, Stage.TRAVEL, at(9)),
    ],
)
def test_where_it_stands_now(more: dict[str, object], stage: Stage, since: datetime) -> None:
    here = present(still(**more))
    assert here is not None
    assert (here.stage, here.since) == (stage, since)


def test_once_the_card_is_in_hand_it_stands_nowhere() -> None:
    assert present(way()) is None


def test_why_it_takes_longer() -> None:
    waiting = {"released": None, "order": (), "parcel": (), "open": frozenset({Stage.FORM})}
    told = {"now": at(5), "targets": TARGETS, "late": False}
    assert delayed_by(still(**waiting), **told) == ()  # type: ignore[arg-type]
    assert delayed_by(still(**waiting, forms_returned=1), **told) == (Reason.FORM_RETURNED,)  # type: ignore[arg-type]
    assert delayed_by(still(**waiting), now=at(27), targets=TARGETS, late=False) == (Reason.SLOW,)
    assert delayed_by(still(), now=at(10), targets=TARGETS, late=True) == (Reason.SLOW,)
