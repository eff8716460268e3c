"""Making certificates by the thousand: the same order of things as for one, some hundred at a time.

What is to be signed is linted and stored; the signer takes what waits, marks it, signs it, and lets it stand: each step
one transaction for a whole batch, in which every certificate has its move, asked of the law, and its own entry in the
ledger. A crash leaves a batch as it leaves a single one (`issuance.py`): the next run signs the same stored bytes.
"""

import logging
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from uuid import UUID

from django.db import connection, transaction

from divit.certificates import authorities, intents, reading, selectors, services
from divit.certificates.intents import Reservation
from divit.certificates.lifecycle import IntentState, State
from divit.certificates.models import Intent
from divit.certificates.services import Signed
from divit.flows import issuance, status_publication
from divit.flows.jobs import later
from divit.identity.models import Person
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor
from divit.kernel.errors import Invalid, Refused
from divit.pki import issuance as pki
from divit.pki.authority import Authority
from divit.pki.keystores.base import KeyStore

log = logging.getLogger(__name__)

AT_ONCE = 200  # in a transaction: nobody waits noticeably for the ledger (bench/issuance.py prints how long)
MANY = 10  # from so many on they are signed together
IN_ONE_JOB = 2000  # then a list that waits in the same queue has its turn


@dataclass(frozen=True, kw_only=True)
class Wish:
    """One certificate of many; the fields mean what the arguments of `issuance.begin` mean."""

    card_order_id: UUID
    person: Person
    institution_id: UUID
    profile: str
    csr_der: bytes
    card_serial: str
    validity_years: int
    publish: bool
    replaces: bool = False
    challenge: str = ""
    born_state: State = State.VALID
    until: datetime | None = None

    @property
    def proven_over(self) -> str:
        """What the card's request was signed over."""
        return self.challenge or str(self.card_order_id)


@dataclass(kw_only=True)
class Begun:
    """What came of the wishes; those that were known already are in neither list."""

    intents: list[Intent] = field(default_factory=list)
    refused: list[tuple[Wish, Refused | Invalid]] = field(default_factory=list)


def begin_all(wishes: Iterable[Wish], *, by: Actor) -> Begun:
    """Store what is to be signed, linted by our own lints, and ask the signer; pkilint looks before anything of it is
    handed out (`judgement.py`). What is refused does not hold up the rest; asking again makes nothing twice."""
    begun = Begun()
    left = iter(wishes)
    while batch := list(islice(left, AT_ONCE)):
        _begin(batch, begun, by=by)
    return begun


def _begin(wishes: Sequence[Wish], begun: Begun, *, by: Actor) -> None:
    authority = authorities.current()
    known = intents.known_challenges(wish.proven_over for wish in wishes)
    taken = intents.taken_orders(wish.card_order_id for wish in wishes)
    reservations = []
    for wish in wishes:
        if wish.proven_over in known:
            continue
        try:
            if wish.card_order_id in taken:
                raise Refused("issuance_under_way")
            reservations.append(_reservation(wish, authority=authority))
            taken.add(wish.card_order_id)
        except (Refused, Invalid) as refusal:
            begun.refused.append((wish, refusal))
    with transaction.atomic():
        issuer = services.issuer_of(authority)
        begun.intents += intents.reserve_all(reservations, issuer_id=issuer.pk, by=by)
        ask_signer()


def _reservation(wish: Wish, *, authority: Authority) -> Reservation:
    prepared = issuance.prepared_for(
        wish.person,
        profile=wish.profile,
        csr_der=wish.csr_der,
        challenge=wish.proven_over,
        validity_years=wish.validity_years,
        until=wish.until,
        authority=authority,
    )
    pki.lint_ours(prepared)
    return Reservation(
        prepared=prepared,
        card_order_id=wish.card_order_id,
        challenge=wish.proven_over,
        person_id=wish.person.pk,
        institution_id=wish.institution_id,
        csr=wish.csr_der,
        card_serial=wish.card_serial,
        publish=wish.publish,
        replaces=wish.replaces,
        born_state=wish.born_state,
    )


def ask_signer() -> None:
    """Inside a transaction: the signer will finish everything that waits; one waiting job is enough."""
    later("certificates.complete_waiting", queue="signing", queueing_lock="certificates.complete_waiting")


