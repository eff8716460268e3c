"""A ticket says that a form was shown to somebody: without it none is taken in or given back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core import signing

from divit.flows.form_intake import Paper
from divit.kernel import clock
from divit.kernel.actors import Actor
from divit.kernel.errors import Refused

# Nobody reads a name faster. An Enter that comes earlier is the scanner's: its line feed, or the end of the next form.
SOONEST = timedelta(milliseconds=700)
LATEST = timedelta(minutes=15)
_SALT = "divit.console.intake"


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """Which form was shown."""

    application_id: UUID
    mark: str
    scanned: bool

    @property
    def again(self) -> str:
        """By what it is recognised when it is shown once more: what was typed is not taken for scanned."""
        return self.mark if self.scanned else self.mark.partition("/")[0]


def issue(paper: Paper, *, by: Actor) -> str:
    """For the page that shows this form to this actor; says nothing about the person."""
    told = {"id": str(paper.application.pk), "mark": paper.mark, "scanned": paper.scanned}
    return signing.dumps(told | {"at": clock.now().isoformat(), "to": _name(by)}, salt=_SALT)


def read(text: str, *, by: Actor, soonest: timedelta) -> Ticket:
    """Raises `Refused("intake_look_again")` when it was not shown to this actor just now.

    Raises `Refused("intake_look_first", again=…)` when it was shown less than `soonest` ago.
    """
    try:
        told = signing.loads(text, salt=_SALT)
    except signing.BadSignature:
        raise Refused("intake_look_again") from None
    age = clock.now() - datetime.fromisoformat(told["at"])
    if told["to"] != _name(by) or age > LATEST:
        raise Refused("intake_look_again")
    ticket = Ticket(application_id=UUID(told["id"]), mark=told["mark"], scanned=told["scanned"])
    if age < soonest:
        raise Refused("intake_look_first", again=ticket.again)
    return ticket


def _name(by: Actor) -> str:
    return f"{by.role}:{by.id}:{by.institution_id or ''}:{by.session}"
