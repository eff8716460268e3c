"""Who may open a page: everybody, whoever is logged in, whoever has logged in just now and strongly enough."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from divit.identity.models import Person
from divit.kernel.actors import Actor, Level
from divit.portal.sessions import Login

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class PersonRequest(HttpRequest):
    """A request behind `for_person`: somebody is there."""

    person: Person
    actor: Actor
    login: Login
    looks: list[dict[str, Any]]


def public(view: View) -> View:
    """Open to everybody."""
    view.access = "public"  # type: ignore[attr-defined]
    return view


def writes_on_get(view: View) -> View:
    """A page that others send people to by GET and that has to write (returns of a login or of the bank)."""
    view.writes_on_get = True  # type: ignore[attr-defined]
    return view


def for_person(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Only for a person who is logged in; others are asked to, and come back here."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.person is None:  # type: ignore[attr-defined]
            ended = {"ended": "1"} if request.session_ended else {}  # type: ignore[attr-defined]
            return HttpResponseRedirect(_with_next("portal:sign_in", request, **ended))
        return view(request, *args, **kwargs)

    guarded.access = "person"  # type: ignore[attr-defined]
    return guarded


def fresh_login(
    *, minutes: int = 5, level: Level = Level.LOW
) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Only shortly after a login of at least this strength; otherwise through e-Devlet again, and back to this page.

    Stands under `for_person`. A POST that comes too late returns as a GET of the same page: the person confirms again.
    """

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: PersonRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            login = request.login
            if login.level < level or login.age > timedelta(minutes=minutes):
                return HttpResponseRedirect(_with_next("portal:sign_in_again", request, level=str(int(level))))
            return view(request, *args, **kwargs)

        guarded.fresh_minutes = minutes  # type: ignore[attr-defined]
        return guarded

    return decorate


def own_path(text: str | None, *, otherwise: str) -> str:
    """A path on this site to go on with; anything else (another host, a scheme, a signing-in page) is replaced."""
    path = text or ""
    fine = (
        path.startswith("/")
        and len(path) <= 500
        and path.isprintable()
        and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
        and not path.startswith((reverse("portal:sign_in"), reverse("portal:sign_out")))
    )
    return path if fine else otherwise


def _with_next(name: str, request: HttpRequest, **more: str) -> str:
    return f"{reverse(name)}?{urlencode({'next': request.get_full_path(), **more})}"
