"""Messages, what is kept about me, who looked at it, what happened."""

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from divit.audit import selectors as audit
from divit.flows import contact_data
from divit.identity import selectors as identity
from divit.kernel.errors import Invalid
from divit.kernel.phone import Phone
from divit.notifications import selectors as notifications
from divit.portal.access import PersonRequest, for_person, fresh_login
from divit.portal.account.forms import ContactForm
from divit.portal.account.story import told
from divit.portal.refusals import explain


@for_person
@require_safe
def messages_page(request: PersonRequest) -> HttpResponse:
    """Everything we sent, newest first, with where each message is."""
    sent = notifications.messages_of(request.person.id)
    return render(request, "portal/account/messages.html", {"sent": sent})


@for_person
@require_safe
def my_data(request: PersonRequest) -> HttpResponse:
    """Verilerim: what is kept, who looked («Verilerime kim baktı?»), what happened («Neler oldu»)."""
    entries = audit.entries_about(str(request.person.id))
    facts = {
        "masked_tckn": "•••••••" + request.person.tckn[-4:],
        "masked_phone": "•••• ••• " + Phone(request.person.phone).national[-5:] if request.person.phone else "",
        "looks": [told(entry, person_id=str(request.person.id)) for entry in entries if entry.act == "look"],
        "events": [told(entry, person_id=str(request.person.id)) for entry in entries if entry.act != "look"],
        "logins": identity.logins_of(request.person.id, limit=10),
    }
    return render(request, "portal/account/my_data.html", facts)


@for_person
@fresh_login(minutes=5)
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: PersonRequest) -> HttpResponseBase:
    """E-mail and preferred channel; the phone is changed where it is proven by a code."""
    person = request.person
    form = ContactForm(request.POST or None, initial={"email": person.email, "channel": person.channel})
    if request.method == "POST" and form.is_valid():
        try:
            contact_data.change(person, **form.cleaned_data, by=request.actor)
        except Invalid as problem:
            form.add_error(problem.field, explain(problem))
        else:
            messages.success(request, _("İletişim bilgileriniz kaydedildi."))
            return redirect("portal:my_data")
    return render(request, "portal/account/contact.html", {"form": form})
