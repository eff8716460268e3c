"""Cep Telefonu Doğrulama: a code goes out, the person types it back, and the act it was for may go on."""

from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from divit.flows import rate_limits
from divit.flows.jobs import later
from divit.identity.models import Person
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor
from divit.kernel.errors import NeighbourFailed, Refused
from divit.kernel.phone import Phone
from divit.notifications.ports import MailGateway, SmsGateway
from divit.notifications.texts import verification as texts
from divit.verification import codes, selectors, services
from divit.verification.lifecycle import TRIES, Act, State
from divit.verification.models import Channel, PhoneCode, Purpose

# After so many failures of the SMS operator another way is offered (laws.md, Phone proof) …
FAILURES_BEFORE_MAIL = 5
# … but not where the number is being changed, or the card opened.
MAIL_WILL_DO = frozenset({Purpose.APPLICATION, Purpose.REINSTATE})
# A number that has just replaced another opens nothing for a day: time for whoever had the old one to object (T6).
NEW_NUMBER_WAITS = timedelta(hours=24)
OPENING = frozenset({Purpose.REINSTATE, Purpose.PIN_RELEASE})


def send(
    *, person: Person, phone: Phone, purpose: Purpose | str, subject_id: str, session: str, address: str, by: Actor
) -> PhoneCode:
    """Count, then make a code and leave its sending to the worker; a code still waiting for this act is replaced.

    Raises `Refused` with `codes_too_many`, `code_resend_too_soon` or `phone_too_new`, each with `until`.
    """
    return _send(
        person=person,
        channel=Channel.SMS,
        to=phone,
        purpose=Purpose(purpose),
        subject_id=subject_id,
        session=session,
        address=address,
        by=by,
    )


def send_again(code_id: UUID, *, session: str, address: str, by: Actor) -> PhoneCode:
    """The same act, the same receiver, a new code."""
    code = selectors.code_of_person(code_id, person_id=by.id, session=session)
    if code.state == State.PROVEN:
        raise Refused("code_already_proven")
    return _send(
        person=code.person,
        channel=Channel(code.channel),
        to=Phone(code.sent_to) if code.channel == Channel.SMS else code.sent_to,
        purpose=Purpose(code.purpose),
        subject_id=code.subject_id,
        session=session,
        address=address,
        by=by,
    )


def send_by_mail(code_id: UUID, *, session: str, address: str, by: Actor) -> PhoneCode:
    """The other way, once the SMS operator has failed often enough: to the e-mail that the person gave before."""
    code = selectors.code_of_person(code_id, person_id=by.id, session=session)
    if not mail_offered(code):
        raise Refused("code_mail_not_offered")
    return _send(
        person=code.person,
        channel=Channel.EMAIL,
        to=code.person.email,
        purpose=Purpose(code.purpose),
        subject_id=code.subject_id,
        session=session,
        address=address,
        by=by,
    )


def mail_offered(code: PhoneCode) -> bool:
    """Whether the code may go by e-mail instead."""
    return (
        code.channel == Channel.SMS
        and code.purpose in MAIL_WILL_DO
        and bool(code.person.email)
        and selectors.channel_failures(code.person_id) >= FAILURES_BEFORE_MAIL
    )


def _send(
    *,
    person: Person,
    channel: Channel,
    to: str,
    purpose: Purpose,
    subject_id: str,
    session: str,
    address: str,
    by: Actor,
) -> PhoneCode:
    _refuse_a_new_number(person, purpose)
    limits = rate_limits.code_limits(to=to, person_id=str(person.id), address=address, purpose=str(purpose))
    try:
        with transaction.atomic():
            _count(limits)
            code = services.create(
                person_id=person.id,
                channel=channel,
                sent_to=to,
                purpose=purpose,
                subject_id=subject_id,
                session=session,
                by=by,
            )
            later("verification.send_code", code_id=str(code.id))
    except IntegrityError as problem:
        # Another tab made a code for the same act to another receiver in the same instant.
        raise Refused("changed_meanwhile") from problem
    return code


