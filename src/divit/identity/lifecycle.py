"""The law of a change of who may (çalışan hesabı değişikliği): one operator asks, a second one makes it true.

What only takes away (closing an account, fewer desks) needs no second: closing is easy, opening is hard.
"""

from dataclasses import dataclass
from enum import StrEnum

from divit.kernel.actors import Role
from divit.kernel.lifecycle import Lifecycle, Rule


class State(StrEnum):
    """Where a change stands."""

    ASKED = "asked"  # istendi
    CONFIRMED = "confirmed"  # ikinci kişi onayladı, yapıldı
    WITHDRAWN = "withdrawn"  # vazgeçildi


class Act(StrEnum):
    """What can be done to it."""

    CONFIRM = "confirm"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the guards look at; `acting` and `asked_by` are operators."""

    acting: str = ""
    asked_by: str = ""
    days_old: int = 0
    overtaken: bool = False


MOST_DAYS = 7


def second_operator_needed(facts: Facts) -> bool:
    """Who asked does not confirm."""
    return facts.acting == facts.asked_by


def staff_change_too_old(facts: Facts) -> bool:
    """What nobody confirmed within a week is asked for anew."""
    return facts.days_old >= MOST_DAYS


def staff_change_overtaken(facts: Facts) -> bool:
    """The account has other desks than when it was asked for, another second factor, or is closed: whoever asked did
    not know that, and what was taken away meanwhile does not come back."""
    return facts.overtaken


_CONFIRMED_UNLESS = (second_operator_needed, staff_change_too_old, staff_change_overtaken)
_OPERATOR = frozenset({Role.SYSTEM})
_ASKED = frozenset({State.ASKED})
_BASIS = "ETSI EN 319 401 7.4; promise 13"

STAFF_CHANGE: Lifecycle[Facts] = Lifecycle(
    "staff_change",
    State,
    Act,
    start=State.ASKED,
    rules=[
        Rule(Act.CONFIRM, _OPERATOR, _ASKED, State.CONFIRMED, _CONFIRMED_UNLESS, _BASIS),
        Rule(Act.WITHDRAW, _OPERATOR, _ASKED, State.WITHDRAWN),
    ],
)
