"""When something is in the way: one plain page for each case, always with a way on."""

import logging
import sys

from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from divit.flows.refusals import explain
from divit.kernel.errors import Invalid, NeighbourFailed, Refused

log = logging.getLogger(__name__)
# Known without the resolver: this page stands also when nothing else does.
_STATUS = "/durum/"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: nothing a browser would send by itself."""
    return render(request, "portal/errors/bad_request.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return render(request, "portal/errors/forbidden.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: there is no such page, or it is somebody else's."""
    return render(request, "portal/errors/not_found.html", status=404)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: a form that this browser did not get from us, or a page that stood open too long."""
    return render(request, "portal/errors/csrf.html", status=403)


def refused(request: HttpRequest, problem: Refused | Invalid) -> HttpResponse:
    """A rule said no, and the page had no better place to say so: 409, or 400 for wrong input."""
    status = 409 if isinstance(problem, Refused) else 400
    return render(request, "portal/errors/refused.html", {"reason": explain(problem)}, status=status)


def neighbour_failed(request: HttpRequest, problem: NeighbourFailed) -> HttpResponse:
    """503: somebody we depend on does not answer."""
    log.warning("neighbour %s: %s", problem.neighbour, problem.how)
    return render(request, "portal/errors/neighbour.html", {"known": problem.outcome_known}, status=503)


def failed(request: HttpRequest) -> HttpResponse:
    """500, or 503 while the database is away; rendered without asking anything of the database."""
    away = isinstance(_cause(), OperationalError)
    if away and request.path_info == _STATUS:
        return HttpResponse(render_to_string("portal/errors/status.html", _everywhere()), status=503)
    words = {
        "title": _("Kısa bir bakım arası") if away else _("Bir şeyler ters gitti"),
        "text": _("Hizmet birkaç dakika içinde yeniden açılır. Yaptığınız işlemler kaybolmaz.")
        if away
        else _(
            "Hata bizden kaynaklandı ve kaydedildi. "
            "İşleminizin tamamlanıp tamamlanmadığını görmek için sayfayı yeniden açın."
        ),
        **_everywhere(),
    }
    return HttpResponse(render_to_string("portal/errors/failed.html", words), status=503 if away else 500)


def _everywhere() -> dict[str, str]:
    """Where else to turn to."""
    return {
        "support_email": settings.SUPPORT_EMAIL,
        "support_phone": settings.SUPPORT_PHONE,
        "validation_url": settings.VALIDATION_URL,
    }


def _cause() -> BaseException | None:
    return sys.exc_info()[1]
