"""For which institution an officer or a program acts: asked anew by every flow, because appointments end."""

from uuid import UUID

from divit.connections import selectors as connections
from divit.institutions import selectors as institutions
from divit.kernel.actors import Actor, Level, Role
from divit.kernel.errors import NotFound


def own_institution(by: Actor) -> str:
    """The id of the institution whose officer (yetkili) the actor is today. Raises `NotFound`."""
    if by.institution_id is None or not is_officer(by):
        raise NotFound("appointment")
    return by.institution_id


def acting_institution(by: Actor) -> str:
    """The same where a program of the institution may come too; which acts are its own the law says.

    Raises `NotFound`.
    """
    if by.role is not Role.PROGRAM:
        return own_institution(by)
    if by.institution_id is None or not connections.stands(by.id, institution_id=by.institution_id):
        raise NotFound("appointment")
    return by.institution_id


def is_officer(by: Actor) -> bool:
    """Whether the actor is yetkili of the institution today, in the own right or in the stead of whom they say."""
    return institutions.acts_as_officer(by)


def officer_today(person_id: str, *, institution_id: UUID | str, level: Level) -> Actor | None:
    """A person as the officer who they are today, with whom they deputise for; None for whoever is none."""
    office = institutions.office_of(person_id, institution_id=institution_id)
    if office is None:
        return None
    return Actor(
        role=Role.OFFICER,
        id=person_id,
        institution_id=str(institution_id),
        level=level,
        deputises_for=office.in_stead_of,
    )
