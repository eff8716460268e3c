"""Takes each newer list of revocations from the database, on a connection and in a thread of its own."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow

from divit.kernel.errors import Refused
from divit.validation.beside import Beside
from divit.validation.crl_files import DELTA, CrlFiles

_log = logging.getLogger(__name__)
_HAS_DELTAS = """SELECT count(*) FROM pg_attribute
    WHERE attrelid = 'published_crl'::regclass AND attname = 'base_number' AND NOT attisdropped"""
_NEWEST = "SELECT issuer_id::text, {base} IS NOT NULL, max(number) FROM published_crl GROUP BY 1, 2"
_ONE = "SELECT der, {base} FROM published_crl WHERE issuer_id = %s AND number = %s AND ({base} IS NOT NULL) = %s"


@dataclass(frozen=True)
class Issuer:
    """Whose lists are handed out, and under which name."""

    name: str
    certificate: bytes


Issuers = Callable[[], Mapping[str, Issuer]]


@dataclass(frozen=True)
class _Wanted:
    issuer_id: str
    issuer: Issuer
    number: int
    delta: bool


async def has_deltas(connection: "psycopg.AsyncConnection[TupleRow]") -> bool:
    """Whether this database also publishes what changed since the last complete list."""
    row = await (await connection.execute(_HAS_DELTAS)).fetchone()
    return bool(row and row[0])


def newest(*, deltas: bool) -> str:
    """The query for (issuer, whether it is a delta, number) of the newest lists."""
    return _NEWEST.format(base=_base(deltas))


def _base(deltas: bool) -> str:
    return "base_number" if deltas else "null::numeric"


class ListFollower:
    """Knows which lists are on disk, and which ones are not worth another look."""

    def __init__(self, files: CrlFiles, *, url: str, issuers: Issuers, now: Callable[[], datetime]) -> None:
        self._files = files
        self._url = url
        self._issuers = issuers
        self._now = now
        self._known: Mapping[str, Issuer] = {}
        self._refused: set[tuple[str, bool, int]] = set()

    def take_newer(self, rows: Iterable[TupleRow], beside: Beside) -> None:
        """Begin to fetch what is newer than what is on disk; following goes on meanwhile."""
        wanted = [one for row in rows if (one := self._wanted(*row)) is not None]
        if wanted:

            async def take() -> None:
                await beside.in_thread(self._take, wanted)

            beside.begin("taking over a list", take)

    def _wanted(self, issuer_id: str, delta: bool, number: Any) -> _Wanted | None:
        if issuer_id not in self._known:
            self._known = self._issuers()  # an authority may have been added
        issuer = self._known.get(issuer_id)
        if issuer is None or (issuer_id, delta, int(number)) in self._refused:
            return None
        name = issuer.name + DELTA if delta else issuer.name
        return _Wanted(issuer_id, issuer, int(number), delta) if int(number) > self._files.number(name) else None

    def _take(self, wanted: list[_Wanted]) -> None:
        with psycopg.connect(
            self._url, autocommit=True, connect_timeout=3, application_name="divit-validation-lists"
        ) as connection:
            for one in wanted:
                query = _ONE.format(base=_base(one.delta))
                cursor = connection.cursor(binary=True)
                found = cursor.execute(query.encode(), (UUID(one.issuer_id), one.number, one.delta)).fetchone()
                if found is not None:
                    self._take_one(one, bytes(found[0]), None if found[1] is None else int(found[1]))

    def _take_one(self, one: _Wanted, der: bytes, base_number: int | None) -> None:
        """Whoever wrote the row: only a list that this authority signed is handed out under its name."""
        try:
            name = self._files.take(
                der,
                authority=one.issuer.name,
                issuer=one.issuer.certificate,
                number=one.number,
                base_number=base_number,
                now=self._now(),
            )
        except Refused as refused:
            _log.error("a published list is not handed out: %s", refused.code)
            self._refused.add((one.issuer_id, one.delta, one.number))
            return
        self._files.compress(name)
