"""Kişi dosyası: one person's applications, certificates, deliveries and messages, for the registry desk."""

from dataclasses import dataclass
from uuid import UUID

from divit.applications import registry as applications
from divit.applications.models import Application
from divit.applications.requirements import RequirementKind
from divit.certificates import registry as certificates
from divit.certificates.models import Certificate
from divit.delivery import registry as delivery
from divit.delivery.models import Parcel
from divit.identity import selectors as people
from divit.identity.models import Person
from divit.kernel.actors import Actor, Role
from divit.kernel.errors import NotFound
from divit.notifications import selectors as notifications
from divit.notifications.models import Message
from divit.production import registry as production
from divit.production.models import CardOrder

_MESSAGES = 50


@dataclass(frozen=True, kw_only=True)
class OnePaper:
    """An application, what it still waits for, and how far its card is."""

    application: Application
    awaited: tuple[RequirementKind, ...]
    order: CardOrder | None
    parcel: Parcel | None


@dataclass(frozen=True, kw_only=True)
class PersonFile:
    """Everything about one person in one view; `messages` are the latest."""

    person: Person
    papers: list[OnePaper]
    certificates: list[Certificate]
    messages: list[Message]


def person_file(person_id: UUID, *, by: Actor) -> PersonFile:
    """For the registry. Raises `NotFound` for anybody else, and for a person who never submitted anything."""
    if by.role is not Role.REGISTRAR:
        raise NotFound("registry")
    person = people.person(person_id)
    submitted = applications.submitted_of(person.pk)
    held = certificates.certificates_of(person.pk)
    if not submitted and not held:
        raise NotFound("person")
    awaited = applications.awaited_by(row.pk for row in submitted if row.state == "open")
    orders = {order.application_id: order for order in production.orders_of(person.pk)}
    parcels = {parcel.application_id: parcel for parcel in delivery.parcels_of(person.pk)}
    return PersonFile(
        person=person,
        papers=[
            OnePaper(
                application=row,
                awaited=tuple(awaited.get(row.pk, ())),
                order=orders.get(row.pk),
                parcel=parcels.get(row.pk),
            )
            for row in submitted
        ],
        certificates=held,
        messages=notifications.messages_of(person.pk, limit=_MESSAGES),
    )
