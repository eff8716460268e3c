"""The law of a program, cell by cell, and the few acts that a program itself may do in the other laws."""

import itertools

import pytest

from divit.connections.lifecycle import PROGRAM, Act, Facts, State
from divit.kernel.actors import Role
from divit.kernel.errors import Refused
from divit.project.laws import LAWS

FREE = Facts(asked_by="a", acting="b")
OWN = Facts(asked_by="a", acting="a")
LATE = Facts(asked_by="a", acting="system", time_is_up=True)
DEPUTY = Facts(asked_by="a", acting="b", deputy=True)
FITTING = {Act.WITHDRAW: OWN, Act.EXPIRE: LATE}
ALLOWED = {
    ("proposed", "confirm", Role.OFFICER): "open",
    ("proposed", "refuse", Role.OFFICER): "refused",
    ("proposed", "withdraw", Role.OFFICER): "withdrawn",
    ("proposed", "expire", Role.SYSTEM): "expired",
    ("open", "renew_key", Role.OFFICER): "open",
    ("open", "close", Role.OFFICER): "closed",
}
# Everything that software may ever do to anything; each is reading's other half, none is a second pair of eyes.
BY_PROGRAM = {
    *(("roster", act) for act in ("check", "confirm", "take_in", "discard")),
    ("request", "withdraw"),
    ("application", "withdraw"),
    ("card_order", "cancel"),
    ("certificate", "suspend"),
}


@pytest.mark.parametrize(("state", "act"), list(itertools.product(State, Act)))
def test_every_cell(state: State, act: Act) -> None:
    facts = FITTING.get(act, FREE)
    for role in Role:
        expected = ALLOWED.get((str(state), str(act), role))
        if expected:
            assert PROGRAM.decide(act, role=role, state=state, facts=facts) == expected
        else:
            with pytest.raises(Refused):
                PROGRAM.decide(act, role=role, state=state, facts=facts)


@pytest.mark.parametrize(
    ("act", "state", "facts", "code"),
    [
        (Act.CONFIRM, State.PROPOSED, DEPUTY, "program_not_by_deputy"),
        (Act.REFUSE, State.PROPOSED, DEPUTY, "program_not_by_deputy"),
        (Act.RENEW_KEY, State.OPEN, DEPUTY, "program_not_by_deputy"),
        (Act.CONFIRM, State.PROPOSED, OWN, "program_asked_by_you"),
        (Act.REFUSE, State.PROPOSED, OWN, "program_asked_by_you"),
        (Act.WITHDRAW, State.PROPOSED, FREE, "program_not_asked_by_you"),
        (Act.CONFIRM, State.PROPOSED, Facts(asked_by="a", acting="b", time_is_up=True), "program_decided_too_late"),
        (Act.CONFIRM, State.PROPOSED, Facts(asked_by="a", acting="b", last_day_over=True), "program_last_day_over"),
        (Act.RENEW_KEY, State.OPEN, Facts(asked_by="a", acting="b", last_day_over=True), "program_last_day_over"),
    ],
)
def test_refusals_have_their_code(act: Act, state: State, facts: Facts, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        PROGRAM.decide(act, role=Role.OFFICER, state=state, facts=facts)
    assert refusal.value.code == code


def test_closing_is_easy_for_a_deputy_too() -> None:
    assert PROGRAM.allows(Act.CLOSE, role=Role.OFFICER, state=State.OPEN, facts=DEPUTY)


def test_what_a_program_may_do_is_all_here() -> None:
    found = {(law.name, str(rule.act)) for law in LAWS for rule in law.rules if Role.PROGRAM in rule.by}
    assert found == BY_PROGRAM
