"""For which institution an officer acts: asked anew by every flow, because appointments end."""

from divit.institutions import selectors as institutions
from divit.institutions.models import Appointment
from divit.kernel.actors import Actor, Role
from divit.kernel.errors import NotFound


def own_institution(by: Actor) -> str:
    """The id of the institution whose officer (yetkili) the actor is today. Raises `NotFound`."""
    if by.role is not Role.OFFICER or by.institution_id is None:
        raise NotFound("appointment")
    if not institutions.holds_appointment(
        person_id=by.id, institution_id=by.institution_id, role=Appointment.Capacity.OFFICER
    ):
        raise NotFound("appointment")
    return by.institution_id
