"""What the world is told of a certificate: lists after every change, and a look from outside at what arrived."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from divit.certificates import authorities, lists, next_list, reading, selectors, service_certificates, services
from divit.certificates.lifecycle import State
from divit.certificates.list_models import PublishedCrl
from divit.certificates.models import Issuer, StatusChange, StatusEvidence
from divit.certificates.ports import CrlSeen, OcspSeen, StatusProbe
from divit.flows import notices
from divit.flows.jobs import each, later
from divit.kernel import clock
from divit.kernel.actors import SYSTEM
from divit.kernel.errors import NeighbourFailed
from divit.kernel.serials import Serial
from divit.pki import ceremony, crl, crl_frame
from divit.pki.authority import Authority
from divit.pki.keystores.base import KeyStore, SigningKey

log = logging.getLogger(__name__)

LIST_EVERY = timedelta(hours=4)  # BTK's profile document: «4 saatte bir SİL»
LIST_STANDS = timedelta(hours=24)
RECEIPT_WAITS = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class Why:
    """Which notice tells of an act, with what more than serial number and time, and what the actor said of it."""

    notice: str
    said: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    note: Mapping[str, str] = field(default_factory=dict)
    """For the ledger."""


def announce(change: StatusChange, *, notice: str, **facts: str) -> None:
    """Inside the transaction of the act: the list, the look from outside, the receipt and the notice will follow."""
    certificate = change.certificate
    publish_soon(certificate.issuer_id)
    services.promise_receipt(change, language=certificate.person.language)
    later("certificates.observe", change_id=str(change.id))
    later("applications.look_again_for_person", person_id=str(certificate.person_id))
    tell_holder(change, notice=notice, **facts)


def tell_holder(change: StatusChange, *, notice: str, **facts: str) -> None:
    """The holder hears of every act on their certificate, whoever did it: a forger cannot act in silence.

    `facts` are what this notice says beside serial number and time.
    """
    certificate = change.certificate
    notices.tell(
        person=certificate.person,
        notice=notice,
        subject=("certificate", str(certificate.id)),
        dedupe=f"{notice}:{change.id}",
        serial=Serial.from_hex(certificate.serial).hex,
        at=clock.local(change.at).strftime("%d.%m.%Y %H:%M"),
        **facts,
    )


def publish_soon(issuer_id: UUID) -> None:
    """A new list as soon as the signer is free; one waiting job is enough for many changes."""
    name = f"crl:{issuer_id}"
    later("certificates.publish_crl", queue="signing", lock=name, queueing_lock=name, issuer_id=str(issuer_id))


def publish(issuer_id: UUID, *, keystore: KeyStore) -> PublishedCrl | None:
    """Sign a list of all of one authority that is revoked or on hold, check it, and put it in the place of the last.

    None when the newest list already tells everything and is young enough. Raises `Refused` when the list may not
    replace the one before (the clock went back, or somebody else was faster): to be tried again; issuer_not_ours.
    """
    authority = authorities.by_id(issuer_id)
    with transaction.atomic():
        issuer = services.issuer_of(authority)
    with next_list.Blocks() as blocks:
        made = drafted(authority, issuer, into=blocks)
        return _published(made, key=keystore.open(authority.key_label)) if made else None


def watch() -> None:
    """Every minute: new certificates of services are taken down, and a list that is due is ordered, however missed."""
    for authority in _answering():
        with transaction.atomic():
            issuer = services.issuer_of(authority)
            service_certificates.take_down(authority, by=SYSTEM)
            if lists.is_due(issuer, every=LIST_EVERY):
                publish_soon(issuer.id)


def compare() -> None:
    """Nightly: the newest lists, as the world has them, are what the statuses say when every entry is encoded anew.

    Raises `ExceptionGroup` of `Refused`: crl_unexplained_difference, or what reading a list of another's raises.
    """
    each([authority.id for authority in _answering()], _compare)


def _compare(issuer_id: UUID) -> None:
    issuer = services.issuer_of(authorities.by_id(issuer_id))
    with lists.at_one_moment():
        newest = lists.newest(issuer)
        if newest:
            next_list.compare(issuer, newest)


def renew_delegates(*, keystore: KeyStore) -> int:
    """Daily: new certificates for the OCSP delegates' keys while the old ones still have days to go; how many."""
    now = clock.now()
    new = [ceremony.renew_delegate(authority, issuing=keystore, now=now) for authority in _answering()]
    return sum(der is not None for der in new)


def _answering() -> list[Authority]:
    """Those that go on with lists and OCSP, although another one issues: no certificate outlives its authority's."""
    now = clock.now()
    return [authority for authority in authorities.family() if authority.not_after > now]


def renew_root_list(*, keystore: KeyStore) -> bool:
    """Daily: the root's list anew in good time, where the root's key is at hand: a TEST authority's alone is."""
    folder, now = authorities.newest().folder, clock.now()
    due = ceremony.root_crl_is_due(folder, root=keystore, now=now)
    if due:
        ceremony.renew_root_crl(folder, root=keystore, now=now)
    return due


