"""The laws of delivery: of a parcel (gönderi), of a consignment (koli), and of the sealed PIN that waits for it.

A parcel is one card. It goes to its holder by itself, or with others in a consignment to the e-imza temsilcisi of the
institution, who hands each card over. It counts as delivered only when somebody checked the identity of who took it
(BTK 2016/DK-YED/517): the courier at the door, the representative, or a dispatcher at the counter. The PIN is given out
after that, and only to the holder.
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
    ENCLOSED = "enclosed"  # kurumunun kolisinde
    WITH_REPRESENTATIVE = "with_representative"  # e-imza temsilcisinde, sahibini bekliyor
    MISSING = "missing"  # koliden çıkmadı
    RETURNING = "returning"  # temsilciden merkeze geri gönderildi
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
    READDRESS = "readdress"  # teslimat adresini değiştir
    COLLECT = "collect"
    ENCLOSE = "enclose"  # (yeniden) koliye koy
    RECEIVE = "receive"  # koliden çıktı
    MISS = "miss"  # koliden çıkmadı
    HAND_OVER = "hand_over"  # sahibine teslim et
    RETURN_TO_CENTRE = "return_to_centre"  # merkeze geri gönder
    TAKE_BACK = "take_back"  # merkeze geldi
    LOSE = "lose"  # bu karttan vazgeç
    PACK = "pack"  # yeni kartı paketle


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the guards look at; what an act of the representative needs is refused as long as nobody has filled it in.

    `acting` is who acts and `acting_for` the institution in whose name; `holder` is whose card it is and `institution`
    to whose representative it went; `seen_by_courier` is whom the courier saw when the consignment was handed over.
    """

    identity_checked: bool = False
    acting: str = ""
    produced_by: str = ""
    acting_for: str = ""
    institution: str = ""
    holder: str = ""
    seen_by_courier: str = ""
    consignment_open: bool = False
    consignment_given_up: bool = False
    has_address: bool = True
    address_refused: bool = False
    certificate_stands: bool = False


def identity_not_checked(facts: Facts) -> bool:
    """Nobody takes a signature card without showing who they are."""
    return not facts.identity_checked


def producer_cannot_hand_over(facts: Facts) -> bool:
    """Who produced a card does not hand it over either."""
    return bool(facts.produced_by) and facts.produced_by == facts.acting


def card_of_another_institution(facts: Facts) -> bool:
    """A representative hands over the cards of the own institution alone."""
    return not facts.institution or facts.acting_for != facts.institution


def consignment_not_opened(facts: Facts) -> bool:
    """What lies in it is known only when the courier has brought it."""
    return not facts.consignment_open


def consignment_still_under_way(facts: Facts) -> bool:
    """A card leaves a consignment at the centre only when the whole of it was given up."""
    return not facts.consignment_given_up


def own_card_needs_another(facts: Facts) -> bool:
    """Nobody vouches for themselves: the own card needs a colleague, or the courier who saw this very person."""
    return facts.acting == facts.holder and facts.seen_by_courier != facts.holder


def no_address_of_holder(facts: Facts) -> bool:
    """Where the institution takes the cards in, the application names no address of the holder."""
    return not facts.has_address


def card_of_another_person(facts: Facts) -> bool:
    """Where a card goes is for its holder alone to say."""
    return facts.acting != facts.holder


def courier_takes_it_already(facts: Facts) -> bool:
    """Only what the courier has refused for its address is not on its way there by now."""
    return not facts.address_refused


def certificate_closed_meanwhile(facts: Facts) -> bool:
    """A card whose certificate was closed while it waited is of no use to anybody: it goes to nobody."""
    return not facts.certificate_stands


