"""The root's list of revoked authorities: what is on it stays on it, and its number only grows."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from divit.kernel.serials import Serial
from divit.pki import crl
from divit.pki.authority import Authority
from divit.pki.ceremony_table import ROOT, replace
from divit.pki.crl import Entry
from divit.pki.keystores.base import KeyStore, SigningKey
from divit.pki.reasons import Reason

LIST = "crl/root.crl"


def root_crl_is_due(folder: Path, *, root: KeyStore, now: datetime) -> bool:
    """Whether a third of the root's list's life is left or less, and its key is at hand."""
    ends = x509.load_der_x509_crl((folder / LIST).read_bytes()).next_update_utc
    life = timedelta(days=Authority.load(folder).record.root_crl_days)
    return ROOT in root.labels() and (ends is None or ends - now <= life / 3)


def renew_root_crl(folder: Path, *, root: KeyStore, now: datetime, also: Sequence[Entry] = ()) -> bytes:
    """The root's list again, with a later number and whoever is revoked now; where the root's key is at hand."""
    authority, previous = Authority.load(folder), (folder / LIST).read_bytes()
    new = make_list(
        authority.root,
        key=root.open(ROOT),
        days=authority.record.root_crl_days,
        now=now,
        previous=previous,
        entries=[*entries_of(previous), *also],
    )
    replace(folder / LIST, new)
    return new


def make_list(
    root: bytes, *, key: SigningKey, days: int, now: datetime, previous: bytes | None, entries: Sequence[Entry]
) -> bytes:
    """A list that may replace the previous one. Raises what `crl.check` raises."""
    at = now.astimezone(UTC).replace(microsecond=0)
    new = crl.build(
        issuer=root,
        key=key,
        number=crl.number_at(now),
        this_update=at,
        next_update=at + timedelta(days=days),
        entries=entries,
    )
    crl.check(new, issuer=root, previous=previous, expected_entries=entries)
    return new


def entries_of(list_der: bytes) -> list[Entry]:
    """What a list says, to be said again."""
    return [
        Entry(serial=Serial(line.serial_number), at=line.revocation_date_utc, reason=_reason(line))
        for line in x509.load_der_x509_crl(list_der)
    ]


def revoked(folder: Path, authority: Authority) -> Entry | None:
    """The line by which the root's list tells that this authority is revoked."""
    serial = x509.load_der_x509_certificate(authority.certificate).serial_number
    return next((one for one in entries_of((folder / LIST).read_bytes()) if one.serial.int == serial), None)


def _reason(line: x509.RevokedCertificate) -> Reason:
    try:
        flag = line.extensions.get_extension_for_class(x509.CRLReason).value.reason
    except x509.ExtensionNotFound:
        return Reason.UNSPECIFIED
    return Reason.from_text(flag.value)
