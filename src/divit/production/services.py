"""The only writer of card orders and cards."""

import uuid
from datetime import datetime

from django.db import transaction

from divit.audit import moves
from divit.kernel.actors import Actor
from divit.kernel.errors import Invalid, NotFound, Refused
from divit.production.lifecycle import CARD_ORDER, Act, Facts, State
from divit.production.models import Card, CardOrder

_SIGNED_BY: dict[Act, str] = {
    Act.TAKE: "produced_by",
    Act.INSPECT: "inspected_by",
    Act.DISPATCH: "dispatched_by",
}


def enqueue(
    *,
    application_id: uuid.UUID,
    person_id: uuid.UUID | str,
    institution_id: uuid.UUID | str,
    product: str,
    replaces: bool,
    by: Actor,
) -> CardOrder:
    """Put a released application into the production queue; the same application again gives the same order."""
    order, made = CardOrder.objects.get_or_create(
        application_id=application_id,
        defaults={
            "person_id": person_id,
            "institution_id": institution_id,
            "product": product,
            "replaces": replaces,
        },
    )
    if made:
        moves.born(order, law=CARD_ORDER, by=by, note={"application": str(application_id), "product": product})
    return order


def locked(order_id: uuid.UUID) -> CardOrder:
    """The order, locked until the end of the transaction. Raises `NotFound`."""
    order = CardOrder.objects.select_for_update(of=("self",), no_key=True).filter(pk=order_id).first()
    if order is None:
        raise NotFound("card order")
    return order


def locked_of(application_id: uuid.UUID) -> CardOrder | None:
    """The order of an application, locked, if there is one."""
    return CardOrder.objects.select_for_update(of=("self",), no_key=True).filter(application_id=application_id).first()


def living_card(order: CardOrder) -> Card:
    """The card that is not spoiled. Raises `NotFound` when the order has none."""
    card = Card.objects.filter(order=order, spoiled_at__isnull=True).first()
    if card is None:
        raise NotFound("card")
    return card


def facts_of(
    order: CardOrder,
    *,
    by: Actor,
    living_certificate: bool = False,
    signing_given_up: bool = False,
    holder_left: bool = False,
) -> Facts:
    """What the law's guards want to know."""
    return Facts(
        acting=by.id,
        produced_by=order.produced_by,
        living_certificate=living_certificate,
        signing_given_up=signing_given_up,
        holder_left=holder_left,
        cards_made=order.cards.count(),
    )


def carry_out(
    order: CardOrder,
    act: Act,
    *,
    by: Actor,
    living_certificate: bool = False,
    signing_given_up: bool = False,
    holder_left: bool = False,
    trouble: str = "",
    now: datetime,
    **note: object,
) -> None:
    """Do one act on a locked order; `trouble` is shown at the desk until the next act."""
    changes: dict[str, object] = {"trouble": trouble, "changed_at": now}
    if act in _SIGNED_BY:
        changes[_SIGNED_BY[act]] = by.id
    if act is Act.REQUEUE:
        changes |= {"produced_by": "", "inspected_by": "", "dispatched_by": ""}
    moves.move(
        order,
        act,
        law=CARD_ORDER,
        by=by,
        facts=facts_of(
            order,
            by=by,
            living_certificate=living_certificate,
            signing_given_up=signing_given_up,
            holder_left=holder_left,
        ),
        changes=changes,
        note=dict(note),
    )


def take_card(order: CardOrder) -> Card:
    """The next card of an order that is being personalised."""
    return Card.objects.create(order=order, number=order.cards.count() + 1)


def check_in_hand(order: CardOrder, digits: str) -> None:
    """Whoever passes or packs a card reads the end of its number from the card itself.

    Raises `Invalid("card_number_other")`: the card in the hand is another one.
    """
    if digits.strip() != living_card(order).card_serial[-4:]:
        raise Invalid("card_number_other", field="digits")


def record_asking(card: Card, *, now: datetime) -> None:
    """Written before the station is called: from here on the key may exist."""
    Card.objects.filter(pk=card.pk, asked_at__isnull=True).update(asked_at=now)


def keep_key(card: Card, *, card_serial: str, station: str, csr_der: bytes) -> None:
    """What the station answered."""
    card.card_serial, card.station, card.csr_der = card_serial, station, csr_der
    card.save(update_fields=["card_serial", "station", "csr_der"])


def keep_certificate(card: Card, certificate_id: uuid.UUID) -> None:
    """One card, one certificate."""
    if card.certificate_id is not None and card.certificate_id != certificate_id:
        raise Refused("changed_meanwhile")
    card.certificate_id = certificate_id
    card.save(update_fields=["certificate_id"])


def give_up(card: Card, *, why: str, now: datetime) -> None:
    """The card is thrown away; its number is never used again."""
    card.spoiled_at, card.spoiled_why = now, why
    card.save(update_fields=["spoiled_at", "spoiled_why"])


def note_trouble(order_id: uuid.UUID, trouble: str) -> None:
    """Say at the desk what stands in the way; the state does not change."""
    CardOrder.objects.filter(pk=order_id).exclude(state=State.DISPATCHED).update(trouble=trouble)


def cancel(application_id: uuid.UUID, *, by: Actor, now: datetime) -> None:
    """Withdraw the order of an application, if there is one. Raises `Refused("card_already_taken")` and the like."""
    with transaction.atomic():
        order = locked_of(application_id)
        if order is not None:
            carry_out(order, Act.CANCEL, by=by, now=now)