def _refuse_a_new_number(person: Person, purpose: Purpose) -> None:
    if purpose not in OPENING or person.phone_replaced_at is None:
        return
    until = person.phone_replaced_at + NEW_NUMBER_WAITS
    if clock.now() < until:
        raise Refused("phone_too_new", until=clock.local(until))


def _count(limits: list[rate_limits.Limit]) -> None:
    try:
        rate_limits.take(limits, code="codes_too_many")
    except Refused as refusal:
        if refusal.facts["limit"] == "code.resend":
            raise Refused("code_resend_too_soon", until=refusal.facts["until"]) from None
        raise


def deliver(code_id: str, *, sms: SmsGateway, mail: MailGateway) -> None:
    """Hand the message over, unless the code is no longer of use; the worker tries again after `NeighbourFailed`.

    The operator takes one message of an id once, so a second try after an unknown outcome sends nothing twice.
    """
    code = selectors.to_send(code_id)
    if code is None or code.state != State.SENT or code.handed_over_at or code.expires_at <= clock.now():
        return
    words = texts.CODE[code.person.language if code.person.language in texts.CODE else "tr"]
    facts = {
        "code": codes.code_of(code.id),
        "purpose": words.purposes[code.purpose],
        "host": urlsplit(settings.PUBLIC_URL).hostname,
        "until": f"{clock.local(code.expires_at):%H.%M}",
    }
    try:
        if code.channel == Channel.SMS:
            sms.send(to=Phone(code.sent_to), text=words.sms.format(**facts), message_id=f"code-{code.id}")
        else:
            subject, text = words.mail_subject.format(**facts), words.mail.format(**facts)
            mail.send(to=code.sent_to, subject=subject, text=text, message_id=f"code-{code.id}")
    except NeighbourFailed:
        services.note_failure(code)
        raise
    services.note_handed_over(code)


def prove(code_id: UUID, *, typed: str, session: str, by: Actor) -> PhoneCode:
    """Judge an answer. It is counted, and that is committed, before anything is compared.

    Raises `NotFound` (not this person's, not this session's), `Invalid("code_format")` (costs no try),
    `Refused` with `code_wrong` (`left` says how many tries remain), `code_locked`, `code_expired` or `code_used_up`.
    """
    code = selectors.code_of_person(code_id, person_id=by.id, session=session)
    digits = codes.typed(typed)
    place = services.count_try(code)
    if place is None:
        raise _no_longer(code)
    digest = codes.bound(
        digits,
        code_id=code.id,
        sent_to=code.sent_to,
        purpose=code.purpose,
        subject_id=code.subject_id,
        session=session,
    )
    matches = codes.same(digest, code.digest)
    with transaction.atomic():
        row = services.locked(code.id)
        if row.state != State.SENT:
            raise _no_longer(row)
        if matches:
            services.carry_out(row, Act.PROVE, by=by, matches=True)
            return row
        if place >= TRIES:
            services.carry_out(row, Act.LOCK, by=SYSTEM)
    if place >= TRIES:
        raise Refused("code_locked")
    raise Refused("code_wrong", left=TRIES - place)


def _no_longer(code: PhoneCode) -> Refused:
    code.refresh_from_db(fields=["state", "expires_at", "tries"])
    if code.state == State.PROVEN:
        return Refused("code_already_proven")
    if code.state == State.LOCKED or code.tries >= TRIES:
        return Refused("code_locked")
    return Refused("code_expired")


def fresh_proof(
    *, person_id: UUID | str, purpose: Purpose | str, subject_id: str, session: str, within_minutes: int
) -> bool:
    """Whether this person, in this session, has just proven a code for exactly this act."""
    proof = selectors.latest_proof(
        person_id=person_id,
        purpose=Purpose(purpose),
        subject_id=subject_id,
        session=session,
        within_minutes=within_minutes,
    )
    return proof is not None
