"""Sevkiyat, koli: cards of one institution packed together, and what becomes of the box."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from divit.console.access import DeskRequest, desk
from divit.console.forms import BoxForm
from divit.console.pages import attempt, done
from divit.delivery import selectors, words
from divit.delivery.lifecycle import CONSIGNMENT, ConsignmentFacts, ConsignmentState
from divit.delivery.models import Consignment
from divit.flows import collective_dispatch, hand_over_list
from divit.flows.refusals import explain
from divit.institutions import selectors as institutions
from divit.institutions.models import Appointment
from divit.kernel.actors import Role
from divit.kernel.errors import Invalid
from divit.production.lifecycle import State as OrderState
from divit.production.models import CardOrder

_ACTS = {
    "retry": collective_dispatch.retry,
    "send_again": collective_dispatch.send_again,
    "unpack": collective_dispatch.unpack,
    "lose": collective_dispatch.lose,
}


@desk(Role.DISPATCHER)
@require_http_methods(["GET", "POST"])
def dispatch_box(request: DeskRequest, institution_id: uuid.UUID) -> HttpResponse:
    """A new box for an institution: the cards in the hand, the representative, the address."""
    institution = institutions.institution(institution_id)
    waiting = collective_dispatch.packable(institution_id)
    closed = collective_dispatch.closed_among(waiting)
    orders = [order for order in waiting if order not in closed][: collective_dispatch.MOST_PIECES]
    acting = institutions.representatives_of(institution_id)
    form = BoxForm(
        request.POST or None,
        representatives=[(str(one.pk), one.person.name) for one in acting],
        # What was typed for a card that was closed since the page was made is taken, so that it is named.
        cards={order.pk: f"{order.application.reference} · {order.person.name}" for order in [*orders, *closed]},
        initial=_known(acting),
    )
    refusal = ""
    if form.is_bound and form.is_valid():
        refusal, packed = _pack(request, institution_id, form)
        if packed is not None:
            return done(request, _said(packed, form), to="console:dispatch_consignment", consignment_id=packed.pk)
    shown = [*orders, *closed]
    request.looks += [_look(request, order.person_id, ("card_order", str(order.pk))) for order in shown]
    failed = bool(refusal) or bool(form.is_bound and form.errors)
    context = {
        "institution": institution,
        "form": form,
        "cards": [(form[BoxForm.name_of(order.pk)], _reader(order)) for order in orders],
        "closed": [(order, _place_of(order)) for order in closed],
        "representatives": acting,
        "refusal": refusal,
        "has_errors": failed,
    }
    return render(request, "console/dispatch/box.html", context, status=409 if failed else 200)


def _known(acting: list[Appointment]) -> dict[str, str]:
    """The only representative is chosen already, and a box goes where the last one went."""
    if len(acting) != 1:
        return {}
    latest = selectors.latest_to(acting[0].pk)
    return {"appointment": str(acting[0].pk), "address": latest.address if latest else ""}


def _place_of(order: CardOrder) -> str:
    """Where a card that goes into no box is given up: a fresh one by its order, one that came back by its parcel."""
    parcel = selectors.parcel_of(order.application_id)
    if order.state == OrderState.INSPECTED or parcel is None:
        return reverse("console:dispatch_order", kwargs={"order_id": order.pk})
    return reverse("console:dispatch_parcel", kwargs={"parcel_id": parcel.pk})


def _reader(order: CardOrder) -> bool:
    return order.application.reader == "mini"


def _said(box: Consignment, form: BoxForm) -> str:
    """By their numbers, as they stand on the desk's lists: the sentence travels in a cookie, where no name belongs."""
    said = _("Koli kapatıldı; gönderi numarası isteniyor.")
    aside = [order.application.reference for order in collective_dispatch.left_out(box, form.digits())]
    if not aside:
        return said
    return f"{said} " + _(
        "Sertifikası az önce kapatıldığı için koliye girmeyen kartlar: %(references)s. Bu kartları koliden ayırın."
    ) % {"references": ", ".join(aside)}


def _pack(request: DeskRequest, institution_id: uuid.UUID, form: BoxForm) -> tuple[str, Consignment | None]:
    digits = form.digits()
    for order_id in collective_dispatch.check_cards(digits):
        form.add_error(BoxForm.name_of(order_id), explain(Invalid("card_number_other")))
    if form.errors:
        return "", None
    packed: list[Consignment] = []

    def pack() -> None:
        box = collective_dispatch.pack(
            institution_id,
            appointment_id=uuid.UUID(form.cleaned_data["appointment"]),
            address=form.cleaned_data["address"],
            digits=digits,
            by=request.actor,
        )
        packed.append(box)

    refusal = attempt(pack, form=form)
    return refusal, packed[0] if packed else None


@desk(Role.DISPATCHER)
@require_http_methods(["GET", "POST"])
def dispatch_consignment(request: DeskRequest, consignment_id: uuid.UUID) -> HttpResponse:
    """One box: where it is, what lies in it, and what may be done with it."""
    box = selectors.consignment(consignment_id)
    act = _ACTS.get(request.POST.get("act", ""))
    refusal = ""
    if request.method == "POST" and act is not None:
        refusal = attempt(lambda: act(consignment_id, by=request.actor))
        if not refusal:
            return done(request, _("Yapıldı."), to="console:dispatch_consignment", consignment_id=consignment_id)
    pieces = selectors.pieces_of(consignment_id)
    request.looks += [_look(request, piece.person_id, ("parcel", str(piece.pk))) for piece in pieces]
    facts = ConsignmentFacts(addressee_acts=True)
    context: dict[str, Any] = {
        "box": box,
        "state": words.CONSIGNMENT_STATES[box.state],
        "trouble": words.TROUBLES.get(box.trouble, ""),
        "pieces": [{"parcel": piece, "state": words.STATES[piece.state]} for piece in pieces],
        "reports": selectors.reports_of(box.tracking_no),
        "acts": {
            str(one)
            for one in CONSIGNMENT.open_to(role=Role.DISPATCHER, state=ConsignmentState(box.state), facts=facts)
        },
        "may_retry": box.state == ConsignmentState.PACKED and box.trouble == collective_dispatch.REFUSED,
        "refusal": refusal,
        "has_errors": bool(refusal),
    }
    return render(request, "console/dispatch/consignment.html", context, status=409 if refusal else 200)


@desk(Role.DISPATCHER)
@require_safe
def dispatch_list(request: DeskRequest, consignment_id: uuid.UUID) -> HttpResponse:
    """The list that is laid into the box."""
    box = selectors.consignment(consignment_id)
    pieces = selectors.pieces_of(box.pk)
    request.looks += [_look(request, piece.person_id, ("parcel", str(piece.pk))) for piece in pieces]
    return pdf_answer(hand_over_list.pdf(box), name=f"koli-{box.reference}.pdf")


def pdf_answer(pdf: bytes, *, name: str) -> HttpResponse:
    """A document that opens in the browser."""
    response = HttpResponse(pdf, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def _look(request: DeskRequest, person_id: object, subject: tuple[str, str]) -> dict[str, object]:
    return {"by": request.actor, "person_id": str(person_id), "purpose": "delivery", "subject": subject}
