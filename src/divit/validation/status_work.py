"""A new table on its way: written by another thread, beside the one in use."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from divit.pki.ocsp import Good, Revoked
from divit.validation import status_build
from divit.validation.status_code import coded, final
from divit.validation.status_known import Known
from divit.validation.status_log import Change, Mark
from divit.validation.status_table import Table

_AT_ONCE = 1 << 16


class Work:
    """What it starts from, and what must not get lost meanwhile. `position` is the log's length at its beginning."""

    def __init__(self, folder: Path, known: Known | None, *, generation: int, position: int, known_at: int) -> None:
        self.folder = folder
        self.generation = generation
        self.position = position
        self.carried: list[Change] = []
        self._known = known
        self._known_at = known_at
        self._read_until = 0

    @property
    def file(self) -> Path:
        """Where it is written."""
        return self.folder / f"status-{self.generation}.new"

    def compact(self) -> None:
        """The same knowledge as one table. OSError leaves no file."""
        if self._known is None:
            raise ValueError("there is no table yet")
        head = self._known.table.head
        facts = status_build.Facts(
            generation=self.generation,
            known_at=self._known_at,
            read_at=head.read_at,
            highest_change=self._known.highest_change,
            database=head.database,
            follows=head.generation,
        )
        status_build.compacted(self.file, self._known, facts)

    def replace(self, spool: status_build.Spool, *, known_at: int, highest_change: int = 0, database: str = "") -> None:
        """All of it anew, as it was read at `known_at`. What was revoked for good stays. OSError leaves no file."""
        facts = status_build.Facts(
            generation=self.generation,
            known_at=known_at,
            read_at=known_at,
            highest_change=highest_change,
            database=database,
        )
        status_build.from_spool(self.file, spool, facts)
        self._read_until = highest_change
        if self._known is not None:
            fresh = Table.open(self.file)
            self.carried = [
                change
                for change in status_build.finals(self._known)
                if final(change.code) and fresh.code(change.issuer_id, change.serial) != change.code
            ]
            fresh.close()

    def tells(self, record: Change | Mark) -> bool:
        """Whether what was read anew is as new as that record or newer; whoever is closed for good stays so anyway.

        Numbers become visible in their order: who has read number n has read all below it.
        """
        return isinstance(record, Change) and record.seq <= self._read_until and not final(record.code)


def spooled(folder: Path, statuses: Iterable[tuple[str, int, Good | Revoked]]) -> status_build.Spool:
    """A spool of what is given rather than read from a database: (issuer_id, serial, status)."""
    spool = status_build.Spool(folder)
    waiting: dict[str, list[tuple[bytes, int]]] = {}
    for issuer_id, serial, status in statuses:
        rows = waiting.setdefault(issuer_id, [])
        rows.append((serial.to_bytes(20, "big"), coded(status)))
        if len(rows) == _AT_ONCE:
            _add(spool, issuer_id, waiting.pop(issuer_id))
    for issuer_id, rows in waiting.items():
        _add(spool, issuer_id, rows)
    return spool


def _add(spool: status_build.Spool, issuer_id: str, rows: list[tuple[bytes, int]]) -> None:
    serials = np.frombuffer(b"".join(serial for serial, _ in rows), np.uint8).reshape(-1, 20)
    spool.add(issuer_id, serials, np.array([code for _, code in rows], np.int64))
