"""Kurum masası: the centre's view of institutions, and of what waits for a second person."""

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from divit.console.access import DeskRequest, desk
from divit.console.forms import SearchForm
from divit.console.institutions import showing
from divit.institutions import selectors
from divit.institutions.lifecycle import State
from divit.kernel.actors import Role

MOST_FOUND = 50


@desk(Role.LIAISON)
@require_http_methods(["GET", "POST"])
def institutions(request: DeskRequest) -> HttpResponse:
    """What waits for a decision, and the institutions: all, or those whose name has the words."""
    form = SearchForm(request.POST or None, label=_("Kurumun adı"), hint=_("Bir bölümü yeter; sisli, Şişli'yi bulur."))
    wanted = form.cleaned_data["text"] if form.is_bound and form.is_valid() else ""
    found = list(selectors.search(wanted)[: MOST_FOUND + 1])
    context = {
        "form": form,
        "found": found[:MOST_FOUND],
        "more": len(found) > MOST_FOUND,
        "waiting": showing.proposals_of(selectors.open_proposals()[:MOST_FOUND]),
    }
    return render(request, "console/institutions/list.html", context)


@desk(Role.LIAISON)
@require_safe
def institution(request: DeskRequest, institution_id: uuid.UUID) -> HttpResponse:
    """Everything about one institution: contract and quota, rules, people, proposals."""
    row = selectors.institution(institution_id)
    every = selectors.proposals_of(row.pk)
    context = {
        "institution": row,
        "contracts": showing.contracts(row),
        "rules": showing.rules(row),
        "people": showing.people(request, row, former=True),
        "waiting": showing.proposals_of(one for one in every if one.state == State.PROPOSED),
        "decided": showing.proposals_of([one for one in every if one.state != State.PROPOSED][:20]),
    }
    return render(request, "console/institutions/institution.html", context)
