"""The engine of the laws, on a small law of its own."""

from dataclasses import dataclass
from enum import StrEnum

import pytest

from divit.kernel.actors import Role
from divit.kernel.errors import Refused
from divit.kernel.lifecycle import Lifecycle, Rule


class State(StrEnum):
    OPEN = "open"
    SHUT = "shut"


class Act(StrEnum):
    CLOSE = "close"


@dataclass(frozen=True)
class Facts:
    locked: bool = False


def door_is_locked(facts: Facts) -> bool:
    """It has been locked."""
    return facts.locked


CLOSE = Rule(Act.CLOSE, frozenset({Role.HOLDER}), frozenset({State.OPEN}), State.SHUT, (door_is_locked,), "RFC 1")
DOOR = Lifecycle[Facts]("door", State, Act, start=State.OPEN, rules=[CLOSE])


def test_a_permitted_act_leads_where_the_law_says() -> None:
    assert DOOR.decide(Act.CLOSE, role=Role.HOLDER, state=State.OPEN, facts=Facts()) is State.SHUT


@pytest.mark.parametrize(
    ("role", "state", "facts", "code"),
    [
        (Role.COURIER, State.OPEN, Facts(), "not_your_act"),
        (Role.HOLDER, State.SHUT, Facts(), "not_from_this_state"),
        (Role.HOLDER, State.OPEN, Facts(locked=True), "door_is_locked"),
    ],
)
def test_refusals_have_codes(role: Role, state: State, facts: Facts, code: str) -> None:
    with pytest.raises(Refused, match=code):
        DOOR.decide(Act.CLOSE, role=role, state=state, facts=facts)
    assert DOOR.open_to(role=role, state=state, facts=facts) == []


def test_everything_else_is_derived() -> None:
    assert DOOR.open_to(role=Role.HOLDER, state=State.OPEN, facts=Facts()) == [Act.CLOSE]
    assert DOOR.moves() == {("open", "close", "shut")}
    assert DOOR.final() == {State.SHUT}
    assert DOOR.guards() == {"door_is_locked"}
    assert "open --> shut: close (holder)" in DOOR.mermaid()


def test_two_rules_for_one_case_are_nonsense() -> None:
    with pytest.raises(ValueError, match="two rules"):
        Lifecycle("door", State, Act, start=State.OPEN, rules=[CLOSE, CLOSE])
