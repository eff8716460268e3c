"""«O anda geçerli miydi?» at the registry: any certificate by its number, and for which purpose one looks."""

import uuid

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from divit.certificates import past_status as statements
from divit.certificates.models import PastStatus
from divit.certificates.past_status import Audience
from divit.certificates.past_status_asking import told
from divit.console.access import DeskRequest, desk
from divit.console.desks.reinstatements import shown
from divit.console.pages import attempt
from divit.console.registry_forms import PastStatusForm, PurposeForm
from divit.flows import past_status as flow
from divit.kernel.actors import Role
from divit.kernel.errors import NotFound


@desk(Role.REGISTRAR)
@require_http_methods(["GET", "POST"])
def registration_past_status_ask(request: DeskRequest) -> HttpResponseBase:
    """Authority, number, day, time and purpose; what is typed travels in a POST."""
    form = PastStatusForm(request.POST or None)
    if form.is_bound and form.is_valid():
        given: list[PastStatus] = []
        refusal = attempt(
            lambda: given.append(
                flow.ask_at_desk(
                    form.issuer_id,
                    form.cleaned_data["serial"],
                    at=form.instant,
                    language="en" if get_language() == "en" else "tr",
                    by=request.actor,
                )
            )
        )
        if given:
            return _to(given[0], purpose=form.cleaned_data["neden"])
        form.add_error("day", refusal)
    return render(request, "console/registration/past_status_ask.html", {"form": form})


@desk(Role.REGISTRAR)
@require_safe
def registration_past_status(request: DeskRequest, past_status_id: uuid.UUID) -> HttpResponse:
    """The answer with all that was done and by whom; without a purpose the page asks for it and shows nothing."""
    row = statements.statement(past_status_id, audience=Audience.DESK)
    purpose = _purpose(request)
    if not purpose:
        return render(request, "console/registration/purpose.html", {"form": PurposeForm()})
    _look(request, row, purpose=purpose)
    facts = shown(row.certificate) if row.certificate is not None else {}
    return render(request, "console/registration/past_status.html", {**told(row), **facts, "purpose": purpose})


@desk(Role.REGISTRAR)
@require_safe
def registration_past_status_file(request: DeskRequest, past_status_id: uuid.UUID) -> HttpResponse:
    """The sealed PDF, for the same purpose."""
    row = statements.statement(past_status_id, audience=Audience.DESK)
    purpose = _purpose(request)
    if row.pdf is None:
        raise NotFound("past status")
    if not purpose:
        return render(request, "console/registration/purpose.html", {"form": PurposeForm()})
    _look(request, row, purpose=purpose)
    answer = HttpResponse(bytes(row.pdf), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="divit-{row.pk}.pdf"'
    return answer


def _to(row: PastStatus, *, purpose: str) -> HttpResponse:
    address = reverse("console:registration_past_status", kwargs={"past_status_id": row.pk})
    return HttpResponse(status=303, headers={"Location": f"{address}?{urlencode({'neden': purpose})}"})


def _purpose(request: DeskRequest) -> str:
    form = PurposeForm(request.GET)
    return str(form.cleaned_data["neden"]) if form.is_valid() else ""


def _look(request: DeskRequest, row: PastStatus, *, purpose: str) -> None:
    if row.certificate is not None:
        request.looks.append(
            {
                "by": request.actor,
                "person_id": str(row.certificate.person_id),
                "purpose": purpose,
                "subject": ("certificate", str(row.certificate_id)),
            }
        )
