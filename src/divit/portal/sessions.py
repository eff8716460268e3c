"""The session of a person: what a login leaves in it, how long it lasts, how it ends."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest
from django.middleware.csrf import rotate_token

from divit.flows.sign_in import SignedIn
from divit.kernel import clock
from divit.kernel.actors import Actor, Level, Role

IDLE = timedelta(minutes=15)
WHOLE = timedelta(hours=8)
_KEY = "login"
_TOUCH = timedelta(seconds=30)


@dataclass(frozen=True, kw_only=True)
class Login:
    """A login as the session keeps it; times are ISO instants."""

    person_id: str
    session: str
    method: str
    level: int
    at: str
    began: str
    seen: str

    @property
    def age(self) -> timedelta:
        """How long ago the person last proved who they are."""
        return clock.now() - datetime.fromisoformat(self.at)

    @property
    def ends_at(self) -> datetime:
        """When this session ends if nothing more happens."""
        return min(datetime.fromisoformat(self.seen) + IDLE, datetime.fromisoformat(self.began) + WHOLE)

    def actor(self, name: str) -> Actor:
        """The person acting for themselves."""
        return Actor(role=Role.HOLDER, id=self.person_id, name=name, level=Level(self.level), session=self.session)


def current(request: HttpRequest) -> Login | None:
    """The login that this request carries, ended or not."""
    kept = request.session.get(_KEY)
    return Login(**kept) if isinstance(kept, Mapping) else None


def begin(request: HttpRequest, signed_in: SignedIn) -> None:
    """Put a login into the session under a new key (against fixation); a renewed one keeps the session's name."""
    before = current(request)
    renewed = before is not None and before.session == signed_in.session
    if before is not None and not renewed:
        request.session.flush()
    request.session.cycle_key()
    rotate_token(request)
    at = signed_in.event.at.isoformat()
    _keep(
        request,
        Login(
            person_id=str(signed_in.person.id),
            session=signed_in.session,
            method=signed_in.event.method,
            level=signed_in.event.level,
            at=at,
            began=before.began if before is not None and renewed else at,
            seen=at,
        ),
    )


def touch(request: HttpRequest, login: Login) -> Login:
    """The person is still there; written at most twice a minute."""
    now = clock.now()
    if now - datetime.fromisoformat(login.seen) < _TOUCH:
        return login
    seen = Login(**{**asdict(login), "seen": now.isoformat()})
    _keep(request, seen)
    return seen


def end(request: HttpRequest) -> None:
    """Forget everything about this session."""
    request.session.flush()
    rotate_token(request)


def _keep(request: HttpRequest, login: Login) -> None:
    request.session[_KEY] = asdict(login)
