"""One application with its signed form: taken in, given back with a reason, or refused."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render, resolve_url
from django.utils.translation import gettext as _

from divit.applications import selectors as applications
from divit.applications.kinds import Kind
from divit.applications.labels import KINDS
from divit.applications.lifecycle import State
from divit.applications.models import Application
from divit.applications.requirements import RequirementKind
from divit.console import labels
from divit.console.access import DeskRequest
from divit.console.forms import ReasonForm, TakeInForm
from divit.console.pages import attempt, done
from divit.flows import form_receipt, scan_intake


def form_page(request: DeskRequest, row: Application, *, back: str, here: dict[str, Any]) -> HttpResponse:
    """The page of one application; `back` is the list that it was found in."""
    act = request.POST.get("act")
    take_in = TakeInForm(request.POST if act == "take_in" else None)
    reason = ReasonForm(request.POST if act in ("give_back", "reject") else None)
    refusal = ""
    if take_in.is_bound and take_in.is_valid():
        scanned = take_in.cleaned_data["scanned"] or None
        refusal = attempt(lambda: form_receipt.take_in(row.pk, scanned=scanned, by=request.actor), form=take_in)
        if not refusal and not take_in.errors:
            return done(request, _("Form teslim alındı."), to=back, **_without_application(here))
    elif reason.is_bound and reason.is_valid():
        flow = form_receipt.give_back if act == "give_back" else form_receipt.reject
        words = reason.cleaned_data["reason"]
        refusal = attempt(lambda: flow(row.pk, reason=words, by=request.actor), form=reason)
        if not refusal and not reason.errors:
            said = _("Form gerekçesiyle geri verildi.") if act == "give_back" else _("Başvuru reddedildi.")
            return done(request, said, to=back, **_without_application(here))
    request.looks.append(
        {
            "by": request.actor,
            "person_id": str(row.person_id),
            "purpose": "form",
            "subject": ("application", str(row.pk)),
        }
    )
    failed = bool(refusal) or any(form.is_bound and form.errors for form in (take_in, reason))
    context = {
        "row": row,
        "state": labels.APPLICATION_STATES[row.state],  # type: ignore[index]
        "kind": KINDS[Kind(row.kind)],
        "requirements": [
            {"name": labels.REQUIREMENTS[one.kind], "closed_at": one.closed_at}
            for one in applications.requirements_of(row)
        ],
        "visits": applications.form_visits(row),
        "form_awaited": row.state == State.OPEN
        and RequirementKind.FORM_RECEIVED in applications.open_requirements(row),
        "scan_address": _scan_address(request, row, here),
        "take_in": take_in,
        "reason": reason,
        "act": act,
        "refusal": refusal,
        "has_errors": failed,
        "back_to": resolve_url(back, **_without_application(here)),
    }
    return render(request, "console/forms_in/application.html", context, status=409 if failed else 200)


def _scan_address(request: DeskRequest, row: Application, here: dict[str, Any]) -> str:
    """Where the scan that is kept of its form is shown, if there is one."""
    kept = scan_intake.kept_for(row, by=request.actor)
    if kept is None:
        return ""
    at_institution = "institution_id" in here
    name = "console:representative_scan" if at_institution else "console:registration_scan"
    return resolve_url(name, **_without_application(here), scan_id=kept.pk)


def _without_application(here: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in here.items() if name != "application_id"}
