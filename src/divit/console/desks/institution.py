"""The doors to the desks of an institution, and the e-imza temsilcisi's, where forms are taken in."""

import uuid

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from divit.console.access import DeskRequest, anyone, appointed, appointments
from divit.console.desks.forms_in import form_page
from divit.console.desks.registration import look, shown
from divit.console.forms import SearchForm
from divit.console.rosters import wording
from divit.flows import form_receipt, roster_progress
from divit.kernel.actors import Role
from divit.kernel.errors import NotFound


def door(request: DeskRequest, role: Role, desk: str) -> HttpResponse:
    """To the one institution for which somebody acts in this role, or to the choice among several."""
    if request.person is None:
        return redirect("console:home")
    own = appointments(request.person, role)
    if not own:
        raise NotFound("appointment")
    if len(own) == 1:
        return redirect(desk, institution_id=own[0].institution_id)
    return redirect("console:home")


@anyone
@require_safe
def representative_door(request: DeskRequest) -> HttpResponse:
    """To the one institution, or to the choice among several."""
    return door(request, Role.REPRESENTATIVE, "console:representative")


@anyone
@require_safe
def officer_door(request: DeskRequest) -> HttpResponse:
    """To the one institution, or to the choice among several."""
    return door(request, Role.OFFICER, "console:officer")


@appointed(Role.REPRESENTATIVE)
@require_http_methods(["GET", "POST"])
def representative(request: DeskRequest) -> HttpResponse:
    """Search by QR, reference or name within the own institution, and how many forms are still awaited."""
    form = SearchForm(
        request.POST or None,
        label=_("QR kodu, başvuru numarası ya da ad soyad"),
        hint=_("Yalnızca kendi kurumunuzdaki başvurular aranır."),
    )
    found = None
    if form.is_bound and form.is_valid():
        rows = form_receipt.find(form.cleaned_data["text"], by=request.actor)
        found = shown(rows)
        request.looks += [look(request.actor, row, purpose="form_search") for row in rows]
    context = {
        "form": form,
        "found": found,
        "waiting": shown(form_receipt.waiting(by=request.actor)),
        "institution": request.institution,
        "totals": wording.institution(roster_progress.of_institution(request.institution.pk)),
    }
    return render(request, "console/institution/representative.html", context)


@appointed(Role.REPRESENTATIVE)
@require_http_methods(["GET", "POST"])
def representative_application(request: DeskRequest, application_id: uuid.UUID) -> HttpResponse:
    """One application of the own institution."""
    row = form_receipt.look_at(application_id, by=request.actor)
    here = {"institution_id": request.institution.pk, "application_id": application_id}
    return form_page(request, row, back="console:representative", here=here)
