"""Telling a person what happened: written with the act, delivered afterwards, never in its way."""

import logging
from collections.abc import Mapping
from dataclasses import replace

from django.db import transaction

from divit.flows.jobs import later
from divit.identity.models import Person
from divit.kernel import clock
from divit.kernel.errors import Invalid, NeighbourFailed
from divit.kernel.phone import Phone
from divit.notifications import selectors, services
from divit.notifications.models import Channel
from divit.notifications.ports import MailGateway, SmsGateway
from divit.notifications.services import Addressee

log = logging.getLogger(__name__)


def tell(
    *, person: Person, notice: str, subject: tuple[str, str], dedupe: str, channel: str = "", **facts: object
) -> None:
    """Queue a notice by the person's channels, in the transaction of the act; the same `dedupe` is told once.

    `facts` fill the notice's placeholders: texts as the person should read them, without national numbers. `channel`:
    the one that suits the notice, whatever the person chose for their own applications (a digest is a mail).
    """
    to = replace(_of(person), channel=channel or person.channel)
    _queue(to, notice=notice, subject=subject, dedupe=dedupe, facts=facts)


def tell_at(
    *, person: Person, phone: str, email: str, notice: str, subject: tuple[str, str], dedupe: str, **facts: object
) -> None:
    """Queue a notice to addresses that somebody else gave, and where the person is reached anyway.

    What others gave is used for this notice alone. It may be wrong: such a notice names nobody. Where both are the
    same it is told once.
    """
    other_phone = "" if phone == person.phone else phone
    other_email = "" if email == person.email else email
    if person.phone or person.email:
        _queue(_of(person), notice=notice, subject=subject, dedupe=dedupe, facts=facts)
    if other_phone or other_email:
        there = replace(_of(person), channel="both", phone=other_phone, email=other_email)
        _queue(there, notice=notice, subject=subject, dedupe=f"{dedupe}:given", facts=facts)


def _of(person: Person) -> Addressee:
    return Addressee(
        person_id=person.pk,
        language=person.language,
        channel=person.channel,
        phone=person.phone,
        email=person.email,
    )


def _queue(to: Addressee, *, notice: str, subject: tuple[str, str], dedupe: str, facts: Mapping[str, object]) -> None:
    for message_id in services.queue(to, notice=notice, subject=subject, dedupe=dedupe, facts=facts):
        later("notifications.deliver", message_id=str(message_id))


def deliver(message_id: str, *, sms: SmsGateway, mail: MailGateway) -> None:
    """Try one message once; a failure plans the next try.

    At least once: a try is given up only when the gateway surely did not take it. A try whose outcome is unknown
    may be repeated, so that a message can arrive up to three times, never more.
    """
    message = services.take(message_id)
    if message is None:
        return
    try:
        if message.channel == Channel.SMS:
            sms.send(to=Phone(message.address), text=message.text, message_id=str(message.pk))
        else:
            mail.send(to=message.address, subject=message.headline, text=message.text, message_id=str(message.pk))
    except Invalid as problem:
        log.warning("message %s has no usable address: %s", message.pk, problem)
        services.undeliverable(message)
        return
    except NeighbourFailed as problem:
        log.warning("message %s not delivered: %s", message.pk, problem.how)
        with transaction.atomic():
            pause = services.not_delivered(message, outcome_known=problem.outcome_known)
            if pause is not None:
                later("notifications.deliver", in_seconds=pause, message_id=str(message.pk))
        return
    services.delivered(message)


def sweep() -> None:
    """Messages whose worker died on the way are tried again."""
    for message_id in selectors.overdue(before=clock.now() - services.LEASE):
        later("notifications.deliver", queueing_lock=f"message:{message_id}", message_id=message_id)
