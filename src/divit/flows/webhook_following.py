"""Following the ledger: what happened becomes messages, each entry once, whoever reads and however often."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from django.db import transaction

from divit.audit import selectors as audit
from divit.audit.selectors import Happened
from divit.flows.jobs import later
from divit.flows.webhook_subjects import subjects
from divit.kernel import clock
from divit.webhooks import outbox, selectors
from divit.webhooks.events import EVENTS, topic_of
from divit.webhooks.outbox import Event

_BATCH = 1_000
# How many addresses are called at the same time: a slow one must not hold all threads of the worker.
_LANES = 2


def tick() -> int:
    """Read on, and order the addresses for which something is due; returns how many entries were read."""
    read = 0
    while step := follow():
        read += step
    for webhook_id in selectors.due(at=clock.now()):
        order(webhook_id)
    return read


def follow() -> int:
    """The next entries of the ledger; returns how many.

    Cursor and messages move in one transaction, and the cursor is locked: of two followers one reads, and whoever dies
    has read nothing. No institution being told of anything, the ledger is passed over all the same: an address hears of
    what happens from then on.
    """
    with transaction.atomic():
        cursor = outbox.locked_cursor()
        if cursor is None:
            return 0
        entries = audit.entries_after(cursor.seq, limit=_BATCH)
        if entries:
            for webhook_id in outbox.write(_told(entries)):
                order(webhook_id)
            outbox.advance(cursor, seq=entries[-1].seq)
    return len(entries)


def order(webhook_id: UUID) -> None:
    """A turn at one address as soon as a lane is free; one waiting turn is enough."""
    later(
        "webhooks.deliver",
        lock=f"webhooks:{webhook_id.int % _LANES}",
        queueing_lock=f"webhook:{webhook_id}",
        webhook_id=str(webhook_id),
    )


def _told(entries: Iterable[Happened]) -> Iterator[Event]:
    if not selectors.listening():
        return
    of_interest = [(one, UUID(one.subject_id)) for one in entries if one.act in EVENTS]
    ids: dict[str, set[UUID]] = {}
    for entry, row_id in of_interest:
        ids.setdefault(topic_of(entry.act), set()).add(row_id)
    found = {topic: subjects(topic, rows) for topic, rows in ids.items()}
    for entry, row_id in of_interest:
        subject = found[topic_of(entry.act)].get(row_id)
        if subject:
            own = subject.institution_id
            data = {"institution_id": str(own), **subject.data}
            yield Event(institution_id=own, type=EVENTS[entry.act], seq=entry.seq, at=entry.at, data=data)
