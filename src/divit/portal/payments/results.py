"""What became of a payment: waiting for the bank, done, refused, given back; and the receipt."""

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from divit.payments import receipt as receipts
from divit.payments.lifecycle import AttemptState, ChargeState
from divit.payments.models import Attempt, Charge
from divit.portal.access import public
from divit.portal.payments import permits


@public
@require_http_methods(["GET", "HEAD"])
def payment_result(request: HttpRequest, attempt_id: UUID) -> HttpResponseBase:
    """Where the payment stands now; while it is unknown the page looks again by itself."""
    attempt = permits.visible_attempt(request, attempt_id)
    return render(request, "portal/payments/result.html", _facts(request, attempt))


@public
@require_http_methods(["GET", "HEAD"])
def payment_state(request: HttpRequest, attempt_id: UUID) -> HttpResponseBase:
    """The same as a piece of page, asked for every second; leads on when the bank has answered."""
    attempt = permits.visible_attempt(request, attempt_id)
    response = render(request, "portal/payments/state.html", _facts(request, attempt))
    if attempt.state != AttemptState.UNKNOWN:
        response["X-Live"] = "done"
        response["X-Live-Location"] = f"{reverse('portal:payment_result', args=[attempt.id])}{_permit_of(request)}"
    return response


@public
@require_http_methods(["GET", "HEAD"])
def receipt(request: HttpRequest, charge_id: UUID) -> HttpResponseBase:
    """The receipt; a name stands only on the receipt of whoever owed it."""
    charge, attempt, own = permits.paid_charge(request, charge_id)
    document = receipts.pdf(
        charge,
        attempt,
        reference=charge.reference,
        name=_name(charge) if own else "",
        language="en" if get_language() == "en" else "tr",
        notice=str(settings.INSTALLATION_NOTICE),
    )
    response = HttpResponse(document, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="divit-makbuz-{charge.reference}.pdf"'
    return response


def _name(charge: Charge) -> str:
    if charge.statement is not None:
        return charge.statement.institution.name
    return charge.person.name if charge.person is not None else ""


def _facts(request: HttpRequest, attempt: Attempt) -> dict[str, object]:
    charge = attempt.charge
    return {
        "attempt": attempt,
        "charge": charge,
        "amount": charge.amount,
        "reference": charge.reference,
        "own": permits.is_theirs(request, charge),
        "may_pay": _may_pay(request, attempt),
        "paid_otherwise": charge.state == ChargeState.PAID and attempt.state != AttemptState.APPROVED,
        "has_receipt": attempt.state == AttemptState.APPROVED and _may_have_receipt(request, attempt),
        "permit": _permit_of(request),
    }


def _may_pay(request: HttpRequest, attempt: Attempt) -> bool:
    if attempt.charge.state != ChargeState.DUE:
        return False
    return permits.is_theirs(request, attempt.charge) or any(
        charge.id == attempt.charge_id for charge in permits.found_charges(request) or []
    )


def _may_have_receipt(request: HttpRequest, attempt: Attempt) -> bool:
    return permits.is_theirs(request, attempt.charge) or permits.begun_here(request, attempt)


def _permit_of(request: HttpRequest) -> str:
    return f"?{request.META['QUERY_STRING']}" if "izin" in request.GET else ""
