"""What is known at this moment: a table, and what changed since, for the one who writes and for those who read."""

from collections.abc import Iterable
from pathlib import Path

from divit.validation.state import base_file
from divit.validation.status_log import Change, Mark
from divit.validation.status_table import Table


class Known:
    """Statuses as numbers; `recent` is private to the process and short: the follower writes a new table in time."""

    def __init__(self, table: Table, recent: dict[tuple[str, int], int] | None = None) -> None:
        self.table = table
        self.recent = recent or {}
        self.highest_change = table.head.highest_change
        self._more = 0

    @classmethod
    def open(cls, folder: Path, generation: int) -> "Known":
        """The table alone. Raises `FileNotFoundError` or `Damaged`."""
        return cls(Table.open(base_file(folder, generation)))

    def __len__(self) -> int:
        return len(self.table) + self._more

    def code(self, issuer_id: str, serial: int) -> int | None:
        """The newest that is known; None for a serial that nobody issued."""
        if self.recent and (code := self.recent.get((issuer_id, serial))) is not None:
            return code
        return self.table.code(issuer_id, serial)

    def take(self, records: Iterable[Change | Mark]) -> list[tuple[str, int]]:
        """Take them in, in their order; which certificates are told of.

        A change by itself does not say that all before it are known: it may have been named by a notice. A mark does.
        """
        told = []
        for record in records:
            if isinstance(record, Mark):
                self.highest_change = max(self.highest_change, record.highest_change)
                continue
            key = (record.issuer_id, record.serial)
            if key not in self.recent and self.table.code(*key) is None:
                self._more += 1
            self.recent[key] = record.code
            told.append(key)
        return told
