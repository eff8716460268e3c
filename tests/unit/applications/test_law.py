"""The law of an application, cell by cell: every act × role × state, and every guard."""

import itertools

import pytest

from divit.applications.lifecycle import LAW, Act, Facts, State
from divit.kernel.actors import Role
from divit.kernel.errors import Refused

H, REP, OFF, REG, PROD, DISP, COU, SYS = (
    Role.HOLDER,
    Role.REPRESENTATIVE,
    Role.OFFICER,
    Role.REGISTRAR,
    Role.PRODUCER,
    Role.DISPATCHER,
    Role.COURIER,
    Role.SYSTEM,
)
# Written out by hand from design/laws.md, so that a changed rule is noticed here.
PERMITTED: dict[tuple[Act, Role, State], State] = {
    (Act.SUBMIT, H, State.DRAFT): State.OPEN,
    (Act.AMEND, H, State.OPEN): State.OPEN,
    (Act.RETURN_FORM, REP, State.OPEN): State.OPEN,
    (Act.RETURN_FORM, REG, State.OPEN): State.OPEN,
    (Act.RELEASE, SYS, State.OPEN): State.RELEASED,
    (Act.PRODUCE, SYS, State.RELEASED): State.PRODUCED,
    (Act.PRODUCE, PROD, State.RELEASED): State.PRODUCED,
    (Act.DELIVER, SYS, State.PRODUCED): State.DELIVERED,
    (Act.DELIVER, COU, State.PRODUCED): State.DELIVERED,
    (Act.DELIVER, DISP, State.PRODUCED): State.DELIVERED,
    (Act.CLOSE, SYS, State.DELIVERED): State.CLOSED,
    (Act.CLOSE, H, State.DELIVERED): State.CLOSED,
    (Act.WITHDRAW, H, State.DRAFT): State.WITHDRAWN,
    (Act.WITHDRAW, H, State.OPEN): State.WITHDRAWN,
    (Act.WITHDRAW, H, State.RELEASED): State.WITHDRAWN,
    (Act.WITHDRAW, OFF, State.DRAFT): State.WITHDRAWN,
    (Act.WITHDRAW, OFF, State.OPEN): State.WITHDRAWN,
    (Act.WITHDRAW, OFF, State.RELEASED): State.WITHDRAWN,
    **{(Act.WITHDRAW, Role.PROGRAM, state): State.WITHDRAWN for state in (State.DRAFT, State.OPEN, State.RELEASED)},
    (Act.REJECT, OFF, State.DRAFT): State.REJECTED,
    (Act.REJECT, OFF, State.OPEN): State.REJECTED,
    (Act.REJECT, REP, State.OPEN): State.REJECTED,
    (Act.REJECT, REG, State.OPEN): State.REJECTED,
    (Act.DISMISS, OFF, State.OPEN): State.REJECTED,
    (Act.DISMISS, OFF, State.RELEASED): State.REJECTED,
    (Act.LAPSE, SYS, State.DRAFT): State.LAPSED,
    (Act.LAPSE, SYS, State.OPEN): State.LAPSED,
}
NOTHING_IN_THE_WAY = Facts(deadline_passed=True, institution_pays=True)


@pytest.mark.parametrize(("act", "role", "state"), list(itertools.product(Act, Role, State)))
def test_every_cell(act: Act, role: Role, state: State) -> None:
    target = PERMITTED.get((act, role, state))
    if target is None:
        with pytest.raises(Refused) as refusal:
            LAW.decide(act, role=role, state=state, facts=NOTHING_IN_THE_WAY)
        assert refusal.value.code in {"not_your_act", "not_from_this_state"}
    else:
        assert LAW.decide(act, role=role, state=state, facts=NOTHING_IN_THE_WAY) is target


@pytest.mark.parametrize(
    ("act", "role", "state", "facts", "code"),
    [
        (Act.SUBMIT, H, State.DRAFT, Facts(steps_left=True), "steps_missing"),
        (Act.SUBMIT, H, State.DRAFT, Facts(kind_fits=False), "kind_unfit"),
        (Act.SUBMIT, H, State.DRAFT, Facts(list_accepted=False), "closing_list_not_accepted"),
        (Act.SUBMIT, H, State.DRAFT, Facts(phone_proven=False), "phone_not_proven"),
        (Act.AMEND, H, State.OPEN, Facts(form_in=True), "form_already_received"),
        (Act.RETURN_FORM, REP, State.OPEN, Facts(form_in=True), "form_already_received"),
        (Act.REJECT, REP, State.OPEN, Facts(form_in=True), "form_already_received"),
        (Act.DISMISS, OFF, State.OPEN, Facts(in_production=True), "production_has_begun"),
        (Act.DISMISS, OFF, State.RELEASED, Facts(in_production=True), "production_has_begun"),
        (Act.RELEASE, SYS, State.OPEN, Facts(requirements_left=True), "requirements_open"),
        (Act.WITHDRAW, H, State.RELEASED, Facts(in_production=True), "too_late_to_withdraw"),
        (Act.WITHDRAW, OFF, State.OPEN, Facts(), "not_paid_by_institution"),
        (Act.WITHDRAW, OFF, State.RELEASED, Facts(institution_pays=True, in_production=True), "too_late_to_withdraw"),
        (Act.REJECT, OFF, State.OPEN, Facts(), "not_paid_by_institution"),
        (Act.LAPSE, SYS, State.OPEN, Facts(deadline_passed=False), "deadline_ahead"),
        (Act.LAPSE, SYS, State.DRAFT, Facts(deadline_passed=False), "deadline_ahead"),
        (Act.LAPSE, SYS, State.OPEN, Facts(deadline_passed=True, clock_alone_awaited=True), "nothing_left_to_do"),
    ],
)
def test_every_guard_says_no_under_its_own_name(act: Act, role: Role, state: State, facts: Facts, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        LAW.decide(act, role=role, state=state, facts=facts)
    assert refusal.value.code == code
    assert code in LAW.guards()


def test_a_form_that_is_in_does_not_keep_a_leavers_application() -> None:
    assert LAW.decide(Act.DISMISS, role=OFF, state=State.OPEN, facts=Facts(form_in=True)) is State.REJECTED


def test_what_is_over_is_over() -> None:
    assert LAW.final() == {State.CLOSED, State.WITHDRAWN, State.REJECTED, State.LAPSED}
