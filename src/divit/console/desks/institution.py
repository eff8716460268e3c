"""The desks of an institution: the e-imza temsilcisi takes forms in, the yetkili closes certificates of leavers."""

import uuid

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from divit.certificates import selectors as certificates
from divit.certificates import words
from divit.certificates.lifecycle import Act
from divit.certificates.models import Certificate
from divit.console.access import DeskRequest, anyone, appointed, appointments
from divit.console.desks.forms_in import form_page
from divit.console.desks.registration import look, shown
from divit.console.forms import SearchForm
from divit.console.pages import attempt, done
from divit.flows import form_receipt, suspension
from divit.identity import selectors as people
from divit.kernel.actors import Role
from divit.kernel.errors import NotFound

MOST_FOUND = 20


def _door(request: DeskRequest, role: Role, desk: str) -> HttpResponse:
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
    return _door(request, Role.REPRESENTATIVE, "console:representative")


@anyone
@require_safe
def officer_door(request: DeskRequest) -> HttpResponse:
    """To the one institution, or to the choice among several."""
    return _door(request, Role.OFFICER, "console:officer")


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
    }
    return render(request, "console/institution/representative.html", context)


@appointed(Role.REPRESENTATIVE)
@require_http_methods(["GET", "POST"])
def representative_application(request: DeskRequest, application_id: uuid.UUID) -> HttpResponse:
    """One application of the own institution."""
    row = form_receipt.look_at(application_id, by=request.actor)
    here = {"institution_id": request.institution.pk, "application_id": application_id}
    return form_page(request, row, back="console:representative", here=here)


@appointed(Role.OFFICER)
@require_http_methods(["GET", "POST"])
def officer(request: DeskRequest) -> HttpResponse:
    """Certificates of the own institution, found by the holder's name or by serial number."""
    form = SearchForm(
        request.POST or None,
        label=_("Ad soyad"),
        hint=_("Yalnızca kendi kurumunuzdan alınan sertifikalar aranır."),
    )
    found = None
    if form.is_bound and form.is_valid():
        found = _certificates(request, form.cleaned_data["text"])
        request.looks += [
            {
                "by": request.actor,
                "person_id": str(row.person_id),
                "purpose": "institution_certificates",
                "subject": ("certificate", str(row.pk)),
            }
            for row in found
        ]
    context = {
        "form": form,
        "found": None if found is None else [_row(request, row) for row in found],
        "institution": request.institution,
    }
    return render(request, "console/institution/officer.html", context)


@appointed(Role.OFFICER)
@require_http_methods(["GET", "POST"])
def officer_suspend(request: DeskRequest, certificate_id: uuid.UUID) -> HttpResponse:
    """Askıya Alma for somebody who leaves: one page that says what stops, one button."""
    row = certificates.certificate(certificate_id)
    if row.institution_id != request.institution.pk:
        raise NotFound("certificate")
    refusal = ""
    if request.method == "POST":
        refusal = attempt(lambda: suspension.suspend(certificate_id, by=request.actor))
        if not refusal:
            said = _("Sertifika askıya alındı; sahibine haber verildi.")
            return done(request, said, to="console:officer", institution_id=request.institution.pk)
    request.looks.append(
        {
            "by": request.actor,
            "person_id": str(row.person_id),
            "purpose": "institution_certificates",
            "subject": ("certificate", str(row.pk)),
        }
    )
    context = {
        **_row(request, row),
        "institution": request.institution,
        "refusal": refusal,
        "has_errors": bool(refusal),
    }
    return render(request, "console/institution/suspend.html", context, status=409 if refusal else 200)


def _certificates(request: DeskRequest, text: str) -> list[Certificate]:
    found: list[Certificate] = []
    for person in people.search(text)[: 10 * MOST_FOUND]:
        found += certificates.open_certificates(person.pk, request.institution.pk)
    return found[:MOST_FOUND]


def _row(request: DeskRequest, row: Certificate) -> dict[str, object]:
    return {
        "certificate": row,
        "state": words.STATES[row.state],
        "may_suspend": Act.SUSPEND in certificates.acts_open_to(row, by=request.actor),
    }
