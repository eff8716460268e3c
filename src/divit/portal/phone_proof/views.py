"""Cep Telefonu Doğrulama: type the code, ask for a new one, or take the other way."""

from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import formats
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from divit.flows import phone_proof as flow
from divit.kernel import clock
from divit.kernel.errors import Invalid, Refused
from divit.portal.access import PersonRequest, for_person
from divit.portal.client_address import client_address
from divit.portal.phone_proof import pages
from divit.portal.phone_proof.forms import CodeForm
from divit.portal.refusals import explain
from divit.verification import selectors
from divit.verification.lifecycle import State
from divit.verification.models import PhoneCode

_RESEND_AFTER = timedelta(seconds=30)


@for_person
@require_http_methods(["GET", "HEAD", "POST"])
def phone_proof(request: PersonRequest, code_id: UUID) -> HttpResponseBase:
    """Show where the code went and until when it lives; take the answer."""
    code = selectors.code_of_person(code_id, person_id=request.person.id, session=request.actor.session)
    then_url, _back = pages.road(request, code_id)
    if code.state == State.PROVEN:
        return redirect(then_url)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if not (form.is_bound and form.is_valid()):
        return _page(request, code, form)
    try:
        flow.prove(code_id, typed=form.cleaned_data["code"], session=request.actor.session, by=request.actor)
    except (Refused, Invalid) as refusal:
        if refusal.code == "code_already_proven":
            return redirect(then_url)
        form.add_error("code", explain(refusal))
        return _page(request, code, form)
    return redirect(then_url)


@for_person
@require_POST
def send_again(request: PersonRequest, code_id: UUID) -> HttpResponseBase:
    """A new code to the same number."""
    return _another(request, code_id, by_mail=False)


@for_person
@require_POST
def send_by_mail(request: PersonRequest, code_id: UUID) -> HttpResponseBase:
    """A new code by e-mail."""
    return _another(request, code_id, by_mail=True)


def _another(request: PersonRequest, code_id: UUID, *, by_mail: bool) -> HttpResponseBase:
    send = flow.send_by_mail if by_mail else flow.send_again
    try:
        code = send(code_id, session=request.actor.session, address=client_address(request), by=request.actor)
    except Refused as refusal:
        messages.error(request, explain(refusal))
        return redirect("portal:phone_proof", code_id=code_id)
    messages.success(request, _("Yeni kod gönderildi. Önceki kod artık geçerli değil."))
    then_url, back_url = pages.road(request, code_id)
    return pages.lead(request, code.id, then_url=then_url, back_url=back_url)


def _clock(instant: datetime) -> str:
    # Translators: the clock time to the second: 14.05.07 in Turkish, 14:05:07 in English.
    return formats.date_format(clock.local(instant), _("H.i.s"))


def _page(request: PersonRequest, code: PhoneCode, form: CodeForm) -> HttpResponse:
    code.refresh_from_db()
    now = clock.now()
    facts = {
        "form": form,
        "code": code,
        "by_mail": code.channel == "email",
        "receiver": code.sent_to if code.channel == "email" else code.sent_to[-4:],
        "alive": code.state == State.SENT and code.expires_at > now,
        "locked": code.state == State.LOCKED,
        "until": _clock(code.expires_at),
        "again_at": _clock(code.created_at + _RESEND_AFTER),
        "again_now": code.created_at + _RESEND_AFTER <= now,
        "not_sent": code.failures > 0 and code.handed_over_at is None,
        "mail_offered": flow.mail_offered(code),
        "back_url": pages.road(request, code.id)[1],
    }
    return render(request, "portal/phone_proof/phone_proof.html", facts)
