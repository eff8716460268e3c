"""Writing the outbox: a message is queued with the event it tells of, tried with a lease, and settled."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from divit.kernel import clock
from divit.notifications.models import Channel, Message, State
from divit.notifications.texts import notice_of

LEASE = timedelta(minutes=2)  # a try that says nothing for so long is taken for lost
MOST_MAYBE_SENT = 3
_PAUSES = (15, 60, 300, 900, 1800, 3600, 3600, 7200, 7200, 14400, 14400)  # seconds; about 15 hours in all


@dataclass(frozen=True, kw_only=True)
class Addressee:
    """To whom, as identity knows them; this domain does not ask identity."""

    person_id: UUID
    language: str
    channel: str
    phone: str
    email: str


def queue(
    to: Addressee, *, notice: str, subject: tuple[str, str], dedupe: str, facts: Mapping[str, object]
) -> list[UUID]:
    """Write one message for each channel; returns the ids that a worker must deliver. In the act's transaction.

    The same `dedupe` again writes nothing.
    """
    words = notice_of(notice)
    now = clock.now()
    messages = [
        Message(
            person_id=to.person_id,
            notice=notice,
            subject_kind=subject[0],
            subject_id=subject[1],
            dedupe=dedupe,
            channel=channel,
            address={Channel.SMS: to.phone, Channel.EMAIL: to.email}.get(channel, ""),
            language=to.language,
            headline=words.headline(to.language, facts),
            text=words.sms(to.language, facts) if channel == Channel.SMS else words.mail(to.language, facts),
            state=State.SENT if channel == Channel.PORTAL else State.QUEUED,
            sent_at=now if channel == Channel.PORTAL else None,
            next_try_at=now,
            created_at=now,
        )
        for channel in _channels(to)
    ]
    Message.objects.bulk_create(messages, ignore_conflicts=True)
    written = Message.objects.filter(pk__in=[message.pk for message in messages], state=State.QUEUED)
    return list(written.order_by("channel").values_list("pk", flat=True))


def _channels(to: Addressee) -> Iterable[Channel]:
    """The channels that were asked for and can be used; any that can be used otherwise; the message centre at least."""
    can = {channel for channel, address in ((Channel.SMS, to.phone), (Channel.EMAIL, to.email)) if address}
    asked = {Channel.SMS, Channel.EMAIL} if to.channel == "both" else {Channel(to.channel)}
    return sorted(can & asked) or sorted(can) or [Channel.PORTAL]


def take(message_id: str) -> Message | None:
    """Begin a try: the message is leased, and counts as perhaps sent until we know better; None: nothing to do."""
    with transaction.atomic():
        message = Message.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=message_id).first()
        if message is None or message.state != State.QUEUED or message.next_try_at > clock.now():
            return None
        if message.maybe_sent >= MOST_MAYBE_SENT:
            message.state = State.UNCONFIRMED
            message.save(update_fields=["state"])
            return None
        message.tries += 1
        message.maybe_sent += 1
        message.next_try_at = clock.now() + LEASE
        message.save(update_fields=["tries", "maybe_sent", "next_try_at"])
        return message


def delivered(message: Message) -> None:
    """The gateway took it."""
    Message.objects.filter(pk=message.pk).update(state=State.SENT, sent_at=clock.now())


def undeliverable(message: Message) -> None:
    """Its address can never take it."""
    Message.objects.filter(pk=message.pk).update(state=State.FAILED)


def not_delivered(message: Message, *, outcome_known: bool) -> int | None:
    """The gateway failed; returns in how many seconds to try again, or None when it is given up.

    `outcome_known`: it surely did not take the message.
    """
    with transaction.atomic():
        row = Message.objects.select_for_update(no_key=True).get(pk=message.pk)
        if outcome_known:
            row.maybe_sent -= 1
        if row.tries > len(_PAUSES):
            row.state = State.FAILED if row.maybe_sent == 0 else State.UNCONFIRMED
            row.save(update_fields=["maybe_sent", "state"])
            return None
        if row.maybe_sent >= MOST_MAYBE_SENT:
            row.state = State.UNCONFIRMED
            row.save(update_fields=["maybe_sent", "state"])
            return None
        pause = _PAUSES[row.tries - 1]
        row.next_try_at = clock.now() + timedelta(seconds=pause)
        row.save(update_fields=["maybe_sent", "next_try_at"])
        return pause
