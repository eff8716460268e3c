"""One scanned page beside its application: taken in, given back, or thrown away; a kept one is shown for a purpose."""

import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from divit.applications.kinds import Kind
from divit.applications.labels import KINDS
from divit.console.access import DeskRequest, appointed, desk
from divit.console.desks.registration import look
from divit.console.forms import ReasonForm
from divit.console.intake import tickets
from divit.console.intake.forms import ReferenceForm, ScanPurposeForm
from divit.console.intake.places import CENTRE, Place, of_institution
from divit.console.intake.wording import SCAN_PURPOSES, WHY_NOT
from divit.console.pages import attempt, done
from divit.flows import scan_intake, scan_upload
from divit.flows.form_intake import Paper, Standing
from divit.flows.refusals import explain
from divit.kernel.actors import Role
from divit.kernel.errors import Coded, Invalid, NotFound, Refused
from divit.scans import selectors
from divit.scans.lifecycle import State
from divit.scans.models import Found, Scan


@dataclass(kw_only=True)
class Shown:
    """What the page says this time."""

    reason: ReasonForm = field(default_factory=ReasonForm)
    reference: ReferenceForm = field(default_factory=ReferenceForm)
    paper: Paper | None = None
    refusal: str = ""

    @property
    def failed(self) -> bool:
        """Nothing came of what was sent."""
        return bool(self.refusal) or any(form.is_bound and form.errors for form in (self.reason, self.reference))


@appointed(Role.REPRESENTATIVE)
@require_http_methods(["GET", "POST"])
def representative_scan(request: DeskRequest, scan_id: uuid.UUID) -> HttpResponse:
    """A page at an institution."""
    return _scan(request, of_institution(request), scan_intake.look_at(scan_id, by=request.actor))


@desk(Role.REGISTRAR)
@require_http_methods(["GET", "POST"])
def registration_scan(request: DeskRequest, scan_id: uuid.UUID) -> HttpResponse:
    """A page at the centre."""
    return _scan(request, CENTRE, scan_intake.look_at(scan_id, by=request.actor))


@appointed(Role.REPRESENTATIVE)
@require_safe
def representative_scan_picture(request: DeskRequest, scan_id: uuid.UUID) -> HttpResponse:
    """What can be seen on it."""
    return _picture(request, scan_id)


@desk(Role.REGISTRAR)
@require_safe
def registration_scan_picture(request: DeskRequest, scan_id: uuid.UUID) -> HttpResponse:
    """What can be seen on it."""
    return _picture(request, scan_id)


def _scan(request: DeskRequest, place: Place, row: Scan) -> HttpResponse:
    if row.state == State.KEPT:
        return _kept(request, place, row)
    acts = request.method == "POST"
    onward = _onward(request, place, row) if acts else ""  # before it leaves the pile
    answer = _act(request, row) if acts else Shown()
    if isinstance(answer, str):
        return done(request, answer, to=onward)
    if answer.paper is None and not answer.reference.is_bound:
        _recognise(request, row, answer)
    context = {
        "place": place,
        "institution": request.institution if place.here else None,
        "scan": row,
        "picture": place.picture(row.pk),
        "several": row.found == Found.SEVERAL,
        "nameless": row.found == Found.NOTHING,
        "reference": answer.reference,
        "reason": answer.reason,
        "refusal": answer.refusal,
        "has_errors": answer.failed,
        "paper": answer.paper,
        **(_paper(request, row, answer.paper) if answer.paper else {}),
    }
    return render(request, "console/intake/scan.html", context, status=409 if answer.failed else 200)


def _onward(request: DeskRequest, place: Place, row: Scan) -> str:
    """The next page that waits, in the order of the pile; the list after the last."""
    waiting = list(selectors.waiting_at(scan_upload.desk_of(request.actor)).values_list("pk", flat=True))
    after = waiting[waiting.index(row.pk) + 1 :] if row.pk in waiting else []
    others = [*after, *(one for one in waiting if one != row.pk)]
    return place.scan(others[0]) if others else place.scans


def _act(request: DeskRequest, row: Scan) -> Shown | str:
    """What the page says next, or what was done."""
    act = request.POST.get("act")
    if act == "discard":
        refusal = attempt(lambda: scan_intake.discard(row.pk, by=request.actor))
        return Shown(refusal=refusal) if refusal else _("Tarama silindi.")
    if act == "name":
        shown = Shown(reference=ReferenceForm(request.POST))
        if shown.reference.is_valid():
            _recognise(request, row, shown, typed=shown.reference.cleaned_data["reference"])
        return shown
    if act in ("take_in", "give_back"):
        return _decide(request, row, act)
    return Shown()


