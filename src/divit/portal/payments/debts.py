"""Borç Sorgulama ve Ödeme Ekranı: asking, what was found, and the one-click page of somebody logged in."""

from uuid import UUID

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from divit.applications import selectors as applications
from divit.flows import debt_query
from divit.kernel.actors import Actor
from divit.kernel.errors import Refused
from divit.kernel.money import Money
from divit.payments import selectors
from divit.payments.labels import LINES
from divit.payments.lifecycle import ChargeState
from divit.payments.models import Charge
from divit.portal.access import PersonRequest, for_person, public
from divit.portal.client_address import client_address
from divit.portal.payments import permits
from divit.portal.payments.forms import BirthForm, InstitutionForm, ReferenceForm
from divit.portal.refusals import explain

_WAYS: dict[str, type[Form]] = {"gercek": BirthForm, "basvuru": ReferenceForm, "tuzel": InstitutionForm}


@public
@require_http_methods(["GET", "HEAD", "POST"])
def debt(request: HttpRequest) -> HttpResponseBase:
    """Ask for a debt in one of three ways; every miss leads to the same page after the same time."""
    way = request.GET.get("tip", "gercek")
    way = way if way in _WAYS else "gercek"
    form = _WAYS[way](request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        actor: Actor = request.actor  # type: ignore[attr-defined]
        try:
            charges = _ask(way, form, address=client_address(request), by=actor)
        except Refused as refusal:
            form.add_error(None, explain(refusal))
        else:
            permits.remember_charges(request, charges)
            return redirect("portal:debt_found")
    return render(request, "portal/payments/debt.html", {"form": form, "way": way})


def _ask(way: str, form: Form, *, address: str, by: Actor) -> list[Charge]:
    given = form.cleaned_data
    if way == "gercek":
        return debt_query.by_birth(
            tckn=given["tckn"],
            birth_place=given["birth_place"],
            birth_date=given["birth_date"],
            address=address,
            by=by,
        )
    if way == "basvuru":
        return debt_query.by_reference(reference=given["reference"], tckn=given["tckn"], address=address, by=by)
    return debt_query.by_institution(reference=given["reference"], vkn=given["vkn"], address=address, by=by)


@public
@require_http_methods(["GET", "HEAD"])
def found(request: HttpRequest) -> HttpResponseBase:
    """What was found, without a name; or that nothing was."""
    charges = permits.found_charges(request)
    if charges is None:
        return redirect("portal:debt")
    bills = [bill(charge) for charge in charges if charge.state == ChargeState.DUE]
    return render(request, "portal/payments/found.html", {"bills": bills})


@for_person
@require_http_methods(["GET", "HEAD"])
def pay(request: PersonRequest, application_id: UUID) -> HttpResponse:
    """The fee of one's own application, and the button to the bank."""
    row = applications.application_of(request.person.id, application_id)
    charge = selectors.charge_for(row.id)
    open_now = selectors.open_attempt_of(charge.id) if charge else None
    facts = {
        "application": row,
        "bill": bill(charge) if charge else None,
        "checking": open_now if open_now and open_now.state == "unknown" else None,
    }
    return render(request, "portal/payments/pay.html", facts)


def bill(charge: Charge) -> dict[str, object]:
    """A charge as pages show it."""
    return {
        "id": charge.id,
        "state": charge.state,
        "reference": charge.reference,
        "accrued_at": charge.accrued_at,
        "lines": [{"name": LINES.get(line["code"], line["code"]), "net": Money(line["net"])} for line in charge.lines],
        "net": Money(charge.net),
        "vat": Money(charge.vat),
        "of_statement": charge.statement_id is not None,
        "vat_rate": f"{charge.vat_rate.normalize():f}".replace(".", ",") if charge.vat_rate is not None else "",
        "total": charge.amount,
    }
