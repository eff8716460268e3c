"""Lists and authorities' certificates at their addresses, fetched as a stranger fetches them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

from asn1crypto import core
from cryptography import x509

from divit.probe.asking_ocsp import Question
from divit.probe.findings import Finding, Service
from divit.probe.trust import SKEW, UNREADABLE, holds, issued_by
from divit.probe.wire import SLOW_MS, Answer, NoAnswer, Wire

ENDS_SOON = timedelta(days=180)
_LOOKED_THROUGH = 2_000


@dataclass(frozen=True, kw_only=True)
class CrlFile:
    """A list that was read; `etag` is what to ask with the next time."""

    crl: x509.CertificateRevocationList
    der: bytes
    etag: str
    number: int

    def reason_of(self, serial: int) -> str | None:
        """The reason that it gives for a serial; None when it does not name it."""
        # Most serials are good: looking for their bytes is a hundred times faster than reading a million entries.
        if core.Integer(serial).dump() not in self.der:
            return None
        entry = self.crl.get_revoked_certificate_by_serial_number(serial)
        return None if entry is None else _reason(entry)

    def one_of(self, *, hold: bool) -> Question | None:
        """Something on the list to ask OCSP about: on hold, or revoked for good; None when there is none near by."""
        for entry in islice(self.crl, _LOOKED_THROUGH):
            reason = _reason(entry)
            if (reason == "certificateHold") == hold:
                reason = "" if reason == "unspecified" else reason
                return Question(issuer="", serial=entry.serial_number, status="revoked", reason=reason)
        return None


@dataclass(frozen=True, kw_only=True)
class FileSeen:
    """What one fetch brought: findings, and the file where it could be read."""

    findings: tuple[Finding, ...]
    ms: int = 0
    crl: CrlFile | None = None
    certificate: x509.Certificate | None = None


def fetch_crl(
    wire: Wire,
    url: str,
    *,
    issuer: x509.Certificate,
    before: CrlFile | None,
    last_number: int,
    every: timedelta | None,
) -> FileSeen:
    """The list at this address, held against its issuer and the one that was seen before.

    `every`: how often a new one is made, where it is known.
    """
    answer = _get(wire, url, etag=before.etag if before else "")
    if isinstance(answer, Finding):
        return FileSeen(findings=(answer,))
    try:
        file = before if answer.status == 304 and before else _crl(answer)
        found = list(_crl_faults(file, url, issuer=issuer, every=every))
    except UNREADABLE:
        return FileSeen(findings=(_finding("garbage", url),), ms=answer.ms)
    if file.number < last_number:
        found.append(_finding("crl_went_back", url, before=last_number, number=file.number))
    if answer.ms > SLOW_MS:
        found.append(_finding("slow", url, ms=answer.ms))
    trusted = not any(one.code in ("crl_signature", "crl_issuer") for one in found)
    return FileSeen(findings=tuple(found), ms=answer.ms, crl=file if trusted else None)


def fetch_certificate(
    wire: Wire, url: str, *, known: x509.Certificate | None, above: x509.Certificate | None
) -> FileSeen:
    """The certificate at this address; it must be `known`, where it is, and stand under `above`, where that is known.

    A certificate that stands under nothing must be signed by itself.
    """
    answer = _get(wire, url)
    if isinstance(answer, Finding):
        return FileSeen(findings=(answer,), certificate=known)
    try:
        certificate = x509.load_der_x509_certificate(answer.body)
        why = _certificate_fault(certificate, known=known, above=above)
    except UNREADABLE:
        return FileSeen(findings=(_finding("garbage", url),), ms=answer.ms, certificate=known)
    found = [_finding("ca_wrong", url, why=why)] if why else []
    if not why and certificate.not_valid_after_utc - datetime.now(UTC) < ENDS_SOON:
        found.append(_finding("ca_ends", url, until=_shown(certificate.not_valid_after_utc)))
    if answer.ms > SLOW_MS:
        found.append(_finding("slow", url, ms=answer.ms))
    return FileSeen(findings=tuple(found), ms=answer.ms, certificate=known if why else certificate)


def disagreements(file: CrlFile, questions: Iterable[Question]) -> Iterator[Finding]:
    """Where the list tells otherwise than what is true."""
    for question in questions:
        said = file.reason_of(question.serial) if question.listed else None
        reason = "" if said == "unspecified" else said
        agrees = question.reason in ("", reason) if said is not None else question.status != "revoked"
        if not question.listed or (agrees and (said is None or question.status == "revoked")):
            continue
        told = "not on the list" if said is None else f"revoked ({said})"
        yield _finding("crl_disagrees", question.hex, said=told, expected=question.told)


def _get(wire: Wire, url: str, *, etag: str = "") -> Answer | Finding:
    try:
        answer = wire.get(url, etag=etag)
    except NoAnswer as problem:
        return _finding("unreachable", url, why=str(problem))
    if answer.status != 200 and not (etag and answer.status == 304):
        return _finding("http_status", url, status=answer.status)
    return answer


def _crl(answer: Answer) -> CrlFile:
    crl = x509.load_der_x509_crl(answer.body)
    number = crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    return CrlFile(crl=crl, der=answer.body, etag=answer.etag, number=number)


def _crl_faults(file: CrlFile, url: str, *, issuer: x509.Certificate, every: timedelta | None) -> Iterator[Finding]:
    crl, now = file.crl, datetime.now(UTC)
    authority = crl.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    own = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    if crl.issuer != issuer.subject or authority != own:
        yield _finding("crl_issuer", url)
        return
    if not holds(issuer.public_key(), crl.signature, crl.tbs_certlist_bytes, crl.signature_hash_algorithm):
        yield _finding("crl_signature", url)
    begins, ends = crl.last_update_utc, crl.next_update_utc
    if begins > now + SKEW or ends is None or ends <= now:
        yield _finding("crl_lapsed", url, this_update=_shown(begins), next_update=_shown(ends))
    elif (every is not None and now - begins > every) or ends - now < (ends - begins) / 3:
        yield _finding("crl_old", url, age=int((now - begins).total_seconds() // 60))


def _certificate_fault(
    certificate: x509.Certificate, *, known: x509.Certificate | None, above: x509.Certificate | None
) -> str:
    now = datetime.now(UTC)
    if known is not None and certificate != known:
        return "it is another one than the one that is known"
    if not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
        return "it is no authority's"
    if not certificate.not_valid_before_utc - SKEW <= now <= certificate.not_valid_after_utc:
        return "it is not valid now"
    return "" if issued_by(certificate, above or certificate) else "the one above it did not issue it"


def _reason(entry: x509.RevokedCertificate) -> str:
    try:
        return entry.extensions.get_extension_for_class(x509.CRLReason).value.reason.value
    except x509.ExtensionNotFound:
        return "unspecified"


def _shown(at: datetime | None) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S UTC") if at else "–"


def _finding(code: str, about: str, **facts: object) -> Finding:
    return Finding(service=Service.CRL, code=code, about=about, facts=facts)
