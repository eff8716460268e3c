"""Writes a table of any size with little memory: rows go to a scratch file by their leading bits, then into buckets.

What is held at once is a sixty-fourth of the rows and one pair of numbers per bucket.
"""

import hashlib
import os
import tempfile
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from divit.pki.reasons import Reason
from divit.validation.status_code import GOOD, REASON_BITS
from divit.validation.status_known import Known
from divit.validation.status_log import Change
from divit.validation.status_table import (
    DIGEST_OCTETS,
    HEAD_OCTETS,
    OTHER,
    RANDOM_BITS,
    SERIAL_OCTETS,
    Head,
    Part,
    Rows,
    head_octets,
    is_regular,
)

Octets = NDArray[np.uint8]
Numbers = NDArray[np.int64]
_CUT_BITS = 6
_CUTS = 1 << _CUT_BITS
_IN_A_BUCKET = 8
_ROW = np.dtype([("serial", "u1", (SERIAL_OCTETS,)), ("code", "<i8")])


class Slice(NamedTuple):
    """Certificates that share their leading bits: serials (n × 16 octets) and statuses as numbers."""

    serials: Octets
    codes: Numbers


def bits_for(count: int) -> int:
    """How many leading bits make a bucket, so that eight to sixteen certificates are in each."""
    return max(0, (count // _IN_A_BUCKET).bit_length() - 1)


def _leading(serials: Octets, bits: int) -> Numbers:
    """The random bits that a serial begins with, as a number."""
    high = np.ascontiguousarray(serials[:, :8]).view(">u8").ravel().astype(np.uint64)
    return ((high >> np.uint64(RANDOM_BITS - 64 - bits)) & np.uint64((1 << bits) - 1)).astype(np.int64)


class Spool:
    """Rows in the order in which they come, kept in a scratch file that nobody else sees."""

    def __init__(self, folder: Path) -> None:
        self._file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115 - `close` closes it
        self._end = 0
        self._runs: dict[str, list[tuple[int, Numbers]]] = {}
        self.counts: dict[str, int] = {}
        self.others: list[Change] = []

    def add(self, issuer_id: str, serials: Octets, codes: Numbers) -> None:
        """Some rows of one issuer: serials of 20 octets, filled with zeros on the left, and their statuses."""
        regular = ~serials[:, :4].any(axis=1) & (serials[:, 4] != 0)
        for serial, code in zip(serials[~regular], codes[~regular], strict=True):
            self.others.append(Change(issuer_id, int.from_bytes(serial.tobytes(), "big"), int(code)))
        short = serials[regular, 4:]
        cut = _leading(short, _CUT_BITS)
        order = np.argsort(cut, kind="stable")
        rows = np.empty(len(short), _ROW)
        rows["serial"], rows["code"] = short[order], codes[regular][order]
        ends = np.concatenate(([0], np.cumsum(np.bincount(cut, minlength=_CUTS))))
        _write_all(self._file, rows.tobytes())
        self._runs.setdefault(issuer_id, []).append((self._end, ends))
        self._end += rows.nbytes
        self.counts[issuer_id] = self.counts.get(issuer_id, 0) + len(rows)

    def slices(self, issuer_id: str, *, cut_bits: int) -> Iterator[Slice]:
        """Its rows again, by leading bits."""
        width = _CUTS >> cut_bits
        for first in range(0, _CUTS, width):
            pieces = [self._piece(at, ends[first], ends[first + width]) for at, ends in self._runs[issuer_id]]
            rows = np.frombuffer(b"".join(pieces), _ROW)
            yield Slice(rows["serial"], rows["code"])

    def _piece(self, at: int, first: int, end: int) -> bytes:
        size = int(end - first) * _ROW.itemsize
        data = os.pread(self._file.fileno(), size, at + int(first) * _ROW.itemsize)
        if len(data) != size:
            raise OSError("the scratch file is short")
        return data

    def close(self) -> None:
        """Give the room back."""
        self._file.close()

    def __enter__(self) -> "Spool":
        return self

    def __exit__(self, *_how: object) -> None:
        self.close()


@dataclass(frozen=True)
class Facts:
    """What is said about a new table; see `status_table.Head`."""

    generation: int
    known_at: int
    read_at: int
    highest_change: int
    database: str
    follows: int | None = None


@dataclass
class _Writer:
    stream: BinaryIO
    at: int = HEAD_OCTETS
    digest: "hashlib.blake2b" = field(default_factory=lambda: hashlib.blake2b(digest_size=DIGEST_OCTETS))

    def write(self, data: bytes) -> None:
        self.stream.write(data)
        self.digest.update(data)
        self.at += len(data)


def from_spool(file: Path, spool: Spool, facts: Facts) -> None:
    """Write the table of what was read. OSError leaves no file."""
    parts = {
        issuer_id: (count, spool.slices(issuer_id, cut_bits=cut_bits(bits_for(count))))
        for issuer_id, count in spool.counts.items()
        if count
    }
    _build(file, parts, spool.others, facts)


def compacted(file: Path, known: Known, facts: Facts) -> None:
    """Write the table that says what a table and its recent changes say together. OSError leaves no file."""
    others = dict(known.table.others)
    changed: dict[str, list[tuple[int, int]]] = {issuer_id: [] for issuer_id in known.table.rows}
    for (issuer_id, serial), code in known.recent.items():
        if is_regular(serial):
            changed.setdefault(issuer_id, []).append((serial, code))
        else:
            others[issuer_id, serial] = code
    parts = {issuer_id: _merged(known.table.rows.get(issuer_id), some) for issuer_id, some in changed.items()}
    _build(file, parts, [Change(*key, code) for key, code in others.items()], facts)


def finals(known: Known) -> Iterator[Change]:
    """All that is revoked for good."""
    for rows in known.table.rows.values():
        for cut in range(_CUTS >> (_CUT_BITS - cut_bits(rows.part.bits))):
            _first, serials, codes = _stretch(rows, cut, cut_bits(rows.part.bits))
            final = (codes != GOOD) & ((codes & ((1 << REASON_BITS) - 1)) != int(Reason.CERTIFICATE_HOLD))
            for serial, code in zip(serials[final], codes[final], strict=True):
                key = (rows.part.issuer_id, int.from_bytes(serial.tobytes(), "big"))
                if key not in known.recent:
                    yield Change(*key, int(code))
    for key, code in (known.table.others | known.recent).items():
        yield Change(*key, code)


def cut_bits(bits: int) -> int:
    """Into how many stretches a part is cut while it is worked on."""
    return min(bits, _CUT_BITS)


def _merged(rows: Rows | None, changed: list[tuple[int, int]]) -> tuple[int, Iterator[Slice]]:
    if rows is None:
        fresh, found = changed, []
    else:
        found = [(place[0], code) for serial, code in changed if (place := rows.find(serial))]
        fresh = [(serial, code) for serial, code in changed if rows.find(serial) is None]
    count = len(fresh) + (rows.part.count if rows else 0)
    bits = cut_bits(min(bits_for(count), rows.part.bits if rows else 0))
    return count, _merging(rows, dict(found), fresh, bits)


def _merging(rows: Rows | None, found: dict[int, int], fresh: list[tuple[int, int]], bits: int) -> Iterator[Slice]:
    by_cut: dict[int, list[tuple[int, int]]] = {}
    for serial, code in fresh:
        by_cut.setdefault(serial >> (RANDOM_BITS - bits) & ((1 << bits) - 1), []).append((serial, code))
    places = np.array(sorted(found), np.int64)
    changes = np.array([found[place] for place in sorted(found)], np.int64)
    for cut in range(1 << bits):
        some = by_cut.get(cut, [])
        serials = np.frombuffer(b"".join(serial.to_bytes(SERIAL_OCTETS, "big") for serial, _ in some), np.uint8)
        serials, codes = serials.reshape(-1, SERIAL_OCTETS), np.array([code for _, code in some], np.int64)
        if rows is not None:
            first, old, known = _stretch(rows, cut, bits)
            low, high = np.searchsorted(places, (first, first + len(old)))
            known[places[low:high] - first] = changes[low:high]
            serials, codes = np.concatenate((old, serials)), np.concatenate((known, codes))
        yield Slice(serials, codes)


def _stretch(rows: Rows, cut: int, bits: int) -> tuple[int, Octets, Numbers]:
    """Where a stretch of a table begins, its serials and its statuses."""
    part = rows.part
    width = 1 << (part.bits - bits)
    bounds = np.frombuffer(rows.memory, "<u4", 2 * (width + 1), part.bounds_at + 8 * width * cut).reshape(-1, 2)
    starts, closed = bounds[:, 0].astype(np.int64), bounds[:, 1].astype(np.int64)
    first, end = int(starts[0]), int(starts[-1])
    octets = np.frombuffer(
        rows.memory, np.uint8, (end - first) * SERIAL_OCTETS, part.serials_at + first * SERIAL_OCTETS
    )
    codes = np.full(end - first, GOOD, np.int64)
    # In each bucket the closed ones come first.
    in_file = np.arange(closed[0], closed[-1])
    places = in_file + np.repeat(starts[:-1] - closed[:-1], np.diff(closed)) - first
    codes[places] = np.frombuffer(rows.memory, "<i8", len(in_file), part.closed_at + 8 * int(closed[0]))
    return first, octets.reshape(-1, SERIAL_OCTETS), codes


def _build(file: Path, parts: dict[str, tuple[int, Iterator[Slice]]], others: Iterable[Change], facts: Facts) -> None:
    try:
        with file.open("wb", buffering=1 << 20) as stream:
            stream.write(bytes(HEAD_OCTETS))
            writer = _Writer(stream)
            written = tuple(_part(writer, issuer_id, *part) for issuer_id, part in parts.items())
            others_at = writer.at
            for other in others:
                octets = other.serial.to_bytes(20, "big")
                writer.write(OTHER.pack(uuid.UUID(other.issuer_id).bytes, octets, other.code))
            head = Head(
                **facts.__dict__,
                parts=written,
                others_at=others_at,
                others=(writer.at - others_at) // OTHER.size,
                length=writer.at,
                digest=writer.digest.hexdigest(),
            )
            stream.seek(0)
            stream.write(head_octets(head))
            stream.flush()
            os.fsync(stream.fileno())
    except OSError:
        file.unlink(missing_ok=True)
        raise


def _part(writer: _Writer, issuer_id: str, count: int, slices: Iterator[Slice]) -> Part:
    bits = bits_for(count)
    writer.write(bytes(-writer.at % SERIAL_OCTETS))
    serials_at = writer.at
    all_of, closed_of = np.zeros((2, (1 << bits) + 1), np.int64)
    words: list[bytes] = []
    for serials, codes in slices:
        bucket = _leading(serials, bits)
        closed = codes != GOOD
        order = np.argsort(bucket << 1 | ~closed, kind="stable")
        writer.write(serials[order].tobytes())
        words.append(codes[order][closed[order]].astype("<i8").tobytes())
        _count(bucket, into=all_of)
        _count(bucket[closed], into=closed_of)
    closed_at = writer.at
    for word in words:
        writer.write(word)
    bounds_at = writer.at
    bounds = np.empty(((1 << bits) + 1, 2), "<u4")
    bounds[:, 0], bounds[:, 1] = np.cumsum(all_of), np.cumsum(closed_of)
    writer.write(bounds.tobytes())
    return Part(
        issuer_id=issuer_id,
        count=int(bounds[-1, 0]),
        closed=int(bounds[-1, 1]),
        bits=bits,
        serials_at=serials_at,
        closed_at=closed_at,
        bounds_at=bounds_at,
    )


def _count(buckets: Numbers, *, into: Numbers) -> None:
    """Only where there are some: a slice has a few of the buckets."""
    if len(buckets):
        low = int(buckets.min())
        counts = np.bincount(buckets - low)
        into[1 + low : 1 + low + len(counts)] += counts


def _write_all(stream: BinaryIO, data: bytes) -> None:
    """An unbuffered file may take less than it was given."""
    view = memoryview(data)
    while view:
        view = view[stream.write(view) :]
