"""Where the neighbours keep what they know: one SQLite file, written through before any answer."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


class Store:
    """A SQLite file; every block is one transaction on its own connection, so that any thread may use it."""

    def __init__(self, path: Path, schemas: Sequence[str], *, hurried: Callable[[], bool] = lambda: False) -> None:
        """`hurried` says whether nothing has to outlive a power cut just now."""
        self._path, self._hurried = path, hurried
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = self._connect()
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.executescript("".join(["BEGIN;", *schemas, "COMMIT;"]))
        finally:
            connection.close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=10, isolation_level=None)
        connection.row_factory = sqlite3.Row
        connection.execute(f"PRAGMA synchronous={'OFF' if self._hurried() else 'FULL'}")
        connection.execute("PRAGMA foreign_keys=ON")
        return connection

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A consistent look."""
        connection = self._connect()
        try:
            connection.execute("BEGIN")
            yield connection
        finally:
            connection.close()

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """All of it or nothing; durable when the block has ended."""
        connection = self._connect()
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
        finally:
            connection.close()
