"""The list of revoked certificates (SİL): one complete list per authority, and the checks before it replaces another.

Every certificate that was ever revoked stays on it, also after it expired (EN 319 411-2; ExpiredCertsOnCRL says so);
only a hold that was lifted leaves it. Here are lists that fit into memory at once; how a list of a million is made
of the one before stands in `crl_frame`, `crl_entries` and `crl_reader`, and gives the same octets.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from divit.kernel.errors import Refused
from divit.pki.crl_entries import Entry, encoded
from divit.pki.crl_frame import Frame, seal
from divit.pki.crl_reader import Line, check_signer, line, lines_of, refuse_if
from divit.pki.crl_reader import number_of as _number
from divit.pki.keystores.base import SigningKey
from divit.pki.reasons import Reason

__all__ = ["Entry", "build", "check", "check_issuer", "number_at", "number_of"]


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
    ca_url: str = "",
) -> bytes:
    """CertificateList v2, DER; `issuer` is the authority's certificate, `ca_url` where it is fetched.

    Entries are written in serial order.
    """
    frame = Frame(issuer=issuer, number=number, this_update=this_update, next_update=next_update, ca_url=ca_url)
    lines = b"".join(encoded(entry) for entry in sorted(entries, key=lambda entry: entry.serial.int))
    sealed = seal(frame, [lines], size=len(lines), key=key)
    return sealed.head + lines + sealed.tail


def check(new: bytes, *, issuer: bytes, previous: bytes | None, expected_entries: Iterable[Entry]) -> None:
    """Whether the new list may replace the previous one; both are read with another parser than wrote them.

    Raises `Refused`: crl_unreadable, crl_wrong_issuer, crl_bad_signature, crl_wrong_dates, crl_number_not_greater,
    crl_older, crl_unexplained_difference (with up to ten serials).
    """
    try:
        fresh = x509.load_der_x509_crl(new)
        number = _number(fresh)
        listed = lines_of(fresh)
    except (ValueError, KeyError):
        raise Refused("crl_unreadable") from None
    _check_issuer(fresh, issuer=issuer)
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
    final = {serial: line for serial, line in lines_of(old).items() if line[1] is not Reason.CERTIFICATE_HOLD}
    _check_difference({serial: listed.get(serial) for serial in final}, final)


def check_issuer(crl_der: bytes, *, issuer: bytes, number: int) -> None:
    """Whether the list is this authority's and bears that number: what its server asks before it hands it out.

    Raises `Refused`: crl_unreadable, crl_wrong_issuer, crl_bad_signature, crl_other_number.
    """
    try:
        crl = x509.load_der_x509_crl(crl_der)
        found = _number(crl)
    except ValueError:
        raise Refused("crl_unreadable") from None
    _check_issuer(crl, issuer=issuer)
    if found != number:
        raise Refused("crl_other_number")


def number_of(crl_der: bytes) -> int:
    """The number of a list."""
    return _number(x509.load_der_x509_crl(crl_der))


def _check_issuer(crl: x509.CertificateRevocationList, *, issuer: bytes) -> None:
    if crl.signature_hash_algorithm is None:
        raise Refused("crl_bad_signature")
    hashed = hashes.Hash(crl.signature_hash_algorithm)
    hashed.update(crl.tbs_certlist_bytes)
    check_signer(crl, issuer=issuer, hashed=hashed.finalize())


def _check_difference(found: Mapping[int, Line | None], wanted: Mapping[int, Line]) -> None:
    if found != wanted:
        refuse_if(s for s in {*found, *wanted} if found.get(s) != wanted.get(s))


def _expected(entries: Iterable[Entry]) -> dict[int, Line]:
    return {entry.serial.int: line(entry.at, entry.reason) for entry in entries}
