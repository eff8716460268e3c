"""Üretim and Denetim: the queue of card orders, and the second person who passes them."""

import uuid
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from divit.applications.kinds import Kind
from divit.applications.labels import KINDS
from divit.certificates import selectors as certificates
from divit.certificates.models import Certificate
from divit.console.access import DeskRequest, desk
from divit.console.desks.finding import MOST_SHOWN, application_of, search
from divit.console.forms import CardInHandForm, SpoiledForm
from divit.console.pages import attempt, done
from divit.flows import card_production
from divit.kernel.actors import Actor, Role
from divit.kernel.errors import NotFound
from divit.production import selectors, services, words
from divit.production.lifecycle import CARD_ORDER, Act, State
from divit.production.models import Card, CardOrder

PRODUCER_SEES = (State.QUEUED, State.PERSONALISING, State.CERTIFYING, State.LOADING, State.PRODUCED, State.SPOILED)
INSPECTOR_SEES = (State.PRODUCED,)
_SIMPLE = {
    "take": card_production.take,
    "requeue": card_production.requeue,
    "retry": card_production.retry,
}


@dataclass(frozen=True)
class Row:
    """One order as a list shows it: without the person, who is nobody's business until a card is in the hand."""

    order: CardOrder
    state: str | Promise
    kind: str | Promise
    trouble: str | Promise


def row_of(order: CardOrder) -> Row:
    """With words for its state and trouble."""
    return Row(
        order=order,
        state=words.STATES[order.state],
        kind=KINDS[Kind(order.application.kind)],
        trouble=words.TROUBLES.get(order.trouble, ""),
    )


@dataclass(frozen=True)
class Made:
    """A card and its certificate."""

    card: Card
    certificate: Certificate | None
    why: str | Promise


@desk(Role.PRODUCER)
@require_http_methods(["GET", "POST"])
def production(request: DeskRequest) -> HttpResponse:
    """The queue: what waits for somebody first; any other is found by its number."""
    return _queue(request, PRODUCER_SEES, name="production")


@desk(Role.INSPECTOR)
@require_http_methods(["GET", "POST"])
def inspection(request: DeskRequest) -> HttpResponse:
    """Cards that wait for a second person."""
    return _queue(request, INSPECTOR_SEES, name="inspection")


def _queue(request: DeskRequest, states: tuple[State, ...], *, name: str) -> HttpResponse:
    def place_of(text: str) -> str:
        order = selectors.order_of(application_of(text).pk)
        if order is None or order.state not in states:
            raise NotFound("card order")
        return reverse(f"console:{name}_order", kwargs={"order_id": order.pk})

    form, found = search(request, label=_("Başvuru numarası"), place_of=place_of)
    if found is not None:
        return found
    rows = [row_of(order) for order in selectors.in_states(states)[: MOST_SHOWN + 1]]
    context = {"rows": rows[:MOST_SHOWN], "more": len(rows) > MOST_SHOWN, "desk": name, "form": form}
    return render(request, "console/cards/queue.html", context, status=409 if form.errors else 200)


@desk(Role.PRODUCER)
@require_http_methods(["GET", "POST"])
def production_order(request: DeskRequest, order_id: uuid.UUID) -> HttpResponse:
    """One order at the producer's desk."""
    order = _seen(order_id, PRODUCER_SEES)
    act = request.POST.get("act", "")
    spoiled = SpoiledForm(request.POST if act == "spoil" else None)
    refusal = ""
    if act in _SIMPLE or (spoiled.is_bound and spoiled.is_valid()):
        by = request.actor
        refusal = _spoil(order_id, spoiled, by=by) if act == "spoil" else attempt(lambda: _SIMPLE[act](order_id, by=by))
        if not refusal:
            return done(request, _("Yapıldı."), to="console:production_order", order_id=order_id)
    return _page(request, order, forms={"spoiled": spoiled}, refusal=refusal)


@desk(Role.INSPECTOR)
@require_http_methods(["GET", "POST"])
def inspection_order(request: DeskRequest, order_id: uuid.UUID) -> HttpResponse:
    """One card at the inspector's desk: compared with the screen, then passed or given up."""
    order = _seen(order_id, INSPECTOR_SEES)
    act = request.POST.get("act")
    in_hand = CardInHandForm(request.POST if act == "inspect" else None)
    spoiled = SpoiledForm(request.POST if act == "spoil" else None)
    refusal = ""
    if in_hand.is_bound and in_hand.is_valid():
        digits = in_hand.cleaned_data["digits"]
        refusal = attempt(lambda: card_production.inspect(order_id, digits=digits, by=request.actor), form=in_hand)
        if not refusal and not in_hand.errors:
            return done(request, _("Kart denetimden geçti."), to="console:inspection")
    elif spoiled.is_bound and spoiled.is_valid():
        refusal = _spoil(order_id, spoiled, by=request.actor)
        if not refusal:
            return done(request, _("Kart bozuk olarak işaretlendi; sertifikası iptal edildi."), to="console:inspection")
    return _page(request, order, forms={"in_hand": in_hand, "spoiled": spoiled}, refusal=refusal)


def _spoil(order_id: uuid.UUID, form: forms.Form, *, by: Actor) -> str:
    return attempt(lambda: card_production.spoil(order_id, why=form.cleaned_data["why"], by=by))


def _seen(order_id: uuid.UUID, states: tuple[State, ...]) -> CardOrder:
    order = selectors.order(order_id)
    if order.state not in states:
        raise NotFound("card order")
    return order


def open_acts(order: CardOrder, *, by: Actor) -> set[str]:
    """What the buttons are drawn from."""
    facts = services.facts_of(
        order,
        by=by,
        living_certificate=card_production.stands(order),
        holder_left=certificates.closed_for_leaving(order.pk),
    )
    return {str(act) for act in CARD_ORDER.open_to(role=by.role, state=State(order.state), facts=facts)}


def is_closed(order: CardOrder) -> bool:
    """Whether the certificate was closed before the card left the house: only giving it up is left."""
    return order.state in (State.PRODUCED, State.INSPECTED) and not card_production.stands(order)


def _page(request: DeskRequest, order: CardOrder, *, forms: dict[str, forms.Form], refusal: str) -> HttpResponse:
    request.looks.append(
        {
            "by": request.actor,
            "person_id": str(order.person_id),
            "purpose": "card_order",
            "subject": ("card_order", str(order.pk)),
        }
    )
    failed = bool(refusal) or any(form.is_bound and form.errors for form in forms.values())
    acts = open_acts(order, by=request.actor)
    made = [
        Made(card, _certificate(card), words.TROUBLES.get(card.spoiled_why, ""))
        for card in selectors.cards_of(order.pk)
    ]
    context: dict[str, Any] = {
        "row": row_of(order),
        "made": made,
        "acts": acts,
        "may_retry": request.actor.role is Role.PRODUCER and order.state in (State.PERSONALISING, State.LOADING),
        "closed": is_closed(order),
        "same_person": request.actor.id == order.produced_by and Act.INSPECT not in acts,
        "refusal": refusal,
        "has_errors": failed,
        "in_hand": None,
        **forms,
        "desk": "production" if request.actor.role is Role.PRODUCER else "inspection",
    }
    return render(request, "console/cards/order.html", context, status=409 if failed else 200)


def _certificate(card: Card) -> Certificate | None:
    return certificates.certificate(card.certificate_id) if card.certificate_id else None
