"""Who lives in the world and who may call its wires: people and clients, given over HTTP."""

import json
import secrets
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from divit.world.context import World, world_of

SCHEMA = """
CREATE TABLE IF NOT EXISTS person (
    tckn TEXT PRIMARY KEY, ref TEXT NOT NULL UNIQUE, given_names TEXT NOT NULL, surname TEXT NOT NULL,
    birth_date TEXT NOT NULL, birth_place TEXT NOT NULL, phone TEXT NOT NULL, email TEXT NOT NULL,
    edevlet_password TEXT NOT NULL, two_step INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS client (
    kind TEXT NOT NULL, name TEXT NOT NULL, id TEXT NOT NULL, secret TEXT NOT NULL, facts TEXT NOT NULL,
    PRIMARY KEY (kind, id));
"""

_TEXTS = ("tckn", "given_names", "surname", "birth_date", "birth_place", "phone", "email", "edevlet_password")
_KINDS: dict[str, tuple[str, str]] = {
    "edevlet": ("client_id", "client_secret"),
    "bank": ("client_id", "store_key"),
    "sms": ("name", "api_key"),
    "courier": ("name", "api_key"),
    "card_station": ("name", "api_key"),
}


def register_people(db: sqlite3.Connection, people: Iterable[Mapping[str, Any]]) -> int:
    """Insert or update by T.C. kimlik no; KeyError names a missing field."""
    count = 0
    for person in people:
        values = [str(person[name]) for name in _TEXTS]
        db.execute(
            f"""INSERT INTO person ({", ".join(_TEXTS)}, ref, two_step) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (tckn) DO UPDATE SET given_names=excluded.given_names, surname=excluded.surname,
            birth_date=excluded.birth_date, birth_place=excluded.birth_place, phone=excluded.phone,
            email=excluded.email, edevlet_password=excluded.edevlet_password, two_step=excluded.two_step""",  # noqa: S608
            [*values, secrets.token_hex(8), int(bool(person.get("two_step")))],
        )
        count += 1
    return count


def register_clients(db: sqlite3.Connection, clients: Iterable[Mapping[str, Any]]) -> int:
    """Insert or replace; KeyError names a missing field or an unknown kind."""
    count = 0
    for client in clients:
        identity, secret = _KINDS[str(client["kind"])]
        name = str(client.get("name") or client.get("client_id") or client["kind"])
        facts = {key: value for key, value in client.items() if key not in {"kind", identity, secret}}
        db.execute(
            "INSERT OR REPLACE INTO client (kind, name, id, secret, facts) VALUES (?, ?, ?, ?, ?)",
            (
                client["kind"],
                name,
                name if identity == "name" else str(client[identity]),
                str(client[secret]),
                json.dumps(facts),
            ),
        )
        count += 1
    return count


def client(db: sqlite3.Connection, kind: str, identity: str) -> sqlite3.Row | None:
    """One client."""
    row: sqlite3.Row | None = db.execute("SELECT * FROM client WHERE kind=? AND id=?", (kind, identity)).fetchone()
    return row


def key_opens(request: Request, kind: str) -> bool:
    """Whether the request carries an API key of this kind: `Authorization: Bearer …`."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.casefold() != "bearer":
        return False
    with world_of(request).store.read() as db:
        known = [row["secret"] for row in db.execute("SELECT secret FROM client WHERE kind=?", (kind,))]
    return any(secrets.compare_digest(key.encode(), secret.encode()) for secret in known)


def people(world: World) -> list[sqlite3.Row]:
    """Everybody, by name."""
    with world.store.read() as db:
        return db.execute("SELECT * FROM person ORDER BY surname, given_names").fetchall()


def person_by(world: World, column: str, value: str) -> sqlite3.Row | None:
    """One person by `tckn`, `ref` or `phone`."""
    if column not in {"tckn", "ref", "phone"}:
        raise ValueError(column)
    with world.store.read() as db:
        row: sqlite3.Row | None = db.execute(f"SELECT * FROM person WHERE {column}=?", (value,)).fetchone()  # noqa: S608
    return row


async def _take(request: Request, register: Any) -> Response:
    # JSON only, so that no other site's form can write here.
    if not request.headers.get("content-type", "").startswith("application/json"):
        return JSONResponse({"error": "json_only"}, 415)
    given = await request.json()
    try:
        with world_of(request).store.write() as db:
            count = register(db, given if isinstance(given, list) else [given])
    except (KeyError, AttributeError, TypeError) as problem:
        return JSONResponse({"error": "incomplete", "problem": str(problem)}, 422)
    return JSONResponse({"registered": count})


async def post_people(request: Request) -> Response:
    """`POST /people`: synthetic people only."""
    return await _take(request, register_people)


async def post_clients(request: Request) -> Response:
    """`POST /clients`: who may use which wire, with which secret."""
    return await _take(request, register_clients)


routes = [
    Route("/people", post_people, methods=["POST"]),
    Route("/clients", post_clients, methods=["POST"]),
]
