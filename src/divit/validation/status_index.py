"""The status index as a worker sees it: the shared table and the changes since, asked without a database.

index = StatusIndex.open(folder)
index.refresh()                      # at each request; a comparison of two numbers while nothing is new
index.status_of(issuer_id, serial)   # Good(), Revoked(at, reason), or None: never issued
"""

import os
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from divit.kernel import clock
from divit.kernel.errors import NotFound
from divit.pki.ocsp import Status
from divit.validation.crl_files import CrlFile, read_lists
from divit.validation.state import Page, Word, length_of, log_file, ticks
from divit.validation.status_code import instant, microseconds, status_of
from divit.validation.status_known import Known
from divit.validation.status_log import RECORD_OCTETS, Change, Mark, read_file
from divit.validation.status_table import Damaged

Changed = Sequence[tuple[str, int]]
NOTHING_CHANGED: Changed = ()
ALL_CHANGED: Changed = (("*", 0),)
"""Compare by identity: whatever was derived from any status must be derived anew."""
_STILL_FOLLOWED = 5_000_000
# Clocks are corrected by small steps all the time; a larger one back must not make knowledge look young.
_STEP = 1_000_000
_TRIES = 100


class StatusIndex:
    """One per process; not for several threads at once."""

    def __init__(self, folder: Path, page: Page, *, now: Callable[[], datetime]) -> None:
        self._folder = folder
        self._page = page
        self._words = page.words
        self._now = now
        self._generation = 0
        self._read = 0
        self._log = -1
        self._lists_told = -1
        self._lists: dict[str, CrlFile] = {}
        self._told = self._words[Word.COUNTER]
        self._known = self._map()

    @classmethod
    def open(cls, folder: Path, *, now: Callable[[], datetime] = clock.now) -> "StatusIndex":
        """Raises `NotFound` while there is no table yet that a follower vouches for."""
        page = Page.to_read(folder)
        try:
            return cls(folder, page, now=now)
        except (OSError, Damaged) as error:
            page.close()
            raise NotFound(f"no table in {folder}: {type(error).__name__}") from None

    def close(self) -> None:
        """Let go of everything that is mapped."""
        self._known.table.close()
        os.close(self._log)
        self._words.release()
        self._page.close()

    def __len__(self) -> int:
        return len(self._known)

    def refresh(self) -> Changed:
        """Whose status may be another since the last call; cheap while nothing is."""
        told = self._words[Word.COUNTER]
        if told == self._told:
            return NOTHING_CHANGED
        try:
            changed = self._catch_up()
        except (OSError, Damaged):
            return NOTHING_CHANGED  # what is known stays, and gets older; the next call tries again
        self._told = told
        return changed

    def status_of(self, issuer_id: str, serial: int) -> Status:
        """None for a serial that was never issued."""
        code = self._known.code(issuer_id, serial)
        return None if code is None else status_of(code)

    @property
    def known_at(self) -> datetime | None:
        """When it last agreed with the database, by the clock as it stands now; None if that is unknown."""
        wall, then = self._words[Word.KNOWN_AT], self._words[Word.KNOWN_TICKS]
        if not wall:
            return None
        now = microseconds(self._now())
        if not then:
            return instant(wall) if wall <= now + _STEP else None
        by_age = now - (ticks() - then)
        return instant(by_age if by_age < wall - _STEP else wall)

    @property
    def followed(self) -> bool:
        """Whether a follower keeps it in step at this moment."""
        return bool(self._words[Word.FOLLOWED]) and ticks() - self._words[Word.KNOWN_TICKS] < _STILL_FOLLOWED

    def crl(self, name: str) -> CrlFile | None:
        """The newest list under that name (`issuing`, `issuing-delta`)."""
        told = self._words[Word.LISTS]
        if told != self._lists_told:
            self._lists, self._lists_told = read_lists(self._folder), told
        return self._lists.get(name)

    def _catch_up(self) -> Changed:
        if self._words[Word.GENERATION] == self._generation:
            return self._known.take(self._new_records())
        # The log that was followed so far is complete now, and still open.
        rest = self._known.take(read_file(self._log, generation=self._generation, start=self._read))
        before = self._generation
        self._known = self._map()
        if self._known.table.head.follows != before:
            return ALL_CHANGED
        return [*rest, *self._known.recent]

    def _map(self) -> Known:
        """Whatever generation is in use; one that was replaced meanwhile is gone, and the next one there."""
        for _ in range(_TRIES):
            generation = self._words[Word.GENERATION]
            try:
                known = Known.open(self._folder, generation)
                log = os.open(log_file(self._folder, generation), os.O_RDONLY)
            except FileNotFoundError:
                continue
            if self._log >= 0:
                os.close(self._log)
            self._generation, self._log, self._read = generation, log, 0
            known.take(self._new_records())
            return known
        raise FileNotFoundError(self._folder)

    def _new_records(self) -> list[Change | Mark]:
        end = self._words[length_of(self._generation)]
        records = list(read_file(self._log, generation=self._generation, start=self._read, end=end))
        self._read += RECORD_OCTETS * len(records)
        return records
