"""The law of a code, written a second time: every cell that is not listed here is refused."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from divit.kernel.actors import Role
from divit.kernel.errors import Refused
from divit.verification.lifecycle import LAW, TRIES, Act, Facts, State

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ALIVE = Facts(now=NOW, expires_at=NOW + timedelta(seconds=1), tries=1, matches=True)
OVER = Facts(now=NOW, expires_at=NOW, tries=TRIES, matches=False)

PERMITTED = {
    (Act.PROVE, State.SENT, Role.HOLDER): (ALIVE, State.PROVEN),
    (Act.REPLACE, State.SENT, Role.HOLDER): (ALIVE, State.EXPIRED),
    (Act.EXPIRE, State.SENT, Role.SYSTEM): (OVER, State.EXPIRED),
    (Act.LOCK, State.SENT, Role.SYSTEM): (OVER, State.LOCKED),
}


@pytest.mark.parametrize(("act", "state", "role"), list(product(Act, State, Role)))
def test_every_cell(act: Act, state: State, role: Role) -> None:
    allowed = PERMITTED.get((act, state, role))
    if allowed:
        facts, target = allowed
        assert LAW.decide(act, role=role, state=state, facts=facts) == target
        return
    for facts in (ALIVE, OVER):
        with pytest.raises(Refused) as refusal:
            LAW.decide(act, role=role, state=state, facts=facts)
        assert refusal.value.code in {"not_your_act", "not_from_this_state"}


@pytest.mark.parametrize(
    ("act", "role", "facts", "code"),
    [
        (Act.PROVE, Role.HOLDER, Facts(now=NOW, expires_at=NOW, tries=1, matches=True), "code_expired"),
        (Act.PROVE, Role.HOLDER, Facts(now=NOW, expires_at=NOW + timedelta(1), tries=1, matches=False), "code_wrong"),
        (Act.EXPIRE, Role.SYSTEM, ALIVE, "code_still_lives"),
        (Act.LOCK, Role.SYSTEM, ALIVE, "tries_are_left"),
    ],
)
def test_each_guard_refuses(act: Act, role: Role, facts: Facts, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        LAW.decide(act, role=role, state=State.SENT, facts=facts)
    assert refusal.value.code == code


def test_nothing_leads_out_of_the_ends() -> None:
    assert LAW.final() == {State.PROVEN, State.EXPIRED, State.LOCKED}
    assert all(rule.basis for rule in LAW.rules)