_COURIER = frozenset({Role.COURIER})
_HOLDER = frozenset({Role.HOLDER})
_DISPATCHER = frozenset({Role.DISPATCHER})
_REPRESENTATIVE = frozenset({Role.REPRESENTATIVE})
_SYSTEM = frozenset({Role.SYSTEM})
_MOVING = frozenset({State.HANDED_OVER, State.ON_THE_WAY})
_ENCLOSED = frozenset({State.ENCLOSED})
_MISSING = frozenset({State.MISSING})
_STRAY = frozenset({State.MISSING, State.RETURNING})
_WAITING = frozenset({State.WITH_REPRESENTATIVE})
_RETURNED = frozenset({State.RETURNED})
_LOST = frozenset({State.LOST})
# What the courier lost, what came back damaged, what no courier takes: another card is made and sent instead.
_NOT_IN_HAND = frozenset({State.PACKED, State.RETURNED}) | _MOVING | _STRAY
_IDENTITY = "BTK 27.12.2016, 2016/DK-YED/517"

# fmt: off
PARCEL: Lifecycle[Facts] = Lifecycle("parcel", State, Act, start=(State.PACKED, State.ENCLOSED), rules=[
    Rule(Act.ANNOUNCE, _SYSTEM, frozenset({State.PACKED}), State.HANDED_OVER),
    Rule(Act.DEPART, _COURIER, frozenset({State.HANDED_OVER}), State.ON_THE_WAY),
    Rule(Act.DELIVER, _COURIER, _MOVING, State.DELIVERED, (identity_not_checked,), _IDENTITY),
    Rule(Act.RETURN, _COURIER, _MOVING, State.RETURNED),
    Rule(Act.SEND_AGAIN, _DISPATCHER, _RETURNED, State.PACKED,
         (no_address_of_holder, certificate_closed_meanwhile)),
    # Only the card moves: the PIN waits for a fresh login and a code to the phone, and the holder hears of the change.
    Rule(Act.READDRESS, _HOLDER, _RETURNED, State.RETURNED,
         (card_of_another_person, no_address_of_holder, certificate_closed_meanwhile)),
    Rule(Act.READDRESS, _HOLDER, frozenset({State.PACKED}), State.PACKED,
         (card_of_another_person, no_address_of_holder, courier_takes_it_already, certificate_closed_meanwhile)),
    Rule(Act.COLLECT, _DISPATCHER, _RETURNED, State.COLLECTED,
         (identity_not_checked, producer_cannot_hand_over, certificate_closed_meanwhile), _IDENTITY),
    Rule(Act.PACK, _DISPATCHER, _LOST, State.PACKED, (producer_cannot_hand_over,)),
    Rule(Act.ENCLOSE, _DISPATCHER, _RETURNED | _LOST, State.ENCLOSED,
         (producer_cannot_hand_over,)),
    Rule(Act.RECEIVE, _REPRESENTATIVE, frozenset({State.ENCLOSED, State.MISSING}), State.WITH_REPRESENTATIVE,
         (card_of_another_institution, consignment_not_opened)),
    Rule(Act.MISS, _REPRESENTATIVE, _ENCLOSED, State.MISSING, (card_of_another_institution, consignment_not_opened)),
    Rule(Act.MISS, _DISPATCHER, _ENCLOSED, State.MISSING, (consignment_still_under_way,)),
    Rule(Act.HAND_OVER, _REPRESENTATIVE, _WAITING, State.DELIVERED,
         (card_of_another_institution, identity_not_checked, producer_cannot_hand_over, own_card_needs_another,
          certificate_closed_meanwhile),
         _IDENTITY),
    Rule(Act.RETURN_TO_CENTRE, _REPRESENTATIVE, _WAITING, State.RETURNING, (card_of_another_institution,)),
    Rule(Act.TAKE_BACK, _DISPATCHER, _STRAY, State.RETURNED),
    Rule(Act.TAKE_BACK, _DISPATCHER, _ENCLOSED, State.RETURNED, (consignment_still_under_way,)),
    Rule(Act.LOSE, _DISPATCHER, _NOT_IN_HAND, State.LOST),
    Rule(Act.LOSE, _SYSTEM, _MISSING, State.LOST, (consignment_still_under_way,)),
])
# fmt: on


