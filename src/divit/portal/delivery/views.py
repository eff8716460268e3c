"""PIN ve PUK: after the hand-over, a fresh login and a code to the phone; shown by one request and kept nowhere."""

import time
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from divit.applications import selectors as applications
from divit.delivery import selectors
from divit.delivery.envelopes import CardSecrets
from divit.flows import pin_release
from divit.flows.pin_release import WaitingPage
from divit.kernel.actors import Level
from divit.kernel.errors import NotFound, Refused
from divit.kernel.phone import Phone
from divit.portal.access import PersonRequest, for_person, fresh_login
from divit.portal.phone_proof import pages as phone_pages
from divit.portal.refusals import explain

# How long the request waits for the signer, and how often it looks.
WAIT_SECONDS = 10.0
_LOOK_EVERY = 0.2


@for_person
@fresh_login(minutes=pin_release.PROOF_WITHIN_MINUTES, level=Level.LOW)
@require_http_methods(["GET", "HEAD", "POST"])
def pin(request: PersonRequest, application_id: UUID) -> HttpResponseBase:
    """What will be shown, the code to the phone, then PIN and PUK."""
    row = applications.application_of(request.person.pk, application_id)
    if selectors.pin_of(row.pk, person_id=request.person.pk) is None:
        raise NotFound("pin")
    match request.POST.get("act"):
        case "code":
            return _prove_phone(request, application_id)
        case "show":
            return _show(request, application_id)
        case "close":
            return _close(request, application_id)
    return _ask(request, application_id)


def _here(application_id: UUID) -> str:
    return reverse("portal:pin", kwargs={"application_id": application_id})


def _ask(request: PersonRequest, application_id: UUID, *, refusal: str = "", status: int = 200) -> HttpResponse:
    found = selectors.pin_of(application_id, person_id=request.person.pk)
    context = {
        "application_id": application_id,
        "proven": pin_release.proven(application_id, by=request.actor),
        "in_hand": selectors.card_in_hand(application_id),
        "given": found is None or found.sealed is None,
        "shown": found.shown if found else 0,
        "phone_last4": Phone(request.person.phone).last4 if request.person.phone else "",
        "refusal": refusal,
    }
    return render(request, "portal/delivery/pin.html", context, status=status)


def _prove_phone(request: PersonRequest, application_id: UUID) -> HttpResponseBase:
    if not request.person.phone:
        return _ask(request, application_id, refusal=_("Kayıtlı cep telefonunuz yok. Bizimle iletişime geçin."))
    here = _here(application_id)
    return phone_pages.start(
        request,
        phone=Phone(request.person.phone),
        purpose="pin_release",
        subject_id=str(application_id),
        then_url=here,
        back_url=here,
    )


def _show(request: PersonRequest, application_id: UUID) -> HttpResponse:
    try:
        page = pin_release.ask(application_id, by=request.actor)
        secrets = _wait(page, request)
    except Refused as refusal:
        return _ask(request, application_id, refusal=explain(refusal), status=409)
    if secrets is None:
        pin_release.give_up(page)
        late = _("PIN birimi şu anda yanıt vermiyor. PIN'iniz güvende; birkaç dakika sonra yeniden deneyin.")
        return _ask(request, application_id, refusal=late, status=503)
    context = {
        "application_id": application_id,
        "secrets": secrets,
        "minutes": int(pin_release.SHOWN_FOR.total_seconds() // 60),
    }
    response = render(request, "portal/delivery/shown.html", context)
    response.headers["Cache-Control"] = "no-store, max-age=0"
    return response


def _wait(page: WaitingPage, request: PersonRequest) -> CardSecrets | None:
    until = time.monotonic() + WAIT_SECONDS
    while (secrets := pin_release.show(page, by=request.actor)) is None and time.monotonic() < until:
        time.sleep(_LOOK_EVERY)
    return secrets


def _close(request: PersonRequest, application_id: UUID) -> HttpResponseBase:
    try:
        pin_release.close(application_id, by=request.actor)
    except Refused as refusal:
        return _ask(request, application_id, refusal=explain(refusal), status=409)
    messages.success(request, _("PIN ve PUK kayıtlarımızdan silindi. Kartınızı güle güle kullanın."))
    response = redirect("portal:application_status", application_id)
    response.status_code = 303
    return response
