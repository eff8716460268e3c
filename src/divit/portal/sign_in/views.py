"""The pages of signing in: where to, the way through e-Devlet, the way back, what went wrong."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from divit import wiring
from divit.flows import sign_in as flow
from divit.identity import services
from divit.kernel import clock
from divit.kernel.actors import Level
from divit.kernel.errors import Invalid, NeighbourFailed, Refused
from divit.portal import sessions
from divit.portal.access import PersonRequest, for_person, own_path, public, writes_on_get
from divit.portal.preferences import remember_language
from divit.portal.refusals import explain

MARK_COOKIE = f"{'__Host-' if settings.DIVIT.https else ''}divit-login"
_MARK_SECONDS = int(services.ATTEMPT_LIFE.total_seconds())
_MARKS_KEPT = 3  # Logins begun in several tabs of one browser.


@public
@require_http_methods(["GET", "HEAD"])
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Merkezi Kimlik Doğrulama Sistemi: says where one is going, and sends to e-Devlet."""
    onward = own_path(request.GET.get("next"), otherwise=reverse("portal:transactions"))
    if request.person is not None:  # type: ignore[attr-defined]
        return redirect(onward)
    facts = {"onward": onward, "address": settings.PUBLIC_URL, "ended": request.GET.get("ended") == "1"}
    return render(request, "portal/sign_in/sign_in.html", facts)


@for_person
@require_http_methods(["GET", "HEAD"])
def sign_in_again(request: PersonRequest) -> HttpResponse:
    """Before a step that needs a fresh (or stronger) login: why, and the way there and back."""
    level = _level(request.GET.get("level"))
    facts = {
        "onward": own_path(request.GET.get("next"), otherwise=reverse("portal:transactions")),
        "level": int(level),
        "too_weak": request.login.level < level,
    }
    return render(request, "portal/sign_in/again.html", facts)


@public
@require_POST
def start(request: HttpRequest) -> HttpResponseBase:
    """Off to e-Devlet, with a mark in this browser that only its return will match."""
    onward = own_path(request.POST.get("next"), otherwise=reverse("portal:transactions"))
    try:
        started = flow.start(
            onward=onward,
            gateway=wiring.edevlet(),
            redirect_uri=return_address(),
        )
    except NeighbourFailed as problem:
        return _failed(request, problem, onward=onward)
    response = HttpResponseRedirect(started.url)
    marks = [started.browser_mark, *_marks(request)][:_MARKS_KEPT]
    response.set_cookie(
        MARK_COOKIE,
        ".".join(marks),
        max_age=_MARK_SECONDS,
        httponly=True,
        secure=settings.DIVIT.https,
        samesite="Lax",
    )
    return response


@public
@writes_on_get
@require_GET
def back(request: HttpRequest) -> HttpResponseBase:
    """The browser is back from e-Devlet: in, or told plainly why not."""
    login = request.login  # type: ignore[attr-defined]
    present = flow.Present(person_id=login.person_id, session=login.session) if login else None
    try:
        signed_in = flow.finish(
            state=request.GET.get("state", ""),
            browser_marks=_marks(request),
            code=request.GET.get("code", ""),
            error=request.GET.get("error", ""),
            present=present,
            gateway=wiring.edevlet(),
            redirect_uri=return_address(),
        )
    except (Refused, Invalid, NeighbourFailed) as problem:
        return _failed(request, problem, onward=reverse("portal:transactions"))
    sessions.begin(request, signed_in)
    response = HttpResponseRedirect(signed_in.onward)
    if settings.LANGUAGE_COOKIE_NAME in request.COOKIES:
        actor = signed_in.actor
        services.choose_language(signed_in.person, language=get_language() or "tr", by=actor)
    else:
        remember_language(response, signed_in.person.language)
    return response


@for_person
@require_POST
def sign_out(request: PersonRequest) -> HttpResponseBase:
    """Out; nothing of the session is left here."""
    sessions.end(request)
    messages.success(request, _("Çıkış yaptınız. Bu bilgisayarı başkaları da kullanıyorsa e-Devlet'ten de çıkın."))
    return redirect("portal:home")


@for_person
@require_POST
def stay(request: PersonRequest) -> HttpResponseBase:
    """The person asked to go on: the session's clock starts again."""
    seconds = int((request.login.ends_at - clock.now()).total_seconds())
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"seconds": seconds})
    return redirect("portal:transactions")


def return_address() -> str:
    """The one address that e-Devlet may send browsers back to."""
    return settings.PUBLIC_URL + reverse("portal:sign_in_return")


def _failed(request: HttpRequest, problem: Refused | Invalid | NeighbourFailed, *, onward: str) -> HttpResponse:
    if isinstance(problem, NeighbourFailed):
        reason = (
            _("e-Devlet Kapısı şu anda çok yavaş yanıt veriyor. Birkaç dakika sonra yeniden deneyin.")
            if problem.how == "slow"
            else _("e-Devlet Kapısı'na şu anda ulaşılamıyor. Birkaç dakika sonra yeniden deneyin.")
        )
    else:
        reason = explain(problem)
    facts = {"reason": reason, "onward": onward, "cancelled": getattr(problem, "code", "") == "login_cancelled"}
    status = 503 if isinstance(problem, NeighbourFailed) else 400
    return render(request, "portal/sign_in/failed.html", facts, status=status)


def _marks(request: HttpRequest) -> list[str]:
    return [mark for mark in request.COOKIES.get(MARK_COOKIE, "").split(".") if len(mark) == 64]


def _level(text: str | None) -> Level:
    return Level(int(text)) if text in ("1", "2", "3") else Level.LOW
