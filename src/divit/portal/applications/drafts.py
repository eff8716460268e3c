"""A draft, step by step, whoever pays; every «Devam» and «Geri» keeps what was typed."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from divit.applications import labels, selectors, steps
from divit.applications.kinds import Kind, Payer, rule_for, will_be_revoked
from divit.applications.lifecycle import State
from divit.applications.models import Application
from divit.applications.steps import PARTS, RULE_OF, Step
from divit.flows import fees, self_paid_application
from divit.flows.holdings import holdings, open_from
from divit.kernel import clock
from divit.kernel.errors import Refused
from divit.kernel.phone import Phone
from divit.portal.access import PersonRequest, for_person, fresh_login
from divit.portal.applications.addresses import the_addresses
from divit.portal.applications.forms import FORM_OF, PartForm, SummaryForm, initial_of
from divit.portal.applications.wording import fixed_of, summary_of
from divit.portal.phone_proof import pages as phone_proof
from divit.portal.refusals import explain

GET_OR_POST = ["GET", "HEAD", "POST"]
_ADDRESS_OF = {
    Step.INSTITUTION: "portal:application_choose",
    Step.SUMMARY: "portal:application_summary",
    Step.PHONE: "portal:application_phone",
}


def go_to(row: Application, step: Step) -> HttpResponseBase:
    """The page of a step."""
    if step in _ADDRESS_OF:
        return redirect(_ADDRESS_OF[step], application_id=row.id)
    return redirect("portal:application_step", application_id=row.id, step=step)


def draft(request: PersonRequest, application_id: UUID) -> Application:
    """One of the person's own applications. Raises `NotFound`."""
    return selectors.application_of(request.person.id, application_id)


def elsewhere(row: Application, step: Step) -> HttpResponseBase | None:
    """Where to go instead: a submitted application has a status, a step that is too early waits."""
    if row.state != State.DRAFT:
        return redirect("portal:application_status", application_id=row.id)
    if not steps.reachable(step, row.steps_done):
        return go_to(row, steps.first_left(row.steps_done))
    return None


@for_person
@require_http_methods(GET_OR_POST)
def part(request: PersonRequest, application_id: UUID, step: str) -> HttpResponseBase:
    """One of the four parts."""
    here = part_named(step)
    row = draft(request, application_id)
    if otherwise := elsewhere(row, here):
        return otherwise
    before, after = steps.neighbours(here)
    if here is Step.DELIVERY and row.goes_to_representative:
        return _fixed_delivery(request, row)
    form = part_form(request, row, here)
    act = request.POST.get("act", "next")
    if request.method == "POST" and act != "list":
        wrong = self_paid_application.save_step(
            row.id, here, form.typed(), addresses=form.addresses, leaving=act == "back", by=request.actor
        )
        if act == "back" and before:
            return go_to(row, before)
        if not wrong and after:
            return go_to(row, after)
        form.refuse(wrong)
    return render(request, "portal/applications/part.html", part_page(row, here, form))


def _fixed_delivery(request: PersonRequest, row: Application) -> HttpResponseBase:
    """Where the institution has its cards sent to its representative, the part says so and asks nothing."""
    if request.method == "POST":
        return go_to(row, Step.WORKPLACE if request.POST.get("act") == "back" else Step.SUMMARY)
    page = {
        "row": row,
        "name": labels.STEPS[Step.DELIVERY],
        "number": RULE_OF[Step.DELIVERY].part,
        "names": [labels.STEPS[one] for one in PARTS],
    }
    return render(request, "portal/applications/delivery_fixed.html", page)


def part_named(step: str) -> Step:
    """The part that an address names; anything else is no page."""
    if step not in {str(one) for one in PARTS}:
        raise Http404
    return Step(step)


def part_form(request: PersonRequest, row: Application, here: Step) -> PartForm:
    """The form of a part with what was typed, or with what is kept; asking only for a list judges nothing yet."""
    more = {"offers": _offers(row)} if here is Step.CERTIFICATE else {}
    judge = request.method == "POST" and request.POST.get("act") != "list"
    known = initial_of(row, here)
    if request.method == "POST" and not judge:
        known = {name: request.POST.get(name, "") for name in RULE_OF[here].fields}
    return FORM_OF[here](request.POST if judge else None, addresses=the_addresses(), initial=known, **more)


