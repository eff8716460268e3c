"""Carrying messages to one address: each try is recorded, made, and its outcome recorded."""

import logging
import time
from contextlib import ExitStack
from uuid import UUID

from django.db import transaction

from divit.flows.notices import tell
from divit.flows.webhook_following import order
from divit.institutions import selectors as institutions
from divit.kernel import clock
from divit.kernel.actors import SYSTEM
from divit.kernel.errors import Invalid, NeighbourFailed
from divit.webhooks import outbox, selectors, services, signing
from divit.webhooks.lifecycle import State
from divit.webhooks.models import Webhook
from divit.webhooks.outbox import Failure, Parcel
from divit.webhooks.ports import Answer, WebhookSender

log = logging.getLogger(__name__)

_GONE = 410
# A turn ends after so many seconds and begins again behind the others.
_TURN_SECONDS = 15.0


def deliver(webhook_id: UUID, *, sender: WebhookSender) -> None:
    """One turn at one address: what is due, one after the other, until it is slow, rests, or the turn is over.

    At least once: a worker that dies between sending and recording leaves a message that is sent again when its lease
    is over, under the same id.
    """
    ends = time.monotonic() + _TURN_SECONDS
    while parcel := _next(webhook_id):
        if not _carry(parcel, sender=sender):
            return
        if time.monotonic() > ends:
            order(webhook_id)
            return


def _next(webhook_id: UUID) -> Parcel | None:
    with transaction.atomic():
        return outbox.take(webhook_id)


def _carry(parcel: Parcel, *, sender: WebhookSender) -> bool:
    """One try; whether the turn goes on."""
    row, begun = selectors.webhook(parcel.webhook_id), time.monotonic()
    if row.state != State.OPEN:
        return False
    with ExitStack() as mishap:
        # What nobody foresaw counts as a try as well: no message may come back for ever.
        mishap.callback(_failed, parcel, Failure(problem="garbage"))
        answer = _send(parcel, row, sender=sender)
        mishap.pop_all()
    if isinstance(answer, str):
        return _failed(parcel, Failure(problem=answer, took_ms=_ms(begun)))
    if 200 <= answer.status < 300:
        outbox.delivered(parcel, status=answer.status, took_ms=_ms(begun))
        return True
    if answer.status == _GONE:
        _vanish(parcel.webhook_id)
        return False
    return _failed(parcel, Failure(status=answer.status, wished=answer.retry_after, took_ms=_ms(begun)))


def _send(parcel: Parcel, row: Webhook, *, sender: WebhookSender) -> Answer | str:
    """The answer, or why there was none."""
    now = clock.now()
    try:
        keys = services.keys_of(row, at=now)
        headers = signing.headers(parcel.message_id, at=now, body=parcel.body, keys=keys)
        return sender.send(url=row.url, headers=headers, body=parcel.body)
    except NeighbourFailed as problem:
        return problem.how
    except Invalid:
        log.error("the secret of webhook %s cannot be read", parcel.webhook_id)
        return "secret"


def _failed(parcel: Parcel, said: Failure) -> bool:
    log.info("message %s was not taken: %s", parcel.message_id, said.problem or said.status)
    with transaction.atomic():
        setback = outbox.not_delivered(parcel, said)
        if setback.given_up:
            _tell_officers(selectors.webhook(parcel.webhook_id), "webhook_given_up", on=f"{clock.today():%Y%m%d}")
    return not setback.rests


def _vanish(webhook_id: UUID) -> None:
    with transaction.atomic():
        found = selectors.webhook(webhook_id)
        row = services.locked(found.institution_id, webhook_id)
        if services.vanish(row, by=SYSTEM):
            _tell_officers(row, "webhook_vanished", on="")


def _tell_officers(row: Webhook, notice: str, *, on: str) -> None:
    """Each officer by mail; `on` is how often the same may be told again."""
    for appointment in institutions.officers_of(row.institution_id):
        tell(
            person=appointment.person,
            notice=notice,
            subject=("webhook", str(row.pk)),
            dedupe=f"{notice}:{row.pk}:{on}:{appointment.person_id}",
            channel="email",
            institution=appointment.institution.name,
            name=row.name,
        )


def _ms(begun: float) -> int:
    return int((time.monotonic() - begun) * 1000)