class ConsignmentState(StrEnum):
    """Where a consignment is."""

    PACKED = "packed"  # kapatıldı, gönderi numarası bekleniyor
    HANDED_OVER = "handed_over"  # kuryeye bildirildi
    ON_THE_WAY = "on_the_way"  # dağıtımda
    ARRIVED = "arrived"  # temsilcide, sayılmayı bekliyor
    RECEIVED = "received"  # parça parça sayıldı
    RETURNED = "returned"  # iade geldi
    UNPACKED = "unpacked"  # merkezde açıldı, kartlar yeniden gönderilecek
    LOST = "lost"  # kayboldu


class ConsignmentAct(StrEnum):
    """What can happen to a consignment."""

    ANNOUNCE = "announce"
    DEPART = "depart"
    DELIVER = "deliver"
    RETURN = "return"
    RECEIVE = "receive"
    SEND_AGAIN = "send_again"
    UNPACK = "unpack"
    LOSE = "lose"


@dataclass(frozen=True, kw_only=True)
class ConsignmentFacts:
    """What the guards look at; `uncounted` is how many pieces nobody has said anything of."""

    identity_checked: bool = False
    acting_for: str = ""
    institution: str = ""
    uncounted: int = 0
    addressee_acts: bool = False


def consignment_identity_not_checked(facts: ConsignmentFacts) -> bool:
    """A box of signature cards is left with nobody but the representative it is addressed to."""
    return not facts.identity_checked


def consignment_of_another_institution(facts: ConsignmentFacts) -> bool:
    """It is opened by a representative of the institution whose cards are in it."""
    return not facts.institution or facts.acting_for != facts.institution


def pieces_not_counted(facts: ConsignmentFacts) -> bool:
    """Of every card it is said whether it was there: what is missing is not swallowed."""
    return facts.uncounted > 0


def representative_no_longer(facts: ConsignmentFacts) -> bool:
    """Cards are sent to nobody whose appointment has ended."""
    return not facts.addressee_acts


_BOX_MOVING = frozenset({ConsignmentState.HANDED_OVER, ConsignmentState.ON_THE_WAY})
_BOX_PACKED = frozenset({ConsignmentState.PACKED})
_BOX_BACK = frozenset({ConsignmentState.RETURNED})

# fmt: off
CONSIGNMENT: Lifecycle[ConsignmentFacts] = Lifecycle(
    "consignment", ConsignmentState, ConsignmentAct, start=ConsignmentState.PACKED, rules=[
        Rule(ConsignmentAct.ANNOUNCE, _SYSTEM, _BOX_PACKED, ConsignmentState.HANDED_OVER),
        Rule(ConsignmentAct.DEPART, _COURIER, frozenset({ConsignmentState.HANDED_OVER}), ConsignmentState.ON_THE_WAY),
        Rule(ConsignmentAct.DELIVER, _COURIER, _BOX_MOVING, ConsignmentState.ARRIVED,
             (consignment_identity_not_checked,), _IDENTITY),
        Rule(ConsignmentAct.RETURN, _COURIER, _BOX_MOVING, ConsignmentState.RETURNED),
        Rule(ConsignmentAct.RECEIVE, _REPRESENTATIVE, frozenset({ConsignmentState.ARRIVED}), ConsignmentState.RECEIVED,
             (consignment_of_another_institution, pieces_not_counted)),
        Rule(ConsignmentAct.SEND_AGAIN, _DISPATCHER, _BOX_BACK, ConsignmentState.PACKED, (representative_no_longer,)),
        Rule(ConsignmentAct.UNPACK, _DISPATCHER, _BOX_PACKED | _BOX_BACK, ConsignmentState.UNPACKED),
        Rule(ConsignmentAct.LOSE, _DISPATCHER, _BOX_MOVING, ConsignmentState.LOST),
    ])
# fmt: on


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