def complete(intent_id: UUID, *, keystore: KeyStore, lanes: int = 1) -> None:
    """Sign one stored intent; where many wait, with them and at their pace. Raises as `issuance.complete` does."""
    if selectors.many_wait(at_least=MANY):
        complete_waiting(keystore=keystore, lanes=lanes)
    issuance.complete(intent_id, keystore=keystore)


def complete_some(*, keystore: KeyStore, lanes: int = 1) -> None:
    """As many as one job should; what is left has a job of its own, behind whatever else waits for the signer."""
    if complete_waiting(keystore=keystore, lanes=lanes) and selectors.many_wait(at_least=1):
        with transaction.atomic():
            ask_signer()


def complete_waiting(*, keystore: KeyStore, at_most: int = IN_ONE_JOB, lanes: int = 1, by: Actor = SYSTEM) -> int:
    """Sign what waits and let it stand, in batches; returns how many certificates were made.

    While one lane waits for the database the other signs. Those that end earlier certificates go the single way
    (`issuance.complete`): every end is an act of its own. Raises as `issuance.complete` does where the key is wrong.
    """
    if lanes == 1:
        return _drain(keystore, at_most=at_most, by=by)
    with ThreadPoolExecutor(lanes) as pool:
        drains = [pool.submit(_drain_in_thread, keystore, at_most=at_most // lanes, by=by) for _ in range(lanes)]
        return sum(drain.result() for drain in drains)


def _drain_in_thread(keystore: KeyStore, *, at_most: int, by: Actor) -> int:
    try:
        return _drain(keystore, at_most=at_most, by=by)
    finally:
        connection.close()


def _drain(keystore: KeyStore, *, at_most: int, by: Actor) -> int:
    """Each is signed by the authority that it was prepared for, as long as that one's key may be used."""
    made = 0
    for authority in authorities.family():
        while authority.halted_at is None and made < at_most:
            batch = _take(authority, at_most=min(AT_ONCE, at_most - made), by=by)
            if not batch:
                break
            made += _make(batch, authority=authority, keystore=keystore, by=by)
    return made


def _take(authority: Authority, *, at_most: int, by: Actor) -> list[Intent]:
    forgotten = clock.now() - issuance.FINISHED_WITHIN
    with transaction.atomic():
        taken = intents.lock_waiting(authority.id, at_most=at_most, begun_before=forgotten)
        authorities.signing_for(authority.id)  # under the lock: see `issuance.complete`
        intents.begin_signing_all([one for one in taken if one.state == IntentState.LINTED], by=by)
    return taken


def _make(batch: Sequence[Intent], *, authority: Authority, keystore: KeyStore, by: Actor) -> int:
    fit = _fit(batch, authority=authority, by=by)
    key = keystore.open(authority.key_label)
    certificates = pki.sign_all([linted for _, linted in fit], key=key)
    signed = [
        Signed(intent=intent, der=der, holder_name=reading.holder_name(der))
        for (intent, _), der in zip(fit, certificates, strict=True)
    ]
    return _let_stand(signed, authority=authority, by=by)


def _fit(batch: Sequence[Intent], *, authority: Authority, by: Actor) -> list[tuple[Intent, pki.Linted]]:
    """Linted once more before the signature; what is no longer fit to be signed is given up, and the rest goes on."""
    fit = []
    for intent in batch:
        try:
            prepared = pki.restore(bytes(intent.tbs), profile=intent.profile, authority=authority)
            fit.append((intent, pki.lint_ours(prepared)))
        except Refused as refusal:
            log.error("intent %s: what was stored can no longer be signed: %s", intent.pk, refusal)
            issuance.abandon(intent.pk, by=by)
    return fit


def _let_stand(signed: Sequence[Signed], *, authority: Authority, by: Actor) -> int:
    with transaction.atomic():
        still = intents.lock_begun([one.intent for one in signed])
        authorities.signing_for(authority.id)
        standing = [one for one in signed if one.intent.pk in still]
        if standing:
            intents.sign_all([one.intent for one in standing], by=by)
            services.issue_all(standing, by=by, now=clock.now())
            for batch_id in {one.intent.batch_id for one in standing}:
                later("certificates.follow_batch", batch_id=str(batch_id))
            status_publication.publish_soon(authority.id)
    return len(standing)
