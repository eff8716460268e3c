"""Sevkiyat: inspected cards go to the courier, returned ones are sent again or handed over at the counter."""

import uuid
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from divit.applications import selectors as applications
from divit.applications.parts import AddressKind
from divit.console.access import DeskRequest, desk
from divit.console.desks.cards import is_closed, open_acts, row_of
from divit.console.desks.finding import MOST_SHOWN, application_of, search
from divit.console.forms import CardInHandForm, IdentityCheckedForm, SpoiledForm
from divit.console.pages import attempt, done
from divit.delivery import selectors, words
from divit.delivery.lifecycle import PARCEL, ConsignmentState, State
from divit.delivery.models import Parcel
from divit.delivery.services import parcels as parcel_services
from divit.flows import card_delivery, card_production, collective_dispatch, lost_cards
from divit.kernel.actors import Actor, Role
from divit.kernel.errors import NotFound
from divit.production import selectors as production
from divit.production.lifecycle import State as OrderState

UNDER_WAY = (
    State.PACKED,
    State.HANDED_OVER,
    State.ON_THE_WAY,
    State.RETURNED,
    State.MISSING,
    State.RETURNING,
)
BOXES_UNDER_WAY = (
    ConsignmentState.PACKED,
    ConsignmentState.HANDED_OVER,
    ConsignmentState.ON_THE_WAY,
    ConsignmentState.ARRIVED,
    ConsignmentState.RETURNED,
)
_SIMPLE = {"send_again": card_delivery.send_again, "lose": lost_cards.give_up, "retry": card_delivery.retry}


@desk(Role.DISPATCHER)
@require_http_methods(["GET", "POST"])
def dispatch(request: DeskRequest) -> HttpResponse:
    """Cards to pack, alone or in boxes, and what is under way: what waits for the desk first; any other by number."""
    form, found = search(request, label=_("Başvuru, gönderi ya da koli numarası"), place_of=_place_of)
    if found is not None:
        return found
    alone = production.in_states([OrderState.INSPECTED]).exclude(application__address_kind=AddressKind.REPRESENTATIVE)
    rows = [row_of(order) for order in alone[: MOST_SHOWN + 1]]
    boxes = [
        {"box": box, "state": words.CONSIGNMENT_STATES[box.state], "trouble": words.TROUBLES.get(box.trouble, "")}
        for box in selectors.consignments_in(BOXES_UNDER_WAY)[: MOST_SHOWN + 1]
    ]
    parcels = [
        {"parcel": parcel, "state": words.STATES[parcel.state], "trouble": words.TROUBLES.get(parcel.trouble, "")}
        for parcel in selectors.in_states(UNDER_WAY)[: MOST_SHOWN + 1]
    ]
    context = {
        "form": form,
        "rows": rows[:MOST_SHOWN],
        "parcels": parcels[:MOST_SHOWN],
        "boxes": boxes[:MOST_SHOWN],
        "waiting": collective_dispatch.waiting(),
        "more": max(len(rows), len(parcels), len(boxes)) > MOST_SHOWN,
    }
    return render(request, "console/dispatch/queue.html", context, status=409 if form.errors else 200)


def _place_of(text: str) -> str:
    box = selectors.consignment_by_number(text) or selectors.consignment_by_reference(text)
    if box is not None:
        return reverse("console:dispatch_consignment", kwargs={"consignment_id": box.pk})
    parcel = selectors.parcel_by_number(text)
    if parcel is None:
        application = application_of(text)
        order = production.order_of(application.pk)
        if order is not None and order.state == OrderState.INSPECTED:
            return reverse("console:dispatch_order", kwargs={"order_id": order.pk})
        parcel = selectors.parcel_of(application.pk)
    if parcel is None:
        raise NotFound("parcel")
    return reverse("console:dispatch_parcel", kwargs={"parcel_id": parcel.pk})


