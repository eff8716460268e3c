"""Signing in through e-Devlet: a browser is sent there, comes back with a code, and is known from then on."""

import base64
import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction

from divit.audit import ledger
from divit.identity import services
from divit.identity.models import LoginEvent, Person
from divit.identity.ports import IdentityGateway
from divit.kernel.actors import Actor, Level, Role
from divit.kernel.errors import Refused


@dataclass(frozen=True, kw_only=True)
class Started:
    """Where to send the browser, and the mark it must bring back in its cookie."""

    url: str
    browser_mark: str


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """Who came back, by which login, and where they were going."""

    person: Person
    event: LoginEvent
    session: str
    onward: str

    @property
    def actor(self) -> Actor:
        """The person acting for themselves in this session."""
        return Actor(
            role=Role.HOLDER,
            id=str(self.person.id),
            name=self.person.name,
            level=Level(self.event.level),
            session=self.session,
        )


@dataclass(frozen=True, kw_only=True)
class Present:
    """Who is logged in in this browser, and the name of that session."""

    person_id: str
    session: str


def start(*, onward: str, gateway: IdentityGateway, redirect_uri: str) -> Started:
    """Make a state and a PKCE secret for one login, and remember them for ten minutes.

    The state goes through the gateway; its hash goes into a cookie, so that nobody can finish
    somebody else's login in this browser.
    """
    state = secrets.token_urlsafe(32)
    verifier = secrets.token_urlsafe(48)
    services.open_attempt(state=state, code_verifier=verifier, onward=onward)
    url = gateway.authorize_url(state=state, code_challenge=challenge(verifier), redirect_uri=redirect_uri)
    return Started(url=url, browser_mark=services.sha256(state))


def challenge(verifier: str) -> str:
    """PKCE S256 (RFC 7636 §4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def finish(
    *,
    state: str,
    browser_marks: Collection[str],
    code: str,
    error: str,
    present: Present | None,
    gateway: IdentityGateway,
    redirect_uri: str,
) -> SignedIn:
    """The browser is back: its state is spent whatever follows, then the gateway says who it is.

    `present` is who is logged in here already: a renewed login of theirs belongs to the same session.
    Raises `Refused` (codes in identity/words.py), `Invalid` or `NeighbourFailed`.
    """
    if services.sha256(state) not in browser_marks:
        raise Refused("login_foreign_browser" if state else "login_state_unknown")
    attempt = services.spend_attempt(state)
    if error:
        raise Refused("login_cancelled" if error == "access_denied" else "login_refused")
    if not code:
        raise Refused("login_refused")
    identity = gateway.identify(code=code, code_verifier=attempt.code_verifier, redirect_uri=redirect_uri)
    with transaction.atomic():
        person = services.recognise(identity, by=Actor(role=Role.VISITOR, id="edevlet"))
        same = present is not None and present.person_id == str(person.id)
        session = present.session if present is not None and same else secrets.token_urlsafe(24)
        event = services.record_login(person, identity=identity, session=session)
        ledger.record(
            by=Actor(role=Role.HOLDER, id=str(person.id), level=identity.level, session=session),
            act="person.login",
            subject=("login", str(event.id)),
            person_id=str(person.id),
            method=identity.method,
            level=int(identity.level),
        )
    return SignedIn(person=person, event=event, session=session, onward=attempt.onward)
