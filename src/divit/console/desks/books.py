"""Defter: the auditor reads who did what; reading it is itself in the ledger where a person is concerned."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from divit.audit import selectors
from divit.console import ledger_words
from divit.console.access import DeskRequest, desk
from divit.console.forms import SearchForm
from divit.kernel.actors import Role

_PAGE = 100


@desk(Role.AUDITOR)
@require_http_methods(["GET", "POST"])
def books(request: DeskRequest) -> HttpResponse:
    """The latest entries, or those of one thing by its id."""
    form = SearchForm(
        request.POST or None,
        label=_("Kayıt kimliği"),
        hint=_("Bir kartın, gönderinin, başvurunun ya da kişinin defterdeki kimliği; boşsa en yeni satırlar."),
    )
    form.fields["text"].required = False
    wanted = form.cleaned_data["text"] if form.is_bound and form.is_valid() else ""
    entries = selectors.entries_naming(wanted, limit=_PAGE) if wanted else selectors.latest(limit=_PAGE)
    if wanted:
        # By the id of an application or a card too, it is a person's history that is read.
        request.looks += [
            {"by": request.actor, "person_id": person_id, "purpose": "audit", "subject": ("person", person_id)}
            for person_id in dict.fromkeys(one.person_id for one in entries if one.person_id)
        ]
    return render(request, "console/books.html", {"form": form, "entries": ledger_words.lines(entries)})
