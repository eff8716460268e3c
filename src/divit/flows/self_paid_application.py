"""Kişi ödemeli başvuru: from choosing an institution to a submitted application with its charge.

The steps of a draft and its submission are the same where an institution pays; what differs then is asked of
`institution_paid_application`.
"""

from collections.abc import Mapping
from typing import cast
from uuid import UUID

from django.db import transaction

from divit.applications import selectors, services
from divit.applications.addresses import Addresses
from divit.applications.kinds import Holdings, Kind, Payer, why_closed
from divit.applications.models import Application
from divit.applications.services import PhoneProof
from divit.applications.steps import Step
from divit.flows import delivery_target, fees, institution_paid_application, release
from divit.flows.holdings import holdings
from divit.flows.notices import tell
from divit.identity import selectors as people
from divit.identity import services as identity
from divit.identity.models import Person
from divit.institutions import selectors as institutions
from divit.institutions.models import InstitutionRule
from divit.kernel import clock
from divit.kernel.actors import Actor
from divit.kernel.errors import Invalid, NotFound
from divit.kernel.phone import Phone
from divit.verification import selectors as verification
from divit.verification.models import Channel, Purpose

# The code is asked for on the page before the submission; a longer pause means starting that page again.
PROOF_MINUTES = 15


def start(*, person: Person, institution_id: UUID, kind: Kind, by: Actor) -> Application:
    """Begin a draft, filled in from the latest application and from what is known of the person.

    Raises `Refused` with `application_already_running`, or with why this kind does not fit.
    """
    _choosable(institution_id)
    _fits(kind, holdings(person.id, institution_id))
    known = selectors.earlier_answers(person.id)
    contact = {"email": person.email, "phone": person.phone, "channel": person.channel}
    prefill = known | {name: value for name, value in contact.items() if value}
    with transaction.atomic():
        row = services.begin(person_id=person.id, institution_id=institution_id, kind=kind, prefill=prefill, by=by)
        delivery_target.settle(row)
        return row


def _choosable(institution_id: UUID) -> None:
    if institution_id not in {row.id for row in institutions.active_institutions()}:
        raise Invalid("choice_unknown", field="institution")


def _fits(kind: Kind, held: Holdings) -> None:
    closed = why_closed(kind, held)
    if closed:
        raise closed


def choose(application_id: UUID, *, institution_id: UUID, kind: Kind, by: Actor) -> Application:
    """Choose institution or kind of a draft anew; everything else that was typed stays."""
    _choosable(institution_id)
    with transaction.atomic():
        row = _own(application_id, by=by)
        _fits(kind, holdings(row.person_id, institution_id))
        services.choose(row, institution_id=institution_id, kind=kind)
        delivery_target.settle(row)
    return row


def save_step(
    application_id: UUID,
    step: Step,
    typed: Mapping[str, str],
    *,
    addresses: Addresses,
    leaving: bool = False,
    by: Actor,
) -> list[Invalid]:
    """Keep one part of the form; returns what could not be understood (nothing: the part is done)."""
    with transaction.atomic():
        return services.save_part(_own(application_id, by=by), step, typed, addresses=addresses, leaving=leaving)


def confirm(application_id: UUID, *, accepted: list[str], by: Actor) -> None:
    """The summary was read, and with it the list of certificates that production will revoke."""
    with transaction.atomic():
        row = _own(application_id, by=by)
        services.confirm_summary(row, held=holdings(row.person_id, row.institution_id), accepted=accepted, by=by)


def proof_subject(row: Application) -> str:
    """What a phone code for this application is bound to: another number needs another proof."""
    return f"{row.id}:{row.phone[-7:]}"


def phone_is_proven(row: Application, *, by: Actor) -> bool:
    """Whether `submit` would find the proof of the phone."""
    return _proof(row, by=by) is not None


def _proof(row: Application, *, by: Actor) -> PhoneProof | None:
    code = verification.latest_proof(
        person_id=row.person_id,
        purpose=Purpose.APPLICATION,
        subject_id=proof_subject(row),
        session=by.session,
        within_minutes=PROOF_MINUTES,
    )
    if code is None:
        return None
    # When the operator fails again and again, verification sends the code to the e-mail given before (laws.md).
    by_mail = code.channel == Channel.EMAIL
    return PhoneProof(code_id=str(code.id), phone=row.phone if by_mail else code.sent_to, reached=not by_mail)


def submit(application_id: UUID, *, by: Actor) -> Application:
    """Send the draft off: requirements by rule, the charge where the institution asks for it before the form.

    Sent twice, it is submitted once. Raises `Refused` with what is missing.
    """
    with transaction.atomic():
        row = _own(application_id, by=by)
        if row.submitted_at is not None:
            return row
        rule = institutions.rule_for(row.institution_id, on=clock.today())
        held = holdings(row.person_id, row.institution_id)
        proof = _proof(row, by=by)
        services.submit(row, held=held, proof=proof, wet_form=rule.wet_form, by=by)
        if row.payer == Payer.INSTITUTION:
            institution_paid_application.note_submitted(row)
        elif rule.pay_gate == InstitutionRule.PayGate.BEFORE_FORM or not rule.wet_form:
            fees.accrue(row, by=by)
        person = _keep_contact(row, proven=proof is not None and proof.reached, by=by)
        tell(
            person=person,
            notice=institution_paid_application.notice_for(row, "application_submitted"),
            subject=("application", str(row.id)),
            dedupe=f"application_submitted:{row.id}",
            reference=row.reference,
            institution=row.institution.name,
            until=f"{row.lapses_on:%d.%m.%Y}",
        )
        release.advance(row.id, by=by)
    return selectors.application(row.id)


def _keep_contact(row: Application, *, proven: bool, by: Actor) -> Person:
    """From now on the person is told by what the form says; where they were told before hears of the change (T6)."""
    person = people.person(row.person_id)
    known = {"phone": person.phone, "email": person.email}
    if any(value and value != getattr(row, name) for name, value in known.items()):
        tell(
            person=person,
            notice="application_changed_contact",
            subject=("application", str(row.id)),
            dedupe=f"application_changed_contact:{row.id}",
            reference=row.reference,
        )
    phone = Phone(row.phone)
    channel = cast(identity.Channel, row.channel)
    person = identity.change_contact(person, email=row.email, phone=phone, channel=channel, by=by)
    return identity.confirm_phone(person, phone=phone, by=by) if proven else person


def amend(
    application_id: UUID, step: Step, typed: Mapping[str, str], *, addresses: Addresses, by: Actor
) -> list[Invalid]:
    """Correct workplace or delivery after submission; the form must then be printed again."""
    with transaction.atomic():
        return services.amend(_own(application_id, by=by), step, typed, addresses=addresses, by=by)


def _own(application_id: UUID, *, by: Actor) -> Application:
    row = services.locked(application_id)
    if str(row.person_id) != by.id:
        raise NotFound
    return row
