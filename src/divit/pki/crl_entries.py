"""Entries of a list, encoded; and the blocks in which they are kept, so that one more touches one block of thousands.

A block holds the entries whose serial numbers begin alike. Blocks one after the other, in order, are the entries of the
list, in the order of their serial numbers.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from divit.kernel.serials import Serial
from divit.pki import der
from divit.pki.reasons import Reason

_REASON_CODE = "2.5.29.21"
_REMOVE_FROM_CRL = 8
_REASONS = {
    reason: b""
    if reason is Reason.UNSPECIFIED
    else der.sequence(der.extension(_REASON_CODE, der.enumerated(reason.value)))
    for reason in Reason
}
_REMOVED = der.sequence(der.extension(_REASON_CODE, der.enumerated(_REMOVE_FROM_CRL)))
# Of the 16 octets of our serial numbers the first two bits are fixed: with these there are 4096 blocks.
_LAST_OCTET_OF_NAME = 0xFC


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One certificate on the list; `at` is published in whole seconds."""

    serial: Serial
    at: datetime
    reason: Reason


def encoded(entry: Entry) -> bytes:
    """The entry as it stands on every complete list, DER."""
    return der.sequence(der.integer(entry.serial.int), der.time(entry.at), _REASONS[entry.reason])


def removed(key: bytes, *, at: datetime) -> bytes:
    """In a delta list: this serial is not on hold any more (RFC 5280 5.3.1, removeFromCRL)."""
    return der.sequence(key, der.time(at), _REMOVED)


def key_of(serial: int) -> bytes:
    """The serial as INTEGER, DER: octet for octet these sort as the numbers do."""
    return der.integer(serial)


def block_of(key: bytes) -> bytes:
    """The name of the block in which an entry with this key stands; names sort as their entries do."""
    name = key[:4].ljust(4, b"\0")
    return name[:3] + bytes((name[3] & _LAST_OCTET_OF_NAME,))


def split(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Key and entry, one after the other. Raises `ValueError` for what is no run of entries."""
    at, end = 0, len(block)
    while at < end:
        # SEQUENCE { INTEGER …: entries are shorter than 128 octets, so every length is one octet.
        head = block[at : at + 4]
        if len(head) < 4 or head[0] != der.SEQUENCE or head[2] != der.INTEGER or head[1] > 0x7F or head[3] > 20:
            raise ValueError("not an entry")
        after = at + 2 + head[1]
        if after > end or head[3] + 2 > head[1]:
            raise ValueError("an entry is cut off")
        yield block[at + 2 : at + 4 + head[3]], block[at:after]
        at = after


def patched(block: bytes, changes: Mapping[bytes, bytes | None]) -> bytes:
    """The block with entries put in, put in the place of others, or (None) taken out, by their keys."""
    entries: dict[bytes, bytes] = dict(split(block))
    for key, entry in changes.items():
        if entry is None:
            entries.pop(key, None)
        else:
            entries[key] = entry
    return b"".join(entries[key] for key in sorted(entries))
