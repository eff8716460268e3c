"""The only writer of messages and of their ways: written with the events they tell of, tried with a lease, settled.

Not under a law and not in the ledger: what they tell of stands there already, and each try would be an entry more.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from django.db import connection
from django.db.models import QuerySet

from divit.kernel import clock
from divit.webhooks import schedule, selectors
from divit.webhooks.events import TEST, topic_of
from divit.webhooks.lifecycle import State
from divit.webhooks.models import Cursor, Delivery, DeliveryState, Message, Webhook

# A try that says nothing for so long is taken for lost: its worker died. No try lasts half of it.
LEASE = timedelta(minutes=2)
KEPT = timedelta(days=30)
_AT_ONCE = 5_000
_TELL_SINCE = """
INSERT INTO webhooks_delivery (id, webhook_id, message_id, state, tries, since, next_try_at, problem)
SELECT gen_random_uuid(), %s, id, 'waiting', 0, %s, %s, '' FROM webhooks_message
WHERE institution_id = %s AND topic = ANY(%s) AND at >= %s
ON CONFLICT (webhook_id, message_id) DO NOTHING
"""


@dataclass(frozen=True, kw_only=True)
class Event:
    """One entry of the ledger in the words of the outside; `data` is opaque ids alone."""

    institution_id: UUID
    type: str
    seq: int
    at: datetime
    data: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """One message that is to be carried to one address now."""

    delivery_id: UUID
    webhook_id: UUID
    message_id: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Failure:
    """What came instead of a yes: a status, or a problem where there was no answer; seconds it asks for, if it does."""

    status: int | None = None
    problem: str = ""
    wished: int = 0
    took_ms: int | None = None


@dataclass(frozen=True)
class Setback:
    """What follows from a failure: how many messages were given up, and whether the program is left alone now."""

    given_up: int
    rests: bool


def locked_cursor() -> Cursor | None:
    """Where the ledger has been read up to, locked; None when nobody listens, or another follower is at it."""
    return Cursor.objects.select_for_update(skip_locked=True, no_key=True).order_by("name").first()


def advance(cursor: Cursor, *, seq: int) -> None:
    """The ledger was read up to here; in the transaction of the messages."""
    cursor.seq = seq
    cursor.save(update_fields=["seq"])


def write(told: Iterable[Event]) -> set[UUID]:
    """A message for each event, on its way to every address that wants to hear of it; returns the addresses."""
    listening = selectors.listening()
    now = clock.now()
    messages, deliveries = [], []
    for event in told:
        topic = topic_of(event.type)
        wanting = [one for one, topics in listening.get(event.institution_id, ()) if topic in topics]
        if wanting:
            message = _message(event.institution_id, event.type, at=event.at, data=event.data, seq=event.seq)
            messages.append(message)
            deliveries += [Delivery(webhook_id=one, message=message, since=now, next_try_at=now) for one in wanting]
    Message.objects.bulk_create(messages)
    Delivery.objects.bulk_create(deliveries)
    return {delivery.webhook_id for delivery in deliveries}


def write_test(row: Webhook) -> None:
    """A message that tells of nothing, to one address; one that did not arrive at first is sent again instead."""
    _wake(row)
    if _anew(Delivery.objects.filter(webhook=row, state=DeliveryState.WAITING, message__type=TEST)):
        return
    now = clock.now()
    data = {"institution_id": str(row.institution_id), "webhook_id": str(row.pk)}
    message = _message(row.institution_id, TEST, at=now, data=data)
    message.save(force_insert=True)
    Delivery.objects.create(webhook=row, message=message, since=now, next_try_at=now)


def _message(
    institution_id: UUID, kind: str, *, at: datetime, data: Mapping[str, str], seq: int | None = None
) -> Message:
    instant = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    body = json.dumps({"type": kind, "timestamp": instant, "data": dict(data)}, separators=(",", ":"))
    return Message(
        id=uuid4(), institution_id=institution_id, type=kind, topic=topic_of(kind), body=body, at=at, seq=seq
    )


def take(webhook_id: UUID | str) -> Parcel | None:
    """Begin a try of the message that has waited longest; None when nothing is due, or the address rests or is closed.

    In a transaction of its own. The try is counted and leased before anything is sent: whoever dies in between leaves
    a message that is sent once more, never one that is lost.
    """
    row = selectors.webhook(webhook_id)
    now = clock.now()
    if row.state != State.OPEN:
        drop(row)
        return None
    if row.rests_until and row.rests_until > now:
        return None
    waiting = Delivery.objects.select_for_update(of=("self",), skip_locked=True, no_key=True).filter(
        webhook=row, state=DeliveryState.WAITING, next_try_at__lte=now
    )
    delivery = waiting.select_related("message").order_by("next_try_at", "message__seq", "id").first()
    if delivery is None:
        return None
    delivery.next_try_at, delivery.tried_at = now + LEASE, now
    delivery.save(update_fields=["next_try_at", "tried_at"])
    message = delivery.message
    return Parcel(delivery_id=delivery.pk, webhook_id=row.pk, message_id=message.public_id, body=message.body.encode())


def delivered(parcel: Parcel, *, status: int, took_ms: int) -> None:
    """The program took it."""
    waiting = Delivery.objects.filter(pk=parcel.delivery_id, state=DeliveryState.WAITING)
    waiting.update(state=DeliveryState.DELIVERED, status=status, problem="", took_ms=took_ms)
    Webhook.objects.filter(pk=parcel.webhook_id, failures__gt=0).update(failures=0, rests_until=None)


def not_delivered(parcel: Parcel, said: Failure) -> Setback:
    """The program did not take it: when it is tried again, or that it is given up. In a transaction.

    A program that cannot be reached, or asks for time, is left alone for a while. After some failures in a row it
    counts as out of reach, and what else is due counts as tried along: five thousand messages cost a program that is
    down one call a round, not five thousand, and each is still given up after its last try.
    """
    now = clock.now()
    webhook = Webhook.objects.select_for_update(no_key=True).get(pk=parcel.webhook_id)
    if webhook.state != State.OPEN:
        return Setback(given_up=0, rests=True)
    webhook.failures += 1
    out_of_reach = webhook.failures >= schedule.OUT_OF_REACH
    rests = bool(said.problem or said.wished) or out_of_reach
    if rests:
        webhook.rests_until = now + schedule.rest_after(webhook.failures, wished=said.wished)
    webhook.save(update_fields=["failures", "rests_until"])
    waiting = Delivery.objects.filter(webhook=webhook, state=DeliveryState.WAITING)
    given_up = _put_off(waiting.filter(pk=parcel.delivery_id), said, took_ms=said.took_ms)
    due = waiting.filter(next_try_at__lte=now)
    if out_of_reach and not said.wished:
        given_up += _put_off(due, said, took_ms=None)
    given_up += due.filter(since__lt=now - schedule.LONGEST).update(state=DeliveryState.FAILED)
    return Setback(given_up=given_up, rests=rests)


def _put_off(rows: QuerySet[Delivery], said: Failure, *, took_ms: int | None) -> int:
    """One failed try more for each, and a later time; returns how many have had their last."""
    now = clock.now()
    seen = {"status": said.status, "problem": said.problem, "tried_at": now, "took_ms": took_ms}
    given_up = 0
    # From the most tries down, so that no row is counted twice.
    for tries in sorted(set(rows.order_by("tries").values_list("tries", flat=True)), reverse=True):
        pause = schedule.pause_after(tries + 1)
        alike = rows.filter(tries=tries)
        if pause is None:
            given_up += alike.update(state=DeliveryState.FAILED, tries=tries + 1, **seen)
        else:
            alike.update(next_try_at=now + pause, tries=tries + 1, **seen)
    return given_up


def again(row: Webhook, delivery: Delivery) -> None:
    """One message to a locked address once more, from the first try on."""
    _anew(Delivery.objects.filter(pk=delivery.pk))
    _wake(row)


def again_since(row: Webhook, since: datetime) -> int:
    """The same with everything that happened since an instant and that a locked address wants to hear of.

    Also what happened when the address was not there, as far as another one of the institution was told of it.
    """
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_TELL_SINCE, [row.pk, now, now, row.institution_id, row.topics, since])
    count = _anew(Delivery.objects.filter(webhook=row, message__topic__in=row.topics, message__at__gte=since))
    _wake(row)
    return count


def _anew(rows: QuerySet[Delivery]) -> int:
    now = clock.now()
    return rows.update(
        state=DeliveryState.WAITING,
        tries=0,
        since=now,
        next_try_at=now,
        tried_at=None,
        status=None,
        problem="",
        took_ms=None,
    )


def drop(row: Webhook) -> None:
    """Nothing more goes to this address."""
    waiting = Delivery.objects.filter(webhook=row, state=DeliveryState.WAITING)
    waiting.update(state=DeliveryState.DROPPED)


def forget() -> int:
    """Destroy what happened long ago, unless it still waits; returns how many messages."""
    old = Message.objects.filter(at__lt=clock.now() - KEPT)
    waiting = Delivery.objects.filter(state=DeliveryState.WAITING).values("message_id")
    gone = list(old.exclude(id__in=waiting).order_by("at").values_list("id", flat=True)[:_AT_ONCE])
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM webhooks_delivery WHERE message_id = ANY(%s)", [gone])
        cursor.execute("DELETE FROM webhooks_message WHERE id = ANY(%s)", [gone])
    return len(gone)


def _wake(row: Webhook) -> None:
    """Somebody at the institution wants it now: the program is not left alone any longer."""
    Webhook.objects.filter(pk=row.pk).update(failures=0, rests_until=None)
