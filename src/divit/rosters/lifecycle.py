"""The laws of a roster (liste), from upload to requests, and of one person's request in it (kurum talebi)."""

from dataclasses import dataclass
from enum import StrEnum

from divit.kernel.actors import Role
from divit.kernel.lifecycle import Lifecycle, Rule


class RosterState(StrEnum):
    """Where a roster stands."""

    CHECKING = "checking"  # satırları denetleniyor
    CHECKED = "checked"  # önizlemede, onay bekliyor
    CONFIRMED = "confirmed"  # onaylandı, talepler yazılıyor
    TAKEN_IN = "taken_in"  # her kabul edilen satır bir talep oldu
    DISCARDED = "discarded"  # vazgeçildi ya da bir gün beklendi


# Until every accepted row is a request: of one content there is one such roster at a time.
UNDER_WAY = frozenset({RosterState.CHECKING, RosterState.CHECKED, RosterState.CONFIRMED})


class RosterAct(StrEnum):
    """What may be done to a roster."""

    CHECK = "check"
    CONFIRM = "confirm"
    TAKE_IN = "take_in"
    DISCARD = "discard"


@dataclass(frozen=True, kw_only=True)
class RosterFacts:
    """What the guards of a roster look at."""

    accepted: int = 0
    rows_left: bool = False


def no_row_accepted(facts: RosterFacts) -> bool:
    """Every row has a fault: there is nothing to ask for."""
    return facts.accepted == 0


def rows_left_to_take_in(facts: RosterFacts) -> bool:
    """Some accepted rows are not requests yet."""
    return facts.rows_left


# A program asks as a colleague would; what it asked for is approved by people alone.
_OF_INSTITUTION = frozenset({Role.OFFICER, Role.REPRESENTATIVE, Role.PROGRAM})
_OR_SYSTEM = _OF_INSTITUTION | {Role.SYSTEM}

ROSTER_LAW: Lifecycle[RosterFacts] = Lifecycle(
    "roster",
    RosterState,
    RosterAct,
    start=RosterState.CHECKING,
    rules=[
        Rule(RosterAct.CHECK, _OR_SYSTEM, frozenset({RosterState.CHECKING}), RosterState.CHECKED),
        Rule(
            RosterAct.CONFIRM,
            _OF_INSTITUTION,
            frozenset({RosterState.CHECKED}),
            RosterState.CONFIRMED,
            (no_row_accepted,),
        ),
        Rule(
            RosterAct.TAKE_IN,
            _OR_SYSTEM,
            frozenset({RosterState.CONFIRMED}),
            RosterState.TAKEN_IN,
            (rows_left_to_take_in,),
        ),
        Rule(
            RosterAct.DISCARD,
            _OR_SYSTEM,
            frozenset({RosterState.CHECKING, RosterState.CHECKED}),
            RosterState.DISCARDED,
            (),
            "KVKK m.4, m.7: a list that nobody confirms is destroyed within a day",
        ),
    ],
)


class State(StrEnum):
    """Where a request stands."""

    PROPOSED = "proposed"  # onay bekliyor
    APPROVED = "approved"  # onaylandı
    REFUSED = "refused"  # reddedildi
    WITHDRAWN = "withdrawn"  # geri çekildi ya da kişi vazgeçti
    EXPIRED = "expired"  # süresi doldu


class Act(StrEnum):
    """What may be done to a request."""

    APPROVE = "approve"  # onayla
    REFUSE = "refuse"  # reddet
    WITHDRAW = "withdraw"  # kurum geri çeker
    DECLINE = "decline"  # kişi istemez ya da başvurusundan vazgeçer
    EXPIRE = "expire"  # süresi doldu


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the guards of a request look at; `acting` and `uploaded_by` are opaque ids, of people or of a program."""

    acting: str = ""
    uploaded_by: str = ""
    holds_the_programs_key: bool = False
    tied_to_the_uploader: bool = False
    in_production: bool = False
    deadline_passed: bool = False
    application_under_way: bool = False


def uploader_may_not_approve(facts: Facts) -> bool:
    """Four eyes: whoever uploaded the roster does not approve what stands in it, in whatever role."""
    return facts.acting == facts.uploaded_by


def key_holder_may_not_approve(facts: Facts) -> bool:
    """Four eyes: whoever could have uploaded the roster as the program does not approve what stands in it."""
    return facts.holds_the_programs_key


def deputation_may_not_approve(facts: Facts) -> bool:
    """Four eyes: a deputy and the officer in whose stead they act are one pair; what one uploaded a third approves."""
    return facts.tied_to_the_uploader


def request_in_production(facts: Facts) -> bool:
    """The card is being made for this very person: there is no way back."""
    return facts.in_production


def request_deadline_ahead(facts: Facts) -> bool:
    """There is still time."""
    return not facts.deadline_passed


def request_application_under_way(facts: Facts) -> bool:
    """The person has begun: from then on the application's own time counts."""
    return facts.application_under_way


_PROPOSED = frozenset({State.PROPOSED})
_STANDING = frozenset({State.PROPOSED, State.APPROVED})

LAW: Lifecycle[Facts] = Lifecycle(
    "request",
    State,
    Act,
    start=State.PROPOSED,
    rules=[
        Rule(
            Act.APPROVE,
            frozenset({Role.OFFICER}),
            _PROPOSED,
            State.APPROVED,
            (uploader_may_not_approve, key_holder_may_not_approve, deputation_may_not_approve),
            "four eyes: one asks, another approves",
        ),
        Rule(Act.REFUSE, frozenset({Role.OFFICER}), _PROPOSED, State.REFUSED),
        Rule(
            Act.REFUSE,
            frozenset({Role.REPRESENTATIVE, Role.REGISTRAR}),
            _STANDING,
            State.REFUSED,
            (),
            "the application's form was refused for good",
        ),
        Rule(
            Act.WITHDRAW,
            frozenset({Role.OFFICER, Role.PROGRAM}),
            _STANDING,
            State.WITHDRAWN,
            (request_in_production,),
        ),
        Rule(Act.DECLINE, frozenset({Role.HOLDER}), _STANDING, State.WITHDRAWN, (request_in_production,)),
        Rule(
            Act.EXPIRE,
            frozenset({Role.SYSTEM}),
            _STANDING,
            State.EXPIRED,
            (request_deadline_ahead, request_application_under_way),
        ),
    ],
)
STANDING = (State.PROPOSED, State.APPROVED)
