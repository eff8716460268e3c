"""Teslimat adresini değiştir: a card that came back, or that no courier takes to its address, goes to another one.

The application stays as it was signed; the parcel keeps where its card goes instead.
"""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from divit.applications import parts
from divit.applications import services as applications
from divit.applications.addresses import Addresses
from divit.applications.models import Application
from divit.applications.steps import Step
from divit.delivery import selectors
from divit.delivery.lifecycle import PARCEL, Act, State
from divit.delivery.models import Parcel
from divit.delivery.services import parcels
from divit.flows import card_delivery
from divit.flows.notices import tell
from divit.kernel import clock
from divit.kernel.actors import Actor
from divit.kernel.errors import Invalid, NotFound


def is_open(row: Application, *, by: Actor) -> bool:
    """Whether its holder may name another address for the card of this application now."""
    parcel = selectors.parcel_of(row.id)
    if parcel is None:
        return False
    facts = parcels.facts_of(
        parcel,
        by=by,
        has_address=not row.goes_to_representative,
        certificate_stands=card_delivery.certificate_stands(parcel),
    )
    return Act.READDRESS in PARCEL.open_to(role=by.role, state=State(parcel.state), facts=facts)


def change(application_id: UUID, typed: Mapping[str, str], *, addresses: Addresses, by: Actor) -> list[Invalid]:
    """Send the card to what was typed; returns what could not be understood, and then nothing changes.

    A card that the courier had refused is announced anew at once, one that came back waits for the desk. Raises
    `NotFound`, `Refused`.
    """
    understood, wrong = parts.read(Step.DELIVERY, typed, addresses=addresses)
    if wrong:
        return wrong
    with transaction.atomic():
        row = applications.locked(application_id)
        parcel = selectors.parcel_of(row.id)
        if str(row.person_id) != by.id or parcel is None:
            raise NotFound("parcel")
        address = card_delivery.address_of(Application(**understood))
        _send_to(parcels.locked(parcel.pk), row, address, by=by)
    return []


def _send_to(parcel: Parcel, row: Application, address: str, *, by: Actor) -> None:
    parcels.readdress(
        parcel,
        address=address,
        has_address=not row.goes_to_representative,
        certificate_stands=card_delivery.certificate_stands(parcel),
        by=by,
        now=clock.now(),
    )
    tell(
        person=row.person,
        notice="parcel_readdressed",
        subject=("application", str(row.id)),
        dedupe=f"parcel_readdressed:{parcel.pk}:{clock.now().isoformat()}",
    )
    if parcel.state == State.PACKED:
        card_delivery.announce_later(parcel)
