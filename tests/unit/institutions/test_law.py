"""The laws of a proposal and of an appointment, cell by cell: every act by every role is either here, or refused."""

import itertools
from datetime import date

import pytest

from divit.institutions.lifecycle import (
    APPOINTMENT,
    PROPOSAL,
    Act,
    AppointmentAct,
    AppointmentFacts,
    AppointmentState,
    Facts,
    Kind,
    State,
    may_propose,
)
from divit.institutions.limits import limits_on
from divit.kernel.actors import Role
from divit.kernel.errors import Refused

# A representative's appointment, put forward by somebody else, in time.
FREE = Facts(proposed_by="a", acting="b", concerns="c", kind=Kind.APPOINT, capacity="representative")
OWN = Facts(proposed_by="a", acting="a", concerns="c", kind=Kind.APPOINT, capacity="representative")
LATE = Facts(proposed_by="a", acting="system", kind=Kind.NEW_RULE, time_is_up=True)
FITTING = {Act.WITHDRAW: OWN, Act.EXPIRE: LATE}
L, O, S = Role.LIAISON, Role.OFFICER, Role.SYSTEM  # noqa: E741
ALLOWED = {
    ("proposed", "carry_out", L): "carried_out",
    ("proposed", "carry_out", O): "carried_out",
    ("proposed", "refuse", L): "refused",
    ("proposed", "refuse", O): "refused",
    ("proposed", "withdraw", L): "withdrawn",
    ("proposed", "withdraw", O): "withdrawn",
    ("proposed", "expire", S): "expired",
}


@pytest.mark.parametrize(("state", "act"), list(itertools.product(State, Act)))
def test_every_cell(state: State, act: Act) -> None:
    facts = FITTING.get(act, FREE)
    for role in Role:
        expected = ALLOWED.get((str(state), str(act), role))
        if expected:
            assert PROPOSAL.decide(act, role=role, state=state, facts=facts) == expected
        else:
            with pytest.raises(Refused):
                PROPOSAL.decide(act, role=role, state=state, facts=facts)


def _facts(**said: object) -> Facts:
    return Facts(**{"proposed_by": "a", "acting": "b", "kind": Kind.APPOINT, "capacity": "viewer", **said})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("act", "role", "facts", "code"),
    [
        (Act.CARRY_OUT, L, _facts(acting="a", kind=Kind.NEW_CONTRACT), "same_person"),
        (Act.CARRY_OUT, O, _facts(acting="a"), "same_person"),
        (Act.REFUSE, L, _facts(acting="a"), "same_person"),
        (Act.REFUSE, O, _facts(acting="a"), "same_person"),
        (Act.CARRY_OUT, O, _facts(concerns="b"), "about_oneself"),
        (Act.CARRY_OUT, O, _facts(capacity="officer"), "for_the_centre"),
        (Act.CARRY_OUT, O, _facts(kind=Kind.END_APPOINTMENT, capacity="officer"), "for_the_centre"),
        (Act.CARRY_OUT, O, _facts(kind=Kind.NEW_RULE, capacity=""), "for_the_centre"),
        (Act.REFUSE, O, _facts(kind=Kind.NEW_CONTRACT, capacity=""), "for_the_centre"),
        (Act.CARRY_OUT, L, _facts(time_is_up=True), "decided_too_late"),
        (Act.CARRY_OUT, O, _facts(time_is_up=True), "decided_too_late"),
        (Act.WITHDRAW, L, _facts(), "not_your_proposal"),
        (Act.WITHDRAW, O, _facts(), "not_your_proposal"),
        (Act.EXPIRE, S, _facts(), "time_not_up"),
        (Act.CARRY_OUT, O, _facts(deputy=True), "deputy_changes_no_appointment"),
        (Act.REFUSE, O, _facts(deputy=True), "deputy_changes_no_appointment"),
        (Act.CARRY_OUT, O, _facts(kind=Kind.DEPUTISE, deputy=True), "deputy_changes_no_appointment"),
        (Act.CARRY_OUT, O, _facts(kind=Kind.DEPUTISE, capacity="officer", concerns="b"), "about_oneself"),
        (Act.CARRY_OUT, O, _facts(kind=Kind.DEPUTISE, capacity="officer", acting="a"), "same_person"),
        (Act.CARRY_OUT, Role.VIEWER, _facts(), "not_your_act"),
        (Act.CARRY_OUT, S, _facts(), "not_your_act"),
    ],
)
def test_refusals_have_their_code(act: Act, role: Role, facts: Facts, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        PROPOSAL.decide(act, role=role, state=State.PROPOSED, facts=facts)
    assert refusal.value.code == code


def test_no_role_carries_out_what_it_proposed_itself() -> None:
    """Whatever it is about: one person alone changes nothing."""
    capacities = ("", "officer", "representative", "viewer")
    for role, kind, capacity in itertools.product(Role, Kind, capacities):
        facts = _facts(acting="a", kind=kind, capacity=capacity)
        assert not PROPOSAL.allows(Act.CARRY_OUT, role=role, state=State.PROPOSED, facts=facts)


def test_who_may_propose_what() -> None:
    free = {
        (role, kind, capacity)
        for role, kind, capacity in itertools.product(Role, Kind, ("officer", "representative", "viewer"))
        if may_propose(role, kind=kind, capacity=capacity)
    }
    capacities = ("officer", "representative", "viewer")
    everything = set(itertools.product([L], set(Kind) - {Kind.DEPUTISE}, capacities))
    among = set(itertools.product([O], [Kind.DEPUTISE], capacities))
    among |= set(itertools.product([O], (Kind.APPOINT, Kind.END_APPOINTMENT), ("representative", "viewer")))
    assert free == everything | among
    for role, kind, capacity in itertools.product([O], Kind, capacities):
        assert not may_propose(role, kind=kind, capacity=capacity, deputy=True)


def test_a_deputy_is_taken_back_by_one_alone() -> None:
    """And nothing else about an appointment moves without a proposal."""
    taking, standing = AppointmentAct.TAKE_BACK, AppointmentState.STANDING
    own = AppointmentFacts(acting="a", deputises_for="a")
    for role, state in itertools.product(Role, AppointmentState):
        assert APPOINTMENT.allows(taking, role=role, state=state, facts=own) == ((role, state) == (O, standing))
    for facts, code in (
        (AppointmentFacts(acting="b", deputises_for="a"), "not_your_deputy"),
        (AppointmentFacts(acting="b", deputises_for=""), "not_your_deputy"),
        (AppointmentFacts(acting="a", deputises_for="a", over=True), "deputation_over"),
    ):
        with pytest.raises(Refused, match=code):
            APPOINTMENT.decide(taking, role=O, state=standing, facts=facts)
    assert APPOINTMENT.final() == {AppointmentState.TAKEN_BACK}


def test_the_ends() -> None:
    assert PROPOSAL.final() == {State.CARRIED_OUT, State.REFUSED, State.WITHDRAWN, State.EXPIRED}
    assert PROPOSAL.starts == {State.PROPOSED}


def test_the_limits_count_both_days() -> None:
    limits = limits_on(date(2026, 1, 1))
    assert limits.officer_until(date(2026, 1, 1)) == date(2028, 12, 31)
    assert limits.deputy_until(date(2026, 1, 1)) == date(2026, 3, 1)
    assert limits.proposal_until(date(2026, 1, 1)) == date(2026, 1, 15)
    assert limits_on(date(1999, 1, 1)) == limits_on(date(2022, 4, 1))
