"""The one who writes the state folder: takes changes in, marks agreement, and puts new tables in place of old ones.

    writer = StatusWriter.open(folder)   # alone; what a crash left is put in order
    writer.take(changes)                 # in the log, then told: the next request of every worker knows
    writer.agree(moment)                 # all of it was just compared with the database
    work = writer.begin(); work.compact(); writer.install(work)

A change is in the log before its reader is told of it. A table becomes the one in use by a rename, after the log that
belongs to it is on disk. So a process that dies at any step leaves the old state or the new one.
"""

import logging
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from divit.validation.crl_files import CrlFiles
from divit.validation.state import (
    InUse,
    Lock,
    Moment,
    Page,
    Word,
    base_file,
    length_of,
    log_file,
    sync_folder,
)
from divit.validation.status_code import final
from divit.validation.status_known import Known
from divit.validation.status_log import RECORD_OCTETS, Change, LogWriter, Mark, read_file
from divit.validation.status_table import Damaged
from divit.validation.status_work import Work

__all__ = ["InUse", "StatusWriter"]

_log = logging.getLogger(__name__)
_FILE = re.compile(r"status-(\d+)\.(base|log|new)")
# After a loss of power knowledge looks at most so much older than it is.
_BETWEEN_MARKS = 10_000_000
# Workers keep recent changes for themselves: some megabytes, then a new table is written.
_FEWEST_RECENT, _RECENT_SHARE = 20_000, 200


