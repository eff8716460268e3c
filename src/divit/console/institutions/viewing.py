"""Görüntüleyici: reads how the institution stands, and changes nothing."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from divit.applications import selectors as applications
from divit.certificates import selectors as certificates
from divit.certificates.words import STATES as CERTIFICATE_STATES
from divit.console import labels
from divit.console.access import DeskRequest, anyone, appointed
from divit.console.desks.institution import door
from divit.console.institutions import showing
from divit.kernel.actors import Role


@anyone
@require_safe
def viewer_door(request: DeskRequest) -> HttpResponse:
    """To the one institution, or to the choice among several."""
    return door(request, Role.VIEWER, "console:viewer")


@appointed(Role.VIEWER)
@require_safe
def viewer(request: DeskRequest) -> HttpResponse:
    """Contract and quota, rules, who acts, how many applications and certificates: no names of holders."""
    own = request.institution
    by_state = applications.count_by_state(own.pk)
    context = {
        "institution": own,
        "contracts": showing.contracts(own),
        "rules": showing.rules(own),
        "people": showing.people(request, own),
        "applications": [(labels.APPLICATION_STATES[state], by_state[state]) for state in by_state],
        "certificates": [(CERTIFICATE_STATES[state], n) for state, n in certificates.count_standing(own.pk).items()],
    }
    return render(request, "console/institutions/viewer.html", context)
