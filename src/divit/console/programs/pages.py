"""The list of programs, asking for one, and the page of one: two officers decide, one closes, a key is shown once."""

import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from divit.connections import selectors, services, words
from divit.connections.lifecycle import Act, State
from divit.connections.models import Program
from divit.console.access import DeskRequest, appointed
from divit.console.institutions.forms import RefusalForm
from divit.console.naming import who
from divit.console.pages import attempt, done
from divit.console.programs.forms import AskForm, KeyForm
from divit.flows import programs as flow
from divit.institutions import selectors as institutions
from divit.kernel import clock
from divit.kernel.actors import Role

_LIST = "console:officer_programs"
_ONE = "console:officer_program"


@appointed(Role.OFFICER)
@require_safe
def officer_programs(request: DeskRequest) -> HttpResponse:
    """Every program of the institution, those that can connect first."""
    rows = selectors.programs_of(request.institution.pk)
    told = [({"row": row, "state": _state(row)}, _connects(row) or row.state == State.PROPOSED) for row in rows]
    context = {
        "institution": request.institution,
        "may_ask": not request.actor.deputises_for,
        "now": [one for one, current in told if current],
        "before": [one for one, current in told if not current][:50],
    }
    return render(request, "console/programs/list.html", context)


@appointed(Role.OFFICER)
@require_http_methods(["GET", "POST"])
def officer_program_ask(request: DeskRequest) -> HttpResponse:
    """Program iste."""
    form = AskForm(request.POST or None)
    refusal = ""
    if form.is_bound and form.is_valid():
        refusal = attempt(lambda: flow.ask(**form.cleaned_data, by=request.actor), form=form)
        if not refusal and not form.errors:
            said = _("İsteğiniz kaydedildi. Kurumunuzun başka bir yetkilisi onaylayınca program bağlanabilir.")
            return done(request, said, to=_LIST, institution_id=request.institution.pk)
    failed = bool(refusal) or bool(form.is_bound and form.errors)
    context = {"institution": request.institution, "form": form, "refusal": refusal, "has_errors": failed}
    return render(request, "console/programs/ask.html", context, status=409 if failed else 200)


@appointed(Role.OFFICER)
@require_http_methods(["GET", "POST"])
def officer_program(request: DeskRequest, program_id: uuid.UUID) -> HttpResponse:
    """One program: what it may do, who let it in, when it was last here, and the buttons."""
    row = selectors.program_of(request.institution.pk, program_id)
    act = request.POST.get("act")
    if act == Act.RENEW_KEY:
        return _new_key(request, row)
    form = RefusalForm(request.POST if act == Act.REFUSE else None)
    refusal = ""
    if act in _ACTS:
        do, said = _ACTS[Act(act)]
        refusal = attempt(lambda: do(row.pk, by=request.actor))
        if not refusal:
            return done(request, str(said), to=_ONE, institution_id=request.institution.pk, program_id=row.pk)
    elif form.is_bound and form.is_valid():
        words_of_refusal = form.cleaned_data["reason"]
        refusal = attempt(lambda: flow.refuse(row.pk, reason=words_of_refusal, by=request.actor), form=form)
        if not refusal and not form.errors:
            return done(request, _("Program geri çevrildi."), to=_LIST, institution_id=request.institution.pk)
    return _page(request, row, form=form, refusal=refusal)


_ACTS: dict[Act, tuple[Callable[..., None], object]] = {
    Act.CONFIRM: (flow.confirm, gettext_lazy("Program onaylandı; artık anahtarı üretilebilir.")),
    Act.WITHDRAW: (flow.withdraw, gettext_lazy("İstek geri çekildi.")),
    Act.CLOSE: (flow.close, gettext_lazy("Program kapatıldı; artık bağlanamaz.")),
}


def _new_key(request: DeskRequest, row: Program) -> HttpResponse:
    """Shown in this answer alone: no page can show it again."""
    form = KeyForm(request.POST)
    at_once = form.is_valid() and form.cleaned_data["at_once"]
    made: list[str] = []
    refusal = attempt(lambda: made.append(flow.renew_key(row.pk, at_once=at_once, by=request.actor)))
    if refusal:
        return _page(request, row, form=RefusalForm(), refusal=refusal)
    context = {"institution": request.institution, "row": row, "key": made[0], "address": settings.PUBLIC_URL}
    return render(request, "console/programs/key.html", context)


def _page(request: DeskRequest, row: Program, *, form: RefusalForm, refusal: str) -> HttpResponse:
    failed = bool(refusal) or bool(form.is_bound and form.errors)
    keys = selectors.keys_of(row)
    officers = {f"{Role.OFFICER}:{one.person_id}" for one in institutions.officers_of(row.institution_id)}
    context = {
        "institution": request.institution,
        "row": row,
        "state": _state(row),
        "waits": row.state == State.PROPOSED,
        "open": _connects(row),
        "own": row.asked_by == str(request.actor),
        "scopes": [words.SCOPES.get(scope, scope) for scope in row.scopes],
        "asker": who(row.asked_by),
        "decider": who(row.decided_by) if row.decided_by else "",
        "closer": who(row.closed_by) if row.closed_by else "",
        "keys": [{"key": one, "by": who(one.made_by), "gone": one.made_by not in officers} for one in keys],
        "acts": {str(one) for one in services.acts_open_to(row, by=request.actor)},
        "form": form,
        "key_form": KeyForm(),
        "refusal": refusal,
        "has_errors": failed,
    }
    return render(request, "console/programs/one.html", context, status=409 if failed else 200)


def _connects(row: Program) -> bool:
    return row.state == State.OPEN and clock.today() <= row.ends


def _state(row: Program) -> object:
    if row.state == State.OPEN and not _connects(row):
        return _("Süresi doldu")
    return words.STATES[row.state]
