"""The public pages, and the menus by the names that people know."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from divit.portal.access import PersonRequest, for_person, public


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this is, the three roads, the way in."""
    return render(request, "portal/home/home.html")


@for_person
@require_safe
def transactions(request: PersonRequest) -> HttpResponse:
    """Online İşlemler: everything a person can do here."""
    return render(request, "portal/home/transactions.html", {"open_applications": []})


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
    """Today's prices."""
    return render(request, "portal/home/prices.html")


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
