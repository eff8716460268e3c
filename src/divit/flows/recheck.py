"""Nightly: every certificate is read again and held against its intent and its profile, and what the world is told
against the database. What is found goes into the ledger and to the registry (Bulgular)."""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from django.db import transaction

from divit.certificates import authorities, findings, reading, selectors
from divit.certificates.findings import Found, Kind
from divit.certificates.models import Certificate, Issuer
from divit.certificates.ports import StatusProbe
from divit.kernel import clock
from divit.kernel.actors import SYSTEM
from divit.kernel.errors import NeighbourFailed, Refused
from divit.kernel.serials import Serial
from divit.pki import issuance as pki

AT_ONCE = 200
PKILINT_EVERY = 10  # it takes ten times as long as all the rest: each night another tenth
RECENT = timedelta(days=1)


@dataclass(kw_only=True)
class Told:
    """What a run looked at and found."""

    checked: int = 0
    found: int = 0
    whole: bool = False
    """The round over all certificates came to its end."""


def certificates(*, seconds: float, pkilint_every: int = PKILINT_EVERY) -> Told:
    """Go on with the round where the last run stopped, for so many seconds; at most to its end."""
    told = Told()
    until = time.monotonic() + seconds
    row = findings.round_now()
    tonight = clock.today().toordinal()
    after = row.after
    while time.monotonic() < until and not told.whole:
        rows = findings.next_certificates(after, count=AT_ONCE)
        wrong = [
            found
            for certificate in rows
            for found in of_certificate(certificate, pkilint=(certificate.pk.int + tonight) % pkilint_every == 0)
        ]
        told.whole = len(rows) < AT_ONCE
        after = rows[-1].pk if rows else after
        with transaction.atomic():
            told.found += len(findings.record(wrong, by=SYSTEM))
            findings.went_on(row, after=None if told.whole else after, checked=len(rows))
        told.checked += len(rows)
    return told


def of_certificate(certificate: Certificate, *, pkilint: bool) -> Iterator[Found]:
    """What is not as it must be in one stored certificate."""
    for what in _against_intent(certificate):
        yield Found(kind=Kind.PROFILE, what=what, certificate=certificate)
    tbs = bytes(certificate.intent.tbs)
    try:
        authority = authorities.by_id(certificate.issuer_id)
        pki.lint_ours(pki.restore(tbs, profile=certificate.profile, authority=authority))
    except Refused as refusal:
        yield Found(kind=Kind.PROFILE, what=_said(refusal), certificate=certificate)
    if pkilint:
        try:
            pki.judge(tbs, profile=certificate.profile, test=authorities.newest().record.test)
        except Refused as refusal:
            yield Found(kind=Kind.PKILINT, what=_said(refusal), certificate=certificate)


def _said(refusal: Refused) -> str:
    return "; ".join(map(str, refusal.facts.get("findings", ()))) or refusal.code  # type: ignore[call-overload]


def _against_intent(row: Certificate) -> Iterator[str]:
    intent = row.intent
    try:
        read = x509.load_der_x509_certificate(bytes(row.der))
        read.verify_directly_issued_by(x509.load_der_x509_certificate(bytes(row.issuer.certificate)))
    except InvalidSignature:
        yield "its signature does not verify"
        return
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        yield f"it cannot be read, or is not its issuer's: {type(error).__name__}"
        return
    if read.tbs_certificate_bytes != bytes(intent.tbs):
        yield "it is not what was stored to be signed"
    if hashlib.sha256(read.tbs_certificate_bytes).hexdigest() != intent.tbs_sha256:
        yield "its digest is not the stored one"
    if not Serial(read.serial_number).hex == row.serial == intent.serial:
        yield "its serial number is not the stored one"
    if (read.not_valid_before_utc, read.not_valid_after_utc) != (row.not_before, row.not_after):
        yield "its validity is not the stored one"
    if reading.holder_name(bytes(row.der)) != row.holder_name:
        yield "its name is not the stored one"


def published(*, probe: StatusProbe, seconds: float, sample: int = 200) -> Told:
    """Each authority's list against the database, entirely; OCSP about all that changed within a day and a sample."""
    told = Told()
    for authority in authorities.family():
        told.found += _record(_of_list(selectors.issuer(authority.id), probe=probe))
    until = time.monotonic() + seconds
    for certificate in selectors.to_be_asked_about(since=clock.now() - RECENT, sample=sample):
        if time.monotonic() > until:
            return told
        told.found += _record(_of_answer(certificate, probe=probe))
        told.checked += 1
    told.whole = True
    return told


def _record(found: Iterator[Found]) -> int:
    wrong = list(found)
    with transaction.atomic():
        return len(findings.record(wrong, by=SYSTEM))


def _of_list(issuer: Issuer, *, probe: StatusProbe) -> Iterator[Found]:
    try:
        seen = probe.crl(issuer.crl_url)
    except NeighbourFailed as failure:
        yield Found(kind=Kind.LIST, what=f"the list could not be fetched: {failure.how}")
        return
    if not reading.is_list_of(seen.der, issuer_der=bytes(issuer.certificate)):
        yield Found(kind=Kind.LIST, what="the list is not signed by its issuer")
        return
    listed_then = selectors.list_numbered(issuer, seen.number)
    if listed_then is None:
        yield Found(kind=Kind.LIST, what=f"no list with the number {seen.number} was ever published")
        return
    closed, open_again = selectors.closed_as_of(issuer, covers=listed_then.covers)
    for serial in sorted(closed - seen.serials):
        yield Found(kind=Kind.LIST, what="closed, and not on the list", serial=serial)
    for serial in sorted(seen.serials - closed - open_again):
        yield Found(kind=Kind.LIST, what="on the list, and not closed", serial=serial)


def _of_answer(certificate: Certificate, *, probe: StatusProbe) -> Iterator[Found]:
    try:
        seen = probe.ocsp(issuer_der=bytes(certificate.issuer.certificate), certificate_der=bytes(certificate.der))
    except NeighbourFailed as failure:
        yield Found(kind=Kind.OCSP, what=f"no answer: {failure.how}", certificate=certificate)
        return
    said = selectors.published_of(certificate)
    if said.change_seq != certificate.change_seq:
        return  # it changed while we asked
    if (seen.status, seen.reason if said.status != "good" else None) != (said.status, said.reason):
        what = f"{seen.status} {seen.reason or ''} where {said.status} {said.reason or ''} was due"
        yield Found(kind=Kind.OCSP, what=" ".join(what.split()), certificate=certificate)