def _decide(request: DeskRequest, row: Scan, act: str) -> Shown | str:
    """Take in or give back the form that was shown: the ticket says which."""
    shown = Shown(reason=ReasonForm(request.POST if act == "give_back" else None))
    try:
        seen = tickets.read(request.POST.get("ticket", ""), by=request.actor, soonest=timedelta())
    except Refused:
        shown.refusal = _("Resme ve başvuruya yeniden bakıp bir daha deneyin.")
        return shown
    told: list[str] = []
    with suppress(NotFound):  # it has ended meanwhile: looking again says so
        if act == "take_in":
            shown.refusal = attempt(lambda: told.append(_take_in(request, row, seen)))
        elif shown.reason.is_valid():
            shown.refusal = attempt(
                lambda: told.append(_give_back(request, row, seen, shown.reason)), form=shown.reason
            )
    if told:
        return told[0]
    why = shown.refusal
    _recognise(request, row, shown, typed=seen.again)
    shown.refusal = why or shown.refusal
    return shown


def _take_in(request: DeskRequest, row: Scan, seen: tickets.Ticket) -> str:
    if scan_intake.take_in(row.pk, application_id=seen.application_id, mark=seen.mark, by=request.actor):
        return _("Form teslim alındı, taraması saklandı.")
    return _("Tarama başvuruya eklendi; form daha önce teslim alınmıştı.")


def _give_back(request: DeskRequest, row: Scan, seen: tickets.Ticket, reason: ReasonForm) -> str:
    words = reason.cleaned_data["reason"]
    scan_intake.give_back(row.pk, application_id=seen.application_id, reason=words, by=request.actor)
    return _("Form gerekçesiyle geri verildi, taraması silindi.")


def _recognise(request: DeskRequest, row: Scan, shown: Shown, *, typed: str = "") -> None:
    """Put the paper of this page on it, or why it cannot be."""
    try:
        shown.paper = scan_intake.paper_on(row, typed=typed, by=request.actor)
    except Invalid as wrong:
        if shown.reference.is_bound:
            shown.reference.add_error("reference", explain(wrong))
        else:
            shown.refusal = explain(wrong)
    except NotFound:
        shown.refusal = explain(Refused("intake_not_found", reference=row.reference or typed))


def _paper(request: DeskRequest, scan: Scan, paper: Paper) -> dict[str, Any]:
    """The application beside the picture: a look in the ledger, and the ticket without which nothing is decided."""
    row = paper.application
    request.looks.append(look(request.actor, row, purpose="form_intake"))
    old = paper.standing is Standing.ALREADY_IN and not scan_intake.is_current(scan, row)
    return {
        "row": row,
        "kind": KINDS[Kind(row.kind)],
        "awaited": paper.standing is Standing.AWAITED,
        "adds": scan_intake.adds(scan, paper, by=request.actor),
        "returnable": paper.returnable,
        "why_not": explain(Refused("scan_out_of_date")) if old else WHY_NOT.get(paper.standing, ""),
        "ticket": tickets.issue(paper, by=request.actor),
    }


def _kept(request: DeskRequest, place: Place, row: Scan) -> HttpResponse:
    """Without a purpose the page asks for it and shows nothing."""
    form = ScanPurposeForm(request.GET if "neden" in request.GET else None)
    context: dict[str, Any] = {"form": form, "place": place, "scan": row, "application": row.application, "picture": ""}
    if form.is_bound and form.is_valid():
        purpose = form.cleaned_data["neden"]
        context |= {"picture": f"{place.picture(row.pk)}?neden={purpose}", "purpose": SCAN_PURPOSES[purpose]}
    return render(request, "console/intake/scan_kept.html", context)


def _picture(request: DeskRequest, scan_id: uuid.UUID) -> HttpResponse:
    """The picture alone; whoever fetches it has looked, once more each time."""
    row = scan_intake.look_at(scan_id, by=request.actor)
    purpose = "scan_intake"
    if row.state == State.KEPT:
        form = ScanPurposeForm(request.GET)
        if not form.is_valid():
            raise NotFound("purpose")
        purpose = form.cleaned_data["neden"]
    try:
        found = scan_intake.picture_of(scan_id, by=request.actor)
    except Coded as wrong:
        return HttpResponse(explain(wrong), content_type="text/plain; charset=utf-8", status=409)
    request.looks.append(
        {"by": request.actor, "person_id": found.person_id, "purpose": purpose, "subject": ("scan", str(scan_id))}
    )
    response = HttpResponse(found.jpeg, content_type="image/jpeg")
    response.headers["Content-Disposition"] = 'inline; filename="form.jpg"'
    return response
