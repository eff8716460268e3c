"""Kayıt: an application is found by reference, name or national number; forms that come to the centre are taken in."""

import uuid
from collections.abc import Iterable

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from divit.applications import content
from divit.applications import selectors as applications
from divit.applications.kinds import Kind
from divit.applications.labels import KINDS
from divit.applications.models import Application
from divit.console import labels
from divit.console.access import DeskRequest, desk
from divit.console.desks.forms_in import form_page
from divit.console.forms import SearchForm
from divit.flows import form_receipt
from divit.identity import selectors as people
from divit.kernel.actors import Actor, Role
from divit.kernel.errors import Invalid, NotFound
from divit.kernel.tckn import Tckn

MOST_FOUND = 20


@desk(Role.REGISTRAR)
@require_http_methods(["GET", "POST"])
def registration(request: DeskRequest) -> HttpResponse:
    """The search; what is typed travels in a POST and every hit is a look in the ledger."""
    form = SearchForm(
        request.POST or None,
        label=_("Başvuru numarası, T.C. kimlik no ya da ad soyad"),
        hint=_("Bulunan her kayda bakışınız deftere yazılır."),
    )
    found: list[dict[str, object]] | None = None
    if form.is_bound and form.is_valid():
        rows = _found(form.cleaned_data["text"])
        found = shown(rows)
        request.looks += [look(request.actor, row, purpose="registration_search") for row in rows]
    return render(request, "console/registration/search.html", {"form": form, "found": found})


@desk(Role.REGISTRAR)
@require_http_methods(["GET", "POST"])
def registration_application(request: DeskRequest, application_id: uuid.UUID) -> HttpResponse:
    """One application; the centre takes its form in where the paper comes here."""
    row = form_receipt.look_at(application_id, by=request.actor)
    return form_page(request, row, back="console:registration", here={"application_id": application_id})


def _found(text: str) -> list[Application]:
    try:
        reference, _token = content.read_mark(text)
    except Invalid:
        pass
    else:
        try:
            return _visible([applications.by_reference(reference)])
        except NotFound:
            return []
    try:
        person = people.person_by_tckn(Tckn(text))
    except Invalid:
        named = list(people.search(text)[:MOST_FOUND])
    else:
        named = [person] if person else []
    return _visible(row for person in named for row in applications.applications_of(person.pk))[:MOST_FOUND]


def _visible(rows: Iterable[Application]) -> list[Application]:
    """What was never submitted is nobody's business but the person's."""
    return [row for row in rows if row.submitted_at is not None]


def shown(rows: Iterable[Application]) -> list[dict[str, object]]:
    """With words for state and kind."""
    return [
        {"application": row, "state": labels.APPLICATION_STATES[row.state], "kind": KINDS[Kind(row.kind)]}  # type: ignore[index]
        for row in rows
    ]


def look(by: Actor, row: Application, *, purpose: str) -> dict[str, object]:
    """One entry of «Verilerime kim baktı?»."""
    return {
        "by": by,
        "person_id": str(row.person_id),
        "purpose": purpose,
        "subject": ("application", str(row.pk)),
    }
