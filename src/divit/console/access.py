"""Who may open a desk: staff by desk and second factor, institutions by appointment. Everybody else sees a 404."""

import time
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol
from urllib.parse import urlencode

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY, get_authentication_records
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from divit.audit import walls
from divit.identity.models import Person, StaffAccount
from divit.institutions import selectors as institutions
from divit.institutions.models import Appointment, Institution
from divit.kernel.actors import Actor, Level, Role
from divit.kernel.errors import NotFound

IDLE_SECONDS = 30 * 60
_SEEN = "console_seen"
_CAPACITY = {
    Role.REPRESENTATIVE: Appointment.Capacity.REPRESENTATIVE,
    Role.OFFICER: Appointment.Capacity.OFFICER,
    Role.VIEWER: Appointment.Capacity.VIEWER,
}

Guarded = Callable[..., HttpResponseBase]


class Login(Protocol):
    """What the portal's middleware says of a person's login."""

    level: int
    session: str


class DeskRequest(HttpRequest):
    """A request behind a desk's door: somebody stands there in one role."""

    account: StaffAccount
    person: Person | None
    login: Login | None
    institution: Institution
    appointment: Appointment
    actor: Actor
    looks: list[dict[str, Any]]


def anyone(view: Guarded) -> Guarded:
    """Open to everybody; shows each what is theirs."""
    view.access = "anyone"  # type: ignore[attr-defined]
    view.roles = frozenset(Role)  # type: ignore[attr-defined]
    return view


def desk(role: Role) -> Callable[[Guarded], Guarded]:
    """For staff who hold this desk and came in with a second factor; `request.actor` acts in this role."""

    def decorate(view: Guarded) -> Guarded:
        @wraps(view)
        def guarded(request: DeskRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            account = staff_at(request)
            if account is None:
                return _to_login(reverse("account_login"), request)
            if role not in account.desks:
                raise NotFound("desk")
            request.account = account
            request.actor = Actor(
                role=role,
                id=str(account.pk),
                name=account.name,
                level=Level.HIGH,
                session=request.session.session_key or "",
            )
            return view(request, *args, **kwargs)

        guarded.access = "desk"  # type: ignore[attr-defined]
        guarded.roles = frozenset({role})  # type: ignore[attr-defined]
        return guarded

    return decorate


def appointed(*roles: Role) -> Callable[[Guarded], Guarded]:
    """For people who came through e-Devlet and act for the institution in the address, today, in one of these roles.

    Whoever holds several acts in the first of them. While the page is made, the database shows the rows of this
    institution alone (`audit.walls`).
    """

    def decorate(view: Guarded) -> Guarded:
        @wraps(view)
        def guarded(request: DeskRequest, institution_id: uuid.UUID, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.person is None or request.login is None:
                return _to_login(reverse("portal:sign_in"), request)
            own = [
                (role, one)
                for role in roles
                for one in appointments(request.person, role)
                if one.institution_id == institution_id
            ]
            if not own:
                raise NotFound("institution")
            role, request.appointment = own[0]
            request.institution = request.appointment.institution
            request.actor = Actor(
                role=role,
                id=str(request.person.pk),
                name=request.person.name,
                level=Level(request.login.level),
                institution_id=str(institution_id),
                session=request.login.session,
                deputises_for=request.appointment.in_stead_of,
            )
            with walls.confined(institution_id):
                return _whole(view(request, *args, **kwargs))

        guarded.access = "appointed"  # type: ignore[attr-defined]
        guarded.roles = frozenset(roles)  # type: ignore[attr-defined]
        return guarded

    return decorate


def _whole(response: HttpResponseBase) -> HttpResponseBase:
    """A template response must not render outside the wall."""
    render = getattr(response, "render", None)
    return render() if callable(render) else response


def staff_at(request: HttpRequest) -> StaffAccount | None:
    """The member of staff at this browser, second factor shown and not idle for long; None otherwise."""
    account = request.user
    if not isinstance(account, StaffAccount) or not account.is_active:
        return None
    records = get_authentication_records(request, account)
    now = time.time()
    idle = now - request.session.get(_SEEN, now)
    if not any(record.get("method") == "mfa" for record in records) or idle > IDLE_SECONDS:
        _forget_staff(request)
        return None
    request.session[_SEEN] = now
    return account


def _forget_staff(request: HttpRequest) -> None:
    """Signed out; a person's own login in the same browser stays. The session is saved after the view, as always."""
    for key in (SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY, AUTHENTICATION_METHODS_SESSION_KEY, _SEEN):
        request.session.pop(key, None)
    request.user = AnonymousUser()


def appointments(person: Person, role: Role) -> list[Appointment]:
    """For which institutions this person acts in this role today."""
    return [one for one in institutions.appointments_of(person.pk) if one.role == _CAPACITY[role]]


def _to_login(address: str, request: HttpRequest) -> HttpResponseRedirect:
    onward = request.get_full_path() if request.method in ("GET", "HEAD") else reverse("console:home")
    return HttpResponseRedirect(f"{address}?{urlencode({'next': onward})}")
