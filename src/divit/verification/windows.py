"""Sliding windows in PostgreSQL: exact, shared by all processes, and counted before the act that they limit."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.crypto import salted_hmac

from divit.kernel import clock
from divit.kernel.errors import Refused
from divit.verification.models import RateWindow

# The row lock of ON CONFLICT makes simultaneous takers queue; hits that left the window are dropped on the way.
_TAKE = """
INSERT INTO verification_ratewindow AS w (key, hits, granted, touched_at)
VALUES (%(key)s, ARRAY[%(now)s::timestamptz], true, %(now)s)
ON CONFLICT (key) DO UPDATE SET
    granted = (SELECT count(*) FROM unnest(w.hits) AS hit WHERE hit > %(since)s) < %(most)s,
    hits = (
        SELECT coalesce(array_agg(hit ORDER BY hit), '{}') FROM unnest(w.hits) AS hit WHERE hit > %(since)s
    ) || CASE
        WHEN (SELECT count(*) FROM unnest(w.hits) AS hit WHERE hit > %(since)s) < %(most)s
        THEN ARRAY[%(now)s::timestamptz] ELSE '{}'::timestamptz[]
    END,
    touched_at = %(now)s
RETURNING granted, hits[greatest(cardinality(hits) - %(most)s + 1, 1)], cardinality(hits), hits[1]
"""


@dataclass(frozen=True, kw_only=True)
class Limit:
    """At most `most` times in any `seconds`, counted for one `of` (a number, a person, an address…)."""

    name: str
    of: str
    most: int
    seconds: int

    @property
    def key(self) -> str:
        """Opaque, so that the table holds nothing personal."""
        return salted_hmac("divit.rate", f"{self.name}|{self.seconds}|{self.of}", algorithm="sha256").hexdigest()


def take(limits: Iterable[Limit], *, code: str) -> None:
    """Count one hit on each limit, or on none: raises `Refused(code, until=…, limit=…)` when one of them is used up.

    `until` is the time on the wall clock of Türkiye from which on it would be granted. Inside a transaction of the
    caller the counts live or die with it.
    """
    now = clock.now()
    latest: tuple[datetime, str] | None = None
    with transaction.atomic(), connection.cursor() as cursor:
        for limit in sorted(limits, key=lambda each: each.key):  # one order for all: no deadlock
            window = timedelta(seconds=limit.seconds)
            given: dict[str, Any] = {"key": limit.key, "now": now, "since": now - window, "most": limit.most}
            cursor.execute(_TAKE, given)
            granted, blocking, _count, _first = cursor.fetchone()
            if not granted and (latest is None or blocking + window > latest[0]):
                latest = (blocking + window, limit.name)
        if latest is not None:
            raise Refused(code, until=clock.local(latest[0]), limit=latest[1])


@dataclass(frozen=True, kw_only=True)
class Spent:
    """One hit on one limit: whether it was granted, how many are left, and when the oldest one is forgotten."""

    limit: Limit
    granted: bool
    left: int
    seconds: float


def spend(limit: Limit) -> Spent:
    """Count one hit where whoever asks is told how many are left."""
    now = clock.now()
    window = timedelta(seconds=limit.seconds)
    given: dict[str, Any] = {"key": limit.key, "now": now, "since": now - window, "most": limit.most}
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, given)
        granted, _blocking, count, first = cursor.fetchone()
    seconds = (first + window - now).total_seconds()
    return Spent(limit=limit, granted=granted, left=limit.most - count, seconds=max(seconds, 0.0))


def forget_before(instant: datetime) -> int:
    """Drop windows that nothing touched since; returns how many."""
    return RateWindow.objects.filter(touched_at__lt=instant).delete()[0]
