"""Sertifika durumu sorgulama: one question over the wire, and everything that may be wrong with its answer."""

import base64
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from asn1crypto import keys
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from divit.probe.findings import Finding, Service
from divit.probe.trust import SKEW, UNREADABLE, delegate_fault, holds
from divit.probe.wire import SLOW_MS, Answer, NoAnswer, Wire

OLDEST_ANSWER = timedelta(seconds=600)
ENDS_SOON = timedelta(days=3)
_REQUEST, _RESPONSE = "application/ocsp-request", "application/ocsp-response"
# What stands for a serial that was never issued, where a responder revokes it (RFC 6960 4.4.8).
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Question:
    """A serial and what is true of it: `good`, `revoked` (with its RFC 5280 reason and time) or `unknown`.

    Without `reason` and `at` any will do. `issuer` is the name in the addresses of the authority.
    """

    issuer: str
    serial: int
    status: str
    reason: str = ""
    at: datetime | None = None
    listed: bool = True  # whether the list can be held to it yet

    @property
    def hex(self) -> str:
        """The serial as our pages write it."""
        return f"{self.serial:X}"

    @property
    def told(self) -> str:
        """What is true, in one word or two."""
        return f"{self.status} ({self.reason})" if self.reason else self.status


@dataclass(frozen=True, kw_only=True)
class Way:
    """How a question travels."""

    by_get: bool
    nonce: bool
    sha1: bool = False


WAYS = (
    Way(by_get=False, nonce=True),
    Way(by_get=False, nonce=False, sha1=True),
    Way(by_get=True, nonce=False),
    Way(by_get=True, nonce=True, sha1=True),
)


@dataclass(frozen=True, kw_only=True)
class OcspSeen:
    """What one question brought; `delegate_ends` is None where no delegate was seen."""

    findings: tuple[Finding, ...]
    ms: int
    delegate_ends: datetime | None = None
    reachable: bool = True


def ask(wire: Wire, url: str, question: Question, *, issuer: x509.Certificate, way: Way) -> OcspSeen:
    """Ask, and judge the answer by the clock of this machine."""
    nonce = os.urandom(32) if way.nonce else b""
    request = _request(question.serial, issuer=issuer, nonce=nonce, sha1=way.sha1)
    try:
        answer = _send(wire, url, request.public_bytes(Encoding.DER), by_get=way.by_get)
    except NoAnswer as problem:
        return OcspSeen(findings=(_finding("unreachable", url, why=str(problem)),), ms=0, reachable=False)
    if answer.status != 200:
        return OcspSeen(findings=(_finding("http_status", url, status=answer.status),), ms=answer.ms, reachable=False)
    try:
        read = ocsp.load_der_ocsp_response(answer.body)
        if answer.kind != _RESPONSE:
            raise ValueError(answer.kind)
        if read.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            found = [_finding("ocsp_no_answer", "", said=read.response_status.name)]
            return OcspSeen(findings=tuple(found), ms=answer.ms)
        found = list(_faults(read, request=request, issuer=issuer, nonce=nonce, question=question))
        ends = _delegate(read, issuer).not_valid_after_utc
    except UNREADABLE:
        return OcspSeen(findings=(_finding("garbage", url),), ms=answer.ms)
    if answer.ms > SLOW_MS:
        found.append(_finding("slow", url, ms=answer.ms))
    return OcspSeen(findings=tuple(found), ms=answer.ms, delegate_ends=ends)


def _request(serial: int, *, issuer: x509.Certificate, nonce: bytes, sha1: bool) -> ocsp.OCSPRequest:
    algorithm: hashes.HashAlgorithm = hashes.SHA1() if sha1 else hashes.SHA256()  # noqa: S303 - names, protects nothing
    key = issuer.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    asked = ocsp.OCSPRequestBuilder().add_certificate_by_hash(
        issuer_name_hash=_digest(algorithm, issuer.subject.public_bytes()),
        issuer_key_hash=_digest(algorithm, _key_bits(key)),
        serial_number=serial,
        algorithm=algorithm,
    )
    return (asked.add_extension(x509.OCSPNonce(nonce), critical=False) if nonce else asked).build()


def _digest(algorithm: hashes.HashAlgorithm, data: bytes) -> bytes:
    hasher = hashes.Hash(algorithm)
    hasher.update(data)
    return hasher.finalize()


