"""What holds for every page: who is there, nothing kept by caches, GET never writes, errors in plain words."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.db import connection, transaction
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from divit.audit import ledger
from divit.identity import selectors
from divit.kernel import clock
from divit.kernel.actors import Actor, Role
from divit.kernel.errors import Invalid, NeighbourFailed, NotFound, Refused
from divit.portal import errors, sessions
from divit.portal.client_address import client_address

Answer = Callable[[HttpRequest], HttpResponseBase]
View = Callable[..., HttpResponseBase]

# Pages of other packages that keep their own books while reading (sign-in of staff).
_BOOKKEEPERS = ("allauth.",)


class NoStore:
    """Pages are never kept by a browser or a proxy, except those that say how long they may be."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
        return response


class PersonInSession:
    """Says who is there: `request.login`, `person`, `actor` and `client_address`; ends sessions that are over."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.login = request.person = None  # type: ignore[attr-defined]
        request.session_ended = False  # type: ignore[attr-defined]
        request.looks = []  # type: ignore[attr-defined]
        request.client_address = client_address(request)  # type: ignore[attr-defined]
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            self._recognise(request)
        if request.person is None:  # type: ignore[attr-defined]
            name = request.session.session_key or ""
            request.actor = Actor(role=Role.VISITOR, id="visitor", session=name)  # type: ignore[attr-defined]
        return self.get_response(request)

    def _recognise(self, request: HttpRequest) -> None:
        if SESSION_KEY in request.session:
            # Django drops a session whose account has changed while it reads the account: here it still may write.
            bool(request.user)
        login = sessions.current(request)
        if login is None:
            return
        if clock.now() >= login.ends_at:
            sessions.end(request)
            request.session_ended = True  # type: ignore[attr-defined]
            return
        try:
            person = selectors.person(login.person_id)
        except NotFound:
            sessions.end(request)
            return
        # A page that asks again by itself does not show that somebody is still there.
        alive = "X-Live" not in request.headers
        request.login = sessions.touch(request, login) if alive else login  # type: ignore[attr-defined]
        request.person = person  # type: ignore[attr-defined]
        request.actor = login.actor(person.name)  # type: ignore[attr-defined]


class Gate:
    """Runs the view: GET and HEAD in a read-only transaction, errors turned into pages, looks written down."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase:
        """The innermost layer: what it returns is the answer."""
        try:
            response = self._run(request, view, args, kwargs)
            ledger.look_all(request.looks)  # type: ignore[attr-defined]
        except NotFound:
            raise Http404 from None
        except NeighbourFailed as problem:
            return errors.neighbour_failed(request, problem)
        except (Refused, Invalid) as problem:
            return errors.refused(request, problem)
        return response

    def _run(self, request: HttpRequest, view: View, args: tuple[Any, ...], kwargs: dict[str, Any]) -> HttpResponseBase:
        if request.method not in ("GET", "HEAD") or writes(view):
            return rendered(view(request, *args, **kwargs))
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION READ ONLY")
            return rendered(view(request, *args, **kwargs))


def rendered(response: HttpResponseBase) -> HttpResponseBase:
    """A template response must not render after its transaction."""
    render = getattr(response, "render", None)
    return render() if callable(render) else response


def writes(view: View) -> bool:
    """Whether this view may write on GET: marked so, or of a package that keeps its own books."""
    return getattr(view, "writes_on_get", False) or view.__module__.startswith(_BOOKKEEPERS)
