"""What the registry desk asks of production: for whom a card was made."""

from uuid import UUID

from django.db.models import QuerySet

from divit.production.models import Card, CardOrder


def owners_of_card(card_serial: str) -> QuerySet[Card, UUID]:
    """For whom a card with this printed number was made, spoiled ones included."""
    found = Card.objects.filter(card_serial=card_serial).exclude(card_serial="").order_by()
    return found.values_list("order__person_id", flat=True)


def orders_of(person_id: UUID) -> list[CardOrder]:
    """Every card order of a person, newest first."""
    return list(CardOrder.objects.filter(person_id=person_id).order_by("-queued_at", "id"))
