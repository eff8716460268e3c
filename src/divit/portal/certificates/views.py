"""Askıya Alma, Askıdan İndirme, Sertifikamı İptal Et: a table, a page that says what will happen, one button."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from divit.certificates import selectors
from divit.certificates.lifecycle import Act
from divit.certificates.models import StatusChange
from divit.flows import reinstatement, revocation, suspension
from divit.kernel.errors import Refused
from divit.kernel.phone import Phone
from divit.pki.reasons import Reason
from divit.portal.access import PersonRequest, for_person, fresh_login
from divit.portal.certificates import tables
from divit.portal.certificates.forms import RevokeForm
from divit.portal.phone_proof import pages as phone_pages
from divit.portal.refusals import explain

_PAGE = ["GET", "HEAD", "POST"]


@for_person
@require_safe
def suspend(request: PersonRequest) -> HttpResponse:
    """Sertifikayı Kullanıma Kapatma: the person's certificates, with «Kullanıma Kapat»."""
    return _table(request, Act.SUSPEND, "portal/certificates/suspend.html")


@for_person
@require_safe
def reinstate(request: PersonRequest) -> HttpResponse:
    """Askıdan İndirme: the same table, with «Kullanıma Aç»."""
    return _table(request, Act.REINSTATE, "portal/certificates/reinstate.html")


@for_person
@require_safe
def revoke(request: PersonRequest) -> HttpResponse:
    """Sertifikamı İptal Et: the same table, with «İptal Et»."""
    return _table(request, Act.REVOKE, "portal/certificates/revoke.html")


@for_person
@require_http_methods(_PAGE)
def suspend_one(request: PersonRequest, certificate_id: UUID) -> HttpResponseBase:
    """What stops while it is suspended, and the button."""
    certificate = selectors.certificate_of(request.person.pk, certificate_id)
    if request.method == "POST":
        try:
            return _done(suspension.suspend(certificate.pk, by=request.actor))
        except Refused as refusal:
            return _refused(request, refusal, "portal:suspend")
    row = tables.row(certificate, by=request.actor)
    return render(request, "portal/certificates/suspend_one.html", {"row": row})


@for_person
@fresh_login()
@require_http_methods(_PAGE)
def reinstate_one(request: PersonRequest, certificate_id: UUID) -> HttpResponseBase:
    """After a fresh login: first the code to the proven phone, then the button."""
    certificate = selectors.certificate_of(request.person.pk, certificate_id)
    here = reverse("portal:reinstate_one", args=[certificate.pk])
    person = request.person
    has_phone = bool(person.phone and person.phone_proven_at)
    proven = reinstatement.phone_is_proven(certificate.pk, by=request.actor)
    if request.method == "POST" and not proven and has_phone:
        return phone_pages.start(
            request,
            phone=Phone(person.phone),
            purpose=reinstatement.PURPOSE,
            subject_id=str(certificate.pk),
            then_url=here,
            back_url=here,
        )
    if request.method == "POST":
        try:
            return _done(reinstatement.reinstate(certificate.pk, by=request.actor, fresh_login=True))
        except Refused as refusal:
            return _refused(request, refusal, "portal:reinstate")
    facts = {
        "row": tables.row(certificate, by=request.actor),
        "proven": proven,
        "has_phone": has_phone,
        "last4": person.phone[-4:],
        "held": selectors.held_for_cause(certificate),
    }
    return render(request, "portal/certificates/reinstate_one.html", facts)


@for_person
@fresh_login()
@require_http_methods(_PAGE)
def revoke_one(request: PersonRequest, certificate_id: UUID) -> HttpResponseBase:
    """After a fresh login: what cannot be undone, the reason, and the button."""
    certificate = selectors.certificate_of(request.person.pk, certificate_id)
    form = RevokeForm(request.POST) if request.method == "POST" else RevokeForm(initial=_suggested(request))
    if form.is_bound and form.is_valid():
        try:
            return _done(revocation.revoke(certificate.pk, reason=form.cleaned_data["reason"], by=request.actor))
        except Refused as refusal:
            return _refused(request, refusal, "portal:revoke")
    row = tables.row(certificate, by=request.actor)
    return render(request, "portal/certificates/revoke_one.html", {"row": row, "form": form})


def _suggested(request: PersonRequest) -> dict[str, str]:
    """Who comes from the lost-card page has said why already."""
    return {"reason": Reason.KEY_COMPROMISE.text} if request.GET.get("neden") == "kayip" else {}


def _table(request: PersonRequest, act: Act, template: str) -> HttpResponse:
    certificates = selectors.certificates_of(request.person.pk)
    return render(request, template, {"rows": tables.rows(certificates, by=request.actor, act=act)})


def _done(change: StatusChange) -> HttpResponse:
    return redirect("portal:certificate_act", change_id=change.pk)


def _refused(request: PersonRequest, refusal: Refused, back: str) -> HttpResponse:
    """The table shows what the certificate is now; the message says why nothing was done."""
    if refusal.code == "not_from_this_state":
        messages.error(request, _("Sertifikanın durumu bu arada değişmiş; güncel durumu aşağıda görüyorsunuz."))
    else:
        messages.error(request, explain(refusal))
    return redirect(back)
