"""Kurum ödemeli başvuru, the person's side: an institution has asked, the person begins, and how the two stay together.

The request of a locked application is locked after it; the ledger is written last.
"""

from uuid import UUID

from django.db import transaction

from divit.applications import selectors as applications
from divit.applications import services as application_services
from divit.applications.kinds import Kind, Payer, why_closed
from divit.applications.models import Application
from divit.applications.requirements import RequirementKind
from divit.flows import delivery_target
from divit.flows.holdings import holdings
from divit.identity.models import Person
from divit.institutions import services as institutions
from divit.institutions.models import Contract
from divit.kernel.actors import SYSTEM, Actor, Role
from divit.kernel.errors import NotFound, Refused
from divit.rosters import selectors, services
from divit.rosters.lifecycle import STANDING, Act, Facts, State
from divit.rosters.models import Request

# Notices that speak of paying are told in other words where nothing is to be paid.
_WITHOUT_MONEY = {
    "application_submitted": "invited_application_submitted",
    "application_released": "invited_application_released",
    "application_waits": "invited_application_waits",
}
_ENDS_BY = {
    Role.HOLDER: Act.DECLINE,
    Role.OFFICER: Act.WITHDRAW,
    Role.PROGRAM: Act.WITHDRAW,
    Role.SYSTEM: Act.EXPIRE,
}


def invitations(person_id: UUID) -> list[Request]:
    """The requests that wait for this person to begin."""
    return selectors.invitations_of(person_id)


def requests(person_id: UUID) -> list[Request]:
    """Everything that institutions asked for in this person's name, newest first."""
    return selectors.requests_to(person_id)


def terms(row: Request) -> Contract:
    """The contract under which it was asked for: years and reader come from it."""
    if row.roster.contract is None:
        raise NotFound
    return row.roster.contract


def invitation(person_id: UUID, request_id: UUID) -> Request:
    """One of them, or one that has been begun or has ended. Raises `NotFound`, also when it is somebody else's."""
    return selectors.request_to(person_id, request_id)


def start(request_id: UUID, *, person: Person, by: Actor) -> Application:
    """Begin the application that an institution asked for; begun twice it is begun once.

    What the request and its contract say is filled in and fixed; what is known of the person is filled in.
    Raises `NotFound`, or `Refused` with `invitation_ended`, `application_already_running` or why the kind does not fit.
    """
    with transaction.atomic():
        row = _own(request_id, by=by)
        if row.application_id is not None:
            return applications.application(row.application_id)
        if row.state not in STANDING:
            raise Refused("invitation_ended")
        closed = why_closed(Kind(row.kind), holdings(person.id, row.institution_id))
        if closed:
            raise closed
        begun = application_services.begin(
            person_id=person.id,
            institution_id=row.institution_id,
            kind=Kind(row.kind),
            prefill=_prefill(row, person),
            payer=Payer.INSTITUTION,
            by=by,
        )
        delivery_target.settle(begun)
        services.link(row, application_id=begun.id, by=by)
    return begun


def _prefill(row: Request, person: Person) -> dict[str, object]:
    """The person's own addresses come before those that the institution wrote; its contract before all."""
    known = applications.earlier_answers(person.id)
    written = {"unit": row.unit, "job_title": row.job_title}
    contact = {
        "email": person.email or row.email,
        "phone": person.phone or row.phone,
        "channel": person.channel,
    }
    contract = terms(row)
    told = known | {name: value for name, value in {**written, **contact}.items() if value}
    return told | {"years": contract.years, "reader": contract.reader}


def decline(request_id: UUID, *, by: Actor) -> None:
    """The person does not want the certificate and has not begun: the institution sees it, the quota is free again."""
    with transaction.atomic():
        row = _own(request_id, by=by)
        if row.application_id is not None:
            raise Refused("changed_meanwhile")
        end(row, Act.DECLINE, facts=Facts(), by=by)


def _own(request_id: UUID, *, by: Actor) -> Request:
    row = services.locked_request(request_id)
    if str(row.person_id) != by.id:
        raise NotFound
    return row


def note_submitted(row: Application) -> None:
    """A locked application was sent off: an approval that was given before is written down now."""
    request = services.locked_request_for(row.id)
    if request is None:
        return
    if request.state == State.APPROVED:
        application_services.close_requirement(
            row, RequirementKind.INSTITUTION_APPROVED, by=SYSTEM, proof=f"request:{request.id}"
        )
    services.forget_contact(request)


def end_with(row: Application, *, reason: str = "", by: Actor) -> None:
    """A locked application is about to end before production: its request ends with it, the quota is free again.

    Called before the application's own move: the contract is locked before the ledger.
    """
    request = services.locked_request_for(row.id) if row.payer == Payer.INSTITUTION else None
    if request is None or request.state not in STANDING:
        return
    act = _ENDS_BY.get(by.role, Act.REFUSE)
    end(request, act, facts=Facts(deadline_passed=True), reason=reason, by=by)


def end(row: Request, act: Act, *, facts: Facts, reason: str = "", by: Actor) -> None:
    """End a locked request that nobody has begun, or whose application ends with it; the quota is free again."""
    services.judge(row, act, by=by, facts=facts)
    institutions.return_quota(row.id, by=by)
    services.carry_out(row, act, by=by, facts=facts, ending=reason)


def notice_for(row: Application, notice: str) -> str:
    """The notice in the words that fit who pays."""
    return _WITHOUT_MONEY.get(notice, notice) if row.payer == Payer.INSTITUTION else notice
