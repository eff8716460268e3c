"""Lists in the database: what changed since the newest one, its entries in blocks, and the only writer of another."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg
from django.db import connection, transaction
from django.db.models import Sum
from django.db.models.functions import Length

from divit.certificates.list_models import ListBlock, ListChange, PublishedCrl, PublishedDelta
from divit.certificates.models import Issuer
from divit.kernel import clock
from divit.kernel.errors import Refused
from divit.kernel.serials import Serial
from divit.pki.crl_entries import Entry, split
from divit.pki.crl_frame import Sealed
from divit.pki.crl_reader import Difference, Reading, check_follows
from divit.pki.reasons import Reason

_AT_ONCE = 500
# Whatever began to be signed after the newest list cannot stand on it, so that its being good is no news to a list.
_CHANGED = """
SELECT serial, status, reason, effective_at FROM published_certificate_status AS now
WHERE issuer_id = %(issuer)s AND change_seq > %(since)s AND (status <> 'good' OR %(since)s > 0 AND NOT EXISTS (
    SELECT FROM certificates_intent AS intent
    WHERE intent.issuer_id = now.issuer_id AND intent.serial = now.serial AND intent.change_seq > %(since)s))
ORDER BY length(serial), serial COLLATE "C"
"""
_LAST_CHANGE = """
SELECT greatest(
    (SELECT change_seq FROM certificates_certificate WHERE issuer_id = %(issuer)s ORDER BY change_seq DESC LIMIT 1),
    (SELECT max(change_seq) FROM certificates_intent WHERE issuer_id = %(issuer)s
        AND (state = 'signing' OR state = 'abandoned' AND signing_began_at IS NOT NULL)),
    (SELECT max(change_seq) FROM certificates_servicecertificate WHERE issuer_id = %(issuer)s))
"""
_BLOCKS = "SELECT name, entries FROM certificates_listblock WHERE issuer_id = %(issuer)s ORDER BY name"
_PARTS = """
SELECT part FROM published_crl_part WHERE issuer_id = %(issuer)s ORDER BY place, name
"""
_PUT = """
INSERT INTO certificates_listblock (issuer_id, name, number, entries) VALUES (%s, %s, %s, %s)
ON CONFLICT (issuer_id, name) DO UPDATE SET number = EXCLUDED.number, entries = EXCLUDED.entries
"""


@dataclass(frozen=True, kw_only=True)
class Changed:
    """A serial whose status changed; `entry` is None where it is good."""

    serial: Serial
    entry: Entry | None


@dataclass(frozen=True, kw_only=True)
class Complete:
    """A signed list that is to be published: frame, how many entries of how many octets, and what it covers."""

    sealed: Sealed
    covers: int
    follows: int
    entries: int
    size: int


def wait_for_changes() -> None:
    """Status changes that are being written now will be seen by what is read next, so that none is passed over.

    A change holds the ledger's lock from its number to its commit (sql/status.sql); a change that comes after this
    finds no waiting job and leaves a new one.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock_shared(5070, 1)")
        cursor.execute("SELECT pg_advisory_unlock_shared(5070, 1)")


