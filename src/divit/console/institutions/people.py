"""The officer's page of who acts for the institution, and what waits for a second officer."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from divit.console.access import DeskRequest, appointed
from divit.console.institutions import showing
from divit.institutions import selectors
from divit.institutions.lifecycle import State
from divit.kernel.actors import Role


@appointed(Role.OFFICER)
@require_safe
def officer_people(request: DeskRequest) -> HttpResponse:
    """Kurum adına kimler işlem yapıyor: representatives, officers, viewers."""
    own = request.institution
    every = selectors.proposals_of(own.pk)
    context = {
        "institution": own,
        "deputises_for": request.appointment.deputises_for,
        "people": showing.people(request, own),
        "waiting": showing.proposals_of(one for one in every if one.state == State.PROPOSED),
        "decided": showing.proposals_of([one for one in every if one.state != State.PROPOSED][:20]),
    }
    return render(request, "console/institutions/officer_people.html", context)
