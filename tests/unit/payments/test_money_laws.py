"""The laws of charge and attempt, written a second time: every cell that is not listed here is refused."""

from enum import StrEnum
from itertools import product
from typing import Any

import pytest

from divit.kernel.actors import Role
from divit.kernel.errors import Refused
from divit.payments.lifecycle import (
    ATTEMPT_LAW,
    CHARGE_LAW,
    AttemptAct,
    AttemptFacts,
    AttemptState,
    ChargeAct,
    ChargeFacts,
    ChargeState,
)

BANK = {Role.BANK, Role.SYSTEM}
ENDERS = {Role.HOLDER, Role.REPRESENTATIVE, Role.OFFICER, Role.REGISTRAR, Role.SYSTEM}
S, C = AttemptState, ChargeState
EXACT = ChargeFacts(due=20400, received=20400)
TAKEN = AttemptFacts(asked=20400, in_books=20400)
NOT_TAKEN = AttemptFacts(asked=20400)
BACK = AttemptFacts(asked=20400, in_books=20400, taken_back=True)

CHARGE_CELLS = {
    (ChargeAct.PAY, C.DUE): (BANK, C.PAID, EXACT),
    (ChargeAct.CANCEL, C.DUE): (ENDERS, C.CANCELLED, EXACT),
    (ChargeAct.REFUND, C.PAID): (ENDERS, C.REFUNDED, EXACT),
}
ATTEMPT_CELLS = {
    (AttemptAct.LOSE_SIGHT, S.STARTED): (BANK, S.UNKNOWN, NOT_TAKEN),
    (AttemptAct.APPROVE, S.STARTED): (BANK, S.APPROVED, TAKEN),
    (AttemptAct.APPROVE, S.UNKNOWN): (BANK, S.APPROVED, TAKEN),
    (AttemptAct.APPROVE, S.DECLINED): (BANK, S.APPROVED, TAKEN),
    (AttemptAct.DECLINE, S.STARTED): (BANK, S.DECLINED, NOT_TAKEN),
    (AttemptAct.DECLINE, S.UNKNOWN): (BANK, S.DECLINED, NOT_TAKEN),
    (AttemptAct.TURN_AWAY, S.STARTED): (BANK, S.RETURNING, TAKEN),
    (AttemptAct.TURN_AWAY, S.UNKNOWN): (BANK, S.RETURNING, TAKEN),
    (AttemptAct.TURN_AWAY, S.DECLINED): (BANK, S.RETURNING, TAKEN),
    (AttemptAct.REFUND, S.APPROVED): (ENDERS, S.RETURNING, TAKEN),
    (AttemptAct.CONFIRM_RETURN, S.RETURNING): (BANK, S.RETURNED, BACK),
}


def _check(law: Any, cells: dict[Any, Any], act: StrEnum, state: StrEnum, role: Role, tries: list[Any]) -> None:
    roles, target, facts = cells.get((act, state), (set(), None, None))
    if role in roles:
        assert law.decide(act, role=role, state=state, facts=facts) == target
        return
    for each in tries:
        with pytest.raises(Refused) as refusal:
            law.decide(act, role=role, state=state, facts=each)
        assert refusal.value.code in {"not_your_act", "not_from_this_state"}


@pytest.mark.parametrize(("act", "state", "role"), list(product(ChargeAct, ChargeState, Role)))
def test_every_cell_of_a_charge(act: ChargeAct, state: ChargeState, role: Role) -> None:
    _check(CHARGE_LAW, CHARGE_CELLS, act, state, role, [EXACT])


@pytest.mark.parametrize(("act", "state", "role"), list(product(AttemptAct, AttemptState, Role)))
def test_every_cell_of_an_attempt(act: AttemptAct, state: AttemptState, role: Role) -> None:
    _check(ATTEMPT_LAW, ATTEMPT_CELLS, act, state, role, [TAKEN, NOT_TAKEN, BACK])


@pytest.mark.parametrize(
    ("act", "state", "facts", "code"),
    [
        (AttemptAct.APPROVE, S.UNKNOWN, NOT_TAKEN, "books_do_not_hold_it"),
        (AttemptAct.APPROVE, S.UNKNOWN, AttemptFacts(asked=1, in_books=2), "books_hold_another_amount"),
        (AttemptAct.DECLINE, S.UNKNOWN, TAKEN, "books_hold_it"),
        (AttemptAct.TURN_AWAY, S.UNKNOWN, NOT_TAKEN, "books_do_not_hold_it"),
        (AttemptAct.CONFIRM_RETURN, S.RETURNING, TAKEN, "bank_has_not_given_back"),
    ],
)
def test_each_guard_of_an_attempt(act: AttemptAct, state: AttemptState, facts: AttemptFacts, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        ATTEMPT_LAW.decide(act, role=Role.BANK, state=state, facts=facts)
    assert refusal.value.code == code


@pytest.mark.parametrize("received", [0, 20399, 20401, 40800])
def test_a_charge_is_paid_exactly(received: int) -> None:
    facts = ChargeFacts(due=20400, received=received)
    with pytest.raises(Refused) as refusal:
        CHARGE_LAW.decide(ChargeAct.PAY, role=Role.BANK, state=C.DUE, facts=facts)
    assert refusal.value.code == "amount_differs"


def test_ends_and_reasons() -> None:
    assert CHARGE_LAW.final() == {C.CANCELLED, C.REFUNDED}
    assert ATTEMPT_LAW.final() == {S.RETURNED}
    assert all(rule.basis for law in (CHARGE_LAW, ATTEMPT_LAW) for rule in law.rules)
