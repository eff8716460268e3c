"""The law of certificates, written a second time: every act, from every state, by every role."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from divit.certificates.lifecycle import (
    INTENT_LAW,
    LAW,
    Act,
    Facts,
    HoldCause,
    IntentAct,
    IntentFacts,
    IntentState,
    State,
)
from divit.kernel.actors import Role
from divit.kernel.errors import Refused
from divit.pki.reasons import Reason

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

PERMITTED = {
    (Act.SUSPEND, State.VALID, Role.HOLDER): State.SUSPENDED,
    (Act.SUSPEND, State.VALID, Role.OFFICER): State.SUSPENDED,
    (Act.SUSPEND, State.VALID, Role.PROGRAM): State.SUSPENDED,
    (Act.SUSPEND, State.VALID, Role.REGISTRAR): State.SUSPENDED,
    (Act.REINSTATE, State.SUSPENDED, Role.HOLDER): State.VALID,
    (Act.REINSTATE, State.SUSPENDED, Role.REGISTRAR): State.VALID,
    (Act.REVOKE, State.VALID, Role.HOLDER): State.REVOKED,
    (Act.REVOKE, State.VALID, Role.OFFICER): State.REVOKED,
    (Act.REVOKE, State.VALID, Role.REGISTRAR): State.REVOKED,
    (Act.REVOKE, State.VALID, Role.SYSTEM): State.REVOKED,
    (Act.REVOKE, State.SUSPENDED, Role.HOLDER): State.REVOKED,
    (Act.REVOKE, State.SUSPENDED, Role.OFFICER): State.REVOKED,
    (Act.REVOKE, State.SUSPENDED, Role.REGISTRAR): State.REVOKED,
    (Act.REVOKE, State.SUSPENDED, Role.SYSTEM): State.REVOKED,
    (Act.WAIVE, State.SUSPENDED, Role.OFFICER): State.SUSPENDED,
}
HELD_FOR = {Act.WAIVE: HoldCause.INSTITUTION}


def facts(asker: Role, **more: object) -> Facts:
    """Everything proven, nothing in the way."""
    plain = Facts(
        now=NOW,
        not_after=NOW + timedelta(days=1),
        asker=asker,
        hold_cause=HoldCause.HOLDER,
        step_up=True,
        caller_proven=True,
        second_person=True,
    )
    return replace(plain, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(("act", "state", "role"), list(product(Act, State, Role)))
def test_every_cell(act: Act, state: State, role: Role) -> None:
    expected = PERMITTED.get((act, state, role))
    cause = HELD_FOR.get(act, HoldCause.HOLDER)
    if expected is not None:
        assert LAW.decide(act, role=role, state=state, facts=facts(role, hold_cause=cause)) is expected
        return
    with pytest.raises(Refused) as refusal:
        LAW.decide(act, role=role, state=state, facts=facts(role, hold_cause=cause))
    known = any((act, other, role) in PERMITTED for other in State)
    assert refusal.value.code == ("not_from_this_state" if known else "not_your_act")


HOLDER, REGISTRAR, OFFICER, SYSTEM = Role.HOLDER, Role.REGISTRAR, Role.OFFICER, Role.SYSTEM
EXPIRED = {"not_after": NOW - timedelta(seconds=1)}


@pytest.mark.parametrize(
    ("act", "state", "role", "changed", "code"),
    [
        (Act.SUSPEND, State.VALID, HOLDER, EXPIRED, "certificate_expired"),
        (Act.REINSTATE, State.SUSPENDED, HOLDER, EXPIRED, "certificate_expired"),
        (Act.REVOKE, State.VALID, HOLDER, EXPIRED, "certificate_expired"),
        (Act.REVOKE, State.SUSPENDED, SYSTEM, EXPIRED, "certificate_expired"),
        (Act.SUSPEND, State.VALID, HOLDER, {"concerns_asker": False}, "not_your_certificate"),
        (Act.REINSTATE, State.SUSPENDED, HOLDER, {"concerns_asker": False}, "not_your_certificate"),
        (Act.REVOKE, State.VALID, OFFICER, {"concerns_asker": False}, "not_your_certificate"),
        (Act.REVOKE, State.VALID, HOLDER, {"reason": Reason.AFFILIATION_CHANGED}, "reason_not_open_to_asker"),
        (Act.REVOKE, State.VALID, OFFICER, {"reason": Reason.KEY_COMPROMISE}, "reason_not_open_to_asker"),
        (Act.REVOKE, State.VALID, SYSTEM, {"reason": Reason.KEY_COMPROMISE}, "reason_not_open_to_asker"),
        (Act.SUSPEND, State.VALID, OFFICER, {"reason": Reason.SUPERSEDED}, "reason_not_open_to_asker"),
        (Act.REVOKE, State.VALID, HOLDER, {"reason": Reason.CERTIFICATE_HOLD}, "hold_is_no_revocation"),
        (Act.REINSTATE, State.SUSPENDED, HOLDER, {"step_up": False}, "step_up_missing"),
        (
            Act.REINSTATE, State.SUSPENDED, HOLDER,
            {"hold_cause": HoldCause.INSTITUTION}, "suspended_by_someone_else_for_cause",
        ),
        (
            Act.REINSTATE, State.SUSPENDED, HOLDER,
            {"hold_cause": HoldCause.CENTRE}, "suspended_by_someone_else_for_cause",
        ),
        (Act.REINSTATE, State.SUSPENDED, REGISTRAR, {"second_person": False}, "second_person_missing"),
        (Act.SUSPEND, State.VALID, REGISTRAR, {"caller_proven": False}, "caller_not_proven"),
        (Act.WAIVE, State.SUSPENDED, OFFICER, {"hold_cause": HoldCause.HOLDER}, "not_held_for_the_institution"),
        (Act.WAIVE, State.SUSPENDED, OFFICER, {"hold_cause": HoldCause.CENTRE}, "not_held_for_the_institution"),
        (
            Act.WAIVE, State.SUSPENDED, OFFICER,
            {"hold_cause": HoldCause.INSTITUTION, "asker_is_holder": True}, "waived_for_oneself",
        ),
        (
            Act.WAIVE, State.SUSPENDED, OFFICER,
            {"hold_cause": HoldCause.INSTITUTION, "concerns_asker": False}, "not_your_certificate",
        ),
        (Act.WAIVE, State.SUSPENDED, OFFICER, {"hold_cause": HoldCause.INSTITUTION, **EXPIRED}, "certificate_expired"),
    ],
)  # fmt: skip
def test_each_guard_refuses_by_its_name(
    act: Act, state: State, role: Role, changed: dict[str, object], code: str
) -> None:
    with pytest.raises(Refused) as refusal:
        LAW.decide(act, role=role, state=state, facts=facts(role, **changed))
    assert refusal.value.code == code


def test_every_guard_is_tried_above() -> None:
    tried = {case[4] for case in test_each_guard_refuses_by_its_name.pytestmark[0].args[1]}  # type: ignore[attr-defined]
    assert tried == LAW.guards()


def test_a_certificate_that_waits_for_its_holder_is_opened_by_the_holder() -> None:
    born = facts(HOLDER, hold_cause=HoldCause.BIRTH)
    assert LAW.decide(Act.REINSTATE, role=HOLDER, state=State.SUSPENDED, facts=born) is State.VALID


def test_the_centre_suspends_on_its_own_account_without_a_caller() -> None:
    own = facts(REGISTRAR, hold_cause=HoldCause.CENTRE, caller_proven=False)
    assert LAW.decide(Act.SUSPEND, role=REGISTRAR, state=State.VALID, facts=own) is State.SUSPENDED


def test_revoked_is_the_only_end() -> None:
    assert LAW.final() == {State.REVOKED}
    assert all(rule.basis for rule in LAW.rules)


def test_an_officer_gives_leavers_reasons_and_no_others() -> None:
    for reason in Reason:
        allowed = LAW.allows(Act.REVOKE, role=OFFICER, state=State.VALID, facts=facts(OFFICER, reason=reason))
        assert allowed is (reason is Reason.AFFILIATION_CHANGED)


def test_buttons() -> None:
    def open_to(state: State) -> list[Act]:
        return [Act(act) for act in LAW.open_to(role=HOLDER, state=state, facts=facts(HOLDER))]

    assert open_to(State.VALID) == [Act.SUSPEND, Act.REVOKE]
    assert open_to(State.SUSPENDED) == [Act.REINSTATE, Act.REVOKE]
    assert open_to(State.REVOKED) == []


INTENT_PERMITTED = {
    **{(IntentAct.LINT, IntentState.RESERVED, r): IntentState.LINTED for r in (Role.PRODUCER, SYSTEM)},
    (IntentAct.BEGIN_SIGNING, IntentState.LINTED, SYSTEM): IntentState.SIGNING,
    (IntentAct.SIGN, IntentState.SIGNING, SYSTEM): IntentState.SIGNED,
    **{
        (IntentAct.ABANDON, state, role): IntentState.ABANDONED
        for state in (IntentState.RESERVED, IntentState.LINTED, IntentState.SIGNING)
        for role in (Role.PRODUCER, SYSTEM)
    },
}


@pytest.mark.parametrize(("act", "state", "role"), list(product(IntentAct, IntentState, Role)))
def test_every_cell_of_the_intent(act: IntentAct, state: IntentState, role: Role) -> None:
    expected = INTENT_PERMITTED.get((act, state, role))
    assert INTENT_LAW.allows(act, role=role, state=state, facts=IntentFacts()) is (expected is not None)
    if expected is not None:
        assert INTENT_LAW.decide(act, role=role, state=state, facts=IntentFacts()) is expected


def test_what_was_not_stored_is_not_signed() -> None:
    with pytest.raises(Refused, match="signed_something_else"):
        INTENT_LAW.decide(
            IntentAct.SIGN, role=SYSTEM, state=IntentState.SIGNING, facts=IntentFacts(signed_as_stored=False)
        )


def test_ends_of_an_intent() -> None:
    assert INTENT_LAW.final() == {IntentState.SIGNED, IntentState.ABANDONED}
