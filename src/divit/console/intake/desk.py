"""Toplu form teslimi: a scan shows whose form it is, Enter on the empty field takes it in, the next scan goes on."""

import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from divit.applications.kinds import Kind
from divit.applications.labels import KINDS
from divit.applications.scanning import read_scan
from divit.console.access import DeskRequest, appointed, desk
from divit.console.desks.registration import look
from divit.console.forms import ReasonForm
from divit.console.intake import sitting as sittings
from divit.console.intake import tickets
from divit.console.intake.forms import ScanForm
from divit.console.intake.places import CENTRE, Place, of_institution
from divit.console.intake.sitting import MOST, Outcome, Sitting
from divit.console.intake.tickets import Ticket
from divit.console.intake.wording import OUTCOME_OF, OUTCOMES, WHY_NOT, counts
from divit.console.pages import attempt
from divit.flows import form_intake, form_receipt
from divit.flows.form_intake import Paper, Standing
from divit.flows.refusals import explain
from divit.kernel import clock
from divit.kernel.actors import Role
from divit.kernel.errors import Invalid, NotFound, Refused

ON_THE_DESK = 20  # the rest of a long list stands in the summary


@dataclass(kw_only=True)
class Shown:
    """What the page says this time."""

    reason: ReasonForm = field(default_factory=ReasonForm)
    paper: Paper | None = None
    refusal: str = ""

    @property
    def failed(self) -> bool:
        """Nothing came of what was sent."""
        return bool(self.refusal) or (self.reason.is_bound and bool(self.reason.errors))


@appointed(Role.REPRESENTATIVE)
@require_http_methods(["GET", "POST"])
def representative_intake(request: DeskRequest) -> HttpResponse:
    """The pile at an institution."""
    return _intake(request, of_institution(request))


@desk(Role.REGISTRAR)
@require_http_methods(["GET", "POST"])
def registration_intake(request: DeskRequest) -> HttpResponse:
    """The pile at the centre."""
    return _intake(request, CENTRE)


@appointed(Role.REPRESENTATIVE)
@require_safe
def representative_intake_summary(request: DeskRequest) -> HttpResponse:
    """What became of the pile, to be printed."""
    return _summary(request, of_institution(request))


@desk(Role.REGISTRAR)
@require_safe
def registration_intake_summary(request: DeskRequest) -> HttpResponse:
    """What became of the pile, to be printed."""
    return _summary(request, CENTRE)


def _intake(request: DeskRequest, place: Place) -> HttpResponse:
    sitting = sittings.of(request.session, by=request.actor)
    answer: Shown | None = Shown()
    if request.method == "POST":
        if request.POST.get("act") == "end":
            sittings.end(request.session, by=request.actor)
            return _see(place.page)
        answer = _act(request, sitting)
        sittings.keep(request.session, sitting, by=request.actor)
    return _see(place.page) if answer is None else _show(request, place, sitting, answer)


def _see(address: str) -> HttpResponse:
    response = HttpResponseRedirect(address)
    response.status_code = 303
    return response


def _act(request: DeskRequest, sitting: Sitting) -> Shown | None:
    """What the page says next; nothing when something was done and the pile goes on.

    Enter on the empty field means the form that is shown; whatever stands in the field is another form to be shown.
    """
    ticket = request.POST.get("ticket", "")
    if request.POST.get("act") == "give_back":
        return _give_back(request, sitting, ticket)
    if request.POST.get("scanned"):
        return _scan(request, sitting, request.POST["scanned"])
    return _take_in(request, sitting, ticket) if ticket else Shown()


def _scan(request: DeskRequest, sitting: Sitting, scanned: str) -> Shown:
    """The field is empty again whatever came of it, so that the next scan is read alone."""
    shown = Shown()
    if sitting.full:
        shown.refusal = explain(Refused("intake_full", most=MOST))
        return shown
    try:
        shown.paper = form_intake.recognise(scanned, by=request.actor)
    except Invalid as wrong:
        shown.refusal = explain(wrong)
    except NotFound:
        reference, _token = read_scan(scanned)
        sitting.note(reference, Outcome.NOT_FOUND)
        shown.refusal = explain(Refused("intake_not_found", reference=reference))
    else:
        row = shown.paper.application
        sitting.note(row.reference, OUTCOME_OF[shown.paper.standing], application_id=str(row.pk))
    return shown


