"""The law of a program (program): asked for by one officer of the institution, confirmed by another, closed by any."""

from dataclasses import dataclass
from enum import StrEnum

from divit.kernel.actors import Role
from divit.kernel.lifecycle import Lifecycle, Rule


class State(StrEnum):
    """Where a program stands; that its last day is over is the clock, not a state."""

    PROPOSED = "proposed"  # ikinci yetkiliyi bekliyor
    OPEN = "open"  # bağlanabilir
    REFUSED = "refused"  # geri çevrildi
    WITHDRAWN = "withdrawn"  # isteyen geri çekti
    EXPIRED = "expired"  # süresinde karar verilmedi
    CLOSED = "closed"  # kapatıldı


class Act(StrEnum):
    """What may be done with a program."""

    CONFIRM = "confirm"  # onayla
    REFUSE = "refuse"  # geri çevir
    WITHDRAW = "withdraw"  # geri çek
    EXPIRE = "expire"  # süresi doldu
    RENEW_KEY = "renew_key"  # anahtar üret
    CLOSE = "close"  # kapat


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the guards look at; `asked_by` and `acting` are opaque ids of people."""

    asked_by: str
    acting: str
    time_is_up: bool = False
    last_day_over: bool = False
    deputy: bool = False


def program_not_by_deputy(facts: Facts) -> bool:
    """What outlasts a deputy's days is for an officer in their own right."""
    return facts.deputy


def program_asked_by_you(facts: Facts) -> bool:
    """Whoever asked for it does not decide on it too."""
    return facts.acting == facts.asked_by


def program_not_asked_by_you(facts: Facts) -> bool:
    """Only whoever asked for it takes it back."""
    return facts.acting != facts.asked_by


def program_decided_too_late(facts: Facts) -> bool:
    """It waited longer than it may."""
    return facts.time_is_up


def program_may_still_wait(facts: Facts) -> bool:
    """There is time to decide."""
    return not facts.time_is_up


def program_last_day_over(facts: Facts) -> bool:
    """It was to work until a day that has passed: a new one is asked for instead."""
    return facts.last_day_over


_OFFICER = frozenset({Role.OFFICER})
_PROPOSED = frozenset({State.PROPOSED})
_OPEN = frozenset({State.OPEN})
_TWO_PERSONS = "four eyes: one officer asks, another confirms"

# fmt: off
PROGRAM: Lifecycle[Facts] = Lifecycle("program", State, Act, start=State.PROPOSED, rules=[
    Rule(Act.CONFIRM, _OFFICER, _PROPOSED, State.OPEN,
         (program_not_by_deputy, program_asked_by_you, program_decided_too_late, program_last_day_over), _TWO_PERSONS),
    Rule(Act.REFUSE, _OFFICER, _PROPOSED, State.REFUSED, (program_not_by_deputy, program_asked_by_you), _TWO_PERSONS),
    Rule(Act.WITHDRAW, _OFFICER, _PROPOSED, State.WITHDRAWN, (program_not_asked_by_you,)),
    Rule(Act.EXPIRE, frozenset({Role.SYSTEM}), _PROPOSED, State.EXPIRED, (program_may_still_wait,)),
    Rule(Act.RENEW_KEY, _OFFICER, _OPEN, State.OPEN, (program_not_by_deputy, program_last_day_over)),
    Rule(Act.CLOSE, _OFFICER, _OPEN, State.CLOSED, (), "closing is easy: one officer is enough"),
])
# fmt: on
