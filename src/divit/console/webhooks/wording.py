"""An address and what was sent to it, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from divit.kernel import clock
from divit.webhooks import words
from divit.webhooks.lifecycle import State
from divit.webhooks.models import Delivery, DeliveryState, Webhook
from divit.webhooks.schedule import OUT_OF_REACH
from divit.webhooks.selectors import Tally

Words = str | Promise


@dataclass(frozen=True)
class Line:
    """One message on its way to one address, as a row of the table."""

    delivery: Delivery
    what: Words
    state: Words
    answer: Words
    next_try: datetime | None
    may_repeat: bool


def topics(row: Webhook) -> list[Words]:
    """What the address is told of."""
    return [words.TOPICS[topic] for topic in row.topics]


def standing(row: Webhook, tally: Tally | None) -> Words:
    """How the address is doing, in a few words."""
    if row.state == State.CLOSED:
        return words.STATES[row.state]
    if row.failures >= OUT_OF_REACH:
        return _("Açık, ama yanıt alınamıyor")
    if tally is None:
        return _("Açık; henüz bildirim gönderilmedi")
    return words.STATES[row.state]


def lines(rows: Iterable[Delivery], *, open_now: bool) -> list[Line]:
    """The rows of the table."""
    return [_line(row, open_now=open_now) for row in rows]


def _line(row: Delivery, *, open_now: bool) -> Line:
    waits = row.state == DeliveryState.WAITING
    return Line(
        delivery=row,
        what=words.EVENTS.get(row.message.type, row.message.type),
        state=words.DELIVERY_STATES[row.state],
        answer=_answer(row),
        next_try=row.next_try_at if waits and row.tries and row.next_try_at > clock.now() else None,
        may_repeat=open_now and not waits,
    )


def _answer(row: Delivery) -> Words:
    if row.problem:
        return words.PROBLEMS[row.problem]
    if row.status is None:
        return "–"
    return _("{status} yanıtı").format(status=row.status)
