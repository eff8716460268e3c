"""Bulgular: what looking again has found, and what the registry says of it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from divit.certificates import findings, words
from divit.certificates.models import Finding
from divit.console.access import DeskRequest, desk
from divit.console.desks.registration import certificate_state
from divit.console.pages import attempt, done
from divit.console.registry_forms import SettleForm
from divit.flows import judgement
from divit.kernel.actors import Role


@desk(Role.REGISTRAR)
@require_safe
def registration_findings(request: DeskRequest) -> HttpResponse:
    """What waits for somebody, what became of the latest, and how far the nightly round has come."""
    context = {
        "waiting": [_shown(row) for row in findings.unsettled()],
        "settled": [_shown(row) for row in findings.settled()],
        "round": findings.round_so_far(),
    }
    return render(request, "console/registration/findings.html", context)


@desk(Role.REGISTRAR)
@require_http_methods(["GET", "POST"])
def registration_finding(request: DeskRequest, finding_id: int) -> HttpResponse:
    """One of them: whoever has looked into it says what came of it."""
    row = findings.finding(finding_id)
    form = SettleForm(request.POST or None)
    refusal = ""
    if form.is_bound and form.is_valid():
        said = form.cleaned_data["said"]
        refusal = attempt(lambda: judgement.settle(finding_id, said=said, by=request.actor), form=form)
        if not refusal and not form.errors:
            return done(request, _("Bulgu kapatıldı."), to="console:registration_findings")
    if row.certificate is not None:
        request.looks.append(
            {
                "by": request.actor,
                "person_id": str(row.certificate.person_id),
                "purpose": "finding",
                "subject": ("certificate", str(row.certificate.pk)),
            }
        )
    context = {
        **_shown(row),
        "state": certificate_state(row.certificate) if row.certificate else "",
        "form": form,
        "refusal": refusal,
        "has_errors": form.is_bound,
    }
    return render(request, "console/registration/finding.html", context, status=409 if form.is_bound else 200)


def _shown(row: Finding) -> dict[str, object]:
    serial = row.certificate.serial if row.certificate else row.serial
    return {"finding": row, "who": words.FOUND_BY[row.kind], "serial": serial}
