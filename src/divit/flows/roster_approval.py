"""Onay: an officer who did not upload the list approves or refuses its requests, one by one or all; or withdraws them.

Locks: application, card order, request, a deputy's appointment, contract; the ledger is written last.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction

from divit.applications import services as applications
from divit.applications.lifecycle import RUNNING
from divit.applications.lifecycle import State as ApplicationState
from divit.applications.models import Application
from divit.applications.requirements import RequirementKind
from divit.audit import ledger
from divit.connections import selectors as connections
from divit.flows import institution_paid_application, release, withdrawal
from divit.flows.jobs import later
from divit.flows.notices import tell
from divit.flows.officers import acting_institution, is_officer, officer_today
from divit.flows.roster_upload import institution_of
from divit.institutions import deputies
from divit.institutions import selectors as institutions
from divit.institutions import services as institution_services
from divit.kernel import clock
from divit.kernel.actors import Actor, Level, Role
from divit.kernel.errors import NotFound, Refused
from divit.kernel.writing import line
from divit.rosters import selectors, services
from divit.rosters.lifecycle import STANDING, Act, Facts
from divit.rosters.models import Request, Roster

# More than this is left to the worker.
AT_ONCE = 100


@dataclass
class Outcome:
    """What became of many requests: how many were done, and which refusals the others met."""

    done: int = 0
    refused: dict[str, Refused] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def refuse(self, refusal: Refused) -> None:
        """Count one that was refused."""
        self.refused.setdefault(refusal.code, refusal)
        self.counts[refusal.code] = self.counts.get(refusal.code, 0) + 1


def approve(request_id: UUID, *, by: Actor) -> None:
    """Approve one request: a place of the quota is taken, and the application goes on if it waited for this.

    Raises `NotFound`, or `Refused` with `uploader_may_not_approve`, `key_holder_may_not_approve`,
    `deputation_may_not_approve`, `quota_exhausted`, `contract_not_in_force` or `not_from_this_state`.
    """
    _officer(by)
    _locked(request_id, lambda row, application: _approve(row, application, by=by), by=by)


def _approve(row: Request, application: Application | None, *, by: Actor) -> None:
    facts = _facts(row.roster, by=by)
    services.judge(row, Act.APPROVE, by=by, facts=facts)
    institution_services.draw_quota(institution_paid_application.terms(row).id, request_id=row.id, by=by)
    services.carry_out(row, Act.APPROVE, by=by, facts=facts)
    if application is not None and application.state == ApplicationState.OPEN:
        proof = f"request:{row.id}"
        applications.close_requirement(application, RequirementKind.INSTITUTION_APPROVED, by=by, proof=proof)
        release.advance(application.id, by=by)


def refuse(request_id: UUID, *, reason: str, by: Actor) -> None:
    """Refuse one request with a reason that the person reads; what they had begun is rejected with it.

    Raises `NotFound`, `Invalid` for a reason that cannot be kept, or `Refused`.
    """
    _officer(by)
    said = _said(reason)
    _locked(request_id, lambda row, application: _refuse(row, application, reason=said, by=by), by=by)


def _refuse(row: Request, application: Application | None, *, reason: str, by: Actor) -> None:
    institution_paid_application.end(row, Act.REFUSE, facts=Facts(), reason=reason, by=by)
    if application is not None and application.state in RUNNING:
        applications.reject(application, reason=reason, by=by)
    _tell(row, "institution_request_refused", reason=reason)


def withdraw(request_id: UUID, *, reason: str, by: Actor) -> None:
    """The institution takes its request back, by an officer or a program, approved or not, until the card is in
    production.

    Raises `NotFound`, `Invalid` for a reason that cannot be kept, or `Refused("request_in_production")`.
    """
    acting_institution(by)
    said = _said(reason)
    known = selectors.request_of(institution_of(by), request_id)
    if known.application_id is None:
        _locked(request_id, lambda row, application: _withdraw(row, application, reason=said, by=by), by=by)
        return
    services.judge(known, Act.WITHDRAW, by=by, facts=Facts(in_production=_in_production(known)))
    withdrawal.call_off(known.application_id, reason=said, by=by)


def _in_production(row: Request) -> bool:
    application = row.application
    return application is not None and (application.state not in RUNNING or withdrawal.in_production(application.id))


def _withdraw(row: Request, application: Application | None, *, reason: str, by: Actor) -> None:
    if application is not None:
        # The person began a moment ago: what they have is ended with it.
        raise Refused("changed_meanwhile")
    institution_paid_application.end(row, Act.WITHDRAW, facts=Facts(), reason=reason, by=by)
    _tell(row, "institution_request_withdrawn", reason=reason)


def approve_some(request_ids: Iterable[UUID], *, by: Actor) -> Outcome:
    """Approve these, each for itself: what is refused does not hold up the others."""
    return _each(request_ids, lambda request_id: approve(request_id, by=by))


def refuse_some(request_ids: Iterable[UUID], *, reason: str, by: Actor) -> Outcome:
    """Refuse these with one reason, each for itself. Raises `Invalid` for a reason that cannot be kept."""
    _said(reason)
    return _each(request_ids, lambda request_id: refuse(request_id, reason=reason, by=by))


def _each(request_ids: Iterable[UUID], act: Callable[[UUID], None]) -> Outcome:
    outcome = Outcome()
    for request_id in request_ids:
        try:
            act(request_id)
        except Refused as refusal:
            outcome.refuse(refusal)
            if refusal.code == "quota_exhausted":
                break
        else:
            outcome.done += 1
    return outcome


def approve_all(roster_id: UUID, *, by: Actor) -> Outcome | None:
    """Approve every request of a roster that waits; None when there are so many that the worker does it.

    Raises `NotFound`, or `Refused` with `uploader_may_not_approve`, `key_holder_may_not_approve` or
    `deputation_may_not_approve`.
    """
    _officer(by)
    row = selectors.roster_of(institution_of(by), roster_id)
    services.judge_approver(_facts(row, by=by))
    waiting = selectors.proposed_in(row)
    if len(waiting) <= AT_ONCE:
        return approve_some(waiting, by=by)
    with transaction.atomic():
        later("rosters.approve_all", roster_id=str(roster_id), officer_id=by.id, level=int(by.level))
        ledger.record(by=by, act="roster.approval_ordered", subject=("roster", str(roster_id)), requests=len(waiting))
    return None


def carry_on_approving(roster_id: UUID, *, officer_id: str, level: int) -> None:
    """The worker's part of `approve_all`, some at a time; whose appointment has ended meanwhile approves no more."""
    row = selectors.roster(roster_id)
    by = officer_today(officer_id, institution_id=row.institution_id, level=Level(level))
    if by is None:
        return
    waiting = selectors.proposed_in(row)
    outcome = approve_some(waiting[:AT_ONCE], by=by)
    if outcome.done and len(waiting) > AT_ONCE and "quota_exhausted" not in outcome.refused:
        later("rosters.approve_all", roster_id=str(roster_id), officer_id=officer_id, level=level)