def _key_bits(spki: bytes) -> bytes:
    """The content of the BIT STRING at the end of a SubjectPublicKeyInfo (RFC 6960 4.1.1)."""
    return bytes(keys.PublicKeyInfo.load(spki)["public_key"].contents)[1:]


def _send(wire: Wire, url: str, request: bytes, *, by_get: bool) -> Answer:
    if by_get:
        return wire.get(f"{url.rstrip('/')}/{quote(base64.b64encode(request).decode(), safe='')}")
    return wire.post(url, request, kind=_REQUEST)


def _faults(
    read: ocsp.OCSPResponse, *, request: ocsp.OCSPRequest, issuer: x509.Certificate, nonce: bytes, question: Question
) -> Iterator[Finding]:
    now = datetime.now(UTC)
    same = (
        read.serial_number == request.serial_number
        and read.issuer_key_hash == request.issuer_key_hash
        and read.issuer_name_hash == request.issuer_name_hash
    )
    if not same:
        yield _finding("ocsp_other_question")
        return
    yield from _signer_faults(read, issuer=issuer, now=now)
    age = now - read.produced_at_utc
    if age > OLDEST_ANSWER:
        yield _finding("ocsp_old", age=int(age.total_seconds()))
    ends = read.next_update_utc
    if read.this_update_utc > now + SKEW or age < -SKEW or ends is None or ends <= now:
        yield _finding("ocsp_lapsed", this_update=_shown(read.this_update_utc), next_update=_shown(ends))
    if nonce and _nonce_of(read) != nonce:
        yield _finding("ocsp_nonce")
    yield from _status_faults(read, question)


def _delegate(read: ocsp.OCSPResponse, issuer: x509.Certificate) -> x509.Certificate:
    return read.certificates[0] if read.certificates else issuer


def _signer_faults(read: ocsp.OCSPResponse, *, issuer: x509.Certificate, now: datetime) -> Iterator[Finding]:
    signer = _delegate(read, issuer)
    if not holds(signer.public_key(), read.signature, read.tbs_response_bytes, read.signature_hash_algorithm):
        yield _finding("ocsp_signature")
    if signer == issuer:
        return
    why = delegate_fault(signer, issuer=issuer, usage=ExtendedKeyUsageOID.OCSP_SIGNING, now=now, only=False)
    if not why and not _says_nocheck(signer):
        why = "it does not say that its own status need not be asked (id-pkix-ocsp-nocheck)"
    if why:
        yield _finding("ocsp_delegate", why=why)
    elif signer.not_valid_after_utc - now < ENDS_SOON:
        yield _finding("ocsp_delegate_ends", until=_shown(signer.not_valid_after_utc))


def _says_nocheck(certificate: x509.Certificate) -> bool:
    return any(isinstance(one.value, x509.OCSPNoCheck) for one in certificate.extensions)


def _nonce_of(read: ocsp.OCSPResponse) -> bytes:
    try:
        return read.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
    except x509.ExtensionNotFound:
        return b""


def _status_faults(read: ocsp.OCSPResponse, question: Question) -> Iterator[Finding]:
    said = read.certificate_status.name.lower()  # ascii
    reason = read.revocation_reason.value if read.revocation_reason is not None else ""
    if question.status == "unknown":
        made_up = said == "revoked" and read.revocation_time_utc == _EPOCH
        if said == "good":
            yield _finding("unknown_called_good", question.hex)
        elif said != "unknown" and not made_up:
            yield _finding("status_wrong", question.hex, said=said, expected="unknown")
        return
    told = f"{said} ({reason})" if reason else said
    other_time = question.at is not None and read.revocation_time_utc != question.at.replace(microsecond=0)
    if said != question.status or (said == "revoked" and question.reason not in ("", reason)):
        yield _finding("status_wrong", question.hex, said=told, expected=question.told)
    elif said == "revoked" and other_time:
        expected = f"{question.told}, {_shown(question.at)}"
        yield _finding(
            "status_wrong", question.hex, said=f"{told}, {_shown(read.revocation_time_utc)}", expected=expected
        )


def _shown(at: datetime | None) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S UTC") if at else "–"


def _finding(code: str, about: str = "", **facts: object) -> Finding:
    return Finding(service=Service.OCSP, code=code, about=about, facts=facts)
