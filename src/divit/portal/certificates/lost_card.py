"""«Kartım kayıp veya çalındı»: one question, plain words, and the shortest way to closed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from divit.certificates import selectors
from divit.identity.models import Person
from divit.kernel.actors import Actor
from divit.portal.access import public
from divit.portal.certificates import tables


@public
@require_safe
def lost_card(request: HttpRequest) -> HttpResponse:
    """Open to all, so that nobody has to log in to learn what to do; the buttons are for who is logged in."""
    person: Person | None = getattr(request, "person", None)
    rows: list[tables.Row] = []
    if person is not None:
        by: Actor = request.actor  # type: ignore[attr-defined]
        found = tables.rows(selectors.certificates_of(person.pk), by=by)
        rows = [row for row in found if row.acts]
    return render(request, "portal/certificates/lost_card.html", {"rows": rows})
