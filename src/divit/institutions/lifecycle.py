"""The law of a proposal (öneri): what changes at an institution is put forward by one person, decided by another."""

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


def same_person(facts: Facts) -> bool:
    """Whoever put it forward does not decide on it too."""
    return facts.acting == facts.proposed_by


def about_oneself(facts: Facts) -> bool:
    """Nobody decides on an appointment of their own."""
    return bool(facts.concerns) and facts.acting == facts.concerns


def for_the_centre(facts: Facts) -> bool:
    """Officers settle the appointments of representatives and viewers among themselves, and nothing else."""
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
    return kind in _AMONG_OFFICERS and capacity in _CAPACITIES_AMONG_OFFICERS


def may_propose(role: Role, *, kind: Kind, capacity: str = "") -> bool:
    """Who may put this forward: the centre's desk everything, an officer what officers settle among themselves."""
    return role is Role.LIAISON or (role is Role.OFFICER and among_officers(kind, capacity))


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
            (for_the_centre, same_person, about_oneself, decided_too_late),
            _TWO_PERSONS,
        ),
        Rule(Act.REFUSE, _LIAISON, _PROPOSED, State.REFUSED, (same_person,), _TWO_PERSONS),
        Rule(Act.REFUSE, _OFFICER, _PROPOSED, State.REFUSED, (for_the_centre, same_person), _TWO_PERSONS),
        Rule(Act.WITHDRAW, _LIAISON | _OFFICER, _PROPOSED, State.WITHDRAWN, (not_your_proposal,)),
        Rule(Act.EXPIRE, frozenset({Role.SYSTEM}), _PROPOSED, State.EXPIRED, (time_not_up,)),
    ],
)
