"""Making a certificate: exactly one per card order, whatever dies at whatever instant.

Serial and to-be-signed bytes are stored and linted first; the signer marks that the key may be used, signs, and in one
transaction lets the certificate stand and ends the ones that it replaces. Signing the stored bytes again after a crash
makes no second certificate: the first signature never left the signer.
"""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from divit.certificates import authorities, intents, reading, selectors, services
from divit.certificates.lifecycle import IntentAct, IntentState, State
from divit.certificates.models import Certificate, Intent, StatusChange
from divit.flows import revocation, status_publication
from divit.flows.jobs import later
from divit.identity.models import Person
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor
from divit.kernel.errors import Refused
from divit.kernel.serials import Serial
from divit.pki import issuance as pki
from divit.pki.authority import Authority
from divit.pki.keystores.base import KeyStore
from divit.pki.reasons import Reason
from divit.pki.requests import check_request

log = logging.getLogger(__name__)

FINISHED_WITHIN = timedelta(minutes=1)


def begin(
    *,
    card_order_id: UUID,
    person: Person,
    institution_id: UUID,
    profile: str,
    csr_der: bytes,
    card_serial: str,
    validity_years: int,
    publish: bool,
    replaces: bool,
    by: Actor,
    challenge: str | None = None,
    born_state: State = State.VALID,
    until: datetime | None = None,
    one_of_many: bool = False,
) -> Intent:
    """Store what is to be signed, lint it, and ask the signer. `challenge` (default: the card order's id) is what the
    card's request was signed over; asking again with the same one gives the same intent. `until` ends the validity
    earlier than the product would, for somebody whose post has a fixed term. `one_of_many`: only our own lints come
    first; pkilint looks before the certificate is handed out (`judgement.py`).

    Raises `Invalid` (the request, or a name that may not stand in a certificate) and `Refused` (lint_failed,
    issuance_under_way, certificate_already_issued).
    """
    challenge = challenge or str(card_order_id)
    known = intents.of_challenge(challenge)
    if known is not None:
        return known
    authority = authorities.current()
    prepared = prepared_for(
        person,
        profile=profile,
        csr_der=csr_der,
        challenge=challenge,
        validity_years=validity_years,
        until=until,
        authority=authority,
    )
    linted = pki.lint_ours(prepared) if one_of_many else pki.lint(prepared)
    with transaction.atomic():
        intents.refuse_second(card_order_id)
        intent = intents.reserve(
            prepared,
            by=by,
            card_order_id=card_order_id,
            challenge=challenge,
            issuer=services.issuer_of(authority),
            person=person,
            institution_id=institution_id,
            csr=csr_der,
            card_serial=card_serial,
            publish=publish,
            replaces=replaces,
            born_state=born_state,
            judged_at=clock.now() if linted.judged else None,
        )
        intents.carry_out(intent, IntentAct.LINT, by=by, lint_findings=linted.findings)
        ask_signer(intent.id)
    return intent


def prepared_for(
    person: Person,
    *,
    profile: str,
    csr_der: bytes,
    challenge: str,
    validity_years: int,
    until: datetime | None,
    authority: Authority,
) -> pki.Prepared:
    """What is to be signed, from a proven key and the person as the register spells them. Raises `Invalid`."""
    not_before, not_after = pki.period(clock.now(), years=validity_years)
    return pki.prepare(
        profile,
        authority=authority,
        holder=pki.Holder(tckn=person.tckn, given_names=person.given_names, surname=person.surname),
        public_key=check_request(csr_der, challenge=challenge).spki_der,
        serial=Serial.random(),
        not_before=not_before,
        not_after=not_after if until is None else min(not_after, until.replace(microsecond=0)),
    )


def ask_signer(intent_id: UUID) -> None:
    """Inside a transaction: the signer will finish this intent; one waiting job is enough."""
    name = f"intent:{intent_id}"
    later("certificates.complete_issuance", queue="signing", lock=name, queueing_lock=name, intent_id=str(intent_id))