def observe(change_id: UUID, *, probe: StatusProbe) -> bool:
    """Look as a relying party does and keep what is seen; True when nothing more is to be seen of this change.

    Raises `NeighbourFailed` when the validation service does not answer: to be tried again.
    """
    change = selectors.change(change_id)
    seen = {evidence.source for evidence in change.evidence.all()}
    if StatusEvidence.Source.OCSP not in seen and _look_at_ocsp(change, probe=probe):
        seen.add(StatusEvidence.Source.OCSP)
    if StatusEvidence.Source.CRL not in seen and _look_at_list(change, probe=probe):
        seen.add(StatusEvidence.Source.CRL)
    over = len(seen) == len(StatusEvidence.Source) or selectors.overtaken(change)
    if over or clock.now() - change.at > RECEIPT_WAITS:
        with transaction.atomic():
            ask_for_receipt(change_id)
    return over


def ask_for_receipt(change_id: UUID) -> None:
    """The signer seals the receipt; one waiting job is enough."""
    name = f"receipt:{change_id}"
    later("certificates.seal_receipt", queue="signing", lock=name, queueing_lock=name, change_id=str(change_id))


def _look_at_ocsp(change: StatusChange, *, probe: StatusProbe) -> bool:
    certificate = change.certificate
    answer = probe.ocsp(issuer_der=bytes(certificate.issuer.certificate), certificate_der=bytes(certificate.der))
    if not _answer_tells(answer, change):
        return False
    with transaction.atomic():
        services.record_evidence(
            change,
            source=StatusEvidence.Source.OCSP,
            status=answer.status,
            said_at=answer.produced_at,
            digest_of=answer.der,
            der=answer.der,
        )
    return True


def _look_at_list(change: StatusChange, *, probe: StatusProbe) -> bool:
    issuer = change.certificate.issuer
    seen = probe.crl(issuer.crl_url)
    if not reading.is_list_of(seen.der, issuer_der=bytes(issuer.certificate)):
        raise NeighbourFailed("crl", "garbage", outcome_known=True)
    if not _list_tells(seen, change):
        return False
    with transaction.atomic():
        services.record_evidence(
            change,
            source=StatusEvidence.Source.CRL,
            status="good" if change.state == State.VALID else "revoked",
            said_at=seen.this_update,
            digest_of=seen.der,
            crl_number=seen.number,
        )
    return True


def _answer_tells(answer: OcspSeen, change: StatusChange) -> bool:
    if answer.produced_at < _whole_second(change.at):
        return False
    if change.state == State.VALID:
        return answer.status == "good"
    told = answer.status == "revoked" and answer.reason == change.reason
    return told and change.effective_at is not None and answer.revoked_at == _whole_second(change.effective_at)


def _list_tells(seen: CrlSeen, change: StatusChange) -> bool:
    listed = change.certificate.serial in seen.serials
    return listed != (change.state == State.VALID) and seen.this_update >= _whole_second(change.at)


def _whole_second(at: datetime) -> datetime:
    """OCSP and CRL tell times in whole seconds."""
    return at.replace(microsecond=0)


@dataclass(frozen=True, kw_only=True)
class Made:
    """A list that is to be signed, and its delta."""

    frame: crl_frame.Frame
    draft: next_list.Draft
    delta: next_list.Delta | None


def drafted(authority: Authority, issuer: Issuer, *, into: next_list.Blocks) -> Made | None:
    """What is to be signed, as of now; None when the newest list says it already. Raises `Refused`."""
    lists.wait_for_changes()
    with lists.at_one_moment():
        newest, covers, now = lists.newest(issuer), lists.last_change(issuer), clock.now()
        if newest and newest.covers == covers and now - newest.this_update < LIST_EVERY:
            return None
        frame = frame_now(authority, now=now)
        try:
            made = next_list.draft(issuer, newest=newest, covers=covers, frame=frame, into=into)
        except next_list.Unfounded as problem:
            # A list must go on being published; this line is for those who look after the house.
            log.error("the newest list is not as it was signed (%s): made anew of the statuses", problem)
            made = next_list.draft_anew(issuer, covers=covers, frame=frame, into=into)
        made.follows = newest.number if newest else 0
        delta = None
        if settings.DIVIT.delta_lists and made.old:
            # Whoever still holds a list that may be relied on can take the delta.
            delta = next_list.delta(made, frame=frame, relied_on=now - LIST_STANDS)
        return Made(frame=frame, draft=made, delta=delta)


def _published(made: Made, *, key: SigningKey) -> PublishedCrl:
    draft, delta = made.draft, made.delta
    sealed = crl_frame.sign(made.frame, draft.hashed, size=draft.size, key=key)
    delta_der = delta.signed(key) if delta else b""
    with transaction.atomic():
        published = next_list.publish(draft, sealed)
        if delta:
            lists.publish_delta(published, base_number=delta.base_number, der=delta_der)
        return published


def frame_now(authority: Authority, *, now: datetime) -> crl_frame.Frame:
    """Who says a list, when, until when, under which number."""
    return crl_frame.Frame(
        issuer=authority.certificate,
        number=crl.number_at(now),
        this_update=now.replace(microsecond=0),
        next_update=(now + LIST_STANDS).replace(microsecond=0),
        ca_url=authority.ca_url,
        delta_url=crl_frame.delta_url_of(authority.crl_url) if settings.DIVIT.delta_lists else "",
    )
