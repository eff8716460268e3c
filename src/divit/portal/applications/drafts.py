"""A draft, step by step, whoever pays; every «Devam» and «Geri» keeps what was typed."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from divit.applications import labels, selectors, steps
from divit.applications.kinds import Kind, Payer, will_be_revoked
from divit.applications.lifecycle import State
from divit.applications.models import Application
from divit.applications.steps import PARTS, RULE_OF, Step
from divit.flows import fees, self_paid_application
from divit.flows.holdings import holdings, open_from
from divit.institutions import selectors as institutions
from divit.kernel import clock
from divit.kernel.errors import Coded, Refused
from divit.kernel.phone import Phone
from divit.portal.access import PersonRequest, for_person, fresh_login
from divit.portal.applications.addresses import the_addresses
from divit.portal.applications.forms import FORM_OF, InstitutionForm, PartForm, SummaryForm, initial_of
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


def _draft(request: PersonRequest, application_id: UUID) -> Application:
    return selectors.application_of(request.person.id, application_id)


def _elsewhere(row: Application, step: Step) -> HttpResponseBase | None:
    """Where to go instead: a submitted application has a status, a step that is too early waits."""
    if row.state != State.DRAFT:
        return redirect("portal:application_status", application_id=row.id)
    if not steps.reachable(step, row.steps_done):
        return go_to(row, steps.first_left(row.steps_done))
    return None


@for_person
@require_http_methods(GET_OR_POST)
def new(request: PersonRequest) -> HttpResponseBase:
    """KİŞİ ÖDEMELİ BAŞVURU: Kurum Seçimi begins a draft."""
    offered = institutions.active_institutions()
    known = {"kind": request.GET.get("kind", ""), "institution": request.GET.get("institution", "")}
    form = InstitutionForm(request.POST or None, institutions=offered, initial=known)
    running: Application | None = None
    if request.method == "POST" and form.is_valid():
        chosen = dict(form.cleaned_data)
        try:
            row = self_paid_application.start(
                person=request.person, institution_id=chosen["institution"], kind=chosen["kind"], by=request.actor
            )
        except Coded as refusal:
            form.add_error(_field_of(refusal), explain(refusal))
            running = _running(request, chosen["institution"], refusal)
        else:
            return go_to(row, steps.first_left(row.steps_done))
    return render(request, "portal/applications/institution.html", {"form": form, "running": running, "row": None})


def _field_of(refusal: Coded) -> str:
    return (
        "kind" if refusal.code in ("first_but_one_is_open", "nothing_to_renew", "nothing_to_replace") else "institution"
    )


def _running(request: PersonRequest, institution_id: UUID, refusal: Coded) -> Application | None:
    if refusal.code != "application_already_running":
        return None
    return next(iter(selectors.running_of(request.person.id, institution_id=institution_id)), None)


@for_person
@require_http_methods(GET_OR_POST)
def choose(request: PersonRequest, application_id: UUID) -> HttpResponseBase:
    """Kurum Seçimi of a draft, once more."""
    row = _draft(request, application_id)
    if elsewhere := _elsewhere(row, Step.INSTITUTION):
        return elsewhere
    if row.payer == Payer.INSTITUTION:
        # Fixed by the institution's request.
        return go_to(row, Step.CERTIFICATE)
    offered = institutions.active_institutions()
    known = {"kind": row.kind, "institution": str(row.institution_id)}
    form = InstitutionForm(request.POST or None, institutions=offered, initial=known)
    running: Application | None = None
    if request.method == "POST" and form.is_valid():
        chosen = dict(form.cleaned_data)
        try:
            self_paid_application.choose(
                row.id, institution_id=chosen["institution"], kind=chosen["kind"], by=request.actor
            )
        except Coded as refusal:
            form.add_error(_field_of(refusal), explain(refusal))
            running = _running(request, chosen["institution"], refusal)
        else:
            return go_to(row, Step.CERTIFICATE)
    return render(request, "portal/applications/institution.html", {"form": form, "running": running, "row": row})


@for_person
@require_http_methods(GET_OR_POST)
def part(request: PersonRequest, application_id: UUID, step: str) -> HttpResponseBase:
    """One of the four parts."""
    here = part_named(step)
    row = _draft(request, application_id)
    if elsewhere := _elsewhere(row, here):
        return elsewhere
    before, after = steps.neighbours(here)
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
    row = _draft(request, application_id)
    if elsewhere := _elsewhere(row, Step.SUMMARY):
        return elsewhere
    listed = will_be_revoked(Kind(row.kind), holdings(row.person_id, row.institution_id))
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
        "rule": labels.production_rule(self_paid_application.production_rule(row)),
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
    row = _draft(request, application_id)
    if elsewhere := _elsewhere(row, Step.PHONE):
        return elsewhere
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
