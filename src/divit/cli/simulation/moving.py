"""The clock of a simulated year: one instant for this process, for its database sessions and for the neighbours.

The database's own clock stands in laws that are triggers (when a state moved, whether a status is dated truly). They
are left as they are: in the sessions of the simulation a schema of functions with the same names comes before
PostgreSQL's own, and it is gone when the year is over.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.backends.signals import connection_created
from django.utils import timezone

from divit.kernel import clock

_FUNCTIONS = ("clock_timestamp", "now", "statement_timestamp", "transaction_timestamp")
_MAKE = "CREATE SCHEMA IF NOT EXISTS moved_clock;" + "".join(
    f"CREATE OR REPLACE FUNCTION moved_clock.{name}() RETURNS timestamptz LANGUAGE sql STABLE"
    " AS $$ SELECT current_setting('divit.instant')::timestamptz $$;"
    for name in _FUNCTIONS
)
_BEGIN_SESSION = (
    "SELECT set_config('search_path', 'moved_clock, pg_catalog, public', false),"
    # What a year that was broken off loses is thrown away anyhow.
    " set_config('synchronous_commit', 'off', false),"
    " set_config('divit.instant', %s, false)"
)
_END_SESSION = "RESET search_path; RESET synchronous_commit; DROP SCHEMA moved_clock CASCADE"


class MovedClock:
    """Stands still until it is moved, and never goes back."""

    def __init__(self, begins: datetime, *, file: Path) -> None:
        """`file`: where the simulated neighbours read what time it is."""
        self._at = begins
        self._file = file

    def __call__(self) -> datetime:
        return self._at

    def move(self, to: datetime) -> None:
        """It is now this instant, if that is not over already; outside of every transaction."""
        if to > self._at:
            self._at = to
            self._tell()

    def wait(self, **how_long: float) -> None:
        """Let some time go by (`seconds=…`, as `timedelta` takes it)."""
        self.move(self._at + timedelta(**how_long))

    def _tell(self) -> None:
        self._write()
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('divit.instant', %s, false)", [self._at.isoformat()])

    def _write(self) -> None:
        # In place and always as long as before: whoever reads meanwhile finds the old instant or the new one.
        os.pwrite(self._open_file(), f"{self._at.timestamp():020.6f}".encode(), 0)

    @cache  # noqa: B019 - one clock, one file
    def _open_file(self) -> int:
        return os.open(self._file, os.O_WRONLY | os.O_CREAT, 0o644)

    def _begin_session(self, *, connection: Any, **_more: Any) -> None:
        connection.health_check_enabled = False  # asked before every job, and there are very many
        with connection.cursor() as cursor:
            cursor.execute(_BEGIN_SESSION, [self._at.isoformat()])

    @contextmanager
    def told(self) -> Iterator[None]:
        """In this block everybody goes by this clock."""
        self._write()
        with connection.cursor() as cursor:
            cursor.execute(_MAKE)
        connection_created.connect(self._begin_session)
        of_django, timezone.now = timezone.now, clock.now  # columns that are filled in with the present instant
        try:
            with clock.moved(self):
                self._begin_session(connection=connection)
                yield
        finally:
            timezone.now = of_django
            connection_created.disconnect(self._begin_session)
            with connection.cursor() as cursor:
                cursor.execute(_END_SESSION)
            os.close(self._open_file())
            self._file.unlink(missing_ok=True)
