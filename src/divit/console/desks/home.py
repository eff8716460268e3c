"""The door of the desks: each sees the desks that are theirs."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from divit.console import labels
from divit.console.access import DeskRequest, anyone, appointments, staff_at
from divit.console.desks.stages import LateDesk, late_desk
from divit.console.desks.troubles import troubles_now
from divit.identity.staff import DESKS
from divit.kernel.actors import Role

_ADDRESSES = {
    Role.REGISTRAR: "console:registration",
    Role.LIAISON: "console:institutions",
    Role.PRODUCER: "console:production",
    Role.INSPECTOR: "console:inspection",
    Role.DISPATCHER: "console:dispatch",
    Role.AUDITOR: "console:books",
}
_OF_INSTITUTIONS = {
    Role.REPRESENTATIVE: "console:representative",
    Role.OFFICER: "console:officer",
    Role.VIEWER: "console:viewer",
}


@anyone
@require_safe
def home(request: DeskRequest) -> HttpResponse:
    """Masalar."""
    account = staff_at(request)
    own = [role for role in DESKS if account is not None and role in account.desks]
    of_institutions = [
        {
            "role": labels.DESKS[role],
            "what_for": labels.WHAT_FOR[role],
            "address": address,
            "institution": one.institution,
        }
        for role, address in _OF_INSTITUTIONS.items()
        for one in (appointments(request.person, role) if request.person else [])
    ]
    late = [late_desk(role) for role in own] + _late_in_institutions(request)
    desks = [{"name": labels.DESKS[r], "what_for": labels.WHAT_FOR[r], "address": _ADDRESSES[r]} for r in own]
    troubles = troubles_now() if account is not None else []
    page = {
        "account": account,
        "troubles": troubles,
        "outage": any(one.broken for one in troubles),
        "desks": desks,
        "of_institutions": of_institutions,
        "late": [desk for desk in late if desk is not None],
    }
    return render(request, "console/home.html", page)


def _late_in_institutions(request: DeskRequest) -> list[LateDesk | None]:
    return [
        late_desk(role, institution_id=one.institution_id, institution=one.institution.name)
        for role in _OF_INSTITUTIONS
        for one in (appointments(request.person, role) if request.person else [])
    ]


@anyone
@require_safe
def no_second_factor(request: DeskRequest) -> HttpResponse:
    """An account without a second factor cannot come in; its owner learns whom to ask."""
    return render(request, "console/no_second_factor.html")
