"""Reading messages."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from divit.notifications.models import Message, State


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
