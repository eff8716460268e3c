"""The laws of a parcel and of a sealed PIN, cell by cell: what is not here is refused."""

import itertools

import pytest

from divit.delivery.lifecycle import PARCEL, PIN, Act, Facts, PinAct, PinFacts, PinState, State
from divit.kernel.actors import Role
from divit.kernel.errors import Refused

C, D, S, H = Role.COURIER, Role.DISPATCHER, Role.SYSTEM, Role.HOLDER
CHECKED = Facts(identity_checked=True, acting="staff-2", produced_by="staff-1")
ALLOWED = {
    ("packed", "announce", S): "handed_over",
    ("handed_over", "depart", C): "on_the_way",
    ("handed_over", "deliver", C): "delivered",
    ("on_the_way", "deliver", C): "delivered",
    ("handed_over", "return", C): "returned",
    ("on_the_way", "return", C): "returned",
    ("returned", "send_again", D): "packed",
    ("returned", "collect", D): "collected",
    **{(state, "lose", D): "lost" for state in ("packed", "handed_over", "on_the_way", "returned")},
    ("lost", "pack", D): "packed",
}
SHOWABLE = PinFacts(card_in_hand=True, step_up=True, shown=0)
SHOWN = PinFacts(card_in_hand=True, step_up=True, shown=1)
STAFF = (S, Role.PRODUCER, Role.INSPECTOR, D)
PIN_ALLOWED = {
    ("sealed", "ask", H): "releasing",
    ("releasing", "ask", H): "releasing",
    ("releasing", "take_back", S): "sealed",
    ("releasing", "close", H): "released",
    ("releasing", "close", S): "released",
    **{("sealed", "discard", role): "discarded" for role in STAFF},
}


@pytest.mark.parametrize(("state", "act"), list(itertools.product(State, Act)))
def test_every_cell_of_a_parcel(state: State, act: Act) -> None:
    for role in Role:
        expected = ALLOWED.get((str(state), str(act), role))
        if expected:
            assert PARCEL.decide(act, role=role, state=state, facts=CHECKED) == expected
        else:
            with pytest.raises(Refused):
                PARCEL.decide(act, role=role, state=state, facts=CHECKED)


@pytest.mark.parametrize(("state", "act"), list(itertools.product(PinState, PinAct)))
def test_every_cell_of_a_pin(state: PinState, act: PinAct) -> None:
    facts = SHOWN if act is PinAct.CLOSE else SHOWABLE
    for role in Role:
        expected = PIN_ALLOWED.get((str(state), str(act), role))
        if expected:
            assert PIN.decide(act, role=role, state=state, facts=facts) == expected
        else:
            with pytest.raises(Refused):
                PIN.decide(act, role=role, state=state, facts=facts)


@pytest.mark.parametrize(
    ("act", "role", "state", "facts", "code"),
    [
        (Act.DELIVER, C, State.ON_THE_WAY, Facts(), "identity_not_checked"),
        (Act.COLLECT, D, State.RETURNED, Facts(acting="b", produced_by="a"), "identity_not_checked"),
        (
            Act.COLLECT,
            D,
            State.RETURNED,
            Facts(identity_checked=True, acting="a", produced_by="a"),
            "producer_cannot_hand_over",
        ),
    ],
)
def test_refusals_of_a_parcel(act: Act, role: Role, state: State, facts: Facts, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        PARCEL.decide(act, role=role, state=state, facts=facts)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("act", "role", "state", "facts", "code"),
    [
        (PinAct.ASK, H, PinState.SEALED, PinFacts(step_up=True), "card_not_delivered"),
        (PinAct.ASK, H, PinState.SEALED, PinFacts(card_in_hand=True), "proof_not_fresh"),
        (
            PinAct.ASK,
            H,
            PinState.RELEASING,
            PinFacts(card_in_hand=True, step_up=True, shown=3),
            "shown_too_often",
        ),
        (PinAct.ASK, H, PinState.RELEASED, SHOWABLE, "not_from_this_state"),
        (PinAct.CLOSE, H, PinState.RELEASING, SHOWABLE, "nothing_shown"),
        (PinAct.TAKE_BACK, S, PinState.RELEASING, SHOWN, "already_shown"),
        (PinAct.ASK, Role.DISPATCHER, PinState.SEALED, SHOWABLE, "not_your_act"),
    ],
)
def test_refusals_of_a_pin(act: PinAct, role: Role, state: PinState, facts: PinFacts, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        PIN.decide(act, role=role, state=state, facts=facts)
    assert refusal.value.code == code


def test_no_member_of_staff_ever_sees_a_pin() -> None:
    assert {role for rule in PIN.rules if rule.act is PinAct.ASK for role in rule.by} == {Role.HOLDER}


def test_what_is_given_or_discarded_stays_so() -> None:
    assert PIN.final() == {PinState.RELEASED, PinState.DISCARDED}
    assert PARCEL.final() == {State.DELIVERED, State.COLLECTED}
