"""Staff hear of an outage once when it has begun and once when it is over, by mail; their desks show it meanwhile."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.utils import translation

from divit.flows.jobs import later
from divit.identity import selectors as identity
from divit.kernel import clock
from divit.kernel.actors import Role
from divit.notifications.ports import MailGateway
from divit.notifications.texts.watching import BEGUN, OVER
from divit.probe.findings import Service
from divit.watching import selectors, words
from divit.watching.models import Outage
from divit.watching.services import Turn


def leave(turn: Turn) -> None:
    """In the transaction of the look: one letter for each who is to hear of it."""
    for number in range(len(_readers())):
        later("watching.tell", outage_id=turn.outage_id, over=turn.over, reader=number)


def deliver(outage_id: int, *, over: bool, reader: int, mail: MailGateway) -> None:
    """One letter, in both languages; the worker tries again after `NeighbourFailed`, and it stays the same letter."""
    readers = _readers()
    if reader >= len(readers):
        return
    outage = selectors.outage(outage_id)
    letter = OVER if over else BEGUN
    parts = {language: _facts(outage, language) for language in ("tr", "en")}
    mail.send(
        to=readers[reader],
        subject=letter.subject.format(**parts["tr"]),
        text=f"{letter.turkish.format(**parts['tr'])}\n\n– – –\n\n{letter.english.format(**parts['en'])}",
        message_id=f"outage-{outage_id}-{'over' if over else 'begun'}-{reader}",
    )


def _readers() -> list[str]:
    """The mailboxes that the installation names, or those of whoever reads the ledger."""
    named = [one.strip() for one in settings.DIVIT.alarm_email.split(",") if one.strip()]
    return named or [account.email for account in identity.staff_at_desk(Role.AUDITOR)]


def _facts(outage: Outage, language: str) -> dict[str, str]:
    with translation.override(language):
        lines: Iterable[str] = (words.line(one) for one in selectors.troubles_of(outage))
        return {
            "service": str(words.SERVICES[Service(outage.service)]),
            "began": _shown(outage.began_at),
            "ended": _shown(outage.ended_at) if outage.ended_at else "",
            "minutes": str(int(((outage.ended_at or clock.now()) - outage.began_at).total_seconds() // 60)),
            "lines": "\n".join(f"• {one}" for one in lines),
            "page": f"{settings.PUBLIC_URL}/durum/",
        }


def _shown(at: datetime) -> str:
    return f"{clock.local(at):%d.%m.%Y %H:%M}"
