"""The laws of a scan: every act from every state by every role is here, or refused."""

import itertools
from dataclasses import replace

import pytest

from divit.kernel.actors import Role
from divit.kernel.errors import Refused
from divit.scans.lifecycle import (
    LAW,
    UPLOAD_LAW,
    Act,
    Facts,
    State,
    UploadAct,
    UploadFacts,
    UploadState,
)
from divit.scans.words import REFUSALS

REP, REG, S = Role.REPRESENTATIVE, Role.REGISTRAR, Role.SYSTEM
ALLOWED = {
    **{(State.WAITING, Act.KEEP, role): State.KEPT for role in (REP, REG)},
    **{(State.WAITING, Act.DISCARD, role): State.DISCARDED for role in (REP, REG, S)},
}
UPLOADS = {
    (UploadState.READING, UploadAct.READ, S): UploadState.READ,
    (UploadState.READING, UploadAct.REFUSE, S): UploadState.REFUSED,
}


def test_every_cell() -> None:
    for state, act, role in itertools.product(State, Act, Role):
        assert LAW.allows(act, role=role, state=state, facts=Facts()) == ((state, act, role) in ALLOWED)
    for state, act, role in itertools.product(UploadState, UploadAct, Role):
        allowed = UPLOAD_LAW.allows(act, role=role, state=state, facts=UploadFacts())
        assert allowed == ((state, act, role) in UPLOADS)


@pytest.mark.parametrize(
    ("fact", "code"),
    [
        ({"several_forms": True}, "scan_of_several_forms"),
        ({"says_another": True}, "scan_of_another"),
        ({"out_of_date": True}, "scan_out_of_date"),
        ({"form_in": False}, "scan_without_form"),
        ({"kept_before": True}, "scan_kept_before"),
    ],
)
def test_what_stands_in_the_way_of_keeping(fact: dict[str, bool], code: str) -> None:
    facts = replace(Facts(), **fact)
    with pytest.raises(Refused, match=code):
        LAW.decide(Act.KEEP, role=REP, state=State.WAITING, facts=facts)
    assert LAW.allows(Act.DISCARD, role=REP, state=State.WAITING, facts=facts)
    assert code in REFUSALS
