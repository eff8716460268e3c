"""The laws of a parcel, a consignment and a sealed PIN, cell by cell: what is not here is refused."""

import itertools
from dataclasses import replace
from typing import Any

import pytest

from divit.delivery.lifecycle import (
    CONSIGNMENT,
    PARCEL,
    PIN,
    Act,
    ConsignmentAct,
    ConsignmentFacts,
    ConsignmentState,
    Facts,
    PinAct,
    PinFacts,
    PinState,
    State,
)
from divit.kernel.actors import Role
from divit.kernel.errors import Refused

C, D, S, H, R = Role.COURIER, Role.DISPATCHER, Role.SYSTEM, Role.HOLDER, Role.REPRESENTATIVE
CHECKED = Facts(
    identity_checked=True,
    acting="staff-2",
    produced_by="staff-1",
    acting_for="ministry",
    institution="ministry",
    holder="ayse",
    consignment_open=True,
    consignment_given_up=True,
    certificate_stands=True,
)
ALLOWED = {
    ("packed", "announce", S): "handed_over",
    ("handed_over", "depart", C): "on_the_way",
    ("handed_over", "deliver", C): "delivered",
    ("on_the_way", "deliver", C): "delivered",
    ("handed_over", "return", C): "returned",
    ("on_the_way", "return", C): "returned",
    ("returned", "send_again", D): "packed",
    ("returned", "collect", D): "collected",
    ("returned", "enclose", D): "enclosed",
    ("lost", "enclose", D): "enclosed",
    ("enclosed", "receive", R): "with_representative",
    ("missing", "receive", R): "with_representative",
    ("enclosed", "miss", R): "missing",
    ("enclosed", "miss", D): "missing",
    ("with_representative", "hand_over", R): "delivered",
    ("with_representative", "return_to_centre", R): "returning",
    ("enclosed", "take_back", D): "returned",
    ("missing", "take_back", D): "returned",
    ("returning", "take_back", D): "returned",
    ("missing", "lose", D): "lost",
    ("returning", "lose", D): "lost",
    ("missing", "lose", S): "lost",
    **{(state, "lose", D): "lost" for state in ("packed", "handed_over", "on_the_way", "returned")},
    ("lost", "pack", D): "packed",
}
BOX_CHECKED = ConsignmentFacts(
    identity_checked=True, acting_for="ministry", institution="ministry", uncounted=0, addressee_acts=True
)
BOX_ALLOWED = {
    ("packed", "announce", S): "handed_over",
    ("handed_over", "depart", C): "on_the_way",
    ("handed_over", "deliver", C): "arrived",
    ("on_the_way", "deliver", C): "arrived",
    ("handed_over", "return", C): "returned",
    ("on_the_way", "return", C): "returned",
    ("arrived", "receive", R): "received",
    ("returned", "send_again", D): "packed",
    ("packed", "unpack", D): "unpacked",
    ("returned", "unpack", D): "unpacked",
    ("handed_over", "lose", D): "lost",
    ("on_the_way", "lose", D): "lost",
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


@pytest.mark.parametrize(("state", "act"), list(itertools.product(ConsignmentState, ConsignmentAct)))
def test_every_cell_of_a_consignment(state: ConsignmentState, act: ConsignmentAct) -> None:
    for role in Role:
        expected = BOX_ALLOWED.get((str(state), str(act), role))
        if expected:
            assert CONSIGNMENT.decide(act, role=role, state=state, facts=BOX_CHECKED) == expected
        else:
            with pytest.raises(Refused):
                CONSIGNMENT.decide(act, role=role, state=state, facts=BOX_CHECKED)


@pytest.mark.parametrize(
    ("act", "role", "state", "changes", "code"),
    [
        ("deliver", C, "on_the_way", {"identity_checked": False}, "consignment_identity_not_checked"),
        ("receive", R, "arrived", {"acting_for": "treasury"}, "consignment_of_another_institution"),
        ("receive", R, "arrived", {"institution": "", "acting_for": ""}, "consignment_of_another_institution"),
        ("receive", R, "arrived", {"uncounted": 1}, "pieces_not_counted"),
        ("send_again", D, "returned", {"addressee_acts": False}, "representative_no_longer"),
    ],
)
def test_refusals_of_a_consignment(act: str, role: Role, state: str, changes: dict[str, Any], code: str) -> None:
    facts = replace(BOX_CHECKED, **changes)
    with pytest.raises(Refused) as refusal:
        CONSIGNMENT.decide(ConsignmentAct(act), role=role, state=ConsignmentState(state), facts=facts)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("act", "role", "state", "changes", "code"),
    [
        ("hand_over", R, "with_representative", {"identity_checked": False}, "identity_not_checked"),
        ("hand_over", R, "with_representative", {"acting": "staff-1"}, "producer_cannot_hand_over"),
        ("hand_over", R, "with_representative", {"acting_for": "treasury"}, "card_of_another_institution"),
        ("hand_over", R, "with_representative", {"acting": "ayse"}, "own_card_needs_another"),
        (
            "hand_over",
            R,
            "with_representative",
            {"acting": "ayse", "seen_by_courier": "omer"},
            "own_card_needs_another",
        ),
        ("receive", R, "enclosed", {"consignment_open": False}, "consignment_not_opened"),
        ("receive", R, "missing", {"acting_for": "treasury"}, "card_of_another_institution"),
        ("return_to_centre", R, "with_representative", {"acting_for": ""}, "card_of_another_institution"),
        ("take_back", D, "enclosed", {"consignment_given_up": False}, "consignment_still_under_way"),
        ("miss", D, "enclosed", {"consignment_given_up": False}, "consignment_still_under_way"),
        ("lose", S, "missing", {"consignment_given_up": False}, "consignment_still_under_way"),
        ("enclose", D, "returned", {"acting": "staff-1"}, "producer_cannot_hand_over"),
        ("send_again", D, "returned", {"has_address": False}, "no_address_of_holder"),
        ("send_again", D, "returned", {"certificate_stands": False}, "certificate_closed_meanwhile"),
        ("collect", D, "returned", {"certificate_stands": False}, "certificate_closed_meanwhile"),
        ("hand_over", R, "with_representative", {"certificate_stands": False}, "certificate_closed_meanwhile"),
    ],
)
def test_refusals_on_the_way_through_a_representative(
    act: str, role: Role, state: str, changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused) as refusal:
        PARCEL.decide(Act(act), role=role, state=State(state), facts=replace(CHECKED, **changes))
    assert refusal.value.code == code


def test_the_own_card_is_taken_from_the_courier_who_saw_this_very_person() -> None:
    facts = replace(CHECKED, acting="ayse", seen_by_courier="ayse")
    assert PARCEL.decide(Act.HAND_OVER, role=R, state=State.WITH_REPRESENTATIVE, facts=facts) == State.DELIVERED


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
    assert CONSIGNMENT.final() == {ConsignmentState.RECEIVED, ConsignmentState.UNPACKED, ConsignmentState.LOST}
