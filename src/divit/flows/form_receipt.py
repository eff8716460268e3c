"""Form teslimi: the representative of the institution takes the signed form in, or gives it back with a reason."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from divit.applications import content, selectors, services
from divit.applications.kinds import Payer
from divit.applications.lifecycle import State
from divit.applications.models import Application
from divit.applications.requirements import RequirementKind
from divit.flows import fees, institution_paid_application, release
from divit.flows.notices import tell
from divit.identity import selectors as people
from divit.institutions import selectors as institutions
from divit.institutions.models import Appointment, InstitutionRule
from divit.kernel import clock
from divit.kernel.actors import Actor, Role
from divit.kernel.errors import Invalid, NotFound, Refused

MOST_FOUND = 20
VISIBLE = (State.OPEN, State.RELEASED, State.PRODUCED, State.DELIVERED, State.CLOSED)


def find(text: str, *, by: Actor) -> list[Application]:
    """What a scanned QR code, a typed reference or a name leads to, within the actor's own institution only."""
    institution_id = own_institution(by)
    mine = selectors.of_institution(institution_id, states=VISIBLE)
    try:
        reference, _token = content.read_mark(text)
    except Invalid:
        named = people.search(text).values_list("id", flat=True)
        return list(mine.filter(person_id__in=named)[:MOST_FOUND])
    return list(mine.filter(reference=reference))


def waiting(*, by: Actor) -> list[Application]:
    """Applications of the own institution whose form has not come yet, the longest waiting first."""
    mine = selectors.of_institution(own_institution(by))
    return list(mine.filter(requirements__kind=RequirementKind.FORM_RECEIVED, requirements__closed_at=None)[:200])


def look_at(application_id: UUID, *, by: Actor) -> Application:
    """One application of the own institution. Raises `NotFound` for any other."""
    row = selectors.application(application_id)
    _must_be_mine(row, by=by)
    return row


def look_at_all(application_ids: Iterable[UUID], *, by: Actor) -> list[Application]:
    """Those of these applications that the actor may look at. Raises `NotFound` for who may look at none."""
    rows = selectors.among(application_ids, states=VISIBLE)
    if by.role is not Role.REGISTRAR:
        rows = rows.filter(institution_id=own_institution(by))
    return list(rows)


def take_in(application_id: UUID, *, scanned: str | None = None, by: Actor) -> bool:
    """The signed form is here; `scanned` is its QR code. Taken in twice it is taken in once (then False).

    Raises `Refused("form_out_of_date")` when the application has changed since the form was printed, and
    `Refused("own_form")`: who compares the signature with an identity card is not who signed.
    """
    token = None
    with transaction.atomic():
        row = _locked(application_id, by=by)
        if scanned:
            reference, token = content.read_mark(scanned)
            if reference != row.reference:
                raise Refused("form_of_another")
        if not any(one.kind == RequirementKind.FORM_RECEIVED for one in selectors.requirements_of(row)):
            raise Refused("form_not_needed")
        if not services.take_form_in(row, printed=token, by=by):
            return False
        _open_payment(row, by=by)
        _tell(row, "application_form_received", str(row.content_hash[:8]))
        release.advance(application_id, by=by)
    return True


def _open_payment(row: Application, *, by: Actor) -> None:
    """Where the person pays and the institution's rule of the day of submission says so, the fee falls due now."""
    if row.payer != Payer.PERSON:
        return
    rule = institutions.rule_for(row.institution_id, on=clock.local(row.submitted_at or clock.now()).date())
    if rule.pay_gate == InstitutionRule.PayGate.AFTER_FORM:
        fees.accrue(row, by=by)
        _tell(row, "application_fee_due", "1")


def give_back(application_id: UUID, *, reason: str, by: Actor) -> None:
    """The form cannot be taken like this; the person reads why."""
    with transaction.atomic():
        row = _locked(application_id, by=by)
        services.return_form(row, reason=reason, by=by)
        visits = len(selectors.form_visits(row))
        _tell(row, "application_form_returned", str(visits), reason=reason)


def reject(application_id: UUID, *, reason: str, by: Actor) -> None:
    """The person is not entitled to apply through this institution; what was paid is given back."""
    with transaction.atomic():
        row = _locked(application_id, by=by)
        institution_paid_application.end_with(row, reason=reason, by=by)
        services.reject(row, reason=reason, by=by)
        fees.give_back(row, by=by)
        _tell(row, "application_rejected", "1", reason=reason)


def _tell(row: Application, notice: str, once: str, **facts: str) -> None:
    tell(
        person=row.person,
        notice=notice,
        subject=("application", str(row.id)),
        dedupe=f"{notice}:{row.id}:{once}",
        reference=row.reference,
        **facts,
    )


def _locked(application_id: UUID, *, by: Actor) -> Application:
    row = services.locked(application_id)
    _must_be_mine(row, by=by)
    if by.role is Role.REPRESENTATIVE and str(row.person_id) == by.id:
        raise Refused("own_form")
    return row


def _must_be_mine(row: Application, *, by: Actor) -> None:
    """A representative sees the own institution's applications; the centre's registry, where paper may come, all."""
    if row.state not in VISIBLE:
        raise NotFound
    if by.role is Role.REGISTRAR:
        return
    if str(row.institution_id) != own_institution(by):
        raise NotFound


def own_institution(by: Actor) -> str:
    """The institution for which the actor is e-imza temsilcisi today: asked anew each time, appointments end."""
    if by.role is not Role.REPRESENTATIVE or by.institution_id is None:
        raise NotFound
    if not institutions.holds_appointment(
        person_id=by.id, institution_id=by.institution_id, role=Appointment.Capacity.REPRESENTATIVE
    ):
        raise NotFound
    return by.institution_id
