"""Keeps the index in step with the database, and outlives it.

It listens (a change is taken in within milliseconds), and it polls twice a second as well, since a poll that succeeds
is also the proof that nothing was missed. While the database is away the index stays as it was; `synced_at` tells how
old it is, and the answers end by themselves.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow

from divit.kernel.errors import Refused
from divit.kernel.serials import Serial
from divit.pki import crl as crl_rules
from divit.validation.status_index import PublishedCrl, StatusIndex, StatusRow

_log = logging.getLogger(__name__)
# Sequence numbers are taken before a commit, so a lower one may become visible after a higher one was seen.
_OVERLAP = 1000
# A second at most: what is closed right after the database is back must be seen at once as well.
_FIRST_WAIT, _LONGEST_WAIT = 0.1, 1.0
_POLL_LIMIT_SECONDS, _LOAD_LIMIT_SECONDS = 5.0, 300.0
_COLUMNS = "issuer_id::text, serial, status, reason, effective_at, change_seq"
_ALL = f"SELECT {_COLUMNS} FROM published_certificate_status"  # noqa: S608 - constants
_CHANGED = f"{_ALL} WHERE change_seq > %s ORDER BY change_seq"
_ONE = f"{_ALL} WHERE issuer_id = %s AND serial = %s"
_NUMBERS = "SELECT issuer_id::text, max(number) FROM published_crl GROUP BY issuer_id"
_CRL = "SELECT number, this_update, next_update, der FROM published_crl WHERE issuer_id = %s AND number = %s"

Connection = psycopg.AsyncConnection[TupleRow]


class StatusFollower:
    """Runs for as long as the process; `issuers` maps an authority's id to its certificate (DER)."""

    def __init__(
        self,
        index: StatusIndex,
        *,
        database_url: str,
        issuers: dict[str, bytes],
        now: Callable[[], datetime],
        poll_seconds: float,
    ) -> None:
        self._index = index
        self._url = database_url
        self._issuers = issuers
        self._now = now
        self._poll_seconds = poll_seconds
        self._wait = _FIRST_WAIT

    async def run(self) -> None:
        """Until cancelled: connect, load, follow; when that breaks, wait a little longer each time and begin again."""
        while True:
            try:
                async with self._connected() as connection:
                    await self._follow(connection)
            except (psycopg.Error, OSError, TimeoutError, ValueError) as error:
                # The text of an error may hold a row; its kind is enough.
                _log.warning("status is not being followed: %s; next try in %.1f s", type(error).__name__, self._wait)
            await asyncio.sleep(self._wait)
            self._wait = min(self._wait * 2, _LONGEST_WAIT)

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
            self._index.followed = False
            await connection.close()

    async def _follow(self, connection: Connection) -> None:
        await connection.execute("LISTEN certificate_status")
        await connection.execute("LISTEN published_crl")
        async with asyncio.timeout(_LOAD_LIMIT_SECONDS):
            await self._load(connection)
        _log.info("following the status of %d certificates", len(self._index))
        self._wait = _FIRST_WAIT
        self._index.followed = True
        named: list[str] = []
        while True:
            began = self._now()
            async with asyncio.timeout(_POLL_LIMIT_SECONDS):
                await self._read_named(connection, named)
                await self._poll(connection)
            self._index.synced_at = began
            named = [
                notify.payload
                async for notify in connection.notifies(timeout=self._poll_seconds, stop_after=1)
                if notify.channel == "certificate_status"
            ]

    async def _load(self, connection: Connection) -> None:
        fresh = StatusIndex()
        began = self._now()
        async with connection.cursor() as cursor:
            async for row in cursor.stream(_ALL):  # row by row: answers go on while a large table is read
                fresh.apply([StatusRow(*row)])
        self._index.take_over(fresh)
        await self._read_crls(connection)
        self._index.synced_at = began

    async def _poll(self, connection: Connection) -> None:
        cursor = await connection.execute(_CHANGED, (self._index.highest_change - _OVERLAP,))
        self._index.apply(StatusRow(*row) for row in await cursor.fetchall())
        await self._read_crls(connection)

    async def _read_named(self, connection: Connection, payloads: list[str]) -> None:
        """Notices name the row that changed, however old its sequence number."""
        for payload in payloads:
            issuer_id, _, text = payload.partition(" ")
            try:
                key = (UUID(issuer_id), Serial.from_hex(text).hex)
            except ValueError:
                continue  # a notice without a name: the poll finds the row
            cursor = await connection.execute(_ONE, key)
            self._index.apply(StatusRow(*row) for row in await cursor.fetchall())

    async def _read_crls(self, connection: Connection) -> None:
        cursor = await connection.execute(_NUMBERS)
        for issuer_id, number in await cursor.fetchall():
            known = self._index.crl(issuer_id)
            if issuer_id not in self._issuers or (known is not None and known.number >= int(number)):
                continue
            found = await (await connection.execute(_CRL, (UUID(issuer_id), number))).fetchone()
            if found is not None:
                self._take_crl(PublishedCrl(issuer_id, int(found[0]), found[1], found[2], bytes(found[3])))

    def _take_crl(self, crl: PublishedCrl) -> None:
        """Whoever wrote the row: only a list that this authority signed is handed out under its name."""
        try:
            crl_rules.check_issuer(crl.der, issuer=self._issuers[crl.issuer_id], number=crl.number)
        except Refused as refused:
            _log.error("a published CRL is not served: %s", refused.code)
            return
        self._index.publish(crl)
