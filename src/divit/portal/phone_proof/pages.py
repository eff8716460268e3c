"""How other slices lead a person to the code page, and back."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse

from divit.flows import phone_proof
from divit.kernel.errors import Refused
from divit.kernel.phone import Phone
from divit.portal.access import PersonRequest
from divit.portal.client_address import client_address
from divit.portal.refusals import explain
from divit.verification import selectors

_KEY = "phone_proof"
_KEPT = 5


def start(
    request: PersonRequest, *, phone: Phone, purpose: str, subject_id: str, then_url: str, back_url: str
) -> HttpResponseRedirect:
    """Send a code and go to its page; from there the person goes on to `then_url` (by GET) or back to `back_url`.

    Call it from a POST. A code that still waits for this very act is not sent again: its page is shown. When a limit
    is reached the person is back at `back_url` with a message that says when to try again.
    """
    session = request.actor.session
    try:
        code = phone_proof.send(
            person=request.person,
            phone=phone,
            purpose=purpose,
            subject_id=subject_id,
            session=session,
            address=client_address(request),
            by=request.actor,
        )
    except Refused as refusal:
        waiting = selectors.live_code(
            person_id=request.person.id, purpose=purpose, subject_id=subject_id, session=session
        )
        if waiting is None or waiting.sent_to != str(phone):
            messages.error(request, explain(refusal))
            return redirect(back_url)
        code = waiting
    return lead(request, code.id, then_url=then_url, back_url=back_url)


def lead(request: PersonRequest, code_id: UUID, *, then_url: str, back_url: str) -> HttpResponseRedirect:
    """Keep where the code leads to, and go to its page."""
    roads = dict(list(request.session.get(_KEY, {}).items())[-_KEPT:])
    roads[str(code_id)] = [then_url, back_url]
    request.session[_KEY] = roads
    return redirect("portal:phone_proof", code_id=code_id)


def road(request: PersonRequest, code_id: UUID) -> tuple[str, str]:
    """Where to go on to, and where back."""
    home = reverse("portal:transactions")
    then_url, back_url = request.session.get(_KEY, {}).get(str(code_id), [home, home])
    return then_url, back_url
