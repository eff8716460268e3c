"""The laws of money: of a charge (tahakkuk), and of one attempt to pay it (ödeme denemesi).

Money that the bank took is never lost from sight: every approval is either applied to its charge or given back,
also one that comes late, after the charge was paid otherwise, cancelled, or for another amount.
"""

from dataclasses import dataclass
from enum import StrEnum

from divit.kernel.actors import Role
from divit.kernel.lifecycle import Lifecycle, Rule


class ChargeState(StrEnum):
    """Where a charge stands."""

    DUE = "due"  # ödeme bekliyor
    PAID = "paid"  # ödendi
    REFUNDED = "refunded"  # iade edildi
    CANCELLED = "cancelled"  # silindi


class ChargeAct(StrEnum):
    """What can happen to a charge."""

    PAY = "pay"
    CANCEL = "cancel"
    REFUND = "refund"


@dataclass(frozen=True, kw_only=True)
class ChargeFacts:
    """What the law of a charge looks at; amounts in kuruş."""

    due: int = 0
    received: int = 0


def amount_differs(facts: ChargeFacts) -> bool:
    """What came in is not exactly what is due."""
    return facts.received != facts.due


class AttemptState(StrEnum):
    """Where an attempt stands."""

    STARTED = "started"  # kişi bankanın sayfasında
    UNKNOWN = "unknown"  # bankadan yanıt bekleniyor
    APPROVED = "approved"  # tahsil edildi
    DECLINED = "declined"  # tahsil edilmedi
    RETURNING = "returning"  # iade ediliyor
    RETURNED = "returned"  # iade edildi


class AttemptAct(StrEnum):
    """What can happen to an attempt."""

    LOSE_SIGHT = "lose_sight"
    APPROVE = "approve"
    DECLINE = "decline"
    TURN_AWAY = "turn_away"
    REFUND = "refund"
    CONFIRM_RETURN = "confirm_return"


@dataclass(frozen=True, kw_only=True)
class AttemptFacts:
    """What the law of an attempt looks at: whether the bank's own books hold the money, and how much of it."""

    asked: int = 0
    in_books: int | None = None
    taken_back: bool = False


def books_do_not_hold_it(facts: AttemptFacts) -> bool:
    """The bank's books do not say that it was paid."""
    return facts.in_books is None


def books_hold_another_amount(facts: AttemptFacts) -> bool:
    """The bank's books say another amount than was asked for."""
    return facts.in_books is not None and facts.in_books != facts.asked


def books_hold_it(facts: AttemptFacts) -> bool:
    """The bank's books say that money was taken."""
    return facts.in_books is not None


def bank_has_not_given_back(facts: AttemptFacts) -> bool:
    """The bank has not said that the money went back."""
    return not facts.taken_back


_BANK = frozenset({Role.BANK, Role.SYSTEM})
_ENDERS = frozenset({Role.HOLDER, Role.REPRESENTATIVE, Role.OFFICER, Role.REGISTRAR, Role.SYSTEM})
_S = AttemptState
_C = ChargeState
_BASIS = "laws.md, Money; promises.md 5"
_REFUND_BASIS = "Mesafeli Sözleşmeler Yönetmeliği m.15; laws.md, Application"

# fmt: off
CHARGE_LAW: Lifecycle[ChargeFacts] = Lifecycle("charge", ChargeState, ChargeAct, start=_C.DUE, rules=[
    Rule(ChargeAct.PAY,    _BANK,   frozenset({_C.DUE}),  _C.PAID, unless=(amount_differs,), basis=_BASIS),
    Rule(ChargeAct.CANCEL, _ENDERS, frozenset({_C.DUE}),  _C.CANCELLED,                      basis=_BASIS),
    Rule(ChargeAct.REFUND, _ENDERS, frozenset({_C.PAID}), _C.REFUNDED,                       basis=_REFUND_BASIS),
])

ATTEMPT_LAW: Lifecycle[AttemptFacts] = Lifecycle("payment_attempt", AttemptState, AttemptAct, start=_S.STARTED, rules=[
    Rule(AttemptAct.LOSE_SIGHT, _BANK, frozenset({_S.STARTED}), _S.UNKNOWN, basis=_BASIS),
    Rule(AttemptAct.APPROVE,    _BANK, frozenset({_S.STARTED, _S.UNKNOWN, _S.DECLINED}), _S.APPROVED,
         unless=(books_do_not_hold_it, books_hold_another_amount), basis=_BASIS),
    Rule(AttemptAct.DECLINE,    _BANK, frozenset({_S.STARTED, _S.UNKNOWN}), _S.DECLINED,
         unless=(books_hold_it,), basis=_BASIS),
    Rule(AttemptAct.TURN_AWAY,  _BANK, frozenset({_S.STARTED, _S.UNKNOWN, _S.DECLINED}), _S.RETURNING,
         unless=(books_do_not_hold_it,), basis=_BASIS),
    Rule(AttemptAct.REFUND,     _ENDERS, frozenset({_S.APPROVED}), _S.RETURNING, basis=_REFUND_BASIS),
    Rule(AttemptAct.CONFIRM_RETURN, _BANK, frozenset({_S.RETURNING}), _S.RETURNED,
         unless=(bank_has_not_given_back,), basis=_BASIS),
])
# fmt: on

OPEN = frozenset({AttemptState.STARTED, AttemptState.UNKNOWN})
