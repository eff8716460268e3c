"""Writing the ledger: who did what to what, in the transaction of the act itself."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from divit.audit.models import Checkpoint, Entry
from divit.kernel import clock
from divit.kernel.actors import Actor

Subject = tuple[str, str]
_AT_ONCE = 250
_COLUMNS = ("at", "role", "actor_id", "act", "subject_kind", "subject_id", "person_id", "payload")
# One statement and one value however many there are; the chain's trigger links them in their order.
_INSERT = (
    "INSERT INTO audit_entry (at, role, actor_id, act, subject_kind, subject_id, person_id, payload)"
    " SELECT at, role, actor_id, act, subject_kind, subject_id, person_id, payload"
    " FROM ROWS FROM (json_to_recordset(%s) AS (at timestamptz, role text, actor_id text, act text, subject_kind text,"
    " subject_id text, person_id text, payload text)) WITH ORDINALITY AS line (at, role, actor_id, act, subject_kind,"
    " subject_id, person_id, payload, place) ORDER BY place"
)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One of many entries that one act leaves."""

    act: str
    subject: Subject
    person_id: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


def record(*, by: Actor, act: str, subject: Subject, person_id: str = "", **facts: Any) -> None:
    """Add one entry; outside a transaction it refuses, because act and entry must live or die together.

    `facts` are JSON values without secrets and without national numbers.
    """
    record_all([Line(act=act, subject=subject, person_id=person_id, facts=facts)], by=by)


def record_all(lines: Iterable[Line], *, by: Actor) -> None:
    """Add the entries of one act that concerns many. The ledger stays locked until the transaction ends: some hundred
    at a time, no more."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("the ledger is written in the transaction of the act")
    at = clock.now()
    _insert([_row(line, at=at, by=by) for line in lines])


def _insert(rows: Iterable[tuple[str, ...]]) -> None:
    lines = [dict(zip(_COLUMNS, row, strict=True)) for row in rows]
    if lines:
        with connection.cursor() as cursor:
            cursor.execute(_INSERT, [json.dumps(lines)])


def _row(line: Line, *, at: datetime, by: Actor) -> tuple[str, ...]:
    # Whoever acts in somebody's stead is never told without whose.
    facts = {**line.facts, **({"deputising_for": by.deputises_for} if by.deputises_for else {})}
    payload = canonical(at=at, by=by, act=line.act, subject=line.subject, person_id=line.person_id, facts=facts)
    return (at.isoformat(), str(by.role), by.id, line.act, *line.subject, line.person_id, payload)


def look(*, by: Actor, person_id: str, purpose: str, subject: Subject, **facts: Any) -> None:
    """Record that somebody looked at a person's data, or, with an empty `person_id`, at a list of many."""
    look_all([{"by": by, "person_id": person_id, "purpose": purpose, "subject": subject, **facts}])


def look_all(looks: Iterable[Mapping[str, Any]]) -> None:
    """Record many looks, each what `look` takes, so many in a transaction that no act waits long for its turn.

    Outside a transaction; when it dies on the way, more is in the ledger than was seen, never less.
    """
    told = list(looks)
    for begun in range(0, len(told), _AT_ONCE):
        with transaction.atomic():
            _insert([_look(**one) for one in told[begun : begun + _AT_ONCE]])


def _look(*, by: Actor, person_id: str, subject: Subject, **facts: Any) -> tuple[str, ...]:
    return _row(Line(act="look", subject=subject, person_id=person_id, facts=facts), at=clock.now(), by=by)


def canonical(*, at: datetime, by: Actor, act: str, subject: Subject, person_id: str, facts: dict[str, Any]) -> str:
    """The entry as JSON with sorted keys: what the chain is computed over."""
    return json.dumps(
        {
            "at": at.isoformat(),
            "role": str(by.role),
            "actor_id": by.id,
            "level": int(by.level),
            "institution_id": by.institution_id,
            "session": hashlib.sha256(by.session.encode()).hexdigest()[:16] if by.session else "",
            "act": act,
            "subject": list(subject),
            "person_id": person_id,
            "facts": facts,
        },
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
        default=str,
    )


@dataclass(frozen=True)
class Fault:
    """Something in the ledger that is not as it was written."""

    seq: int
    what: str


def verify() -> Iterator[Fault]:
    """Walk the whole chain, oldest first, and name every altered, missing or reordered entry."""
    previous, expected = b"", 1
    checkpoints = {c.seq: bytes(c.hash) for c in Checkpoint.objects.order_by("seq")}
    for entry in Entry.objects.order_by("seq").iterator(chunk_size=5000):
        if entry.seq != expected:
            yield Fault(expected, f"missing up to {entry.seq - 1}")
        if bytes(entry.previous) != previous:
            yield Fault(entry.seq, "does not follow from the entry before")
        digest = hashlib.sha256(bytes(entry.previous) + f"{entry.seq}|{entry.payload}".encode()).digest()
        if bytes(entry.hash) != digest:
            yield Fault(entry.seq, "its content does not match its hash")
        if _columns(entry) != _told(entry.payload):
            yield Fault(entry.seq, "its columns do not match its content")
        if checkpoints.pop(entry.seq, digest) != digest:
            yield Fault(entry.seq, "differs from its time-stamped checkpoint")
        previous, expected = bytes(entry.hash), entry.seq + 1
    for seq in checkpoints:
        yield Fault(seq, "a time-stamped checkpoint stands here, but the entry is gone")


def _columns(entry: Entry) -> tuple[object, ...]:
    subject = [entry.subject_kind, entry.subject_id]
    return (entry.at, entry.role, entry.actor_id, entry.act, subject, entry.person_id)


def _told(payload: str) -> tuple[object, ...] | None:
    """What the columns should say; None when the content is no entry at all."""
    try:
        told = json.loads(payload)
        at = datetime.fromisoformat(told["at"])
        return (at, told["role"], told["actor_id"], told["act"], told["subject"], told["person_id"])
    except (ValueError, TypeError, KeyError):
        return None
