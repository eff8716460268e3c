"""What is wrong with the service at the moment, for everybody of the staff."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from divit.probe.findings import Service
from divit.watching import selectors, words

_SHOWN = 12


@dataclass(frozen=True, kw_only=True)
class TroubleLine:
    """One thing in words: what is wrong and what to do, since when."""

    service: str | Promise
    line: str
    since: datetime
    broken: bool


def troubles_now() -> list[TroubleLine]:
    """The worst first; the rest of very many is in the figures."""
    return [
        TroubleLine(
            service=words.SERVICES[Service(one.service)], line=words.line(one), since=one.began_at, broken=one.broken
        )
        for one in selectors.troubles()[:_SHOWN]
    ]
