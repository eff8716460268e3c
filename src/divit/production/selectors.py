"""Reading card orders: for the desks, for the status page and for flows."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Case, Q, QuerySet, When

from divit.audit.selectors import moves_of
from divit.kernel.errors import NotFound
from divit.production.lifecycle import CARD_ORDER, State
from divit.production.models import Card, CardOrder

_BY_MACHINE = (State.PERSONALISING, State.CERTIFYING, State.LOADING)


def order_of(application_id: uuid.UUID) -> CardOrder | None:
    """The card order of an application, if it was released."""
    return CardOrder.objects.filter(application_id=application_id).first()


def dispatched(application_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these applications whose card has left the house."""
    found = CardOrder.objects.filter(application_id__in=list(application_ids), state=State.DISPATCHED)
    return set(found.order_by("id").values_list("application_id", flat=True))


def dispatched_among(application_ids: QuerySet[Any, uuid.UUID | None]) -> QuerySet[CardOrder, uuid.UUID]:
    """Those of these applications whose card has left the house, left to the database."""
    found = CardOrder.objects.filter(application_id__in=application_ids, state=State.DISPATCHED)
    return found.order_by().values_list("application_id", flat=True)


def order(order_id: uuid.UUID) -> CardOrder:
    """Raises `NotFound`."""
    found = CardOrder.objects.select_related("person", "institution", "application").filter(pk=order_id).first()
    if found is None:
        raise NotFound("card order")
    return found


def applications_of(order_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Of each of these orders the application."""
    found = CardOrder.objects.filter(id__in=list(order_ids)).order_by("id")
    return dict(found.values_list("id", "application_id"))


def is_ordered(order_id: uuid.UUID) -> bool:
    """Whether such a card was ever ordered here."""
    return CardOrder.objects.filter(pk=order_id).exists()


def cards_of(order_id: uuid.UUID) -> list[Card]:
    """Every card that was made for an order, first to last."""
    return list(Card.objects.filter(order_id=order_id).order_by("number"))


def living_card_of(order_id: uuid.UUID) -> Card | None:
    """The card that is not spoiled."""
    return Card.objects.filter(order_id=order_id, spoiled_at__isnull=True).first()


def living_cards_of(order_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Card]:
    """The cards that are not spoiled, by order."""
    found = Card.objects.filter(order_id__in=list(order_ids), spoiled_at__isnull=True)
    return {card.order_id: card for card in found.order_by("order_id")}


def orders_by_card_end(digits: str) -> QuerySet[Card, uuid.UUID]:
    """The orders whose living card's number ends in these digits."""
    found = Card.objects.filter(spoiled_at__isnull=True, card_serial__endswith=digits)
    return found.order_by("order_id").values_list("order_id", flat=True)


def in_states(states: Iterable[State]) -> QuerySet[CardOrder]:
    """The orders of a desk: what somebody must do something about before what the machines do, oldest first."""
    waits_for_desk = Case(When(Q(state__in=_BY_MACHINE, trouble=""), then=1), default=0)
    return (
        CardOrder.objects.filter(state__in=list(states))
        .select_related("person", "institution", "application")
        .order_by(waits_for_desk, "queued_at", "id")
    )


def many_at_stations(*, at_least: int) -> bool:
    """Whether so many cards are being personalised at this moment."""
    found = CardOrder.objects.filter(state=State.PERSONALISING).order_by("queued_at")
    return len(found.values_list("pk", flat=True)[:at_least]) == at_least


def stuck(state: State, *, before: datetime) -> list[CardOrder]:
    """Orders in which nothing has moved since `before`: their job may have died with its worker."""
    return list(CardOrder.objects.filter(state=state, changed_at__lt=before).order_by("changed_at", "id"))


def steps_of(order_id: uuid.UUID) -> dict[str, datetime]:
    """When each state was last entered, for the status page."""
    return {move.target: move.at for move in moves_of(CARD_ORDER.name, str(order_id))}


def orders_of_many(application_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """For each of the applications that have one, the id of its card order."""
    rows = CardOrder.objects.filter(application_id__in=list(application_ids)).order_by("id")
    return dict(rows.values_list("application_id", "id"))
