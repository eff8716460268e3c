"""Why an institution cannot ask for somebody now: asked for many people at once, when checking and when confirming."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from divit.applications import selectors as applications
from divit.applications.kinds import Holdings, Kind, unfit
from divit.flows.holdings import holdings_of_many
from divit.identity import selectors as people
from divit.rosters import selectors

# What stands in the way of a kind, said to the institution instead of to the person.
_UNFIT = {
    "first_but_one_is_open": "person_has_open_certificate",
    "nothing_to_renew": "person_has_nothing_to_renew",
    "renewal_while_suspended": "person_certificate_suspended",
    "renewal_too_early": "person_renewal_too_early",
    "nothing_to_replace": "person_has_nothing_to_replace",
}


@dataclass(frozen=True, kw_only=True)
class Closed:
    """By national number: the codes that forbid any request, and for each kind the code that forbids this one."""

    altogether: Mapping[str, tuple[str, ...]]
    unfit: Mapping[str, Mapping[str, str]]

    def to(self, tckn: str, kind: str) -> bool:
        """Whether this kind cannot be asked for this person."""
        return tckn in self.altogether or kind in self.unfit.get(tckn, {})


def closed_to(institution_id: UUID, wanted: Mapping[str, Collection[str]]) -> Closed:
    """What stands in the way of these people; `wanted` says which kinds are asked for whom.

    It looks at what happened through this institution alone.
    """
    known = people.ids_by_tckn(wanted)
    ids = list(known.values())
    waiting = selectors.waiting_persons(institution_id, ids)
    running = applications.running_at(institution_id, ids)
    held = holdings_of_many(ids, institution_id)
    altogether: dict[str, tuple[str, ...]] = {}
    unfit_kinds: dict[str, dict[str, str]] = {}
    for tckn, kinds in wanted.items():
        person_id = known.get(tckn)
        if person_id in waiting:
            altogether[tckn] = ("person_already_asked_for",)
        elif person_id in running:
            altogether[tckn] = ("person_has_running_application",)
        holds = held.get(person_id, Holdings()) if person_id else Holdings()
        wrong = {kind: _UNFIT[code] for kind in kinds if (code := unfit(Kind(kind), holds))}
        if wrong:
            unfit_kinds[tckn] = wrong
    return Closed(altogether=altogether, unfit=unfit_kinds)
