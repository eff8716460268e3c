"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from divit.kernel import clock

APPEARANCES = ("auto", "light", "dark")
APPEARANCE_COOKIE = "divit-appearance"


def everywhere(request: HttpRequest) -> dict[str, Any]:
    """Who is there, where they are, how they like to see it."""
    login = getattr(request, "login", None)
    chosen = request.COOKIES.get(APPEARANCE_COOKIE, "auto")
    return {
        "person": getattr(request, "person", None),
        "actor": getattr(request, "actor", None),
        "here": request.get_full_path(),
        "appearance": chosen if chosen in APPEARANCES else "auto",
        "session_seconds": int((login.ends_at - clock.now()).total_seconds()) if login else 0,
        "support_email": settings.SUPPORT_EMAIL,
        "support_phone": settings.SUPPORT_PHONE,
        "installation_notice": _notice(),
    }


def _notice() -> str:
    """The installation's sentence in the reader's language: «Türkçesi · The English»."""
    turkish, _, english = settings.INSTALLATION_NOTICE.partition(" · ")
    return english if english and get_language() == "en" else turkish
