"""Keeps the state folder in step with the database, and outlives it.

It listens (a change is taken in within milliseconds), and it polls twice a second as well, since a poll that succeeds
is also the proof that nothing was missed. Changes are numbered by the database in the order in which they become
visible; after a time without it the follower goes on from the last number it has. All is read anew once a day, and when
the database is not the one that it was. While it is away the state stays as it was; `known_at` tells how old it is, and
the answers end by themselves.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import TupleRow

from divit.kernel.errors import DivitError
from divit.validation import list_follower, status_rows
from divit.validation.beside import Beside
from divit.validation.list_follower import Issuers, ListFollower
from divit.validation.state import InUse, moment
from divit.validation.status_code import microseconds
from divit.validation.status_load import load
from divit.validation.status_work import Work
from divit.validation.status_writer import StatusWriter

_log = logging.getLogger(__name__)
# Numbers are taken before a commit: should a lower one become visible after a higher one was seen, it is found as well.
_OVERLAP = 1000
_AT_ONCE = 10_000
# A second at most: what is closed right after the database is back must be seen at once as well.
_FIRST_WAIT, _LONGEST_WAIT = 0.1, 1.0
# A row that means nothing, or a full disk, does not go away so soon.
_WAIT_FOR_SOMEBODY = 5.0
_WAIT_FOR_THE_OTHER = 0.2
_QUERY_SECONDS = 5.0
# Of these there is one at a time, whatever it is made from.
_NEW_TABLE = "writing a new table"

Connection = psycopg.AsyncConnection[TupleRow]


class StatusFollower:
    """Runs for as long as the process, in one event loop; the one writer of `folder`."""

    def __init__(
        self,
        folder: Path,
        *,
        database_url: str,
        issuers: Issuers,
        now: Callable[[], datetime],
        poll_seconds: float,
        read_again: timedelta = timedelta(days=1),
    ) -> None:
        self._folder = folder
        self._url = database_url
        self._issuers = issuers
        self._now = now
        self._poll_seconds = poll_seconds
        self._read_again = read_again // timedelta(microseconds=1)
        self._wait = _FIRST_WAIT
        self._beside = Beside()
        self._writer: StatusWriter
        self._lists: ListFollower
        self._seen: set[int] = set()
        # Which database is being followed, and whether the table in use was read from it.
        self._which = ""
        self._whole = False

    async def run(self) -> None:
        """Until cancelled: connect, catch up, follow; when that breaks, wait a little longer each time, begin again."""
        await self._become_the_one()
        try:
            while True:
                await self._follow_while_it_lasts()
                await asyncio.sleep(self._wait)
                self._wait = min(self._wait * 2, max(_LONGEST_WAIT, self._wait))
        finally:
            await self._beside.close()
            self._writer.close()

    async def _become_the_one(self) -> None:
        """Two followers of one folder: the second one waits."""
        told = False
        while True:
            try:
                self._writer = await self._beside.in_thread(StatusWriter.open, self._folder)
            except InUse:
                if not told:
                    _log.warning("another process follows already; this one waits")
                told = True
                await asyncio.sleep(_WAIT_FOR_THE_OTHER)
            else:
                self._lists = ListFollower(self._writer.lists, url=self._url, issuers=self._issuers, now=self._now)
                return

    async def _follow_while_it_lasts(self) -> None:
        try:
            async with self._connected() as connection:
                await self._follow(connection)
        except (psycopg.Error, TimeoutError) as error:
            self._say(error)
        except (OSError, ValueError, DivitError) as error:
            self._wait = _WAIT_FOR_SOMEBODY
            self._say(error)

    def _say(self, error: Exception) -> None:
        # The text of an error may hold a row; its kind is enough.
        kind = f"{type(error).__name__} {error.errno or ''}" if isinstance(error, OSError) else type(error).__name__
        _log.warning("status is not being followed: %s; next try in %.1f s", kind, self._wait)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Connection]:
        connection = await psycopg.AsyncConnection.connect(
            self._url,
            autocommit=True,
            connect_timeout=3,
            keepalives_idle=5,
            keepalives_interval=2,
            keepalives_count=2,
            application_name="divit-validation",
        )
        try:
            yield connection
        finally:
            self._writer.followed = False
            await connection.close()

    async def _follow(self, connection: Connection) -> None:
        await connection.execute("LISTEN certificate_status")
        await connection.execute("LISTEN published_crl")
        deltas = await list_follower.has_deltas(connection)
        ((self._which,),) = await self._rows(connection, status_rows.WHICH)
        if self._writer.known is None:
            await self._read_all()  # there is nothing that could be followed meanwhile
        await self._compare(connection)
        self._seen = set()
        named: list[str] = []
        while True:
            at = moment(self._now)
            changed = await self._read_named(connection, named) + await self._catch_up(connection)
            self._lists.take_newer(await self._rows(connection, list_follower.newest(deltas=deltas)), self._beside)
            if self._whole:
                self._writer.agree(at)
                self._say_followed()
            if changed:
                self._beside.begin("making changes last", self._make_last)
            self._renew()
            named = [
                notice.payload
                async for notice in connection.notifies(timeout=self._poll_seconds, stop_after=1)
                if notice.channel == "certificate_status"
            ]

    def _say_followed(self) -> None:
        if not self._writer.followed:
            _log.info("following the status of %d certificates", len(self._writer.known or ()))
            self._writer.followed = True
            self._wait = _FIRST_WAIT

    async def _compare(self, connection: Connection) -> None:
        """Whether this is the database that the table was read from, and not an earlier state of it."""
        known = self._writer.known
        highest = known.highest_change if known else 0
        ((has,),) = await self._rows(connection, status_rows.HAS_COME_SO_FAR, (highest,))
        self._whole = known is not None and known.table.head.database == self._which and (has or not highest)

    async def _read_named(self, connection: Connection, payloads: list[str]) -> int:
        """Notices name the row that changed, however old its sequence number."""
        issuers, serials = status_rows.named_in(payloads)
        if not serials:
            return 0
        rows = await self._rows(connection, status_rows.NAMED, (issuers, serials))
        return self._take(rows, in_order=False)  # those between the last number and theirs are for the poll to find

    async def _catch_up(self, connection: Connection) -> int:
        """Everything since the last number, in steps of bounded size."""
        taken = 0
        while True:
            since = self._writer.known.highest_change - _OVERLAP if self._writer.known else 0
            rows = await self._rows(connection, status_rows.CHANGED, (since, _AT_ONCE))
            taken += self._take(row for row in rows if row[-1] not in self._seen)
            self._seen = {row[-1] for row in rows}
            if len(rows) < _AT_ONCE:
                return taken

    def _take(self, rows: Iterable[TupleRow], *, in_order: bool = True) -> int:
        return self._writer.take((status_rows.change_of(row) for row in rows), in_order=in_order)

    async def _rows(self, connection: Connection, query: str, values: tuple[Any, ...] = ()) -> list[TupleRow]:
        async with asyncio.timeout(_QUERY_SECONDS):
            cursor = await connection.execute(query.encode(), values)
            return await cursor.fetchall()

    def _renew(self) -> None:
        """See that the table in use is the database's, not too old, and not followed by too long a log."""
        known = self._writer.known
        if known is None:
            return
        age = microseconds(self._now()) - known.table.head.read_at
        if not self._whole or abs(age) > self._read_again:
            self._beside.begin(_NEW_TABLE, self._read_all)
        elif self._writer.is_long:
            self._beside.begin(_NEW_TABLE, self._compact)

    async def _read_all(self) -> None:
        work, at = self._writer.begin(), microseconds(self._now())
        await self._beside.in_thread(self._load_into, work, at)
        self._writer.install(work)
        self._whole = self._writer.known is not None and self._writer.known.table.head.database == self._which

    def _load_into(self, work: Work, at: int) -> None:
        loaded = load(self._url, self._folder, wanted=lambda: not self._beside.closing)
        with loaded.spool:
            work.replace(loaded.spool, known_at=at, highest_change=loaded.highest_change, database=loaded.database)
        if work.carried:
            _log.error("%d revocations are not in the database any more; they stay", len(work.carried))

    async def _compact(self) -> None:
        work = self._writer.begin()
        await self._beside.in_thread(work.compact)
        self._writer.install(work)

    async def _make_last(self) -> None:
        await self._beside.in_thread(self._writer.syncing())
