"""The law of a card order, cell by cell: every act from every state by every role is either here, or refused."""

import itertools

import pytest

from divit.kernel.actors import Role
from divit.kernel.errors import Invalid, Refused
from divit.production.lifecycle import CARD_ORDER, Act, Facts, State
from divit.production.products import validity_years

FREE = Facts(acting="staff-2", produced_by="staff-1")
STANDING = Facts(acting="staff-2", produced_by="staff-1", living_certificate=True, signing_given_up=True)
P, I, D, S, H = Role.PRODUCER, Role.INSPECTOR, Role.DISPATCHER, Role.SYSTEM, Role.HOLDER  # noqa: E741
ALLOWED = {
    ("queued", "take", P): "personalising",
    ("queued", "cancel", H): "cancelled",
    ("queued", "cancel", S): "cancelled",
    ("queued", "cancel", Role.OFFICER): "cancelled",
    ("queued", "cancel", Role.PROGRAM): "cancelled",
    ("personalising", "certify", S): "certifying",
    ("personalising", "spoil", S): "spoiled",
    ("personalising", "spoil", P): "spoiled",
    ("certifying", "spoil", S): "spoiled",
    ("certifying", "issue", S): "loading",
    ("loading", "load", S): "produced",
    ("loading", "spoil", S): "spoiled",
    ("loading", "spoil", P): "spoiled",
    ("produced", "inspect", I): "inspected",
    ("produced", "spoil", P): "spoiled",
    ("produced", "spoil", I): "spoiled",
    ("inspected", "dispatch", D): "dispatched",
    ("inspected", "spoil", D): "spoiled",
    ("dispatched", "spoil", D): "spoiled",
    ("dispatched", "spoil", S): "spoiled",
    ("spoiled", "requeue", P): "queued",
    ("spoiled", "requeue", S): "queued",
}


@pytest.mark.parametrize(("state", "act"), list(itertools.product(State, Act)))
def test_every_cell(state: State, act: Act) -> None:
    facts = FREE if act is Act.REQUEUE else STANDING
    for role in Role:
        expected = ALLOWED.get((str(state), str(act), role))
        if expected:
            assert CARD_ORDER.decide(act, role=role, state=state, facts=facts) == expected
        else:
            with pytest.raises(Refused):
                CARD_ORDER.decide(act, role=role, state=state, facts=facts)


@pytest.mark.parametrize(
    ("act", "role", "state", "facts", "code"),
    [
        (Act.INSPECT, I, State.PRODUCED, Facts(acting="a", produced_by="a"), "same_person_twice"),
        (Act.DISPATCH, D, State.INSPECTED, Facts(acting="a", produced_by="a"), "same_person_twice"),
        (Act.INSPECT, I, State.PRODUCED, FREE, "certificate_does_not_stand"),
        (Act.DISPATCH, D, State.INSPECTED, FREE, "certificate_does_not_stand"),
        (Act.REQUEUE, P, State.SPOILED, Facts(living_certificate=True), "certificate_still_lives"),
        (Act.REQUEUE, P, State.SPOILED, Facts(holder_left=True), "holder_has_left"),
        (Act.CANCEL, H, State.QUEUED, Facts(cards_made=1), "card_already_taken"),
        (Act.DISPATCH, D, State.PRODUCED, FREE, "not_from_this_state"),
        (Act.SPOIL, S, State.CERTIFYING, FREE, "certificate_may_still_come"),
        (Act.SPOIL, I, State.CERTIFYING, FREE, "not_from_this_state"),
        (Act.INSPECT, P, State.PRODUCED, FREE, "not_your_act"),
    ],
)
def test_refusals_have_their_code(act: Act, role: Role, state: State, facts: Facts, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        CARD_ORDER.decide(act, role=role, state=state, facts=facts)
    assert refusal.value.code == code


def test_nobody_wanders_past_inspection() -> None:
    """Every way from the queue to the courier passes `inspect`."""
    without = {(s, t) for s, act, t in CARD_ORDER.moves() if act != "inspect"}
    reached = {"queued"}
    while more := {t for s, t in without if s in reached} - reached:
        reached |= more
    assert "dispatched" not in reached


def test_the_ends() -> None:
    """A dispatched card ends the order, unless it is lost before anybody took it."""
    assert CARD_ORDER.final() == {State.CANCELLED}
    assert {(act, target) for source, act, target in CARD_ORDER.moves() if source == "dispatched"} == {
        ("spoil", "spoiled")
    }


@pytest.mark.parametrize(("product", "years"), [("nes-1y", 1), ("nes-2y", 2), ("nes-3y", 3)])
def test_a_product_says_its_years(product: str, years: int) -> None:
    assert validity_years(product) == years


@pytest.mark.parametrize("product", ["", "nes-0y", "nes-9y", "nes-3y ", "reader-mini", "nes-33y"])
def test_other_products_are_not_certificates(product: str) -> None:
    with pytest.raises(Invalid, match="product_unknown"):
        validity_years(product)