def complete(intent_id: UUID, *, keystore: KeyStore, by: Actor = SYSTEM) -> Certificate:
    """Sign what was stored and let it stand; done already, it gives the certificate that stands.

    It is signed by the authority that it was prepared for, also when another one issues by now.

    Raises `Refused` when the intent was abandoned; when what was stored is no longer fit to be signed (profile, lints
    or issuer have changed since), which gives the intent up for good; and when the key or its store is not the
    authority's, which leaves everything as it is until that is put right.
    """
    with transaction.atomic():
        intent = intents.lock(intent_id)
        if intent.state == IntentState.SIGNED:
            return intent.certificate
        authority = authorities.signing_for(intent.issuer_id)
        if intent.state == IntentState.LINTED:
            intents.carry_out(intent, IntentAct.BEGIN_SIGNING, by=by)
    if intent.state != IntentState.SIGNING:
        raise Refused("intent_not_to_be_signed", state=intent.state)
    try:
        linted = _fit_to_be_signed(intent, authority=authority)
    except Refused as refusal:
        log.error("intent %s: what was stored can no longer be signed: %s", intent_id, refusal)
        abandon(intent_id, by=by)
        raise
    der = pki.sign(linted, key=keystore.open(authority.key_label))
    with transaction.atomic():
        intent = intents.lock(intent_id)
        if intent.state == IntentState.SIGNED:
            return intent.certificate
        authorities.signing_for(intent.issuer_id)  # under the lock: whoever halts it gives up what is locked afterwards
        return _let_it_stand(intent, der=der, by=by)


def abandon(intent_id: UUID, *, by: Actor) -> None:
    """Give an open intent up; if the key may have been used, its serial is published as revoked. Production hears."""
    with transaction.atomic():
        intent = intents.lock(intent_id)
        if intent.state not in intents.OPEN:
            return  # another signer was faster, with the rules of before
        intents.carry_out(intent, IntentAct.ABANDON, by=by)
        status_publication.publish_soon(intent.issuer_id)
        later("production.signing_given_up", card_order_id=str(intent.card_order_id))


def watch() -> None:
    """Every minute: what should have been signed by now is asked for again."""
    for intent_id in selectors.unfinished_intents(older_than=FINISHED_WITHIN):
        with transaction.atomic():
            ask_signer(intent_id)


def _fit_to_be_signed(intent: Intent, *, authority: Authority) -> pki.Linted:
    """The stored bytes, linted once more; they are signed as they are: `pki.sign` gives nothing else back. pkilint need
    not look again at bytes that it has passed."""
    prepared = pki.restore(bytes(intent.tbs), profile=intent.profile, authority=authority)
    return pki.lint(prepared) if intent.judged_at is None else pki.lint_ours(prepared)


def _let_it_stand(intent: Intent, *, der: bytes, by: Actor) -> Certificate:
    now = clock.now()
    ended = []
    if intent.replaces:
        ended = services.lock_standing(intent.person_id, institution_id=intent.institution_id, now=now)
    as_stored = reading.tbs_of(der) == bytes(intent.tbs)
    intents.carry_out(intent, IntentAct.SIGN, by=by, signed_as_stored=as_stored, judged_at=intent.judged_at or now)
    certificate, change = services.issue(intent, der=der, holder_name=reading.holder_name(der), by=by, now=now)
    for earlier in ended:
        revocation.revoke_locked(earlier, reason=Reason.SUPERSEDED, by=SYSTEM, notice="certificate_replaced")
    status_publication.publish_soon(intent.issuer_id)
    follow(change)
    return certificate


def follow(change: StatusChange) -> None:
    """Inside a transaction: production and the holder hear of a new certificate, and it is looked at from outside."""
    certificate = change.certificate
    later("certificates.observe", change_id=str(change.id))
    later(
        "production.certificate_issued",
        card_order_id=str(certificate.card_order_id),
        certificate_id=str(certificate.id),
    )
    status_publication.tell_holder(change, notice="certificate_issued")
