"""The pages on which a change at an institution is put forward, at the centre's desk and at the officer's."""

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from divit.console.access import DeskRequest, appointed, desk
from divit.console.institutions.forms import AppointForm, ContractForm, DeputyForm, EndForm, RuleForm
from divit.console.institutions.showing import people
from divit.console.pages import attempt, done
from divit.flows import institution_proposals as flow
from divit.institutions import deputies, selectors, words
from divit.institutions.lifecycle import Kind, may_propose
from divit.institutions.limits import limits_on
from divit.institutions.models import Appointment, Institution
from divit.kernel import clock
from divit.kernel.actors import Role
from divit.kernel.errors import NotFound

BACK = {Role.LIAISON: "console:institution", Role.OFFICER: "console:officer_people"}


@desk(Role.LIAISON)
@require_http_methods(["GET", "POST"])
def institution_appoint(request: DeskRequest, institution_id: uuid.UUID) -> HttpResponse:
    """Görev verme, put forward by the centre."""
    return _appoint(request, selectors.institution(institution_id))


@appointed(Role.OFFICER)
@require_http_methods(["GET", "POST"])
def officer_appoint(request: DeskRequest) -> HttpResponse:
    """Görev verme, put forward by an officer for the own institution."""
    return _appoint(request, request.institution)


@appointed(Role.OFFICER)
@require_http_methods(["GET", "POST"])
def officer_deputy(request: DeskRequest) -> HttpResponse:
    """Vekil belirleme, put forward by an officer for the own absence."""
    institution = request.institution
    if not may_propose(request.actor.role, kind=Kind.DEPUTISE, deputy=bool(request.actor.deputises_for)):
        raise NotFound("institution")
    form = DeputyForm(request.POST or None, most=limits_on(clock.today()).deputy_days)
    return _page(
        request,
        institution,
        form,
        lambda: flow.propose_deputy(institution.pk, **form.cleaned_data, by=request.actor),
        kind=Kind.DEPUTISE,
    )


@desk(Role.LIAISON)
@require_http_methods(["GET", "POST"])
def institution_end(request: DeskRequest, institution_id: uuid.UUID, appointment_id: uuid.UUID) -> HttpResponse:
    """Görevi sona erdirme, put forward by the centre."""
    return _end(request, selectors.institution(institution_id), appointment_id)


@appointed(Role.OFFICER)
@require_http_methods(["GET", "POST"])
def officer_end(request: DeskRequest, appointment_id: uuid.UUID) -> HttpResponse:
    """Görevi sona erdirme, put forward by an officer for the own institution; the own deputy's is ended at once."""
    row = selectors.appointment(request.institution.pk, appointment_id)
    if deputies.may_take_back(row, by=request.actor):
        return _take_back(request, row)
    return _end(request, request.institution, appointment_id)


@desk(Role.LIAISON)
@require_http_methods(["GET", "POST"])
def institution_rule(request: DeskRequest, institution_id: uuid.UUID) -> HttpResponse:
    """A rule that holds from a day on; the form begins with the rule of today."""
    institution = selectors.institution(institution_id)
    try:
        now = selectors.rule_for(institution.pk, on=clock.today())
        initial = {name: getattr(now, name) for name in RuleForm.base_fields if name != "valid_from"}
    except NotFound:
        initial = {}
    form = RuleForm(request.POST or None, initial=initial)
    return _page(
        request,
        institution,
        form,
        lambda: flow.propose_rule(institution.pk, **form.cleaned_data, by=request.actor),
        kind=Kind.NEW_RULE,
    )


@desk(Role.LIAISON)
@require_http_methods(["GET", "POST"])
def institution_contract(request: DeskRequest, institution_id: uuid.UUID) -> HttpResponse:
    """A contract with its own prices."""
    institution = selectors.institution(institution_id)
    form = ContractForm(request.POST or None, codes=flow.offered().prices)
    return _page(
        request,
        institution,
        form,
        lambda: flow.propose_contract(institution.pk, **form.wanted, by=request.actor),
        kind=Kind.NEW_CONTRACT,
    )


def _appoint(request: DeskRequest, institution: Institution) -> HttpResponse:
    by = request.actor
    capacities = [
        one
        for one in Appointment.Capacity
        if may_propose(by.role, kind=Kind.APPOINT, capacity=one, deputy=bool(by.deputises_for))
    ]
    if not capacities:
        raise NotFound("institution")
    form = AppointForm(request.POST or None, capacities=capacities)
    return _page(
        request,
        institution,
        form,
        lambda: flow.propose_appointment(institution.pk, **form.cleaned_data, by=request.actor),
        kind=Kind.APPOINT,
    )


def _end(request: DeskRequest, institution: Institution, appointment_id: uuid.UUID) -> HttpResponse:
    row = selectors.appointment(institution.pk, appointment_id)
    deputy = bool(request.actor.deputises_for)
    if not may_propose(request.actor.role, kind=Kind.END_APPOINTMENT, capacity=row.role, deputy=deputy):
        raise NotFound("appointment")
    form = EndForm(request.POST or None, initial={"ends": clock.today()})
    told = next(one for one in people(request, institution, former=True) if one["appointment"].pk == row.pk)
    return _page(
        request,
        institution,
        form,
        lambda: flow.propose_end(institution.pk, row.pk, **form.cleaned_data, by=request.actor),
        kind=Kind.END_APPOINTMENT,
        about=told,
    )


def _take_back(request: DeskRequest, row: Appointment) -> HttpResponse:
    here = {"institution_id": request.institution.pk}
    refusal = ""
    if request.method == "POST":
        refusal = attempt(lambda: flow.take_back(request.institution.pk, row.pk, by=request.actor))
        if not refusal:
            return done(request, _("Vekâlet sonlandırıldı."), to="console:officer_people", **here)
    told = next(one for one in people(request, request.institution, former=True) if one["appointment"].pk == row.pk)
    context = {"institution": request.institution, "about": told, "refusal": refusal, "has_errors": bool(refusal)}
    return render(request, "console/institutions/take_back.html", context, status=409 if refusal else 200)


def _page(
    request: DeskRequest,
    institution: Institution,
    form: forms.Form,
    act: Callable[[], object],
    *,
    kind: Kind,
    about: dict[str, Any] | None = None,
) -> HttpResponse:
    refusal = ""
    back = BACK[request.actor.role]
    if form.is_bound and form.is_valid():
        refusal = attempt(act, form=form)
        if not refusal and not form.errors:
            said = _("Öneriniz kaydedildi. İkinci bir kişi onaylayınca yürürlüğe girer.")
            return done(request, said, to=back, institution_id=institution.pk)
    failed = bool(refusal) or bool(form.is_bound and form.errors)
    context = {
        "institution": institution,
        "form": form,
        "title": words.KINDS[kind],
        "kind": kind,
        "about": about,
        "refusal": refusal,
        "has_errors": failed,
        "back_to": resolve_url(back, institution_id=institution.pk),
    }
    return render(request, "console/institutions/propose.html", context, status=409 if failed else 200)