def _said(reason: str) -> str:
    return line(reason, field="reason", longest=300)


def _officer(by: Actor) -> None:
    if not is_officer(by):
        raise NotFound


def _facts(row: Roster, *, by: Actor, in_production: bool = False) -> Facts:
    return Facts(
        acting=by.id,
        uploaded_by=row.uploaded_by,
        holds_the_programs_key=holds_its_key(row, by=by),
        tied_to_the_uploader=tied_to_its_uploader(row, by=by),
        in_production=in_production,
    )


def _locked(request_id: UUID, act: Callable[[Request, Application | None], Any], *, by: Actor) -> None:
    """Do it with the request locked, and before it the application that answers it, if there is one."""
    institution_id = institution_of(by)
    for _attempt in range(3):
        known = selectors.request_of(institution_id, request_id)
        with transaction.atomic():
            application = applications.locked(known.application_id) if known.application_id else None
            row = services.locked_request(request_id)
            deputies.hold(by)
            if row.application_id == known.application_id:
                act(row, application)
                return
        # The person began in this very moment: once more, with the application that now exists.
    raise Refused("changed_meanwhile")


def _tell(row: Request, notice: str, *, reason: str) -> None:
    tell(
        person=row.person,
        notice=notice,
        subject=("request", str(row.pk)),
        dedupe=f"{notice}:{row.pk}",
        institution=row.institution.name,
        reason=reason,
    )


def holds_its_key(row: Roster, *, by: Actor) -> bool:
    """Whether a program uploaded this list, with a key that this officer was shown."""
    return by.id in connections.key_holders(row.uploaded_by, at=row.uploaded_at)


def tied_to_its_uploader(row: Roster, *, by: Actor) -> bool:
    """Whether who uploaded this list, or could have as the program that did, deputises for this officer or the reverse:
    now, or on the day of the upload."""
    day = clock.local(row.uploaded_at).date()
    tied = institutions.tied_by_deputation(by.id, institution_id=row.institution_id, on=day)
    return bool(tied) and not tied.isdisjoint(
        {row.uploaded_by, *connections.key_holders(row.uploaded_by, at=row.uploaded_at)}
    )


def acts_open_to(row: Request, *, by: Actor) -> frozenset[Act]:
    """What the buttons are drawn from."""
    if row.state not in STANDING or by.role is not Role.OFFICER:  # others end it with its application alone
        return frozenset()
    facts = _facts(row.roster, by=by, in_production=_in_production(row))
    return frozenset(services.open_acts(row, by=by, facts=facts))
