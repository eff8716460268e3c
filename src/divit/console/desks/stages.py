"""The stages and their durations of one institution, for its own people; what is late, for every desk."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render, resolve_url
from django.views.decorators.http import require_safe

from divit.console import labels
from divit.console.access import DeskRequest, appointed
from divit.delivery import words as delivery_words
from divit.flows import delays
from divit.flows import stage_figures as flow
from divit.flows.delays import Late
from divit.kernel import clock
from divit.kernel.actors import Role
from divit.production import words as production_words
from divit.stages.models import Block
from divit.stages.services import Whose
from divit.stages.targets import targets_on

_SHOWN = 20
_TROUBLES: dict[str, Any] = {**production_words.TROUBLES, **delivery_words.TROUBLES}
_ORDERS = {
    Role.PRODUCER: "console:production_order",
    Role.INSPECTOR: "console:inspection_order",
    Role.DISPATCHER: "console:dispatch_order",
}


@appointed(Role.REPRESENTATIVE)
@require_safe
def representative_stages(request: DeskRequest) -> HttpResponse:
    """The institution's own durations, at the representative's desk."""
    return _own_figures(request, "console:representative")


@appointed(Role.OFFICER)
@require_safe
def officer_stages(request: DeskRequest) -> HttpResponse:
    """The same at the officer's desk."""
    return _own_figures(request, "console:officer")


def _own_figures(request: DeskRequest, back: str) -> HttpResponse:
    question = flow.asked(request.GET)
    whose = Whose(scope=Block.Scope.OWN, institution_id=request.institution.pk)
    page = {
        "institution": request.institution,
        "back_to": resolve_url(back, institution_id=request.institution.pk),
        "question": question,
        "answer": flow.figures_for(question, whose=whose),
        "institution_dropped": False,
        "targets": targets_on(clock.today()),
    }
    return render(request, "console/stages/institution.html", page)


@dataclass(frozen=True, kw_only=True)
class LateRow:
    """One late thing with the page where something can be done about it."""

    late: Late
    trouble: Any
    address: str


@dataclass(frozen=True, kw_only=True)
class LateDesk:
    """Everything late on one desk; `rows` are the longest waiting, `more`: there are still more than counted."""

    desk: Any
    institution: str
    count: int
    more: bool
    rows: list[LateRow]


def late_desk(role: Role, *, institution_id: UUID | None = None, institution: str = "") -> LateDesk | None:
    """What is late on a desk; None when nothing is."""
    found = delays.late_at(role, institution_id=institution_id)
    if not found:
        return None
    rows = [
        LateRow(late=one, trouble=_TROUBLES.get(one.trouble, ""), address=_address(one, role, institution_id))
        for one in found[:_SHOWN]
    ]
    return LateDesk(
        desk=labels.DESKS[role], institution=institution, count=len(found), more=len(found) >= delays.MOST, rows=rows
    )


def _address(late: Late, role: Role, institution_id: UUID | None) -> str:
    if late.parcel_id is not None:
        return resolve_url("console:dispatch_parcel", parcel_id=late.parcel_id)
    if late.order_id is not None:
        return resolve_url(_ORDERS[role], order_id=late.order_id)
    if role is Role.REGISTRAR:
        return resolve_url("console:registration_application", application_id=late.application_id)
    if role is Role.REPRESENTATIVE:
        return resolve_url(
            "console:representative_application", institution_id=institution_id, application_id=late.application_id
        )
    return resolve_url("console:officer", institution_id=institution_id)
