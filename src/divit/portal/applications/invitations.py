"""Kurum Ödemeli: what institutions asked for in the person's name; the person begins, or declines."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from divit.applications import labels, selectors
from divit.applications.kinds import Kind
from divit.applications.models import Application
from divit.applications.parts import Reader
from divit.applications.steps import first_left
from divit.flows import institution_paid_application as flow
from divit.flows import kind_choice
from divit.institutions import selectors as institutions
from divit.kernel.errors import Refused
from divit.portal.access import PersonRequest, for_person
from divit.portal.applications.choosing import closed_of, rules_of
from divit.portal.applications.drafts import GET_OR_POST, go_to
from divit.portal.applications.forms import InstitutionForm
from divit.portal.applications.wording import REQUESTS
from divit.portal.refusals import explain
from divit.rosters.lifecycle import STANDING, State


@for_person
@require_safe
def institution_paid(request: PersonRequest) -> HttpResponse:
    """The invitations that wait, what became of the others, and for which kinds an institution can ask now."""
    waiting = flow.invitations(request.person.id)
    others = [
        {"row": row, "kind": labels.KINDS[Kind(row.kind)], "state": REQUESTS[State(row.state)]}
        for row in flow.requests(request.person.id)
        if row not in waiting
    ]
    offered = institutions.active_institutions()
    told = request.GET.get("institution", "")
    chosen = next((one for one in offered if str(one.id) == told), None)
    choice = kind_choice.choice(request.person.id, chosen.id) if chosen else None
    page = {
        "invitations": waiting,
        "others": others,
        "form": InstitutionForm(request.GET if told else None, institutions=offered),
        "chosen": chosen,
        "running": choice.running if choice else None,
        "rules": rules_of(choice) if choice else [],
        "closed": closed_of(choice) if choice else [],
    }
    return render(request, "portal/applications/institution_paid.html", page)


@for_person
@require_http_methods(GET_OR_POST)
def invitation(request: PersonRequest, request_id: UUID) -> HttpResponseBase:
    """One invitation: what is fixed is shown, not asked."""
    row = flow.invitation(request.person.id, request_id)
    refusal, running = "", None
    if request.method == "POST":
        try:
            return _act(request, request_id)
        except Refused as problem:
            refusal, running = explain(problem), _running(request, problem)
            row = flow.invitation(request.person.id, request_id)
    elif row.application_id is not None:
        return redirect("portal:application_status", application_id=row.application_id)
    contract = flow.terms(row)
    page = {
        "row": row,
        "kind": labels.KINDS[Kind(row.kind)],
        "years": labels.years(contract.years),
        "reader": labels.READERS[Reader(contract.reader)],
        "state": REQUESTS[State(row.state)],
        "open": row.state in STANDING and row.application_id is None,
        "refusal": refusal,
        "running": running,
        "has_errors": bool(refusal),
    }
    return render(request, "portal/applications/invitation.html", page, status=409 if refusal else 200)


def _act(request: PersonRequest, request_id: UUID) -> HttpResponseBase:
    if request.POST.get("act") == "decline":
        flow.decline(request_id, by=request.actor)
        messages.success(request, _("Daveti geri çevirdiniz; kurumunuz bunu görecek."))
        return redirect("portal:applications_institution_paid")
    row = flow.start(request_id, person=request.person, by=request.actor)
    return go_to(row, first_left(row.steps_done))


def _running(request: PersonRequest, problem: Refused) -> Application | None:
    if problem.code != "application_already_running":
        return None
    return selectors.application_of(request.person.id, str(problem.facts["application_id"]))
