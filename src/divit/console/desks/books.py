"""Defter: the auditor reads who did what; reading it is itself in the ledger where a person is concerned."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from divit.audit import selectors
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
    if wanted and selectors.entries_about(wanted, limit=1):
        request.looks.append(
            {"by": request.actor, "person_id": wanted, "purpose": "audit", "subject": ("person", wanted)}
        )
    return render(request, "console/books.html", {"form": form, "entries": entries})
