"""Reads a list that is too long to hold, with another parser than wrote it: frame, signature, and what changed.

The frame is read by `cryptography` around none of the entries; the signature is verified over all octets as they pass;
and of the entries those are read that differ from the list before, whose own signature holds.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from divit.kernel.errors import Refused
from divit.kernel.serials import Serial
from divit.pki import der
from divit.pki.crl_entries import block_of, key_of, split
from divit.pki.reasons import Reason
from divit.pki.signatures import load_key, scheme_of, verifies_hashed
from divit.pki.tbs import key_identifier

Line = tuple[datetime, Reason]
"""When and why: what a list says of one serial."""

_FLAGS = {x509.ReasonFlags(reason.text): reason for reason in Reason}
_FIELDS = (der.INTEGER, der.SEQUENCE, der.SEQUENCE)  # version, signature, issuer
_TIMES = (der.UTC_TIME, der.GENERALIZED_TIME)


@dataclass(frozen=True)
class _Frame:
    """Where the signed octets begin and end, and the list as read without its entries."""

    crl: x509.CertificateRevocationList
    begins: int
    ends: int


class Reading:
    """One list in parts: `head`, then entries of `size` octets in all, then `tail`."""

    def __init__(self, head: bytes, tail: bytes, *, size: int) -> None:
        """Raises `Refused("crl_unreadable")`."""
        self._frame = _frame(head, tail, size=size)
        self._tail, self._left = tail, size
        crl = self._frame.crl
        if crl.signature_hash_algorithm is None:
            raise Refused("crl_unreadable")
        self._signed = hashes.Hash(crl.signature_hash_algorithm)
        self._signed.update(head[self._frame.begins :])
        self._whole = hashlib.sha256(head)

    @property
    def number(self) -> int:
        return number_of(self._frame.crl)

    @property
    def this_update(self) -> datetime:
        return self._frame.crl.last_update_utc

    @property
    def next_update(self) -> datetime:
        """Raises `Refused("crl_wrong_dates")` for a list without it, or one that ends before it begins."""
        ends = self._frame.crl.next_update_utc
        if ends is None or ends <= self.this_update:
            raise Refused("crl_wrong_dates")
        return ends

    def take(self, part: bytes) -> None:
        """The next entries."""
        self._left -= len(part)
        self._signed.update(part)
        self._whole.update(part)

    def finish(self, *, issuer: bytes) -> str:
        """After the last entry: the SHA-256 of the whole list, hex, if it is the issuer's.

        Raises `Refused`: crl_unreadable, crl_wrong_issuer, crl_bad_signature.
        """
        if self._left:
            raise Refused("crl_unreadable")
        self._signed.update(self._tail[: self._frame.ends])
        self._whole.update(self._tail)
        check_signer(self._frame.crl, issuer=issuer, hashed=self._signed.finalize())
        return self._whole.hexdigest()


def check_signer(crl: x509.CertificateRevocationList, *, issuer: bytes, hashed: bytes) -> None:
    """Whether the issuer signed what has this digest. Raises `Refused`: crl_wrong_issuer, crl_bad_signature."""
    certificate = x509.load_der_x509_certificate(issuer)
    spki = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    try:
        named = crl.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    except x509.ExtensionNotFound:
        named = None
    if crl.issuer.public_bytes() != certificate.subject.public_bytes() or named != key_identifier(spki):
        raise Refused("crl_wrong_issuer")
    key = load_key(spki)
    scheme = scheme_of(key)
    if crl.signature_algorithm_oid.dotted_string != scheme.oid or not verifies_hashed(
        key, signature=crl.signature, hashed=hashed, scheme=scheme
    ):
        raise Refused("crl_bad_signature")


def check_follows(new: Reading, *, number: int, this_update: datetime) -> None:
    """Whether the new list may stand in the place of one with that number and time, as far as its frame tells.

    Raises `Refused`: crl_wrong_dates, crl_number_not_greater, crl_older.
    """
    if new.next_update <= new.this_update:
        raise Refused("crl_wrong_dates")
    if new.number <= number:
        raise Refused("crl_number_not_greater", number=new.number)
    if new.this_update < this_update:
        raise Refused("crl_older")


@dataclass(frozen=True)
class Difference:
    """One serial of which a list says something else than the list before; None where it says nothing."""

    key: bytes
    was: bytes | None
    entry: bytes | None


def explained(old: bytes, new: bytes, *, name: bytes, said: Mapping[int, Line | None]) -> list[Difference]:
    """What differs between a block and the same block of the list before; `said` are the statuses that changed since.

    Every difference must be one of those, and every one of those must stand in the new block: closed ones as they are,
    lifted holds (None) not at all. What was revoked for good may not differ. Raises
    `Refused("crl_unexplained_difference")` with up to ten serials.
    """
    before, after = _read_block(old, name=name), _read_block(new, name=name)
    keys = sorted(key for key in {**before, **after} if before.get(key) != after.get(key))
    differences = [Difference(key, before.get(key), after.get(key)) for key in keys]
    were = read_entries(b"".join(one.was for one in differences if one.was is not None))
    now = read_entries(b"".join(one.entry for one in differences if one.entry is not None))
    wrong = {serial for serial, line in were.items() if line[1] is not Reason.CERTIFICATE_HOLD}
    wrong |= {serial for serial in {**were, **now} if serial not in said or said[serial] != now.get(serial)}
    for serial, line in said.items():
        key = key_of(serial)
        if serial in now or serial in were:
            continue
        stands = read_entries(after[key]).get(serial) if key in after else None
        if stands != line:
            wrong.add(serial)
    refuse_if(wrong)
    return differences


def refuse_if(wrong: Iterable[int]) -> None:
    """Raises `Refused("crl_unexplained_difference")` where there are any."""
    serials = sorted(wrong)
    if serials:
        raise Refused("crl_unexplained_difference", serials=[Serial(serial).hex for serial in serials[:10]])


def read_entries(entries: bytes) -> dict[int, Line]:
    """What a run of entries says. Raises `Refused("crl_unreadable")`, also for a serial that stands there twice."""
    if not entries:
        return {}
    try:
        return lines_of(x509.load_der_x509_crl(_around(entries)))
    except (ValueError, KeyError):
        raise Refused("crl_unreadable") from None


def lines_of(crl: x509.CertificateRevocationList) -> dict[int, Line]:
    """What a list says. ValueError or KeyError where it says it twice, or gives a reason that we do not publish."""
    lines: dict[int, Line] = {}
    for line in crl:
        reason = Reason.UNSPECIFIED
        for extension in line.extensions:
            if not isinstance(extension.value, x509.CRLReason):
                raise ValueError("an extension that no entry of ours has")
            reason = _FLAGS[extension.value.reason]
        if line.serial_number in lines:
            raise ValueError("a serial stands on the list twice")
        lines[line.serial_number] = (line.revocation_date_utc, reason)
    return lines


def parted(whole: bytes) -> tuple[bytes, bytes, bytes]:
    """A list as it is kept: what stands before its entries, the entries, what follows. Raises `Refused`."""
    try:
        at, _length = _enter(whole, 0, der.SEQUENCE)
        at, _length = _enter(whole, at, der.SEQUENCE)
        for tags in (*((tag,) for tag in _FIELDS), _TIMES, _TIMES):
            at = _pass(whole, at, tags)
        if whole[at] != der.SEQUENCE:
            return whole[:at], b"", whole[at:]
        at, size = _enter(whole, at, der.SEQUENCE)
    except (der.Malformed, IndexError):
        raise Refused("crl_unreadable") from None
    return whole[:at], whole[at : at + size], whole[at + size :]


def line(at: datetime, reason: Reason) -> Line:
    """What a list should say: times are told in whole seconds."""
    return at.astimezone(UTC).replace(microsecond=0), reason


def number_of(crl: x509.CertificateRevocationList) -> int:
    """The number of a list. Raises `Refused("crl_unreadable")` for one without."""
    try:
        return crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    except (x509.ExtensionNotFound, ValueError):
        raise Refused("crl_unreadable") from None


def _read_block(block: bytes, *, name: bytes) -> dict[bytes, bytes]:
    """Entries by key: each once, in order, and in the block where it belongs."""
    try:
        pairs = list(split(block))
    except ValueError:
        raise Refused("crl_unreadable") from None
    keys = [key for key, _entry in pairs]
    if any(left >= right for left, right in pairwise(keys)):
        raise Refused("crl_unreadable")
    if any(block_of(key) != name for key in keys):
        raise Refused("crl_unreadable")
    return dict(pairs)


def _frame(head: bytes, tail: bytes, *, size: int) -> _Frame:
    try:
        begins, whole = _enter(head, 0, der.SEQUENCE)
        at, signed = _enter(head, begins, der.SEQUENCE)
        fields = at
        for tag in _FIELDS:
            at = _pass(head, at, (tag,))
        for _time in range(2):
            at = _pass(head, at, _TIMES)
        until = at
        if size:
            at, entries = _enter(head, at, der.SEQUENCE)
            if entries != size:
                raise der.Malformed("length of the entries")
        ends = fields + signed - len(head) - size
        if at != len(head) or begins + whole != len(head) + size + len(tail) or not 0 < ends < len(tail):
            raise der.Malformed("length")
        without = der.sequence(der.sequence(head[fields:until], tail[:ends]), tail[ends:])
        return _Frame(x509.load_der_x509_crl(without), begins, ends)
    except (der.Malformed, ValueError, IndexError):
        raise Refused("crl_unreadable") from None


def _enter(data: bytes, at: int, tag: int) -> tuple[int, int]:
    """Where the content of an element begins, and how long it is; it may reach beyond the data."""
    if data[at] != tag:
        raise der.Malformed("tag")
    length, at = data[at + 1], at + 2
    if length < 0x80:
        return at, length
    octets = data[at : at + (length & 0x7F)]
    length, at = int.from_bytes(octets, "big"), at + len(octets)
    if not data.startswith(der.start(tag, length), at - len(octets) - 2):
        raise der.Malformed("length")
    return at, length


def _pass(data: bytes, at: int, tags: tuple[int, ...]) -> int:
    """Where the element ends that begins here."""
    if data[at] not in tags:
        raise der.Malformed("tag")
    begins, length = _enter(data, at, data[at])
    if begins + length > len(data):
        raise der.Malformed("cut off")
    return begins + length


def _around(entries: bytes) -> bytes:
    """A list of nobody's, so that a parser of lists reads the entries."""
    ecdsa = der.sequence(der.oid("1.2.840.10045.4.3.2"))
    time = der.tlv(der.UTC_TIME, b"260101000000Z")
    return der.sequence(
        der.sequence(der.integer(1), ecdsa, der.sequence(), time, der.sequence(entries)), ecdsa, der.bits(b"")
    )
