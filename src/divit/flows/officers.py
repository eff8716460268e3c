"""For which institution an officer or a program acts: asked anew by every flow, because appointments end."""

from divit.connections import selectors as connections
from divit.institutions import selectors as institutions
from divit.institutions.models import Appointment
from divit.kernel.actors import Actor, Role
from divit.kernel.errors import NotFound


def own_institution(by: Actor) -> str:
    """The id of the institution whose officer (yetkili) or program the actor is today. Raises `NotFound`.

    What a program may not do is for the law to say.
    """
    if by.institution_id is None or not _acts_for(by, by.institution_id):
        raise NotFound("appointment")
    return by.institution_id


def is_officer(by: Actor) -> bool:
    """Whether the actor is yetkili of the institution today."""
    return (
        by.role is Role.OFFICER
        and by.institution_id is not None
        and institutions.holds_appointment(
            person_id=by.id, institution_id=by.institution_id, role=Appointment.Capacity.OFFICER
        )
    )


def _acts_for(by: Actor, institution_id: str) -> bool:
    if by.role is Role.PROGRAM:
        return connections.stands(by.id, institution_id=institution_id)
    return is_officer(by)