@contextmanager
def at_one_moment() -> Iterator[None]:
    """All that is read inside is read as of one moment, however long it takes; nobody waits for it."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def newest(issuer: Issuer) -> PublishedCrl | None:
    """The list that the world sees now."""
    return PublishedCrl.objects.filter(issuer=issuer).order_by("-number").first()


def last_change(issuer: Issuer) -> int:
    """The number of the last status change."""
    with connection.cursor() as cursor:
        cursor.execute(_LAST_CHANGE, {"issuer": issuer.id})
        (found,) = cursor.fetchone()
    return found or 0


def is_due(issuer: Issuer, *, every: timedelta) -> bool:
    """Whether the newest list is old, absent, or does not tell of every change."""
    stands = newest(issuer)
    return stands is None or stands.covers < last_change(issuer) or clock.now() - stands.this_update >= every


def changed(issuer: Issuer, *, since: int) -> Iterator[Changed]:
    """Everything whose status changed after that number, in the order of serials; after 0 only what is not good.

    Inside a transaction; other statements may run meanwhile, and only some hundred rows are held.
    """
    with psycopg.ServerCursor(_connected(), name="changed_statuses") as cursor:
        cursor.itersize = _AT_ONCE
        cursor.execute(_CHANGED, {"issuer": issuer.id, "since": since})
        for text, status, reason, at in cursor:
            serial = Serial.from_hex(text)
            good = status == "good"
            yield Changed(
                serial=serial,
                entry=None if good else Entry(serial=serial, at=at, reason=Reason.from_text(reason or "unspecified")),
            )


def blocks(issuer: Issuer) -> Iterator[tuple[bytes, bytes]]:
    """Name and entries of every block of the newest list, in order; no other statement may run meanwhile."""
    return _stream(_BLOCKS, issuer)


def block(issuer: Issuer, name: bytes) -> bytes:
    """The entries of one block; none where there is no such block yet."""
    found = ListBlock.objects.filter(issuer=issuer, name=name).values_list("entries", flat=True).first()
    return bytes(found or b"")


def names(issuer: Issuer) -> set[bytes]:
    """Of all blocks."""
    found = ListBlock.objects.filter(issuer=issuer).order_by("name").values_list("name", flat=True)
    return {bytes(name) for name in found}


def size(issuer: Issuer) -> int:
    """Octets of all entries of the newest list."""
    total = ListBlock.objects.filter(issuer=issuer).aggregate(total=Sum(Length("entries")))["total"]
    return total or 0


def whole(issuer: Issuer) -> bytes:
    """The newest list, DER, in memory: for lists that are known to be short. Raises `Refused("crl_unreadable")`."""
    found = b"".join(part for (part,) in _stream(_PARTS, issuer))
    if not found:
        raise Refused("crl_unreadable")
    return found


def before(issuer: Issuer, number: int) -> bytes:
    """The list that bore that number, DER, octet for octet as it was: made again from the newest and from what changed
    since, and compared with the digest that was kept. Raises `Refused("crl_unreadable")`.
    """
    wanted = PublishedCrl.objects.get(issuer=issuer, number=number)
    entries = dict(split(b"".join(content for _name, content in blocks(issuer))))
    for change in ListChange.objects.filter(issuer=issuer, number__gt=number).order_by("-number", "key").iterator():
        if change.was is None:
            entries.pop(bytes(change.key), None)
        else:
            entries[bytes(change.key)] = bytes(change.was)
    body = b"".join(entries[key] for key in sorted(entries))
    reading = Reading(bytes(wanted.head), bytes(wanted.tail), size=len(body))
    reading.take(body)
    if reading.finish(issuer=bytes(issuer.certificate)) != wanted.sha256:
        raise Refused("crl_unreadable")
    return bytes(wanted.head) + body + bytes(wanted.tail)


def base_for(issuer: Issuer, *, at: datetime) -> PublishedCrl | None:
    """What a delta may add to: the list that was the newest at that time, or else the first of all."""
    found = PublishedCrl.objects.filter(issuer=issuer)
    return found.filter(this_update__lte=at).order_by("-number").first() or found.order_by("number").first()


def changes_after(issuer: Issuer, number: int) -> dict[bytes, bytes | None]:
    """By key, what lists after that one last said of serials of which they said something new."""
    found = ListChange.objects.filter(issuer=issuer, number__gt=number).order_by("number", "key")
    return {bytes(one.key): None if one.entry is None else bytes(one.entry) for one in found.iterator()}


def publish(
    issuer: Issuer,
    complete: Complete,
    *,
    blocks_in: Iterable[tuple[bytes, bytes]],
    differences: Sequence[Difference],
) -> PublishedCrl:
    """The new list in the place of the one that it follows, if what the world will then read is what was signed.

    Expects an open transaction. Raises `Refused`: crl_overtaken (another list came between), or what `check_follows`
    and `Reading` raise.
    """
    Issuer.objects.select_for_update(no_key=True).get(pk=issuer.pk)
    stands = newest(issuer)
    if (stands.number if stands else 0) != complete.follows:
        raise Refused("crl_overtaken")
    head, tail = complete.sealed.head, complete.sealed.tail
    reading = Reading(head, tail, size=complete.size)
    if stands:
        check_follows(reading, number=stands.number, this_update=stands.this_update)
    with connection.cursor() as cursor:
        for name, entries in blocks_in:
            cursor.execute(_PUT, [issuer.id, name, reading.number, entries])
    ListChange.objects.bulk_create(
        (
            ListChange(issuer=issuer, number=reading.number, key=one.key, was=one.was, entry=one.entry)
            for one in differences
        ),
        batch_size=_AT_ONCE,
    )
    for _name, entries in blocks(issuer):
        reading.take(entries)
    return PublishedCrl.objects.create(
        issuer=issuer,
        number=reading.number,
        follows=complete.follows,
        covers=complete.covers,
        this_update=reading.this_update,
        next_update=reading.next_update,
        entries=complete.entries,
        size=complete.size,
        head=head,
        tail=tail,
        sha256=reading.finish(issuer=bytes(issuer.certificate)),
    )


def publish_delta(beside: PublishedCrl, *, base_number: int, der: bytes) -> None:
    """The delta that goes with a list, in the place of the delta before; in the list's own transaction."""
    PublishedDelta.objects.update_or_create(
        issuer_id=beside.issuer_id,
        defaults={
            "number": beside.number,
            "base_number": base_number,
            "this_update": beside.this_update,
            "next_update": beside.next_update,
            "der": der,
        },
    )


def _stream(query: str, issuer: Issuer) -> Iterator[Any]:
    """Row by row, values as octets: nothing is held but the row."""
    with psycopg.Cursor(_connected()) as cursor:
        yield from cursor.stream(query, {"issuer": issuer.id}, binary=True)


def _connected() -> Any:
    connection.ensure_connection()
    return connection.connection