def _offers(row: Application) -> fees.Offers | None:
    """What may be chosen, with prices; nothing where the institution's contract has chosen."""
    return None if row.payer == Payer.INSTITUTION else fees.offers(clock.today())


def part_page(row: Application, here: Step, form: PartForm) -> dict[str, object]:
    """What the page of a part shows."""
    return {
        "row": row,
        "form": form,
        "name": labels.STEPS[here],
        "number": RULE_OF[here].part,
        "names": [labels.STEPS[one] for one in PARTS],
        "fixed": fixed_of(row) if here is Step.CERTIFICATE and row.payer == Payer.INSTITUTION else [],
        "is_certificate": here is Step.CERTIFICATE,
        "is_workplace": here is Step.WORKPLACE,
        "is_delivery": here is Step.DELIVERY,
    }


@for_person
@require_http_methods(GET_OR_POST)
def summary(request: PersonRequest, application_id: UUID) -> HttpResponseBase:
    """Check your answers; on to the phone with the list of certificates that will be revoked, accepted as shown."""
    row = draft(request, application_id)
    if otherwise := elsewhere(row, Step.SUMMARY):
        return otherwise
    held = holdings(row.person_id, row.institution_id)
    listed = will_be_revoked(Kind(row.kind), held)
    form = SummaryForm(request.POST or None, listed=bool(listed))
    if request.method == "POST" and form.is_valid():
        try:
            self_paid_application.confirm(row.id, accepted=request.POST.getlist("serial")[:50], by=request.actor)
        except Refused as refusal:
            form.add_error(None, explain(refusal))
        else:
            return _send_code(request, row)
    page = {
        "row": row,
        "form": form,
        "sections": summary_of(row, person=request.person),
        "closing": [one for one in open_from(row.person_id, row.institution_id) if one.serial in listed],
        "cost": None if row.payer == Payer.INSTITUTION else fees.quote(row, on=clock.today()),
        "names": [labels.STEPS[one] for one in PARTS],
        "rule": labels.production_rule(rule_for(Kind(row.kind), held), transfer=held.transfer),
    }
    return render(request, "portal/applications/summary.html", page)


def _send_code(request: PersonRequest, row: Application) -> HttpResponseBase:
    here = redirect("portal:application_phone", application_id=row.id)
    if self_paid_application.phone_is_proven(row, by=request.actor):
        return here
    return phone_proof.start(
        request,
        phone=Phone(row.phone),
        purpose="application",
        subject_id=self_paid_application.proof_subject(row),
        then_url=here.url,
        back_url=redirect("portal:application_summary", application_id=row.id).url,
    )


@for_person
@fresh_login(minutes=60)
@require_http_methods(GET_OR_POST)
def phone(request: PersonRequest, application_id: UUID) -> HttpResponseBase:
    """Cep Telefonu Doğrulama: the code first, then the application goes off."""
    row = draft(request, application_id)
    if otherwise := elsewhere(row, Step.PHONE):
        return otherwise
    if request.method == "POST" and request.POST.get("act") == "submit":
        return _submit(request, row)
    if request.method == "POST":
        return _send_code(request, row)
    proven = self_paid_application.phone_is_proven(row, by=request.actor)
    return _phone_page(request, row, proven=proven)


def _submit(request: PersonRequest, row: Application) -> HttpResponseBase:
    try:
        self_paid_application.submit(row.id, by=request.actor)
    except Refused as refusal:
        if refusal.code == "phone_not_proven":
            return redirect("portal:application_phone", application_id=row.id)
        return _phone_page(request, row, proven=True, refusal=explain(refusal))
    return redirect("portal:application_submitted", application_id=row.id)


def _phone_page(request: PersonRequest, row: Application, *, proven: bool, refusal: str = "") -> HttpResponse:
    page = {
        "row": row,
        "proven": proven,
        "last4": Phone(row.phone).last4,
        "refusal": refusal,
        "has_errors": bool(refusal),
    }
    return render(request, "portal/applications/phone.html", page, status=409 if refusal else 200)
