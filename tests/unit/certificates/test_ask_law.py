"""The law of wishes to open a certificate, written a second time: every act, from every state, by every role."""

from dataclasses import replace
from itertools import product

import pytest

from divit.certificates.lifecycle import ASK_LAW, AskAct, AskFacts, AskState
from divit.kernel.actors import Role
from divit.kernel.errors import Refused

PERMITTED = {
    (AskAct.AGREE, Role.REGISTRAR): AskState.AGREED,
    (AskAct.DECLINE, Role.REGISTRAR): AskState.DECLINED,
    (AskAct.TAKE_BACK, Role.REGISTRAR): AskState.TAKEN_BACK,
    (AskAct.LAPSE, Role.SYSTEM): AskState.LAPSED,
}
# For each act the facts under which nothing stands in its way.
CLEAR = {
    AskAct.AGREE: AskFacts(own=False),
    AskAct.DECLINE: AskFacts(own=False, hold_stands=False),
    AskAct.TAKE_BACK: AskFacts(own=True),
    AskAct.LAPSE: AskFacts(own=False, hold_stands=False),
}


@pytest.mark.parametrize(("act", "state", "role"), list(product(AskAct, AskState, Role)))
def test_every_cell(act: AskAct, state: AskState, role: Role) -> None:
    target = PERMITTED.get((act, role)) if state is AskState.ASKED else None
    if target is not None:
        assert ASK_LAW.decide(act, role=role, state=state, facts=CLEAR[act]) == target
    else:
        with pytest.raises(Refused):
            ASK_LAW.decide(act, role=role, state=state, facts=CLEAR[act])


@pytest.mark.parametrize(
    ("act", "changed", "code"),
    [
        (AskAct.AGREE, {"own": True}, "asked_by_yourself"),
        (AskAct.AGREE, {"asker_at_desk": False}, "asker_left_the_desk"),
        (AskAct.AGREE, {"hold_stands": False}, "hold_is_over"),
        (AskAct.AGREE, {"overdue": True}, "ask_waits_too_long"),
        (AskAct.DECLINE, {"own": True}, "asked_by_yourself"),
        (AskAct.TAKE_BACK, {"own": False}, "not_asked_by_yourself"),
        (AskAct.LAPSE, {"hold_stands": True}, "ask_still_good"),
    ],
)
def test_what_stands_in_the_way(act: AskAct, changed: dict[str, bool], code: str) -> None:
    role = next(role for of, role in PERMITTED if of is act)
    with pytest.raises(Refused, match=code):
        ASK_LAW.decide(act, role=role, state=AskState.ASKED, facts=replace(CLEAR[act], **changed))
    seen = {rule.act: {guard.__name__ for guard in rule.unless} for rule in ASK_LAW.rules}
    assert code in seen[act]


def test_a_wish_also_lapses_by_age_alone() -> None:
    facts = AskFacts(own=False, overdue=True)
    assert ASK_LAW.decide(AskAct.LAPSE, role=Role.SYSTEM, state=AskState.ASKED, facts=facts) == AskState.LAPSED
