"""BAŞVURU İŞLEMLERİ, and what comes after submission."""

from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from divit.applications import labels, selectors
from divit.applications.kinds import Kind
from divit.applications.lifecycle import State
from divit.flows import application_status, institution_paid_application
from divit.portal.access import PersonRequest, for_person
from divit.portal.applications.wording import STATES


@for_person
@require_safe
def applications(request: PersonRequest) -> HttpResponse:
    """The two ways to apply, and the person's own applications."""
    own = [
        {
            "row": row,
            "kind": labels.KINDS[Kind(row.kind)],
            "state": STATES[State(row.state)],
            "draft": row.state == State.DRAFT,
        }
        for row in selectors.applications_of(request.person.id)
    ]
    page = {"own": own, "invitations": institution_paid_application.invitations(request.person.id)}
    return render(request, "portal/applications/applications.html", page)


@for_person
@require_safe
def submitted(request: PersonRequest, application_id: UUID) -> HttpResponseBase:
    """The application is in: what to do next, each one click away."""
    status = application_status.status(request.person.id, application_id, by=request.actor)
    if status.row.state != State.OPEN:
        return redirect("portal:application_status", application_id=application_id)
    rule = labels.production_rule(status.production_rule, transfer=status.transfer)
    return render(request, "portal/applications/submitted.html", {"status": status, "rule": rule})
