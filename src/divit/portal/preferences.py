"""How a person likes the pages: language and appearance, kept in cookies, the language with the person too."""

from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_POST

from divit.identity import services
from divit.portal.access import own_path, public
from divit.portal.context import APPEARANCE_COOKIE, APPEARANCES

_YEAR = 365 * 86400


@public
@require_POST
def choose_language(request: HttpRequest) -> HttpResponseBase:
    """Turkish or English, from now on and here."""
    response = _back(request)
    language = request.POST.get("language", "")
    if language in services.LANGUAGES:
        remember_language(response, language)
        if request.person is not None:  # type: ignore[attr-defined]
            services.choose_language(request.person, language=language, by=request.actor)  # type: ignore[attr-defined]
    return response


@public
@require_POST
def choose_appearance(request: HttpRequest) -> HttpResponseBase:
    """Light, dark, or as the device has it."""
    response = _back(request)
    appearance = request.POST.get("appearance", "")
    if appearance in APPEARANCES:
        response.set_cookie(
            APPEARANCE_COOKIE,
            appearance,
            max_age=_YEAR,
            secure=settings.DIVIT.https,
            samesite="Lax",
            httponly=True,
        )
    return response


def remember_language(response: HttpResponseBase, language: str) -> None:
    """Keep the language in this browser."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=_YEAR,
        secure=settings.DIVIT.https,
        samesite="Lax",
        httponly=True,
    )


def _back(request: HttpRequest) -> HttpResponseRedirect:
    return HttpResponseRedirect(own_path(request.POST.get("next"), otherwise=reverse("portal:home")))
