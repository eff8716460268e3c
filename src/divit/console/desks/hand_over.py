"""The e-imza temsilcisi's cards: the box counted on arrival, each card handed over against identity, a list to sign."""

import uuid
from collections.abc import Iterable

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from divit.console.access import DeskRequest, appointed
from divit.console.desks.consignments import pdf_answer
from divit.console.forms import CountForm, IdentityCheckedForm, ReturnForm, SearchForm
from divit.console.pages import attempt, done
from divit.delivery import words
from divit.delivery.lifecycle import ConsignmentState, State
from divit.delivery.models import Consignment
from divit.flows import collective_hand_over as flow
from divit.flows import hand_over_list
from divit.flows.collective_hand_over import Piece
from divit.kernel.actors import Role
from divit.kernel.tckn import Tckn


@appointed(Role.REPRESENTATIVE)
@require_http_methods(["GET", "POST"])
def representative_cards(request: DeskRequest) -> HttpResponse:
    """Search by name, reference or card; boxes that came; cards that wait for their holders."""
    form = SearchForm(
        request.POST or None,
        label=_("Ad soyad, başvuru numarası ya da kartın son dört hanesi"),
        hint=_("Yalnızca kendi kurumunuza gelen kartlar aranır."),
    )
    found = None
    if form.is_bound and form.is_valid():
        found = flow.find(form.cleaned_data["text"], by=request.actor)
        request.looks += [_look(request, one, purpose="hand_over_search") for one in found]
    waiting = flow.waiting(by=request.actor)
    request.looks += [_look(request, one, purpose="hand_over") for one in waiting]
    context = {
        "institution": request.institution,
        "form": form,
        "found": None if found is None else _told(found),
        "waiting": _told(waiting),
        "boxes": [{"box": one, "state": _state(one)} for one in flow.boxes(by=request.actor)],
    }
    return render(request, "console/institution/cards.html", context)


@appointed(Role.REPRESENTATIVE)
@require_http_methods(["GET", "POST"])
def representative_box(request: DeskRequest, consignment_id: uuid.UUID) -> HttpResponse:
    """One box: counted card by card when it has come, and afterwards what became of each."""
    box = flow.box(consignment_id, by=request.actor)
    pieces = flow.pieces_of(box, by=request.actor)
    inside = {str(one.parcel.pk): one for one in pieces if one.parcel.state == State.ENCLOSED}
    counting = box.state == ConsignmentState.ARRIVED
    form = CountForm(
        request.POST if counting and request.method == "POST" else None,
        cards=[(key, f"{one.parcel.person.name} · •••• {one.card_end}") for key, one in inside.items()],
    )
    refusal = ""
    if form.is_bound and form.is_valid():
        there = {uuid.UUID(card) for card in form.cleaned_data["there"]}
        missing = {uuid.UUID(card) for card in form.left()}
        refusal = attempt(lambda: flow.receive(box.pk, there=there, missing=missing, by=request.actor))
        if not refusal:
            said = _("Koli teslim alındı; kartların sahiplerine haber verildi.")
            if missing:
                said = _("Koli teslim alındı; çıkmayan kartlar sertifika merkezine bildirildi.")
            return done(request, said, to="console:representative_box", **_here(request, consignment_id=box.pk))
    request.looks += [_look(request, one, purpose="hand_over") for one in pieces]
    failed = bool(refusal) or bool(form.is_bound and form.errors)
    context = {
        "institution": request.institution,
        "box": box,
        "state": _state(box),
        "pieces": _told(pieces),
        "counting": counting,
        "form": form,
        "refusal": refusal,
        "has_errors": failed,
    }
    return render(request, "console/institution/box.html", context, status=409 if failed else 200)


@appointed(Role.REPRESENTATIVE)
@require_http_methods(["GET", "POST"])
def representative_card(request: DeskRequest, parcel_id: uuid.UUID) -> HttpResponse:
    """One card: handed over to its holder, sent back to the centre, or found after all."""
    piece = flow.piece(parcel_id, by=request.actor)
    act = request.POST.get("act")
    checked = IdentityCheckedForm(request.POST if act == "hand_over" else None)
    why = ReturnForm(request.POST if act == "return_to_centre" else None)
    refusal, said = "", ""
    if checked.is_bound and checked.is_valid():
        said = _("Kart teslim edildi; sahibi PIN kodunu Durum sayfasından görebilir.")
        refusal = attempt(lambda: flow.hand_over(parcel_id, identity_checked=True, by=request.actor))
    elif why.is_bound and why.is_valid():
        said = _("Kart merkeze geri gönderilecek olarak işaretlendi; sahibine haber verildi.")
        reason = why.cleaned_data["why"]
        refusal = attempt(lambda: flow.return_to_centre(parcel_id, why=reason, by=request.actor), form=why)
    elif act == "receive":
        said = _("Kart teslim alındı; sahibine haber verildi.")
        refusal = attempt(lambda: flow.find_later(parcel_id, by=request.actor))
    if said and not refusal and not why.errors:
        return done(request, said, to="console:representative_cards", **_here(request))
    request.looks.append(_look(request, piece, purpose="hand_over"))
    failed = bool(refusal) or any(form.is_bound and form.errors for form in (checked, why))
    context = {
        "institution": request.institution,
        "piece": piece,
        "state": words.STATES[piece.parcel.state],
        "returned_why": words.RETURNED_WHY.get(piece.parcel.returned_why, ""),
        "tckn": Tckn(piece.parcel.person.tckn).masked,
        "closed": piece.closed and piece.parcel.state == State.WITH_REPRESENTATIVE,
        "own": str(piece.parcel.person_id) == request.actor.id,
        "acts": {str(one) for one in piece.acts},
        "checked": checked,
        "why": why,
        "refusal": refusal,
        "has_errors": failed,
    }
    return render(request, "console/institution/card.html", context, status=409 if failed else 200)


@appointed(Role.REPRESENTATIVE)
@require_safe
def representative_list(request: DeskRequest, consignment_id: uuid.UUID) -> HttpResponse:
    """The hand-over list with a line for each signature."""
    box = flow.box(consignment_id, by=request.actor)
    request.looks += [_look(request, one, purpose="hand_over") for one in flow.pieces_of(box, by=request.actor)]
    return pdf_answer(hand_over_list.pdf(box), name=f"koli-{box.reference}.pdf")


def _told(pieces: Iterable[Piece]) -> list[dict[str, object]]:
    return [{"piece": one, "state": words.STATES[one.parcel.state]} for one in pieces]


def _state(box: Consignment) -> str | Promise:
    return words.CONSIGNMENT_STATES[box.state]


def _here(request: DeskRequest, **more: object) -> dict[str, object]:
    return {"institution_id": request.institution.pk, **more}


def _look(request: DeskRequest, piece: Piece, *, purpose: str) -> dict[str, object]:
    return {
        "by": request.actor,
        "person_id": str(piece.parcel.person_id),
        "purpose": purpose,
        "subject": ("parcel", str(piece.parcel.pk)),
    }
