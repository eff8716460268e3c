"""The public pages, and the menus by the names that people know."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from divit.applications import selectors as applications
from divit.flows import institution_paid_application
from divit.kernel import clock
from divit.kernel.errors import NotFound
from divit.payments import selectors as payments
from divit.payments.prices import PriceList
from divit.portal.access import PersonRequest, for_person, public

# What the price list calls things, in the order of the page.
_GOODS = {
    "nes-1y": _("Sertifika, 1 yıl"),
    "nes-2y": _("Sertifika, 2 yıl"),
    "nes-3y": _("Sertifika, 3 yıl"),
    "reader-mini": _("Mini Kart Okuyucu"),
}


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this is, the three roads, the way in."""
    person = getattr(request, "person", None)
    invited = institution_paid_application.invitations(person.pk) if person else []
    return render(request, "portal/home/home.html", {"invitations": invited})


@for_person
@require_safe
def transactions(request: PersonRequest) -> HttpResponse:
    """Online İşlemler: everything a person can do here."""
    running = applications.running_of(request.person.id)
    invited = institution_paid_application.invitations(request.person.id)
    page = {"open_applications": running, "invitations": invited}
    return render(request, "portal/home/transactions.html", page)


@for_person
@require_safe
def nes(request: PersonRequest) -> HttpResponse:
    """NES İŞLEMLERİ."""
    return render(request, "portal/home/nes.html")


@for_person
@require_safe
def individual(request: PersonRequest) -> HttpResponse:
    """BİREYSEL İŞLEMLER, with the warning that tells suspending from revoking."""
    return render(request, "portal/home/individual.html")


@public
@require_safe
def prices(request: HttpRequest) -> HttpResponse:
    """Today's prices, with VAT."""
    today = _prices_of_today()
    rows = []
    if today is not None:
        rows = [(_GOODS[code], today.line(code)) for code in _GOODS if code in today.net]
    return render(request, "portal/home/prices.html", {"rows": rows, "today": today})


def _prices_of_today() -> PriceList | None:
    try:
        return payments.prices_on(clock.today())
    except NotFound:
        return None


@public
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Questions that people ask."""
    return render(request, "portal/home/help.html")


@public
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement (circular 2025/10)."""
    return render(request, "portal/home/accessibility.html")


@public
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept about people, why and how long (KVKK m. 10)."""
    return render(request, "portal/home/privacy.html")
