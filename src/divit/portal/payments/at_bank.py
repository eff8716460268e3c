"""To the bank and back: the hosted page, the browser's return, and the bank's own call."""

from typing import Literal
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from divit import wiring
from divit.flows import payment
from divit.kernel.actors import Actor
from divit.kernel.errors import Refused
from divit.payments import selectors
from divit.payments.models import BankMessage
from divit.portal.access import public
from divit.portal.client_address import client_address
from divit.portal.payments import permits
from divit.portal.refusals import explain


@public
@require_POST
def to_bank(request: HttpRequest, charge_id: UUID) -> HttpResponseBase:
    """Begin (or go on with) an attempt, and send the browser to the bank's page with a signed form."""
    charge = permits.payable(request, charge_id)
    language: Literal["tr", "en"] = "en" if get_language() == "en" else "tr"
    by: Actor = request.actor  # type: ignore[attr-defined]
    try:
        begun = payment.begin(
            charge.id,
            by=by,
            bank=wiring.bank(),
            language=language,
            return_url=settings.PUBLIC_URL + reverse("portal:bank_return"),
            callback_url=settings.PUBLIC_URL + reverse("portal:bank_callback"),
        )
    except Refused as refusal:
        return _already(request, charge_id, refusal)
    permits.remember_attempt(request, begun.attempt)
    facts = {"page": begun.page, "amount": charge.amount}
    return render(request, "portal/payments/to_bank.html", facts)


def _already(request: HttpRequest, charge_id: UUID, refusal: Refused) -> HttpResponseBase:
    """Paid, or being checked: show that payment rather than an error."""
    attempt = selectors.open_attempt_of(charge_id) or selectors.lasting_attempt_of(charge_id)
    if attempt is None:
        messages.error(request, explain(refusal))
        return redirect("portal:debt")
    # Seen it may be, by whoever knows the debt; the receipt stays with who paid.
    address = reverse("portal:payment_result", kwargs={"attempt_id": attempt.id})
    return redirect(f"{address}?izin={permits.permit(attempt)}")


@public
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def back(request: HttpRequest) -> HttpResponseBase:
    """The browser is back from the bank: cross-site, by POST, without our cookie, so no session is looked at.

    What it brings is kept and asked about; then on, by GET, to a page where the cookie is there again.
    """
    if request.method != "POST":
        return redirect("portal:payment_unclear")
    heard = _hear(request, BankMessage.Source.BROWSER)
    if heard.attempt is None:
        return _onward(reverse("portal:payment_unclear"))
    query = urlencode({"izin": permits.permit(heard.attempt)})
    return _onward(f"{reverse('portal:payment_result', args=[heard.attempt.id])}?{query}")


@public
@csrf_exempt
@require_POST
def callback(request: HttpRequest) -> HttpResponse:
    """The bank's server calls; it wants to read exactly «Approved» when we have understood."""
    heard = _hear(request, BankMessage.Source.CALLBACK)
    if heard.attempt is None:
        return HttpResponse("Rejected", status=400, content_type="text/plain")
    return HttpResponse("Approved", content_type="text/plain")


@public
@require_http_methods(["GET", "HEAD"])
def unclear(request: HttpRequest) -> HttpResponse:
    """The browser brought nothing that can be believed: the bank is being asked all the same."""
    return render(request, "portal/payments/unclear.html")


def _hear(request: HttpRequest, source: BankMessage.Source) -> payment.Heard:
    pairs = [(name, str(value)) for name, values in request.POST.lists() for value in values]
    return payment.hear(pairs, source=source, bank=wiring.bank(), address=client_address(request))


def _onward(address: str) -> HttpResponse:
    response = HttpResponseRedirect(address)
    response.status_code = 303
    return response
