"""Steps of a draft: resumable, in order, back and forward without loss."""

import pytest

from divit.applications import steps
from divit.applications.steps import ORDER, PARTS, Step


def test_the_way_is_as_the_service_knows_it() -> None:
    assert [step.value for step in ORDER] == [
        "kurum-secimi",
        "sertifika",
        "iletisim",
        "kurum",
        "teslimat",
        "ozet",
        "dogrulama",
    ]
    assert PARTS == (Step.CERTIFICATE, Step.CONTACT, Step.WORKPLACE, Step.DELIVERY)


@pytest.mark.parametrize("count", range(len(ORDER)))
def test_a_draft_goes_on_where_it_was_left(count: int) -> None:
    done = [str(step) for step in ORDER[:count]]
    assert steps.first_left(done) is ORDER[count]
    for step in ORDER:
        assert steps.reachable(step, done) == (ORDER.index(step) <= count)


def test_going_back_keeps_what_was_done_but_not_the_summary() -> None:
    done = [str(step) for step in ORDER[:-1]]
    after = steps.after_saving(Step.CONTACT, done)
    assert set(after) == {*map(str, ORDER[:-2])}
    assert steps.first_left(after) is Step.SUMMARY


def test_no_field_belongs_to_two_steps() -> None:
    fields = [field for rule in steps.RULES for field in rule.fields]
    assert len(fields) == len(set(fields))


def test_neighbours() -> None:
    assert steps.neighbours(Step.INSTITUTION) == (None, Step.CERTIFICATE)
    assert steps.neighbours(Step.CONTACT) == (Step.CERTIFICATE, Step.WORKPLACE)
    assert steps.neighbours(Step.PHONE) == (Step.SUMMARY, None)
