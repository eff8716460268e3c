"""The law of a one-time code (doğrulama kodu): sent once, proven once, and dead after 300 seconds or three wrong tries.

A new code replaces the one before it. The clock decides by the time at which the person answered, not when a job ran.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from divit.kernel.actors import Role
from divit.kernel.lifecycle import Lifecycle, Rule

LIFETIME_SECONDS = 300
TRIES = 3


class State(StrEnum):
    """Where a code stands."""

    SENT = "sent"  # gönderildi
    PROVEN = "proven"  # doğrulandı
    EXPIRED = "expired"  # süresi doldu, ya da yenisi istendi
    LOCKED = "locked"  # üç kez yanlış girildi


class Act(StrEnum):
    """What can happen to it."""

    PROVE = "prove"
    EXPIRE = "expire"
    LOCK = "lock"
    REPLACE = "replace"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the law looks at; `tries` counts the answers so far, the present one included."""

    now: datetime
    expires_at: datetime
    tries: int = 0
    matches: bool = False


def code_expired(facts: Facts) -> bool:
    """Its 300 seconds are over."""
    return facts.now >= facts.expires_at


def code_wrong(facts: Facts) -> bool:
    """It is not the code that was sent to this number, for this purpose, in this session."""
    return not facts.matches


def code_still_lives(facts: Facts) -> bool:
    """Its time is not over yet."""
    return facts.now < facts.expires_at


def tries_are_left(facts: Facts) -> bool:
    """Fewer than three answers have been given."""
    return facts.tries < TRIES


_HOLDER = frozenset({Role.HOLDER})
_CLOCK = frozenset({Role.SYSTEM})
_SENT = frozenset({State.SENT})
_BASIS = "laws.md, Phone proof; OWASP ASVS 5.0 6.5.1, 6.5.5, 6.6.2, 6.6.3"

# fmt: off
LAW: Lifecycle[Facts] = Lifecycle("phone_code", State, Act, start=State.SENT, rules=[
    Rule(Act.PROVE,   _HOLDER, _SENT, State.PROVEN,  unless=(code_expired, code_wrong), basis=_BASIS),
    Rule(Act.EXPIRE,  _CLOCK,  _SENT, State.EXPIRED, unless=(code_still_lives,),        basis=_BASIS),
    Rule(Act.LOCK,    _CLOCK,  _SENT, State.LOCKED,  unless=(tries_are_left,),          basis=_BASIS),
    Rule(Act.REPLACE, _HOLDER, _SENT, State.EXPIRED,                                    basis=_BASIS),
])
# fmt: on
