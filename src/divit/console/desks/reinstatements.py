"""Askıdan indirme isteği: one registrar says why a certificate should be opened, another agrees or declines."""

import uuid
from functools import partial

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from divit.certificates import registry, selectors, words
from divit.certificates.models import Certificate, Reinstatement
from divit.console import labels
from divit.console.access import DeskRequest, desk
from divit.console.desks.registration import certificate_state
from divit.console.pages import attempt, done
from divit.console.registry_forms import AnswerForm, AskForm
from divit.flows import reinstatement_by_two
from divit.kernel.actors import Role


@desk(Role.REGISTRAR)
@require_http_methods(["GET", "POST"])
def registration_certificate(request: DeskRequest, certificate_id: uuid.UUID) -> HttpResponse:
    """One certificate, what was done to it and why; a suspended one may be asked to be opened."""
    row = selectors.certificate(certificate_id)
    form = AskForm(request.POST or None)
    refusal = ""
    if form.is_bound and form.is_valid():
        reason = form.cleaned_data["reason"]
        refusal = attempt(lambda: reinstatement_by_two.ask(certificate_id, reason=reason, by=request.actor), form=form)
        if not refusal and not form.errors:
            said = _("İstek kaydedildi. Başka bir kayıt görevlisi onaylayınca sertifika açılır.")
            return done(request, said, to="console:registration_asks")
    _look(request, row)
    context = {
        **shown(row),
        "form": form,
        "asked": registry.open_ask_about(row.pk),
        "may_ask": reinstatement_by_two.may_be_asked(row, by=request.actor),
        "refusal": refusal,
        "has_errors": form.is_bound,
    }
    return render(request, "console/registration/certificate.html", context, status=409 if form.is_bound else 200)


@desk(Role.REGISTRAR)
@require_safe
def registration_asks(request: DeskRequest) -> HttpResponse:
    """What waits for a second person, and what became of the latest."""
    waiting, decided = registry.open_asks(), registry.decided_asks()
    for row in (*waiting, *decided):
        _look(request, row.certificate)
    context = {
        "waiting": [{"ask": row, "yours": row.asked_by == request.actor.id} for row in waiting],
        "decided": [{"ask": row, "state": labels.ASKS[row.state]} for row in decided],  # type: ignore[index]
        "days": reinstatement_by_two.STANDS.days,
    }
    return render(request, "console/registration/asks.html", context)


@desk(Role.REGISTRAR)
@require_http_methods(["GET", "POST"])
def registration_ask(request: DeskRequest, ask_id: uuid.UUID) -> HttpResponse:
    """One wish: a colleague agrees or declines, who asked may take it back."""
    row = registry.asked(ask_id)
    act = request.POST.get("act", "")
    answer = AnswerForm(request.POST if act == "decline" else None)
    refusal, said = "", ""
    if act == "agree":
        refusal = attempt(partial(reinstatement_by_two.agree, ask_id, by=request.actor))
        said = _("Sertifika askıdan indirildi; sahibine haber verildi.")
    elif act == "take_back":
        refusal = attempt(partial(reinstatement_by_two.take_back, ask_id, by=request.actor))
        said = _("İstek geri alındı; sertifika askıda kaldı.")
    elif answer.is_bound and answer.is_valid():
        words_ = answer.cleaned_data["reason"]
        refusal = attempt(partial(reinstatement_by_two.decline, ask_id, answer=words_, by=request.actor), form=answer)
        said = "" if answer.errors else _("İstek onaylanmadı; sertifika askıda kaldı.")
    if said and not refusal:
        return done(request, said, to="console:registration_asks")
    _look(request, row.certificate)
    failed = bool(refusal) or answer.is_bound
    context = {
        **shown(row.certificate),
        **_ask_shown(request, row),
        "answer": answer,
        "refusal": refusal,
        "has_errors": failed,
    }
    return render(request, "console/registration/ask.html", context, status=409 if failed else 200)


def _ask_shown(request: DeskRequest, row: Reinstatement) -> dict[str, object]:
    return {
        "ask": row,
        "ask_state": labels.ASKS[row.state],  # type: ignore[index]
        "yours": row.asked_by == request.actor.id,
        "acts": {str(act) for act in reinstatement_by_two.open_to(row, by=request.actor)},
    }


def shown(row: Certificate) -> dict[str, object]:
    """A certificate and what was done to it, as the registry's pages show it."""
    return {
        "certificate": row,
        "state": certificate_state(row),
        "hold": labels.HOLDS.get(row.hold_cause, ""),  # type: ignore[call-overload]
        "changes": [
            {"change": one, "what": words.ACTS[one.act], "who": words.ACTORS.get(one.by_role, one.by_role)}
            for one in reversed(selectors.changes_of(row))
        ],
    }


def _look(request: DeskRequest, row: Certificate) -> None:
    request.looks.append(
        {
            "by": request.actor,
            "person_id": str(row.person_id),
            "purpose": "reinstatement",
            "subject": ("certificate", str(row.pk)),
        }
    )
