"""What staff tell everybody: said once, never changed, taken back when it no longer holds; both acts in the ledger."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from divit.audit import ledger
from divit.kernel import clock
from divit.kernel.actors import Actor
from divit.kernel.errors import Invalid, NotFound
from divit.kernel.writing import line
from divit.probe.findings import Service
from divit.watching.models import Announcement

LONGEST = 240
AHEAD = timedelta(days=30)
_STANDS_WITHOUT_END = timedelta(days=14)
_MOST = 20


@transaction.atomic
def announce(
    services: Iterable[Service],
    *,
    begins_at: datetime,
    ends_at: datetime | None,
    turkish: str,
    english: str,
    by: Actor,
) -> Announcement:
    """Say it. Raises `Invalid` with the field: `announcement_backwards`, `announcement_far`, or what `line` raises."""
    if ends_at is not None and ends_at <= max(begins_at, clock.now()):
        raise Invalid("announcement_backwards", field="ends_at")
    if begins_at - clock.now() > AHEAD:
        raise Invalid("announcement_far", field="begins_at", days=AHEAD.days)
    row = Announcement.objects.create(
        services=[str(one) for one in services],
        begins_at=begins_at,
        ends_at=ends_at,
        turkish=line(turkish, field="turkish", longest=LONGEST),
        english=line(english, field="english", longest=LONGEST),
        made_at=clock.now(),
        made_by=by.id,
        made_by_name=by.name,
    )
    ledger.record(
        by=by,
        act="announcement.publish",
        subject=("announcement", str(row.pk)),
        services=row.services,
        begins_at=begins_at,
        ends_at=ends_at,
        turkish=row.turkish,
    )
    return row


@transaction.atomic
def take_back(announcement_id: UUID, *, by: Actor) -> None:
    """It no longer holds; twice is once. Raises `NotFound`."""
    row = Announcement.objects.select_for_update(no_key=True).filter(pk=announcement_id).first()
    if row is None:
        raise NotFound("announcement")
    if row.taken_back_at is None:
        row.taken_back_at = clock.now()
        row.save(update_fields=["taken_back_at"])
        ledger.record(by=by, act="announcement.take_back", subject=("announcement", str(row.pk)))


def standing() -> list[Announcement]:
    """What holds now or will, the first to begin first; one without an end stands for two weeks."""
    now = clock.now()
    ends = Q(ends_at__gt=now) | Q(ends_at__isnull=True, begins_at__gt=now - _STANDS_WITHOUT_END)
    return list(Announcement.objects.filter(ends, taken_back_at__isnull=True).order_by("begins_at", "id")[:_MOST])