@desk(Role.DISPATCHER)
@require_http_methods(["GET", "POST"])
def dispatch_order(request: DeskRequest, order_id: uuid.UUID) -> HttpResponse:
    """One inspected card: packed for its address, or given up."""
    order = production.order(order_id)
    if order.state != OrderState.INSPECTED:
        raise NotFound("card order")
    act = request.POST.get("act")
    in_hand = CardInHandForm(request.POST if act == "dispatch" else None)
    spoiled = SpoiledForm(request.POST if act == "spoil" else None)
    refusal = ""
    by = request.actor
    if in_hand.is_bound and in_hand.is_valid():
        digits = in_hand.cleaned_data["digits"]
        refusal = attempt(lambda: card_delivery.dispatch(order_id, digits=digits, by=by), form=in_hand)
        if not refusal and not in_hand.errors:
            return done(request, _("Kart kuryeye hazırlandı; gönderi numarası isteniyor."), to="console:dispatch")
    elif spoiled.is_bound and spoiled.is_valid():
        why = spoiled.cleaned_data["why"]
        refusal = attempt(lambda: card_production.spoil(order_id, why=why, by=by))
        if not refusal:
            return done(request, _("Kart bozuk olarak işaretlendi; sertifikası iptal edildi."), to="console:dispatch")
    application = applications.application(order.application_id)
    context = {
        "row": row_of(order),
        "address": card_delivery.destination(selectors.parcel_of(application.pk), application),
        "reader": application.reader == "mini",
        "acts": open_acts(order, by=by),
        "together": application.goes_to_representative,
        "closed": is_closed(order),
        "same_person": by.id == order.produced_by,
        "in_hand": in_hand,
        "spoiled": spoiled,
    }
    _look(request, str(order.person_id), ("card_order", str(order.pk)))
    return _answer(request, "console/dispatch/order.html", context, refusal=refusal, forms=(in_hand, spoiled))


@desk(Role.DISPATCHER)
@require_http_methods(["GET", "POST"])
def dispatch_parcel(request: DeskRequest, parcel_id: uuid.UUID) -> HttpResponse:
    """One parcel: where it is, and what may be done with it."""
    parcel = selectors.parcel(parcel_id)
    act = request.POST.get("act", "")
    checked = IdentityCheckedForm(request.POST if act == "collect" else None)
    in_hand = CardInHandForm(request.POST if act == "take_back" else None)
    refusal = ""
    by = request.actor
    if act in _SIMPLE or any(form.is_bound and form.is_valid() for form in (checked, in_hand)):
        refusal = attempt(lambda: _act(act, parcel_id, in_hand=in_hand, by=by), form=in_hand)
        if not refusal and not in_hand.errors:
            return done(request, _("Yapıldı."), to="console:dispatch_parcel", parcel_id=parcel_id)
    stands = card_delivery.certificate_stands(parcel)
    context = {
        "parcel": parcel,
        "state": words.STATES[parcel.state],
        "trouble": words.TROUBLES.get(parcel.trouble, ""),
        "address": "" if parcel.consignment else card_delivery.destination(parcel, parcel.application),
        "reports": selectors.reports_of(parcel.tracking_no),
        "returned_why": words.RETURNED_WHY.get(parcel.returned_why, ""),
        "acts": _open_acts(parcel, by=by, certificate_stands=stands),
        "closed": parcel.state == State.RETURNED and not stands,
        "may_retry": parcel.state == State.PACKED and parcel.trouble == card_delivery.REFUSED,
        "checked": checked,
        "in_hand": in_hand,
    }
    _look(request, str(parcel.person_id), ("parcel", str(parcel.pk)))
    return _answer(request, "console/dispatch/parcel.html", context, refusal=refusal, forms=(checked, in_hand))


def _act(act: str, parcel_id: uuid.UUID, *, in_hand: CardInHandForm, by: Actor) -> None:
    if act in _SIMPLE:
        _SIMPLE[act](parcel_id, by=by)
    elif act == "take_back":
        collective_dispatch.take_back(parcel_id, digits=in_hand.cleaned_data["digits"], by=by)
    else:
        card_delivery.collect(parcel_id, identity_checked=True, by=by)


def _open_acts(parcel: Parcel, *, by: Actor, certificate_stands: bool) -> set[str]:
    has_address = not parcel.application.goes_to_representative
    facts = parcel_services.facts_of(
        parcel, by=by, identity_checked=True, has_address=has_address, certificate_stands=certificate_stands
    )
    return {str(act) for act in PARCEL.open_to(role=Role.DISPATCHER, state=State(parcel.state), facts=facts)}


def _look(request: DeskRequest, person_id: str, subject: tuple[str, str]) -> None:
    request.looks.append({"by": request.actor, "person_id": person_id, "purpose": "delivery", "subject": subject})


def _answer(
    request: DeskRequest, template: str, context: dict[str, Any], *, refusal: str, forms: tuple[forms.Form, ...]
) -> HttpResponse:
    failed = bool(refusal) or any(form.is_bound and form.errors for form in forms)
    status = 409 if failed else 200
    return render(request, template, {**context, "refusal": refusal, "has_errors": failed}, status=status)
