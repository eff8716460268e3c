"""Durum: where an application stands, whom it waits for, what the person can do now."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from divit.applications import labels
from divit.applications.kinds import Kind
from divit.applications.lifecycle import Act, State
from divit.applications.models import Application
from divit.applications.steps import AMENDABLE, RULE_OF, Step, first_left
from divit.flows import application_status as flow
from divit.flows import expected_dates, new_address, self_paid_application, withdrawal
from divit.kernel.actors import Actor
from divit.kernel.errors import Invalid, Refused
from divit.portal.access import PersonRequest, for_person
from divit.portal.applications.drafts import GET_OR_POST, go_to, part_form, part_named
from divit.portal.applications.forms import PartForm
from divit.portal.applications.wording import STATES, told
from divit.portal.refusals import explain
from divit.portal.stages.wording import outlook_told


@for_person
@require_safe
def application_status(request: PersonRequest, application_id: UUID) -> HttpResponseBase:
    """One time-line from form to hand-over."""
    status = _status(request, application_id)
    if status.row.state == State.DRAFT:
        return go_to(status.row, first_left(status.row.steps_done))
    outlook = expected_dates.outlook_of(application_id)
    page = {
        "status": status,
        "outlook": outlook_told(outlook) if outlook else None,
        "row": status.row,
        "kind": labels.KINDS[Kind(status.row.kind)],
        "state": STATES[State(status.row.state)],
        "stages": [told(stage) for stage in status.stages],
        "rule": labels.production_rule(status.production_rule, transfer=status.transfer),
        "can_withdraw": Act.WITHDRAW in status.acts,
        "can_amend": Act.AMEND in status.acts,
        "can_readdress": new_address.is_open(status.row, by=request.actor),
        "fee_due": status.charge is not None and status.charge.state == "due",
        "amendable": [(step, labels.STEPS[step]) for step in RULE_OF if _amendable(status.row, step)],
    }
    return render(request, "portal/applications/status.html", page)


@for_person
@require_http_methods(GET_OR_POST)
def withdraw(request: PersonRequest, application_id: UUID) -> HttpResponseBase:
    """Vazgeç: asked once more, with what follows from it."""
    status = _status(request, application_id)
    refusal = ""
    if request.method == "POST":
        try:
            withdrawal.withdraw(application_id, by=request.actor)
        except Refused as problem:
            refusal = explain(problem)
        else:
            messages.success(request, _("Başvurunuzdan vazgeçtiniz."))
            return redirect("portal:applications")
    elif Act.WITHDRAW not in status.acts:
        return redirect("portal:application_status", application_id=application_id)
    page = {"status": status, "row": status.row, "refusal": refusal, "has_errors": bool(refusal)}
    return render(request, "portal/applications/withdraw.html", page, status=409 if refusal else 200)


@for_person
@require_http_methods(GET_OR_POST)
def amend(request: PersonRequest, application_id: UUID, step: str) -> HttpResponseBase:
    """Correct workplace or delivery after submission, until the form has been taken in."""
    here = part_named(step)
    status = _status(request, application_id)
    if not _amendable(status.row, here):
        raise Http404
    if Act.AMEND not in status.acts:
        return redirect("portal:application_status", application_id=application_id)
    form = part_form(request, status.row, here)
    if request.method == "POST" and request.POST.get("act") != "list":
        typed = form.typed()
        wrong = self_paid_application.amend(application_id, here, typed, addresses=form.addresses, by=request.actor)
        if not wrong:
            messages.success(request, _("Değişiklik kaydedildi. Formu yeniden yazdırın; eski form artık geçmez."))
            return redirect("portal:application_status", application_id=application_id)
        form.refuse(wrong)
    page = {"row": status.row, "form": form, "name": labels.STEPS[here], "is_delivery": here is Step.DELIVERY}
    return render(request, "portal/applications/amend.html", page)


@for_person
@require_http_methods(GET_OR_POST)
def readdress(request: PersonRequest, application_id: UUID) -> HttpResponseBase:
    """Another delivery address for a card that came back, or that the courier does not take to the one it has."""
    status = _status(request, application_id)
    if not new_address.is_open(status.row, by=request.actor):
        return redirect("portal:application_status", application_id=application_id)
    form = part_form(request, status.row, Step.DELIVERY)
    refusal = ""
    if request.method == "POST" and request.POST.get("act") != "list":
        refusal, wrong = _readdress(application_id, form, by=request.actor)
        if not refusal and not wrong:
            messages.success(request, _("Teslimat adresiniz değişti; kartınız bu adrese gönderilecek."))
            return redirect("portal:application_status", application_id=application_id)
        form.refuse(wrong)
    page = {"row": status.row, "form": form, "is_delivery": True, "refusal": refusal, "has_errors": bool(refusal)}
    return render(request, "portal/applications/readdress.html", page, status=409 if refusal else 200)


def _readdress(application_id: UUID, form: PartForm, *, by: Actor) -> tuple[str, list[Invalid]]:
    try:
        return "", new_address.change(application_id, form.typed(), addresses=form.addresses, by=by)
    except Refused as problem:
        return explain(problem), []


def _amendable(row: Application, step: Step) -> bool:
    return step in AMENDABLE and not (step is Step.DELIVERY and row.goes_to_representative)


def _status(request: PersonRequest, application_id: UUID) -> flow.Status:
    return flow.status(request.person.id, application_id, by=request.actor)
