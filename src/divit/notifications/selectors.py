"""Reading messages."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Min

from divit.notifications.models import Channel, Message, State


def messages_of(person_id: UUID | str, *, limit: int = 100) -> list[Message]:
    """A person's latest messages, newest first."""
    return list(Message.objects.filter(person_id=person_id).order_by("-created_at", "channel")[:limit])


def overdue(*, before: datetime, limit: int = 200) -> list[str]:
    """Ids of messages whose time to be tried has passed."""
    waiting = Message.objects.filter(state=State.QUEUED, next_try_at__lt=before).order_by("next_try_at")
    return [str(key) for key in waiting.values_list("id", flat=True)[:limit]]


def told_already(dedupes: Iterable[str]) -> set[str]:
    """Of these events those that somebody was told of, by whichever channel."""
    told = Message.objects.filter(dedupe__in=[dedupe for dedupe in dedupes if dedupe])
    return set(told.order_by("dedupe").values_list("dedupe", flat=True))


def not_taken(channel: Channel, *, written_before: datetime) -> tuple[int, datetime | None]:
    """How many messages a carrier has been offered and has not taken, and when the oldest was written."""
    found = Message.objects.filter(channel=channel, state=State.QUEUED, tries__gt=0, created_at__lt=written_before)
    told = found.aggregate(count=Count("id"), oldest=Min("created_at"))
    return told["count"], told["oldest"]
