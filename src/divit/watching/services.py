"""The only writer of what was seen."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection

from divit.kernel import clock
from divit.probe.findings import Finding, Service
from divit.watching.models import MINUTES, Day, Mark, Memory, Outage, Standing, Trouble

# One look may go wrong by accident: an outage is one that a later look confirms, and so is its end.
CONFIRMED_AFTER = timedelta(seconds=45)
KEEP_DAYS = timedelta(days=730)
KEEP_TROUBLES = timedelta(days=90)
_LOCK = (5070, 40)
_MARK = """
UPDATE watching_day SET slowest_ms = greatest(slowest_ms, %s),
    marks = set_byte(marks, %s, greatest(get_byte(marks, %s), %s))
WHERE service = %s AND day = %s
"""


@dataclass(frozen=True, kw_only=True)
class Turn:
    """An outage that began or ended with this look; staff are to be told."""

    outage_id: int
    service: Service
    over: bool


def keep(findings: Iterable[Finding], *, at: datetime, slowest_ms: Mapping[Service, int]) -> list[Turn]:
    """Write down one look at every service, in a transaction; returns the outages that began or ended with it."""
    told = list(findings)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", _LOCK)
    turns: list[Turn] = []
    for service in Service:
        own = [one for one in told if one.service == service]
        ms = slowest_ms.get(service, 0)
        _mark(service, at=at, mark=_mark_of(own), ms=ms)
        _troubles(service, own, at=at)
        turns += _turns(service, at=at, works=not any(one.broken for one in own), ms=ms)
    return turns


def remember(name: str, value: object) -> None:
    """For the next look."""
    Memory.objects.update_or_create(name=name, defaults={"value": str(value)})


def forget() -> None:
    """Nightly: what has been kept for long enough."""
    now = clock.now()
    Day.objects.filter(day__lt=clock.local(now - KEEP_DAYS).date()).delete()
    Trouble.objects.filter(ended_at__lt=now - KEEP_TROUBLES).delete()


def _mark_of(findings: Iterable[Finding]) -> Mark:
    own = list(findings)
    if any(one.broken for one in own):
        return Mark.BROKEN
    return Mark.WARNED if own else Mark.WORKS


def _mark(service: Service, *, at: datetime, mark: Mark, ms: int) -> None:
    local = clock.local(at)
    day: date = local.date()
    Day.objects.get_or_create(service=str(service), day=day, defaults={"marks": bytes(MINUTES)})
    minute = 60 * local.hour + local.minute
    with connection.cursor() as cursor:
        cursor.execute(_MARK, [ms, minute, minute, int(mark), str(service), day])


def _troubles(service: Service, findings: Iterable[Finding], *, at: datetime) -> None:
    still = {(one.code, one.about[:200]): one for one in findings}
    for row in Trouble.objects.filter(service=str(service), ended_at__isnull=True).order_by("id"):
        found = still.pop((row.code, row.about), None)
        if found is None:
            row.ended_at = at
        else:
            row.facts, row.seen_at = dict(found.facts), at
        row.save(update_fields=["ended_at", "facts", "seen_at"])
    Trouble.objects.bulk_create(
        Trouble(
            service=str(service),
            code=code,
            about=about,
            broken=one.broken,
            facts=dict(one.facts),
            began_at=at,
            seen_at=at,
        )
        for (code, about), one in still.items()
    )


def _turns(service: Service, *, at: datetime, works: bool, ms: int) -> Iterator[Turn]:
    standing, _new = Standing.objects.get_or_create(
        service=str(service), defaults={"works": works, "since": at, "looked_at": at, "slowest_ms": ms}
    )
    if standing.works != works:
        standing.works, standing.since = works, at
    standing.looked_at, standing.slowest_ms = at, ms
    standing.save()
    if at - standing.since < CONFIRMED_AFTER:
        return
    outage = Outage.objects.filter(service=str(service), ended_at__isnull=True).first()
    if works and outage is not None:
        outage.ended_at = standing.since
        outage.save(update_fields=["ended_at"])
        yield Turn(outage_id=outage.pk, service=service, over=True)
    elif not works and outage is None:
        outage = Outage.objects.create(service=str(service), began_at=standing.since)
        yield Turn(outage_id=outage.pk, service=service, over=False)
