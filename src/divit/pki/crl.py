"""The list of revoked certificates (SİL): one complete list per authority, and the checks before it replaces another.

Every certificate that was ever revoked stays on it, also after it expired (EN 319 411-2; ExpiredCertsOnCRL says so);
only a hold that was lifted leaves it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from divit.kernel.errors import Refused
from divit.kernel.serials import Serial
from divit.pki import der
from divit.pki.keystores.base import SigningKey
from divit.pki.reasons import Reason
from divit.pki.signatures import load_key, scheme_of, signed, spki_of, verifies
from divit.pki.tbs import key_identifier

_AUTHORITY_KEY_IDENTIFIER = "2.5.29.35"
_CRL_NUMBER = "2.5.29.20"
_EXPIRED_CERTS = "2.5.29.60"
_REASON_CODE = "2.5.29.21"
_ENTRY_EXTENSIONS = {
    reason: b""
    if reason is Reason.UNSPECIFIED
    else der.sequence(der.extension(_REASON_CODE, der.enumerated(reason.value)))
    for reason in Reason
}
_FLAGS = {
    x509.ReasonFlags.unspecified: Reason.UNSPECIFIED,
    x509.ReasonFlags.key_compromise: Reason.KEY_COMPROMISE,
    x509.ReasonFlags.ca_compromise: Reason.CA_COMPROMISE,
    x509.ReasonFlags.affiliation_changed: Reason.AFFILIATION_CHANGED,
    x509.ReasonFlags.superseded: Reason.SUPERSEDED,
    x509.ReasonFlags.cessation_of_operation: Reason.CESSATION_OF_OPERATION,
    x509.ReasonFlags.certificate_hold: Reason.CERTIFICATE_HOLD,
}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One certificate on the list; `at` is published in whole seconds."""

    serial: Serial
    at: datetime
    reason: Reason


def number_at(now: datetime) -> int:
    """A CRL number from the clock, in milliseconds: it never goes back, not even after a restored backup."""
    return int(now.timestamp() * 1000)


def build(
    *,
    issuer: bytes,
    key: SigningKey,
    number: int,
    this_update: datetime,
    next_update: datetime,
    entries: Iterable[Entry],
) -> bytes:
    """CertificateList v2, DER; `issuer` is the authority's certificate. Entries are written in serial order."""
    certificate = x509.load_der_x509_certificate(issuer)
    spki = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if spki_of(key.public_key) != spki:
        raise Refused("wrong_issuer_key", key=key.label)
    lines = b"".join(_line(entry) for entry in sorted(entries, key=lambda entry: entry.serial.int))
    tbs = der.sequence(
        der.integer(1),
        scheme_of(key.public_key).identifier,
        certificate.subject.public_bytes(),
        der.time(this_update),
        der.time(next_update),
        der.sequence(lines) if lines else b"",
        der.explicit(
            0,
            der.sequence(
                der.extension(_AUTHORITY_KEY_IDENTIFIER, der.sequence(der.implicit(0, key_identifier(spki)))),
                der.extension(_CRL_NUMBER, der.integer(number)),
                der.extension(_EXPIRED_CERTS, der.generalized_time(certificate.not_valid_before_utc)),
            ),
        ),
    )
    return signed(tbs, key=key)


def check(new: bytes, *, issuer: bytes, previous: bytes | None, expected_entries: Iterable[Entry]) -> None:
    """Whether the new list may replace the previous one; both are read with another parser than wrote them.

    Raises `Refused`: crl_unreadable, crl_wrong_issuer, crl_bad_signature, crl_wrong_dates, crl_number_not_greater,
    crl_older, crl_unexplained_difference (with up to ten serials).
    """
    try:
        fresh = x509.load_der_x509_crl(new)
        number = _number(fresh)
        listed = _listed(fresh)
    except (ValueError, x509.ExtensionNotFound, KeyError):
        raise Refused("crl_unreadable") from None
    _check_issuer(fresh, issuer=x509.load_der_x509_certificate(issuer))
    if fresh.next_update_utc is None or fresh.next_update_utc <= fresh.last_update_utc:
        raise Refused("crl_wrong_dates")
    _check_difference(listed, _expected(expected_entries))
    if previous is None:
        return
    old = x509.load_der_x509_crl(previous)
    if number <= _number(old):
        raise Refused("crl_number_not_greater", number=number)
    if fresh.last_update_utc < old.last_update_utc:
        raise Refused("crl_older")
    # Closed is closed: what was revoked for good stands there again, unchanged. A hold may be lifted or become final.
    final = {serial: line for serial, line in _listed(old).items() if line[1] is not Reason.CERTIFICATE_HOLD}
    _check_difference({serial: listed.get(serial) for serial in final}, final)


def check_issuer(crl_der: bytes, *, issuer: bytes, number: int) -> None:
    """Whether the list is this authority's and bears that number: what its server asks before it hands it out.

    Raises `Refused`: crl_unreadable, crl_wrong_issuer, crl_bad_signature, crl_other_number.
    """
    try:
        crl = x509.load_der_x509_crl(crl_der)
        found = _number(crl)
    except (ValueError, x509.ExtensionNotFound):
        raise Refused("crl_unreadable") from None
    _check_issuer(crl, issuer=x509.load_der_x509_certificate(issuer))
    if found != number:
        raise Refused("crl_other_number")


def number_of(crl_der: bytes) -> int:
    """The number of a list."""
    return _number(x509.load_der_x509_crl(crl_der))


def _line(entry: Entry) -> bytes:
    return der.sequence(der.integer(entry.serial.int), der.time(entry.at), _ENTRY_EXTENSIONS[entry.reason])


def _check_issuer(fresh: x509.CertificateRevocationList, *, issuer: x509.Certificate) -> None:
    spki = issuer.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    try:
        named = fresh.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    except x509.ExtensionNotFound:
        named = None
    if fresh.issuer.public_bytes() != issuer.subject.public_bytes() or named != key_identifier(spki):
        raise Refused("crl_wrong_issuer")
    key = load_key(spki)
    scheme = scheme_of(key)
    if fresh.signature_algorithm_oid.dotted_string != scheme.oid or not verifies(
        key, signature=fresh.signature, data=fresh.tbs_certlist_bytes, scheme=scheme
    ):
        raise Refused("crl_bad_signature")


def _check_difference(found: "Mapping[int, _Line | None]", wanted: "Mapping[int, _Line]") -> None:
    if found != wanted:
        serials = [s for s in {*found, *wanted} if found.get(s) != wanted.get(s)]
        raise Refused("crl_unexplained_difference", serials=[Serial(s).hex for s in sorted(serials)[:10]])


_Line = tuple[datetime, Reason]


def _expected(entries: Iterable[Entry]) -> dict[int, _Line]:
    return {entry.serial.int: (entry.at.astimezone(UTC).replace(microsecond=0), entry.reason) for entry in entries}


def _listed(crl: x509.CertificateRevocationList) -> dict[int, _Line]:
    lines: dict[int, _Line] = {}
    for line in crl:
        reason = Reason.UNSPECIFIED
        for extension in line.extensions:
            if isinstance(extension.value, x509.CRLReason):
                reason = _FLAGS[extension.value.reason]
        if line.serial_number in lines:
            raise ValueError("a serial stands on the list twice")
        lines[line.serial_number] = (line.revocation_date_utc, reason)
    return lines


def _number(crl: x509.CertificateRevocationList) -> int:
    return crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
