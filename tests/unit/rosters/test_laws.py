"""The laws of a list and of a request, cell by cell: every act from every state by every role is here, or refused."""

import itertools

import pytest

from divit.kernel.actors import Role
from divit.kernel.errors import Refused
from divit.rosters.lifecycle import (
    LAW,
    ROSTER_LAW,
    STANDING,
    Act,
    Facts,
    RosterAct,
    RosterFacts,
    RosterState,
    State,
)

OFF, REP, REG, H, S = Role.OFFICER, Role.REPRESENTATIVE, Role.REGISTRAR, Role.HOLDER, Role.SYSTEM
P = Role.PROGRAM
FREE = Facts(acting="officer-2", uploaded_by="officer-1", deadline_passed=True)
ALLOWED = {
    (State.PROPOSED, Act.APPROVE, OFF): State.APPROVED,
    (State.PROPOSED, Act.REFUSE, OFF): State.REFUSED,
    **{(state, Act.REFUSE, role): State.REFUSED for state in STANDING for role in (REP, REG)},
    **{(state, Act.WITHDRAW, role): State.WITHDRAWN for state in STANDING for role in (OFF, P)},
    **{(state, Act.DECLINE, H): State.WITHDRAWN for state in STANDING},
    **{(state, Act.EXPIRE, S): State.EXPIRED for state in STANDING},
}
ROSTERS = {
    **{(RosterState.CHECKING, RosterAct.CHECK, role): RosterState.CHECKED for role in (OFF, REP, P, S)},
    **{(RosterState.CHECKED, RosterAct.CONFIRM, role): RosterState.CONFIRMED for role in (OFF, REP, P)},
    **{(RosterState.CONFIRMED, RosterAct.TAKE_IN, role): RosterState.TAKEN_IN for role in (OFF, REP, P, S)},
    **{
        (state, RosterAct.DISCARD, role): RosterState.DISCARDED
        for state in (RosterState.CHECKING, RosterState.CHECKED)
        for role in (OFF, REP, P, S)
    },
}


@pytest.mark.parametrize(("state", "act"), list(itertools.product(State, Act)))
def test_every_cell_of_a_request(state: State, act: Act) -> None:
    for role in Role:
        expected = ALLOWED.get((state, act, role))
        if expected:
            assert LAW.decide(act, role=role, state=state, facts=FREE) == expected
        else:
            with pytest.raises(Refused):
                LAW.decide(act, role=role, state=state, facts=FREE)


@pytest.mark.parametrize(("state", "act"), list(itertools.product(RosterState, RosterAct)))
def test_every_cell_of_a_list(state: RosterState, act: RosterAct) -> None:
    facts = RosterFacts(accepted=1)
    for role in Role:
        expected = ROSTERS.get((state, act, role))
        if expected:
            assert ROSTER_LAW.decide(act, role=role, state=state, facts=facts) == expected
        else:
            with pytest.raises(Refused):
                ROSTER_LAW.decide(act, role=role, state=state, facts=facts)


@pytest.mark.parametrize(
    ("act", "role", "facts", "code"),
    [
        (Act.APPROVE, OFF, Facts(acting="a", uploaded_by="a"), "uploader_may_not_approve"),
        (Act.APPROVE, OFF, Facts(acting="a", holds_the_programs_key=True), "key_holder_may_not_approve"),
        (Act.APPROVE, OFF, Facts(acting="a", tied_to_the_uploader=True), "deputation_may_not_approve"),
        (Act.WITHDRAW, OFF, Facts(in_production=True), "request_in_production"),
        (Act.DECLINE, H, Facts(in_production=True), "request_in_production"),
        (Act.EXPIRE, S, Facts(), "request_deadline_ahead"),
        (Act.EXPIRE, S, Facts(deadline_passed=True, application_under_way=True), "request_application_under_way"),
    ],
)
def test_refusals_have_their_code(act: Act, role: Role, facts: Facts, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        LAW.decide(act, role=role, state=State.PROPOSED, facts=facts)
    assert refusal.value.code == code


def test_a_list_without_a_good_row_asks_for_nothing() -> None:
    with pytest.raises(Refused, match="no_row_accepted"):
        ROSTER_LAW.decide(RosterAct.CONFIRM, role=OFF, state=RosterState.CHECKED, facts=RosterFacts())
    with pytest.raises(Refused, match="rows_left_to_take_in"):
        ROSTER_LAW.decide(
            RosterAct.TAKE_IN, role=S, state=RosterState.CONFIRMED, facts=RosterFacts(accepted=1, rows_left=True)
        )


def test_what_is_over_is_over() -> None:
    assert LAW.final() == {State.REFUSED, State.WITHDRAWN, State.EXPIRED}
    assert ROSTER_LAW.final() == {RosterState.TAKEN_IN, RosterState.DISCARDED}
