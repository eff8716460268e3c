"""What a program was shown is written down: once in an hour for each person, however often it asks again."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from divit.audit import ledger
from divit.audit import selectors as audit
from divit.kernel import clock

_ONCE_IN = timedelta(hours=1)


def record(looks: list[dict[str, Any]]) -> None:
    """Write down those of these looks that the ledger has not yet, and forget them all."""
    told = [*looks]
    looks.clear()
    ledger.look_all(_new(told))


def _new(looks: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    told = {(one["person_id"], one["subject"], one["purpose"]): one for one in looks}
    if not told:
        return ()
    actor = next(iter(told.values()))["by"]
    people = {one["person_id"] for one in told.values() if one["person_id"]}
    known = audit.looks_at(people, by=actor.id, since=clock.now() - _ONCE_IN)
    return [one for key, one in told.items() if key not in known]