def _take_in(request: DeskRequest, sitting: Sitting, ticket: str) -> Shown | None:
    try:
        seen = tickets.read(ticket, by=request.actor, soonest=tickets.SOONEST)
    except Refused as refusal:
        return _again(request, sitting, refusal, mark=str(refusal.facts.get("again", "")))
    try:
        new = form_receipt.take_in(seen.application_id, scanned=seen.mark, by=request.actor)
    except Refused as refusal:
        return _again(request, sitting, refusal, mark=seen.again)
    except NotFound:
        return _scan(request, sitting, seen.again)
    _note(sitting, seen, Outcome.RECEIVED if new else Outcome.ALREADY)
    return None


def _give_back(request: DeskRequest, sitting: Sitting, ticket: str) -> Shown | None:
    reason = ReasonForm(request.POST)
    try:
        seen = tickets.read(ticket, by=request.actor, soonest=timedelta())
    except Refused as refusal:
        return _again(request, sitting, refusal, mark="")
    refusal_words = ""
    if reason.is_valid():
        words = reason.cleaned_data["reason"]
        try:
            refusal_words = attempt(
                lambda: form_receipt.give_back(seen.application_id, reason=words, by=request.actor), form=reason
            )
        except NotFound:
            return _scan(request, sitting, seen.again)
        if not refusal_words and not reason.errors:
            _note(sitting, seen, Outcome.RETURNED)
            return None
    shown = _scan(request, sitting, seen.again)
    shown.reason, shown.refusal = reason, refusal_words or shown.refusal
    return shown


def _again(request: DeskRequest, sitting: Sitting, refusal: Refused, *, mark: str) -> Shown:
    """Say why; with the form where it is known which."""
    shown = _scan(request, sitting, mark) if mark else Shown()
    shown.refusal = explain(refusal)
    return shown


def _note(sitting: Sitting, seen: Ticket, outcome: Outcome) -> None:
    reference, _token = read_scan(seen.mark)
    sitting.note(reference, outcome, application_id=str(seen.application_id))


def _show(request: DeskRequest, place: Place, sitting: Sitting, shown: Shown) -> HttpResponse:
    form = ScanForm()
    if shown.reason.is_bound:
        del form.fields["scanned"].widget.attrs["autofocus"]  # what is wrong with the reason is read first
    latest = sorted(sitting.entries, key=lambda one: one.at, reverse=True)
    context = {
        "form": form,
        "place": place,
        "institution": request.institution if place.here else None,
        "last": {"entry": latest[0], "outcome": OUTCOMES[latest[0].outcome]} if latest else None,
        "entries": [{"entry": one, "outcome": OUTCOMES[one.outcome]} for one in latest[:ON_THE_DESK]],
        "counts": counts(sitting.counted()),
        "total": len(latest),
        "reason": shown.reason,
        "refusal": shown.refusal,
        "has_errors": shown.failed,
        **(_paper(request, shown.paper) if shown.paper else {}),
    }
    response = render(request, "console/intake/desk.html", context, status=409 if shown.failed else 200)
    # Only here may the page ask for the camera: to read a form's code where there is no scanner.
    response.headers["Permissions-Policy"] = "camera=(self), microphone=(), geolocation=(), payment=()"
    return response


def _paper(request: DeskRequest, paper: Paper) -> dict[str, Any]:
    """The form that is shown: a look in the ledger, and the ticket without which it is neither taken nor given back."""
    row = paper.application
    request.looks.append(look(request.actor, row, purpose="form_intake"))
    return {
        "paper": paper,
        "row": row,
        "kind": KINDS[Kind(row.kind)],
        "awaited": paper.standing is Standing.AWAITED,
        "adds": False,
        "returnable": paper.returnable,
        "why_not": WHY_NOT.get(paper.standing, ""),
        "ticket": tickets.issue(paper, by=request.actor),
    }


def _summary(request: DeskRequest, place: Place) -> HttpResponse:
    """Here names stand beside the references, once, for the paper that is signed for: each is a look."""
    sitting = sittings.of(request.session, by=request.actor)
    ids = [uuid.UUID(one.application_id) for one in sitting.entries if one.application_id]
    found = form_intake.named(ids, by=request.actor)
    request.looks += [look(request.actor, row, purpose="form_intake_list") for row in found.values()]
    by_reference = {row.reference: row for row in found.values()}
    context = {
        "place": place,
        "institution": request.institution if place.here else None,
        "sitting": sitting,
        "rows": [
            {"entry": one, "outcome": OUTCOMES[one.outcome], "row": by_reference.get(one.reference)}
            for one in sitting.entries
        ],
        "counts": counts(sitting.counted()),
        "who": request.actor.name,
        "now": clock.now(),
    }
    return render(request, "console/intake/summary.html", context)
