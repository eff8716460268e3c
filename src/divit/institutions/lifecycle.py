"""The laws of a proposal (öneri), put forward by one and decided by another, and of an appointment: a deputy's (vekil)
can be taken back."""

from dataclasses import dataclass
from enum import StrEnum

from divit.kernel.actors import Role
from divit.kernel.lifecycle import Lifecycle, Rule


class Kind(StrEnum):
    """What is put forward."""

    APPOINT = "appoint"  # görev verme
    END_APPOINTMENT = "end_appointment"  # görevi sona erdirme
    NEW_RULE = "new_rule"  # yeni kural
    NEW_CONTRACT = "new_contract"  # yeni sözleşme, fiyatlarıyla
    DEPUTISE = "deputise"  # vekil belirleme


class State(StrEnum):
    """Where a proposal stands."""

    PROPOSED = "proposed"  # karar bekliyor
    CARRIED_OUT = "carried_out"  # uygulandı
    REFUSED = "refused"  # geri çevrildi
    WITHDRAWN = "withdrawn"  # geri çekildi
    EXPIRED = "expired"  # süresi doldu


class Act(StrEnum):
    """What may be done with a proposal."""

    CARRY_OUT = "carry_out"  # onayla ve uygula
    REFUSE = "refuse"  # geri çevir
    WITHDRAW = "withdraw"  # geri çek
    EXPIRE = "expire"  # süresi doldu


# What an institution settles among its own officers; everything else is settled at the centre's desk.
_AMONG_OFFICERS = frozenset({Kind.APPOINT, Kind.END_APPOINTMENT})
_CAPACITIES_AMONG_OFFICERS = frozenset({"representative", "viewer"})


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the guards look at: who proposed, who acts now (opaque ids), whom and what it is about."""

    proposed_by: str
    acting: str
    concerns: str = ""
    kind: Kind = Kind.APPOINT
    capacity: str = ""
    time_is_up: bool = False
    deputy: bool = False


def deputy_changes_no_appointment(facts: Facts) -> bool:
    """Who acts for an institution is for those to settle who act in their own right."""
    return facts.deputy


def same_person(facts: Facts) -> bool:
    """Whoever put it forward does not decide on it too."""
    return facts.acting == facts.proposed_by


def about_oneself(facts: Facts) -> bool:
    """Nobody decides on an appointment of their own."""
    return bool(facts.concerns) and facts.acting == facts.concerns


def for_the_centre(facts: Facts) -> bool:
    """Officers settle the appointments of representatives and viewers, and their deputies, and nothing else."""
    return not among_officers(facts.kind, facts.capacity)


def not_your_proposal(facts: Facts) -> bool:
    """Only whoever put it forward takes it back."""
    return facts.acting != facts.proposed_by


def decided_too_late(facts: Facts) -> bool:
    """It waited longer than a proposal may."""
    return facts.time_is_up


def time_not_up(facts: Facts) -> bool:
    """It may still wait."""
    return not facts.time_is_up


def among_officers(kind: Kind, capacity: str) -> bool:
    """Whether two officers of the institution are enough for this."""
    return kind is Kind.DEPUTISE or (kind in _AMONG_OFFICERS and capacity in _CAPACITIES_AMONG_OFFICERS)


def may_propose(role: Role, *, kind: Kind, capacity: str = "", deputy: bool = False) -> bool:
    """Who may put this forward: the centre's desk everything, an officer what officers settle among themselves.

    A deputy is named by the officer alone in whose stead they will act, and puts forward nothing.
    """
    if role is Role.LIAISON:
        return kind is not Kind.DEPUTISE
    return role is Role.OFFICER and not deputy and among_officers(kind, capacity)


_PROPOSED = frozenset({State.PROPOSED})
_LIAISON = frozenset({Role.LIAISON})
_OFFICER = frozenset({Role.OFFICER})
_TWO_PERSONS = "ETSI EN 319 411-1 6.4.2 (dual control)"

PROPOSAL: Lifecycle[Facts] = Lifecycle(
    "proposal",
    State,
    Act,
    start=State.PROPOSED,
    rules=[
        Rule(
            Act.CARRY_OUT,
            _LIAISON,
            _PROPOSED,
            State.CARRIED_OUT,
            (same_person, decided_too_late),
            _TWO_PERSONS,
        ),
        Rule(
            Act.CARRY_OUT,
            _OFFICER,
            _PROPOSED,
            State.CARRIED_OUT,
            (deputy_changes_no_appointment, for_the_centre, same_person, about_oneself, decided_too_late),
            _TWO_PERSONS,
        ),
        Rule(Act.REFUSE, _LIAISON, _PROPOSED, State.REFUSED, (same_person,), _TWO_PERSONS),
        Rule(
            Act.REFUSE,
            _OFFICER,
            _PROPOSED,
            State.REFUSED,
            (deputy_changes_no_appointment, for_the_centre, same_person),
            _TWO_PERSONS,
        ),
        Rule(Act.WITHDRAW, _LIAISON | _OFFICER, _PROPOSED, State.WITHDRAWN, (not_your_proposal,)),
        Rule(Act.EXPIRE, frozenset({Role.SYSTEM}), _PROPOSED, State.EXPIRED, (time_not_up,)),
    ],
)


class AppointmentState(StrEnum):
    """Whether an appointment holds on its days; that they are over is the clock, not a state."""

    STANDING = "standing"  # geçerli
    TAKEN_BACK = "taken_back"  # vekâlet sonlandırıldı


class AppointmentAct(StrEnum):
    """What may be done with an appointment without a second person."""

    TAKE_BACK = "take_back"  # vekâleti sonlandır


@dataclass(frozen=True, kw_only=True)
class AppointmentFacts:
    """What the guards look at; `acting` and `deputises_for` are opaque ids of people."""

    acting: str
    deputises_for: str
    over: bool = False


def not_your_deputy(facts: AppointmentFacts) -> bool:
    """Only the officer in whose stead somebody acts takes that back; what deputises for nobody ends by two people."""
    return facts.acting != facts.deputises_for


def deputation_over(facts: AppointmentFacts) -> bool:
    """Its last day has passed."""
    return facts.over


APPOINTMENT: Lifecycle[AppointmentFacts] = Lifecycle(
    "appointment",
    AppointmentState,
    AppointmentAct,
    start=AppointmentState.STANDING,
    rules=[
        Rule(
            AppointmentAct.TAKE_BACK,
            _OFFICER,
            frozenset({AppointmentState.STANDING}),
            AppointmentState.TAKEN_BACK,
            (not_your_deputy, deputation_over),
            "taking power away is easy: one officer is enough",
        ),
    ],
)
