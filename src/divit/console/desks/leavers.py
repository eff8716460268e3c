"""The officer's certificates: found, ticked, closed with a reason, and given back to the holder where it was wrong."""

import uuid
from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from divit.certificates import selectors as certificates
from divit.certificates import words
from divit.certificates.models import Certificate
from divit.console import labels
from divit.console.access import DeskRequest, appointed
from divit.console.forms import LeaversForm, SearchForm, WaiveForm
from divit.console.pages import attempt, done
from divit.console.paging import page_of
from divit.console.rosters import wording
from divit.flows import leavers, roster_progress
from divit.flows.leavers import Leaver, Outcome
from divit.flows.refusals import explain
from divit.kernel.actors import Role
from divit.kernel.errors import Invalid, NotFound


@appointed(Role.OFFICER)
@require_http_methods(["GET", "POST"])
def officer(request: DeskRequest) -> HttpResponse:
    """The open certificates of the own institution, by name; ticks are kept while searching and turning pages."""
    form = SearchForm(
        request.POST or None,
        label=_("Ad soyad"),
        hint=_("Yalnızca kendi kurumunuzdan alınan sertifikalar aranır; boş bırakırsanız hepsi listelenir."),
    )
    form.fields["text"].required = False
    text = form.cleaned_data["text"] if form.is_bound and form.is_valid() else ""
    searching = request.POST.get("act") == "search"
    page = page_of(leavers.find(text, by=request.actor), "" if searching else request.POST.get("page", ""))
    ticked = _ticked(request)
    here = {row.pk for row in page.object_list}
    _look(request, page.object_list, purpose="institution_certificates")
    context = {
        "form": form,
        "institution": request.institution,
        "deputises_for": request.appointment.deputises_for,
        "totals": wording.institution(roster_progress.of_institution(request.institution.pk)),
        "asked": bool(text),
        "page": page,
        "rows": [{"certificate": row, "state": _state(row), "ticked": row.pk in ticked} for row in page.object_list],
        "elsewhere": [one for one in ticked if one not in here],
        "most": leavers.MOST_AT_ONCE,
    }
    return render(request, "console/institution/officer.html", context)


@appointed(Role.OFFICER)
@require_http_methods(["GET", "POST"])
def officer_leavers(request: DeskRequest) -> HttpResponse:
    """Who was ticked, by name, and what stops; after «Onayla» what became of each."""
    ticked = _ticked(request)
    if not 0 < len(ticked) <= leavers.MOST_AT_ONCE:
        if request.method == "POST":
            said = _("Listeden en az bir, en çok {most} kişi seçin.").format(most=leavers.MOST_AT_ONCE)
            messages.error(request, said)
        return _see_other(resolve_url("console:officer", institution_id=request.institution.pk))
    chosen = leavers.chosen(ticked, by=request.actor)
    form = LeaversForm(request.POST if request.POST.get("act") == "close" else None)
    _look(request, (one.certificate for one in chosen), purpose="institution_leavers")
    if form.is_bound and form.is_valid():
        outcomes = _close(request, form, chosen)
        if outcomes is not None:
            return render(request, "console/institution/leavers_done.html", _outcome_page(request, outcomes))
    context = {
        "form": form,
        "institution": request.institution,
        "rows": [{"one": one, "state": _state(one.certificate)} for one in chosen],
        "running": _once_each(chosen),
        "reject": set(request.POST.getlist("reject")),
        "has_errors": form.is_bound,
    }
    return render(request, "console/institution/leavers.html", context, status=409 if form.is_bound else 200)


@appointed(Role.OFFICER)
@require_http_methods(["GET", "POST"])
def officer_certificate(request: DeskRequest, certificate_id: uuid.UUID) -> HttpResponse:
    """One certificate: who did what to it and why; the institution's own cause can be withdrawn here."""
    row = certificates.some_of_institution(request.institution.pk, [certificate_id])[0]
    form = WaiveForm(request.POST or None)
    refusal = ""
    if form.is_bound and form.is_valid():
        refusal = attempt(lambda: _waive(request, form, row), form=form)
        if not refusal and not form.errors:
            said = _("Askı gerekçesi kaldırıldı; sahibine haber verildi. Sertifikayı kendisi askıdan indirebilir.")
            return done(request, said, to="console:officer", institution_id=request.institution.pk)
    _look(request, [row], purpose="institution_certificates")
    failed = form.is_bound
    context = {
        "form": form,
        "certificate": row,
        "state": _state(row),
        "institution": request.institution,
        "may_waive": leavers.may_waive(row, by=request.actor),
        "changes": [
            {"change": one, "what": words.ACTS[one.act], "who": words.ACTORS.get(one.by_role, one.by_role)}
            for one in reversed(certificates.changes_of(row))
        ],
        "refusal": refusal,
        "has_errors": failed,
    }
    return render(request, "console/institution/certificate.html", context, status=409 if failed else 200)


def _close(request: DeskRequest, form: LeaversForm, chosen: list[Leaver]) -> list[Outcome] | None:
    told = form.cleaned_data
    try:
        said = leavers.leave(reason=told["reason"], last_day=told["last_day"])
    except Invalid as wrong:
        form.add_error(wrong.field, explain(wrong))
        return None
    reject = _ids(request.POST.getlist("reject"))
    return leavers.close(chosen, how=told["how"], said=said, reject=reject, by=request.actor)


def _waive(request: DeskRequest, form: WaiveForm, row: Certificate) -> None:
    said = leavers.leave(reason=form.cleaned_data["reason"], last_day=None)
    leavers.waive(row.pk, said=said, by=request.actor)


def _outcome_page(request: DeskRequest, outcomes: list[Outcome]) -> dict[str, object]:
    return {
        "institution": request.institution,
        "closed": [one for one in outcomes if one.refusal is None],
        "refused": [(one, explain(one.refusal)) for one in outcomes if one.refusal],
        "rejected": [one for one in outcomes if one.application_rejected],
        "not_rejected": [(one, explain(one.application_refusal)) for one in outcomes if one.application_refusal],
    }


def _once_each(chosen: list[Leaver]) -> list[dict[str, object]]:
    """The applications beside the certificates, one line for a person with two certificates."""
    running = {one.application.pk: one.application for one in chosen if one.application}
    return [
        {"application": row, "id": str(row.pk), "state": labels.APPLICATION_STATES[row.state]}  # type: ignore[index]
        for row in running.values()
    ]


def _state(row: Certificate) -> object:
    return words.STATES["expired" if row.state != "revoked" and certificates.is_expired(row) else row.state]


def _ticked(request: DeskRequest) -> list[uuid.UUID]:
    return list(dict.fromkeys(_ids(request.POST.getlist("certificate"))))


def _ids(told: Iterable[str]) -> list[uuid.UUID]:
    """Raises `NotFound` for what no page of ours has said."""
    try:
        return [uuid.UUID(one) for one in told]
    except ValueError as wrong:
        raise NotFound("certificate") from wrong


def _look(request: DeskRequest, rows: Iterable[Certificate], *, purpose: str) -> None:
    request.looks += [
        {
            "by": request.actor,
            "person_id": str(row.person_id),
            "purpose": purpose,
            "subject": ("certificate", str(row.pk)),
        }
        for row in rows
    ]


def _see_other(address: str) -> HttpResponse:
    response = HttpResponseRedirect(address)
    response.status_code = 303
    return response
