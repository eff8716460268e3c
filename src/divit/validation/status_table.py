"""The table of all certificates: one file that nobody changes, mapped by every process, asked without being copied.

Per issuer it holds the 16-octet serials, grouped by their leading random bits into buckets of about ten; in each bucket
those that are closed come first, and for each of them there is one number that says when and why. Where a bucket
begins, in both rows, is all that a look-up must know: the bucket is searched for the whole serial, and its place there
tells whether it is closed. Serials of another length, which this house never makes, are kept aside.
"""

import hashlib
import mmap
import os
import struct
import uuid
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from divit.kernel.errors import DivitError
from divit.validation.status_code import GOOD

HEAD_OCTETS = 1 << 16
SERIAL_OCTETS = 16
MAGIC = b"divit-status-1\r\n"
LENGTH = struct.Struct("<I")
DIGEST_OCTETS = 32
OTHER = struct.Struct("<16s 20s q")
# The two highest bits of a serial are the same in all of ours.
RANDOM_BITS = 126
_BOUNDS = struct.Struct("<4I")
_CLOSED = struct.Struct("<q")
_CHUNK = 1 << 20


class Damaged(DivitError):
    """The file is not what was written."""


class Part(BaseModel):
    """Where the certificates of one issuer lie in the file."""

    model_config = ConfigDict(frozen=True)

    issuer_id: str
    count: int
    closed: int
    bits: int
    serials_at: int
    closed_at: int
    bounds_at: int


class Head(BaseModel):
    """What the file says about itself."""

    model_config = ConfigDict(frozen=True)

    generation: int
    follows: int | None  # the generation of which this is the same knowledge, written anew
    known_at: int  # microseconds since 1970 at which it agreed with the database
    read_at: int  # the same for when all of it was last read from the database
    highest_change: int
    database: str  # which database, in which of its lives
    parts: tuple[Part, ...]
    others_at: int
    others: int
    length: int
    digest: str


def is_regular(serial: int) -> bool:
    """Whether it has the sixteen octets that the table is made for."""
    return 1 << 120 <= serial < 1 << 128


class Rows:
    """The certificates of one issuer, in the mapped file."""

    def __init__(self, part: Part, memory: mmap.mmap) -> None:
        self.part = part
        self.memory = memory
        self._bounds_at, self._serials_at, self._closed_at = part.bounds_at, part.serials_at, part.closed_at
        self._shift = RANDOM_BITS - part.bits
        self._mask = (1 << part.bits) - 1

    def find(self, serial: int) -> tuple[int, int] | None:
        """Its place among the serials and its status as a number; the serial has sixteen octets."""
        bucket = serial >> self._shift & self._mask
        first, first_closed, end, end_closed = _BOUNDS.unpack_from(self.memory, self._bounds_at + 8 * bucket)
        wanted = serial.to_bytes(SERIAL_OCTETS, "big")
        base = self._serials_at
        limit = base + SERIAL_OCTETS * end
        at = self.memory.find(wanted, base + SERIAL_OCTETS * first, limit)
        while at >= 0:
            if not (at - base) % SERIAL_OCTETS:
                place = (at - base) // SERIAL_OCTETS
                nth = first_closed + place - first
                if nth >= end_closed:
                    return place, GOOD
                return place, int(_CLOSED.unpack_from(self.memory, self._closed_at + 8 * nth)[0])
            # The end of one serial and the beginning of the next: no certificate, however it was made up.
            at = self.memory.find(wanted, at + 1, limit)
        return None


class Table:
    """One generation, mapped."""

    def __init__(self, head: Head, memory: mmap.mmap) -> None:
        self.head = head
        self.memory = memory
        self.rows = {part.issuer_id: Rows(part, memory) for part in head.parts}
        self.others = dict(_others(head, memory))

    @classmethod
    def open(cls, file: Path) -> "Table":
        """Raises `FileNotFoundError`, and `Damaged` when its head is not intact; `verify` looks at the rest."""
        descriptor = os.open(file, os.O_RDONLY)
        try:
            if os.fstat(descriptor).st_size < HEAD_OCTETS:
                raise Damaged(file.name)
            memory = mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ)
        finally:
            os.close(descriptor)
        head = _head(memory)
        if head is None or head.length != len(memory):
            memory.close()
            raise Damaged(file.name)
        return cls(head, memory)

    def __len__(self) -> int:
        return sum(part.count for part in self.head.parts) + len(self.others)

    def code(self, issuer_id: str, serial: int) -> int | None:
        """The status as a number; None for a serial that is not in it."""
        if not is_regular(serial):
            return self.others.get((issuer_id, serial)) if self.others else None
        rows = self.rows.get(issuer_id)
        found = rows.find(serial) if rows else None
        return found[1] if found else None

    def verify(self) -> None:
        """Read all of it; raises `Damaged`."""
        digest = hashlib.blake2b(digest_size=DIGEST_OCTETS)
        with memoryview(self.memory) as whole:
            for start in range(HEAD_OCTETS, len(whole), _CHUNK):
                digest.update(whole[start : start + _CHUNK])
        if digest.hexdigest() != self.head.digest:
            raise Damaged(f"generation {self.head.generation}")

    def close(self) -> None:
        """Unmap it."""
        self.memory.close()


def head_octets(head: Head) -> bytes:
    """The head as it stands in the file, with its own digest."""
    text = head.model_dump_json().encode()
    data = MAGIC + LENGTH.pack(len(text)) + hashlib.blake2b(text, digest_size=DIGEST_OCTETS).digest() + text
    if len(data) > HEAD_OCTETS:
        raise ValueError("too many issuers for one table")
    return data.ljust(HEAD_OCTETS, b"\0")


def _head(memory: mmap.mmap) -> Head | None:
    start = len(MAGIC) + LENGTH.size
    text_at = start + DIGEST_OCTETS
    (length,) = LENGTH.unpack_from(memory, len(MAGIC))
    text = memory[text_at : min(text_at + length, HEAD_OCTETS)]
    if (
        memory[: len(MAGIC)] != MAGIC
        or hashlib.blake2b(text, digest_size=DIGEST_OCTETS).digest() != memory[start:text_at]
    ):
        return None
    return Head.model_validate_json(text)


def _others(head: Head, memory: mmap.mmap) -> Iterator[tuple[tuple[str, int], int]]:
    for issuer, serial, code in OTHER.iter_unpack(memory[head.others_at : head.others_at + head.others * OTHER.size]):
        yield (str(uuid.UUID(bytes=issuer)), int.from_bytes(serial, "big")), code
