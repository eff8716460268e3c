"""The laws of delivery: of a parcel (gönderi), and of the sealed PIN that waits for its holder.

A parcel counts as delivered only when somebody checked the identity of who took it (BTK 2016/DK-YED/517): the courier
at the door, or a dispatcher at the counter. The PIN is given out after that, and only to the holder.
"""

from dataclasses import dataclass
from enum import StrEnum

from divit.kernel.actors import Role
from divit.kernel.lifecycle import Lifecycle, Rule


class State(StrEnum):
    """Where a parcel is."""

    PACKED = "packed"  # paketlendi, gönderi numarası bekleniyor
    HANDED_OVER = "handed_over"  # kuryeye bildirildi
    ON_THE_WAY = "on_the_way"  # dağıtımda
    DELIVERED = "delivered"  # kimlik kontrolüyle teslim edildi
    RETURNED = "returned"  # iade geldi
    COLLECTED = "collected"  # merkezden elden alındı
    LOST = "lost"  # kayboldu ya da gönderilemez; yeni kartı üretilecek


class Act(StrEnum):
    """What can happen to a parcel."""

    ANNOUNCE = "announce"
    DEPART = "depart"
    DELIVER = "deliver"
    RETURN = "return"
    SEND_AGAIN = "send_again"
    COLLECT = "collect"
    LOSE = "lose"  # bu karttan vazgeç
    PACK = "pack"  # yeni kartı paketle


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the guards look at."""

    identity_checked: bool = False
    acting: str = ""
    produced_by: str = ""


def identity_not_checked(facts: Facts) -> bool:
    """Nobody takes a signature card without showing who they are."""
    return not facts.identity_checked


def producer_cannot_hand_over(facts: Facts) -> bool:
    """Who produced a card does not hand it over either."""
    return bool(facts.produced_by) and facts.produced_by == facts.acting


_COURIER = frozenset({Role.COURIER})
_DISPATCHER = frozenset({Role.DISPATCHER})
_MOVING = frozenset({State.HANDED_OVER, State.ON_THE_WAY})
_NOT_IN_HAND = frozenset({State.PACKED, State.RETURNED}) | _MOVING
_IDENTITY = "BTK 27.12.2016, 2016/DK-YED/517"

PARCEL: Lifecycle[Facts] = Lifecycle(
    "parcel",
    State,
    Act,
    start=State.PACKED,
    rules=[
        Rule(Act.ANNOUNCE, frozenset({Role.SYSTEM}), frozenset({State.PACKED}), State.HANDED_OVER),
        Rule(Act.DEPART, _COURIER, frozenset({State.HANDED_OVER}), State.ON_THE_WAY),
        Rule(Act.DELIVER, _COURIER, _MOVING, State.DELIVERED, (identity_not_checked,), _IDENTITY),
        Rule(Act.RETURN, _COURIER, _MOVING, State.RETURNED),
        Rule(Act.SEND_AGAIN, _DISPATCHER, frozenset({State.RETURNED}), State.PACKED),
        Rule(
            Act.COLLECT,
            _DISPATCHER,
            frozenset({State.RETURNED}),
            State.COLLECTED,
            (identity_not_checked, producer_cannot_hand_over),
            _IDENTITY,
        ),
        # What the courier lost, what came back damaged, what no courier takes: another card is made and sent instead.
        Rule(Act.LOSE, _DISPATCHER, _NOT_IN_HAND, State.LOST),
        Rule(Act.PACK, _DISPATCHER, frozenset({State.LOST}), State.PACKED, (producer_cannot_hand_over,)),
    ],
)


class PinState(StrEnum):
    """Where a sealed PIN stands."""

    SEALED = "sealed"  # mühürlü, sahibini bekliyor
    RELEASING = "releasing"  # sahibine gösteriliyor
    RELEASED = "released"  # verildi ve silindi
    DISCARDED = "discarded"  # kart bozuk çıktı, silindi


class PinAct(StrEnum):
    """What can be done to a sealed PIN."""

    ASK = "ask"
    TAKE_BACK = "take_back"
    CLOSE = "close"
    DISCARD = "discard"


@dataclass(frozen=True, kw_only=True)
class PinFacts:
    """What the guards look at; `shown` is how often the holder's page has opened it."""

    card_in_hand: bool = False
    step_up: bool = False
    shown: int = 0


def card_not_delivered(facts: PinFacts) -> bool:
    """The PIN follows the card: before the hand-over it would help only a thief."""
    return not facts.card_in_hand


def proof_not_fresh(facts: PinFacts) -> bool:
    """A fresh login and a code to the phone stand before the PIN."""
    return not facts.step_up


def shown_too_often(facts: PinFacts) -> bool:
    """A page that broke may be opened again, but not for ever."""
    return facts.shown >= 3


def nothing_shown(facts: PinFacts) -> bool:
    """What was never shown is not closed: it would be lost for its holder."""
    return facts.shown == 0


def already_shown(facts: PinFacts) -> bool:
    """What was shown does not become secret again."""
    return facts.shown > 0


_ANY_DESK = frozenset({Role.SYSTEM, Role.PRODUCER, Role.INSPECTOR, Role.DISPATCHER})

PIN: Lifecycle[PinFacts] = Lifecycle(
    "pin",
    PinState,
    PinAct,
    start=PinState.SEALED,
    rules=[
        Rule(
            PinAct.ASK,
            frozenset({Role.HOLDER}),
            frozenset({PinState.SEALED, PinState.RELEASING}),
            PinState.RELEASING,
            (card_not_delivered, proof_not_fresh, shown_too_often),
        ),
        Rule(
            PinAct.TAKE_BACK,
            frozenset({Role.SYSTEM}),
            frozenset({PinState.RELEASING}),
            PinState.SEALED,
            (already_shown,),
        ),
        Rule(
            PinAct.CLOSE,
            frozenset({Role.HOLDER, Role.SYSTEM}),
            frozenset({PinState.RELEASING}),
            PinState.RELEASED,
            (nothing_shown,),
        ),
        Rule(PinAct.DISCARD, _ANY_DESK, frozenset({PinState.SEALED}), PinState.DISCARDED),
    ],
)
