"""The log of what changed since a table was written: records of 64 octets, each of which proves its place.

A record's checksum covers the generation and its number in the log, so that no octets of another time pass for one;
what is read is the longest beginning in which every record holds.
"""

import errno
import logging
import os
import struct
import uuid
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

_log = logging.getLogger(__name__)
RECORD_OCTETS = 64
_RECORD = struct.Struct("<I B 3x 16s 20s q q 4x")
_PLACE = struct.Struct("<QQ")
_KINDS = _CHANGE, _MARK = 1, 2
_NOBODY, _NOTHING = bytes(16), bytes(20)
# Room taken beforehand: on a full disk sixteen thousand more changes still reach the workers.
RESERVED = 1 << 20


class Change(NamedTuple):
    """One certificate has this status now; `code` is as in status_code."""

    issuer_id: str
    serial: int
    code: int
    seq: int = 0


class Mark(NamedTuple):
    """All that stands before it agreed with the database at `known_at` (microseconds since 1970)."""

    known_at: int
    highest_change: int


def packed(records: Iterable[Change | Mark], *, generation: int, first: int) -> bytes:
    """Their octets, when the first of them is the log's record number `first`."""
    return b"".join(_pack(record, generation, number) for number, record in enumerate(records, first))


def read(data: bytes, *, generation: int, first: int) -> Iterator[Change | Mark]:
    """The records in it until one does not hold."""
    for number, offset in enumerate(range(0, len(data) - RECORD_OCTETS + 1, RECORD_OCTETS), first):
        checksum, kind, issuer, serial, code, seq = _RECORD.unpack_from(data, offset)
        if checksum != _checksum(data[offset + 4 : offset + RECORD_OCTETS], generation, number) or kind not in _KINDS:
            return
        if kind == _CHANGE:
            yield Change(_name(issuer), int.from_bytes(serial, "big"), code, seq)
        else:
            yield Mark(code, seq)


def read_file(descriptor: int, *, generation: int, start: int = 0, end: int | None = None) -> Iterator[Change | Mark]:
    """The records between two lengths of an open log; to its end where none is given."""
    data = b""
    wanted = os.fstat(descriptor).st_size - start if end is None else end - start
    while len(data) < wanted and (more := os.pread(descriptor, wanted - len(data), start + len(data))):
        data += more
    yield from read(data, generation=generation, first=start // RECORD_OCTETS)


class LogWriter:
    """The log of one generation, written at its end; `length` octets of it count."""

    def __init__(self, file: Path, *, generation: int, length: int = 0) -> None:
        """Whatever lies behind `length` is forgotten. Raises OSError where there is no room for what is to come."""
        self.generation = generation
        self.length = length
        self.descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        self._room = length
        os.ftruncate(self.descriptor, length)
        self._reserve()

    @classmethod
    def recovered(cls, file: Path, *, generation: int) -> "LogWriter":
        """The log that an earlier process left, with as much of it as holds; what lies behind is forgotten."""
        descriptor = os.open(file, os.O_RDONLY | os.O_CREAT, 0o600)
        try:
            records = sum(1 for _record in read_file(descriptor, generation=generation))
        finally:
            os.close(descriptor)
        return cls(file, generation=generation, length=records * RECORD_OCTETS)

    def append(self, records: Iterable[Change | Mark]) -> int:
        """Write them behind the others and return the new length; OSError leaves everything as it was."""
        data = packed(records, generation=self.generation, first=self.length // RECORD_OCTETS)
        if self.length + len(data) + RESERVED // 2 > self._room:
            self._reserve()
        done = 0
        try:
            while done < len(data):
                done += os.pwrite(self.descriptor, data[done:], self.length + done)
        except OSError:
            # What was half written must not be found behind what comes later.
            os.ftruncate(self.descriptor, self.length)
            self._room = self.length
            raise
        self.length += len(data)
        return self.length

    def syncing(self) -> Callable[[], None]:
        """What makes it last; may be called later and elsewhere, whatever becomes of this log."""
        descriptor = os.dup(self.descriptor)

        def sync() -> None:
            try:
                os.fdatasync(descriptor)
            finally:
                os.close(descriptor)

        return sync

    def close(self) -> None:
        """Let go of the file."""
        os.close(self.descriptor)

    def _reserve(self) -> None:
        wanted = self.length + RESERVED
        try:
            os.posix_fallocate(self.descriptor, 0, wanted)
        except OSError as error:
            left = max(0, self._room - self.length) // RECORD_OCTETS
            reason = errno.errorcode.get(error.errno or 0, "OSError")
            _log.error("no room for the log of status changes (%s): %d more changes can be kept", reason, left)
            return
        self._room = wanted


def _pack(record: Change | Mark, generation: int, number: int) -> bytes:
    if isinstance(record, Change):
        serial = record.serial.to_bytes(20, "big")
        body = _RECORD.pack(0, _CHANGE, _octets(record.issuer_id), serial, record.code, record.seq)
    else:
        body = _RECORD.pack(0, _MARK, _NOBODY, _NOTHING, record.known_at, record.highest_change)
    return _checksum(body[4:], generation, number).to_bytes(4, "little") + body[4:]


def _checksum(body: bytes, generation: int, number: int) -> int:
    return zlib.crc32(body, zlib.crc32(_PLACE.pack(generation, number)))


@lru_cache(maxsize=256)
def _octets(issuer_id: str) -> bytes:
    return uuid.UUID(issuer_id).bytes


@lru_cache(maxsize=256)
def _name(issuer: bytes) -> str:
    return str(uuid.UUID(bytes=issuer))
