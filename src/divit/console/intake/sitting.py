"""A sitting: what has been done with each paper since the pile was begun; references and results, never a name."""

from collections import Counter
from collections.abc import MutableMapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from divit.kernel import clock
from divit.kernel.actors import Actor

MOST = 500
_KEY = "intake"


class Outcome(StrEnum):
    """What became of a paper."""

    RECEIVED = "received"  # alındı
    ALREADY = "already"  # zaten alınmıştı
    RETURNED = "returned"  # iade edildi
    OUT_OF_DATE = "out_of_date"  # eski form
    NOT_NEEDED = "not_needed"  # form gerekmiyor
    OWN = "own"  # kendi formu
    NOT_FOUND = "not_found"  # bulunamadı
    SEEN = "seen"  # görüldü, alınmadı


_DONE = (Outcome.RECEIVED, Outcome.RETURNED)


@dataclass(kw_only=True)
class Entry:
    """One paper; `application_id` is empty where none was found."""

    reference: str
    application_id: str
    outcome: Outcome
    at: str

    @property
    def when(self) -> datetime:
        """When it was last dealt with."""
        return datetime.fromisoformat(self.at)


@dataclass(kw_only=True)
class Sitting:
    """The pile so far, in the order in which it was scanned; one entry per reference."""

    by: str
    began: str
    entries: list[Entry] = field(default_factory=list)

    @property
    def since(self) -> datetime:
        """When it began."""
        return datetime.fromisoformat(self.began)

    @property
    def full(self) -> bool:
        """As long a list as a session should carry."""
        return len(self.entries) >= MOST

    def counted(self) -> Counter[Outcome]:
        """How many papers came to what."""
        return Counter(one.outcome for one in self.entries)

    def note(self, reference: str, outcome: Outcome, *, application_id: str = "") -> None:
        """What became of this paper. What was done in this sitting is not undone by scanning the paper again."""
        known = next((one for one in self.entries if one.reference == reference), None)
        now = clock.now().isoformat()
        if known is None:
            self.entries.append(Entry(reference=reference, application_id=application_id, outcome=outcome, at=now))
        elif known.outcome not in _DONE or outcome in _DONE:
            known.outcome, known.at = outcome, now
            known.application_id = application_id or known.application_id


def of(session: MutableMapping[str, Any], *, by: Actor) -> Sitting:
    """The sitting of this person at this desk; a new one where there is none, or only somebody else's."""
    kept = session.get(_key(by))
    if not kept or kept["by"] != by.id:
        return Sitting(by=by.id, began=clock.now().isoformat())
    entries = [Entry(**one | {"outcome": Outcome(one["outcome"])}) for one in kept["entries"]]
    return Sitting(by=kept["by"], began=kept["began"], entries=entries)


def keep(session: MutableMapping[str, Any], sitting: Sitting, *, by: Actor) -> None:
    """Into the session, where it lives until it is ended or the session is."""
    session[_key(by)] = asdict(sitting)


def end(session: MutableMapping[str, Any], *, by: Actor) -> None:
    """Forget it."""
    session.pop(_key(by), None)


def _key(by: Actor) -> str:
    return f"{_KEY}:{by.institution_id or 'centre'}"
