"""A card that reaches nobody: lost, damaged or not to be sent; its certificate ends and a new card is made."""

import uuid

from django.db import transaction

from divit.applications import services as application_services
from divit.delivery import selectors
from divit.delivery.lifecycle import Act, State
from divit.delivery.models import Parcel
from divit.delivery.services import parcels
from divit.flows import card_production
from divit.kernel import clock
from divit.kernel.actors import Actor
from divit.production import services as production
from divit.production.models import CardOrder


def give_up(parcel_id: uuid.UUID, *, by: Actor) -> None:
    """Give the card up. Raises `Refused` for one that is in somebody's hand."""
    with transaction.atomic():
        parcel, order = locked(parcel_id)
        parcels.check(parcel, Act.LOSE, by=by)
        # The card first: what it locks is locked before the ledger is written.
        card_production.give_up_lost(order, by=by, notice=_notice_for(parcel))
        parcels.carry_out(parcel, Act.LOSE, by=by, now=clock.now())


def _notice_for(parcel: Parcel) -> str:
    strayed = parcel.state in (State.MISSING, State.RETURNING)
    return "certificate_lost_on_the_way" if strayed else "certificate_spoiled"


def locked(parcel_id: uuid.UUID) -> tuple[Parcel, CardOrder]:
    """Application first, then order, then parcel, before anything is written to the ledger."""
    known = selectors.parcel(parcel_id)
    application_services.locked(known.application_id)
    order = production.locked(known.order_id)
    return parcels.locked(parcel_id), order
