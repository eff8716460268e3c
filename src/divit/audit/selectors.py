"""Reading the ledger and the history of moves."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from divit.audit.models import Checkpoint, Entry, History


@dataclass(frozen=True)
class Told:
    """One entry as pages show it."""

    seq: int
    at: datetime
    role: str
    actor_id: str
    act: str
    subject: tuple[str, str]
    person_id: str
    facts: dict[str, Any]


@dataclass(frozen=True)
class Happened:
    """The bare fact of an entry, for whoever follows the ledger."""

    seq: int
    at: datetime
    act: str
    subject_id: str


def entries_after(seq: int, *, limit: int) -> list[Happened]:
    """The next entries in the order of the chain, which is that of their commits: none turns up behind them later."""
    found = Entry.objects.filter(seq__gt=seq).order_by("seq")
    return [Happened(*row) for row in found.values_list("seq", "at", "act", "subject_id")[:limit]]


def newest_seq() -> int:
    """The place of the newest entry; 0 when there is none."""
    return Entry.objects.order_by("-seq").values_list("seq", flat=True).first() or 0


def newest_checkpoint() -> tuple[int, datetime] | None:
    """The last time-stamped entry and when it was stamped; None when there never was one."""
    return Checkpoint.objects.order_by("-seq").values_list("seq", "at").first()


def entries_about(person_id: str, *, limit: int = 200) -> list[Told]:
    """The latest entries that concern a person, newest first."""
    return [_told(entry) for entry in Entry.objects.filter(person_id=str(person_id)).order_by("-seq")[:limit]]


def looks_at(person_ids: Iterable[str], *, by: str, since: datetime) -> set[tuple[str, tuple[str, str], str]]:
    """(person, subject, purpose) of every look at these people that one actor has taken since an instant."""
    found = Entry.objects.filter(person_id__in=list(person_ids), actor_id=by, act="look", at__gt=since).order_by("seq")
    told = (_told(entry) for entry in found)
    return {(one.person_id, one.subject, str(one.facts.get("purpose", ""))) for one in told}


def entries_of(kind: str, row_id: str, *, limit: int = 200) -> list[Told]:
    """The latest entries about one thing, newest first."""
    found = Entry.objects.filter(subject_kind=kind, subject_id=str(row_id)).order_by("-seq")[:limit]
    return [_told(entry) for entry in found]


def latest(*, limit: int = 100) -> list[Told]:
    """The newest entries of all."""
    return [_told(entry) for entry in Entry.objects.order_by("-seq")[:limit]]


def entries_naming(some_id: str, *, limit: int = 100) -> list[Told]:
    """The newest entries in which an id stands as the thing, the person or the actor."""
    # Each place has its own index, newest first; with one OR the database would rather read the whole ledger backwards.
    places = [
        Entry.objects.filter(**{place: some_id}).order_by("-seq").values_list("seq", flat=True)[:limit]
        for place in ("subject_id", "person_id", "actor_id")
    ]
    newest = sorted({seq for found in places for seq in found}, reverse=True)[:limit]
    return [_told(entry) for entry in Entry.objects.filter(seq__in=newest).order_by("-seq")]


def moves_of(law: str, row_id: str) -> list[History]:
    """Every move of one row under one law, oldest first."""
    return list(History.objects.filter(law=law, row_id=str(row_id)).order_by("id"))


def moves_of_rows(law: str, row_ids: Iterable[str]) -> dict[str, list[tuple[str, datetime]]]:
    """For each of many rows under one law the states that it entered and when, oldest first."""
    found: dict[str, list[tuple[str, datetime]]] = {}
    rows = History.objects.filter(law=law, row_id__in=list(row_ids)).order_by("id")
    for row_id, target, at in rows.values_list("row_id", "target", "at"):
        found.setdefault(row_id, []).append((target, at))
    return found


def every_move() -> Iterator[tuple[str, str, str, str, datetime]]:
    """(law, act, source, target, instant) of every move there was, in an order that no id decides."""
    columns = ("law", "act", "source", "target", "at")
    yield from History.objects.order_by(*columns).values_list(*columns).iterator()


def states_now(law: str) -> dict[str, int]:
    """How many rows stand in each state of a law, by what the history says."""
    newest = History.objects.filter(law=law).order_by("row_id", "-id").distinct("row_id")
    return dict(Counter(newest.values_list("target", flat=True)))


def moves_after(last_id: int, *, law: str, acts: Iterable[str], before: datetime, limit: int) -> list[tuple[int, str]]:
    """(id, row id) of the next moves by these acts that were made before an instant, oldest first."""
    rows = History.objects.filter(id__gt=last_id, law=law, act__in=list(acts), at__lt=before).order_by("id")
    return list(rows.values_list("id", "row_id")[:limit])


def _told(entry: Entry) -> Told:
    facts = json.loads(entry.payload)["facts"]
    return Told(
        seq=entry.seq,
        at=entry.at,
        role=entry.role,
        actor_id=entry.actor_id,
        act=entry.act,
        subject=(entry.subject_kind, entry.subject_id),
        person_id=entry.person_id,
        facts=facts,
    )


def happened_since(act: str, *, subject: tuple[str, str], since: tuple[str, str]) -> bool:
    """Whether this act was done to one thing after the birth of another, by their places in the ledger."""
    born = Entry.objects.filter(subject_kind=since[0], subject_id=since[1], act=f"{since[0]}.begin").values("seq")[:1]
    return Entry.objects.filter(subject_kind=subject[0], subject_id=subject[1], act=act, seq__gt=born).exists()


def count() -> int:
    """How many entries the ledger has."""
    return Entry.objects.count()
