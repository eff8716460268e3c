"""Kurum Seçimi: first the institution, then the kinds that are open there, and why each of the others is closed."""

from collections.abc import Mapping
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from divit.applications import labels, steps
from divit.applications.kinds import Kind, Payer
from divit.applications.labels import Label
from divit.applications.models import Application
from divit.applications.steps import Step
from divit.flows import kind_choice, self_paid_application
from divit.flows.kind_choice import Choice
from divit.institutions import selectors as institutions
from divit.institutions.models import Institution
from divit.kernel.errors import Coded
from divit.portal.access import PersonRequest, for_person
from divit.portal.applications.drafts import GET_OR_POST, draft, elsewhere, go_to
from divit.portal.applications.forms import InstitutionForm, KindForm
from divit.portal.refusals import explain


@for_person
@require_http_methods(GET_OR_POST)
def new(request: PersonRequest) -> HttpResponseBase:
    """KİŞİ ÖDEMELİ BAŞVURU: Kurum Seçimi begins a draft."""
    told = request.POST if request.method == "POST" else request.GET
    kind = told.get("kind", "")
    # Whoever comes by a link for one kind, with certificates from one institution only, need not be asked for it.
    known = kind_choice.only_institution(request.person.id) if kind and "institution" not in told else None
    return _page(request, told, row=None, institution_id=str(known or told.get("institution", "")), kind=kind)


@for_person
@require_http_methods(GET_OR_POST)
def choose(request: PersonRequest, application_id: UUID) -> HttpResponseBase:
    """Kurum Seçimi of a draft, once more."""
    row = draft(request, application_id)
    if otherwise := elsewhere(row, Step.INSTITUTION):
        return otherwise
    if row.payer == Payer.INSTITUTION:
        return go_to(row, Step.CERTIFICATE)  # fixed by the institution's request
    told = request.POST if request.method == "POST" else request.GET
    institution_id = told.get("institution", str(row.institution_id))
    return _page(request, told, row=row, institution_id=institution_id, kind=told.get("kind", row.kind))


def _page(
    request: PersonRequest, told: Mapping[str, str], *, row: Application | None, institution_id: str, kind: str
) -> HttpResponseBase:
    offered = institutions.active_institutions()
    chosen = next((one for one in offered if str(one.id) == institution_id), None)
    if chosen is None:
        return _institution_first(request, offered, row=row, kind=kind, asked=bool(told.get("institution")))
    choice = kind_choice.choice(request.person.id, chosen.id, besides=row.id if row else None)
    form = KindForm(told if request.method == "POST" else None, choice=choice, initial={"kind": kind})
    if request.method == "POST" and form.is_valid():
        try:
            return _go_on(request, row, institution_id=chosen.id, kind=form.cleaned_data["kind"])
        except Coded as refusal:
            form.add_error("kind", explain(refusal))
    return _kinds(request, form, choice, chosen, kind=_kind(kind))


def _go_on(request: PersonRequest, row: Application | None, *, institution_id: UUID, kind: Kind) -> HttpResponseBase:
    if row is None:
        begun = self_paid_application.start(
            person=request.person, institution_id=institution_id, kind=kind, by=request.actor
        )
        return go_to(begun, steps.first_left(begun.steps_done))
    self_paid_application.choose(row.id, institution_id=institution_id, kind=kind, by=request.actor)
    return go_to(row, Step.CERTIFICATE)


def _institution_first(
    request: PersonRequest, offered: list[Institution], *, row: Application | None, kind: str, asked: bool
) -> HttpResponse:
    """`asked`: an institution was named, but none that may be chosen."""
    likely = kind_choice.institutions_of(request.person.id)[:1]
    known = {"institution": str(likely[0]) if likely else ""}
    form = InstitutionForm({"institution": "?"} if asked else None, institutions=offered, initial=known)
    page = {"form": form, "row": row, "kind": _kind(kind) or ""}
    return render(request, "portal/applications/institution.html", page)


def _kinds(
    request: PersonRequest, form: KindForm, choice: Choice, chosen: Institution, *, kind: Kind | None
) -> HttpResponse:
    refusal = choice.why_closed(kind) if kind and not form.is_bound else None
    page = {
        "form": form,
        "institution": chosen,
        "running": choice.running,
        "rules": rules_of(choice),
        "closed": closed_of(choice),
        "transfer": choice.held.transfer,
        "wished": labels.KINDS[kind] if kind else "",
        "why_not": explain(refusal) if refusal else "",
        "back_to": f"{request.path}?{urlencode({'institution': '', 'kind': kind or ''})}",
    }
    return render(request, "portal/applications/kind.html", page)


def rules_of(choice: Choice) -> list[tuple[Label, list[Label]]]:
    """Each open kind with when it is produced and what that does."""
    transfer = choice.held.transfer
    return [(labels.KINDS[one.kind], labels.when_produced(one.rule, transfer=transfer)) for one in choice.open]


def closed_of(choice: Choice) -> list[tuple[Label, str]]:
    """Each closed kind with the sentence that says why."""
    return [(labels.KINDS[one.kind], explain(one.closed)) for one in choice.closed if one.closed]


def _kind(told: str) -> Kind | None:
    return Kind(told) if told in {str(kind) for kind in Kind} else None
