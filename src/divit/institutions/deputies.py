"""Vekâlet: who acts in an officer's stead is held while they act, and is taken back by that officer alone."""

from uuid import UUID

from django.db import transaction

from divit.audit import moves
from divit.institutions import selectors
from divit.institutions.lifecycle import APPOINTMENT, AppointmentAct, AppointmentFacts, AppointmentState
from divit.institutions.models import Appointment
from divit.kernel import clock
from divit.kernel.actors import Actor
from divit.kernel.errors import NotFound


@transaction.atomic
def take_back(institution_id: UUID | str, appointment_id: UUID | str, *, by: Actor) -> Appointment:
    """From this moment on the deputy acts no more. Raises `NotFound`, or `Refused` for whom it is not to take back."""
    if by.institution_id != str(institution_id) or not selectors.acts_as_officer(by):
        raise NotFound("institution")
    row = _locked(appointment_id=appointment_id, institution_id=institution_id)
    note = {"institution_id": str(institution_id)}
    changes: dict[str, object] = {"ends": clock.today()}
    moves.move(
        row, AppointmentAct.TAKE_BACK, law=APPOINTMENT, by=by, facts=_facts(row, by=by), changes=changes, note=note
    )
    return row


def may_take_back(row: Appointment, *, by: Actor) -> bool:
    """What the button is drawn from."""
    state = AppointmentState(row.state)
    return APPOINTMENT.allows(AppointmentAct.TAKE_BACK, role=by.role, state=state, facts=_facts(row, by=by))


def hold(by: Actor) -> None:
    """A deputy who acts is taken back before or after what follows, never meanwhile; in a transaction.

    Raises `NotFound` for whoever is no deputy any more; for others it does nothing.
    """
    if not by.deputises_for:
        return
    office = selectors.office_of(by.id, institution_id=by.institution_id or "")
    if office is None:
        raise NotFound("appointment")
    row = _locked(appointment_id=office.pk, institution_id=office.institution_id)
    if row.state != AppointmentState.STANDING or row.in_stead_of != by.deputises_for:
        raise NotFound("appointment")


def _locked(*, appointment_id: UUID | str, institution_id: UUID | str) -> Appointment:
    found = Appointment.objects.select_for_update(of=("self",), no_key=True).select_related("deputises_for", "person")
    row = found.filter(id=appointment_id, institution_id=institution_id).first()
    if row is None:
        raise NotFound("appointment")
    return row


def _facts(row: Appointment, *, by: Actor) -> AppointmentFacts:
    over = row.ends is not None and row.ends < clock.today()
    return AppointmentFacts(acting=by.id, deputises_for=row.in_stead_of, over=over)
