"""The law of a card order (kart üretimi): one released application becomes one card with one living certificate.

The key is made on the card before the certificate is asked for, the certificate is stored before the card is written,
and nobody who produced a card may pass or send it (two persons, promise 13). While the signer works (`certifying`)
a card cannot be given up: only what exists can be revoked. What the signer has given up for good never will exist.
"""

from dataclasses import dataclass
from enum import StrEnum

from divit.kernel.actors import Role
from divit.kernel.lifecycle import Lifecycle, Rule


class State(StrEnum):
    """Where a card order stands."""

    QUEUED = "queued"  # sırada
    PERSONALISING = "personalising"  # anahtar kartta üretiliyor
    CERTIFYING = "certifying"  # sertifika imzalanıyor
    LOADING = "loading"  # sertifika karta yazılıyor
    PRODUCED = "produced"  # üretildi, denetim bekliyor
    INSPECTED = "inspected"  # denetlendi, sevkiyat bekliyor
    DISPATCHED = "dispatched"  # kuryeye hazırlandı
    SPOILED = "spoiled"  # kart bozuk çıktı ya da yolda kayboldu
    CANCELLED = "cancelled"  # üretim başlamadan vazgeçildi


class Act(StrEnum):
    """What can be done to a card order."""

    TAKE = "take"
    CERTIFY = "certify"
    ISSUE = "issue"
    LOAD = "load"
    INSPECT = "inspect"
    DISPATCH = "dispatch"
    SPOIL = "spoil"
    REQUEUE = "requeue"
    CANCEL = "cancel"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the guards look at; `acting` and `produced_by` are ids of staff accounts."""

    acting: str = ""
    produced_by: str = ""
    living_certificate: bool = False
    signing_given_up: bool = False
    holder_left: bool = False
    cards_made: int = 0


def same_person_twice(facts: Facts) -> bool:
    """Who produced a card neither inspects nor dispatches it."""
    return facts.produced_by == facts.acting


def certificate_does_not_stand(facts: Facts) -> bool:
    """A card whose certificate was closed in the meantime reaches nobody: it is given up and made anew."""
    return not facts.living_certificate


def certificate_still_lives(facts: Facts) -> bool:
    """A new card is made only after the spoiled card's certificate was revoked: one living certificate per order."""
    return facts.living_certificate


def holder_has_left(facts: Facts) -> bool:
    """The institution closed the certificate because its holder has left: no other is made in its place."""
    return facts.holder_left


def certificate_may_still_come(facts: Facts) -> bool:
    """The signer has not given the card's certificate up: it may come at any moment, and would outlive its card."""
    return not facts.signing_given_up


def card_already_taken(facts: Facts) -> bool:
    """Once a card was taken in somebody's name the fee is not refunded and the order not withdrawn."""
    return facts.cards_made > 0


_PRODUCER = frozenset({Role.PRODUCER})
_INSPECTOR = frozenset({Role.INSPECTOR})
_DISPATCHER = frozenset({Role.DISPATCHER})
_SYSTEM = frozenset({Role.SYSTEM})
_TWO_PERSONS = "5070 m.11; ETSI EN 319 411-1 6.4.2 (dual control)"

CARD_ORDER: Lifecycle[Facts] = Lifecycle(
    "card_order",
    State,
    Act,
    start=State.QUEUED,
    rules=[
        Rule(Act.TAKE, _PRODUCER, frozenset({State.QUEUED}), State.PERSONALISING),
        Rule(Act.CERTIFY, _SYSTEM, frozenset({State.PERSONALISING}), State.CERTIFYING),
        Rule(Act.ISSUE, _SYSTEM, frozenset({State.CERTIFYING}), State.LOADING),
        Rule(Act.LOAD, _SYSTEM, frozenset({State.LOADING}), State.PRODUCED),
        Rule(
            Act.INSPECT,
            _INSPECTOR,
            frozenset({State.PRODUCED}),
            State.INSPECTED,
            (same_person_twice, certificate_does_not_stand),
            _TWO_PERSONS,
        ),
        Rule(
            Act.DISPATCH,
            _DISPATCHER,
            frozenset({State.INSPECTED}),
            State.DISPATCHED,
            (same_person_twice, certificate_does_not_stand),
            _TWO_PERSONS,
        ),
        Rule(Act.SPOIL, _SYSTEM, frozenset({State.PERSONALISING, State.LOADING}), State.SPOILED),
        Rule(Act.SPOIL, _SYSTEM, frozenset({State.CERTIFYING}), State.SPOILED, (certificate_may_still_come,)),
        Rule(Act.SPOIL, _PRODUCER, frozenset({State.PERSONALISING, State.LOADING, State.PRODUCED}), State.SPOILED),
        Rule(Act.SPOIL, _INSPECTOR, frozenset({State.PRODUCED}), State.SPOILED),
        Rule(Act.SPOIL, _DISPATCHER, frozenset({State.INSPECTED}), State.SPOILED),
        # Given up on its way, before anybody's identity was checked: as good as a broken one.
        Rule(Act.SPOIL, _DISPATCHER | _SYSTEM, frozenset({State.DISPATCHED}), State.SPOILED),
        Rule(
            Act.REQUEUE,
            _PRODUCER | _SYSTEM,
            frozenset({State.SPOILED}),
            State.QUEUED,
            (certificate_still_lives, holder_has_left),
            "promise 4",
        ),
        Rule(
            Act.CANCEL,
            frozenset({Role.HOLDER, Role.OFFICER, Role.PROGRAM, Role.SYSTEM}),
            frozenset({State.QUEUED}),
            State.CANCELLED,
            (card_already_taken,),
        ),
    ],
)