class StatusWriter:
    """One per folder, in one thread; `known` is None until the first table is there."""

    def __init__(self, folder: Path) -> None:
        """`open` is the way to make one."""
        self.folder = folder
        self.known: Known | None = None
        self._lock = Lock(folder)
        self._page = Page.to_write(folder)
        self._words = self._page.words
        self._words[Word.FOLLOWED] = 0
        self._generation = 0
        self._newest = self._words[Word.GENERATION]
        self._marked = 0
        self._log: LogWriter | None = None
        self.lists = CrlFiles(folder, told=self._tell_lists)

    @classmethod
    def open(cls, folder: Path) -> "StatusWriter":
        """Raises `InUse` while another process has the folder. Reads the whole table once to see that it is whole."""
        writer = cls(folder)
        writer._recover()
        return writer

    def close(self) -> None:
        """Let another have the folder; workers go on."""
        self._words[Word.FOLLOWED] = 0
        if self._log:
            self._log.close()
        self._words.release()
        self._page.close()
        self._lock.release()

    @property
    def followed(self) -> bool:
        """What workers are told about whether somebody keeps the state in step."""
        return bool(self._words[Word.FOLLOWED])

    @followed.setter
    def followed(self, value: bool) -> None:
        self._words[Word.FOLLOWED] = int(value)

    @property
    def is_long(self) -> bool:
        """Whether so much has changed since the table was written that a new one is due."""
        if self.known is None or self._log is None:
            return False
        limit = max(_FEWEST_RECENT, len(self.known) // _RECENT_SHARE)
        return len(self.known.recent) > limit or self._log.length > 4 * limit * RECORD_OCTETS

    def take(self, changes: Iterable[Change], *, in_order: bool = True) -> int:
        """Take in what is new, and tell; how many that were. OSError: nothing of it was taken. `in_order`: everything
        up to the last of them has been taken in with them.

        Closed is closed: a revocation for good is never taken back, whatever the database says.
        """
        fresh: dict[tuple[str, int], Change] = {}
        highest = 0
        for change in changes:
            highest = max(highest, change.seq)
            key = (change.issuer_id, change.serial)
            before = fresh[key].code if key in fresh else self._in_use.code(*key)
            if before == change.code:
                continue
            if before is not None and final(before):
                _log.error("a revocation is not taken back by change %d", change.seq)
                continue
            fresh[key] = change
        if fresh:
            self._append(list(fresh.values()))
        if in_order:
            self._in_use.highest_change = max(self._in_use.highest_change, highest)
        return len(fresh)

    def agree(self, moment: Moment) -> None:
        """All that the database said at that moment has been taken in."""
        if abs(moment.ticks - self._marked) >= _BETWEEN_MARKS:
            try:
                self._append([Mark(moment.wall, self._in_use.highest_change)])
            except OSError as error:
                # On a full disk knowledge is as fresh as ever; only after a loss of power it would look older.
                _log.error("the log of status changes takes no mark: %s", type(error).__name__)
            self._marked = moment.ticks
        self._words[Word.KNOWN_TICKS] = moment.ticks
        self._words[Word.KNOWN_AT] = moment.wall

    def begin(self) -> Work:
        """A new table is to be written, while this one is in use."""
        known, position = None, 0
        if self.known is not None and self._log is not None:
            known, position = Known(self.known.table, dict(self.known.recent)), self._log.length
            known.highest_change = self.known.highest_change
        return Work(
            self.folder, known, generation=self._newest + 1, position=position, known_at=self._words[Word.KNOWN_AT]
        )

    def install(self, work: Work) -> None:
        """Put the new table in the place of the one in use, with what changed meanwhile. OSError: all is as before."""
        rest = [record for record in self._since(work.position) if not work.tells(record)] + work.carried
        log = LogWriter(log_file(self.folder, work.generation), generation=work.generation)
        try:
            log.append(rest)
            log.syncing()()
            work.file.replace(base_file(self.folder, work.generation))
            sync_folder(self.folder)
        except OSError:
            log.close()
            self._remove_others()
            raise
        known = Known.open(self.folder, work.generation)
        known.take(rest)
        if self._log:
            self._log.close()
        self._use(known, log)
        if not self._words[Word.KNOWN_AT]:
            self._words[Word.KNOWN_AT] = known.table.head.known_at
        self._remove_others()

    def syncing(self) -> Callable[[], None]:
        """What another thread has to do to make all that was taken in last, also through a loss of power."""
        return self._log.syncing() if self._log else lambda: None

    @property
    def _in_use(self) -> Known:
        if self.known is None:
            raise ValueError("there is no table yet")
        return self.known

    def _append(self, records: "list[Change | Mark]") -> None:
        if self._log is None:
            raise ValueError("there is no table yet")
        length = self._log.append(records)
        self._in_use.take(records)
        self._words[length_of(self._generation)] = length
        self._words[Word.COUNTER] += 1

    def _since(self, position: int) -> "list[Change | Mark]":
        if self._log is None:
            return []
        log = self._log
        return list(read_file(log.descriptor, generation=log.generation, start=position, end=log.length))

    def _recover(self) -> None:
        """Take over the newest generation that is whole, and the longest beginning of its log that holds."""
        generations = self._generations()
        # A number is never given twice: a worker may still have mapped what it stood for.
        self._newest = max(self._newest, *generations, 0)
        for generation in sorted(generations, reverse=True):
            try:
                known = Known.open(self.folder, generation)
                known.table.verify()
            except (OSError, Damaged) as error:
                _log.error("the table of generation %d is not used: %s", generation, type(error).__name__)
                continue
            log = LogWriter.recovered(log_file(self.folder, generation), generation=generation)
            records = list(read_file(log.descriptor, generation=generation, end=log.length))
            known.take(records)
            said = self._words[Word.GENERATION] == generation and self._words[length_of(generation)] <= log.length
            if not said or not self._words[Word.KNOWN_AT]:
                marks = [record.known_at for record in records if isinstance(record, Mark)]
                # Since when on the other clock, nobody can say any more.
                self._words[Word.KNOWN_TICKS] = 0
                self._words[Word.KNOWN_AT] = marks[-1] if marks else known.table.head.known_at
            self._use(known, log)
            break
        else:
            self._words[Word.GENERATION] = 0
        self._remove_others()

    def _use(self, known: Known, log: LogWriter) -> None:
        self.known, self._log, self._generation = known, log, log.generation
        self._newest = max(self._newest, log.generation)
        # In this order: whoever reads the new generation finds its length.
        self._words[length_of(log.generation)] = log.length
        self._words[Word.GENERATION] = log.generation
        self._words[Word.COUNTER] += 1

    def _tell_lists(self) -> None:
        self._words[Word.LISTS] += 1

    def _generations(self) -> set[int]:
        found = (_FILE.fullmatch(file.name) for file in self.folder.iterdir())
        return {int(match[1]) for match in found if match and match[2] == "base"}

    def _remove_others(self) -> None:
        """Whoever has them mapped keeps them; nobody else will look for them."""
        keep = {base_file(self.folder, self._generation), log_file(self.folder, self._generation)}
        for file in self.folder.iterdir():
            if _FILE.fullmatch(file.name) and file not in keep:
                file.unlink(missing_ok=True)
