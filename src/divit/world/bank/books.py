"""The bank's own books: payments under way, orders, ledger entries, and callbacks still to be delivered."""

import json
import secrets
import sqlite3
from dataclasses import dataclass
from urllib.parse import urlencode

from divit.world.context import iso, now

SCHEMA = """
CREATE TABLE IF NOT EXISTS bank_payment (
    id TEXT PRIMARY KEY, client_id TEXT NOT NULL, fields TEXT NOT NULL, card TEXT, code TEXT,
    tries INTEGER NOT NULL DEFAULT 0, started_at REAL NOT NULL, ended_at REAL);
CREATE TABLE IF NOT EXISTS bank_order (
    client_id TEXT NOT NULL, oid TEXT NOT NULL, kurus INTEGER NOT NULL, status TEXT NOT NULL,
    trans_id TEXT NOT NULL, auth_code TEXT NOT NULL, proc_return_code TEXT NOT NULL, card TEXT NOT NULL,
    refunded INTEGER NOT NULL DEFAULT 0, at REAL NOT NULL, PRIMARY KEY (client_id, oid));
CREATE TABLE IF NOT EXISTS bank_entry (
    number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, client_id TEXT NOT NULL, oid TEXT NOT NULL,
    kurus INTEGER NOT NULL, trans_id TEXT NOT NULL, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS bank_callback (
    number INTEGER PRIMARY KEY AUTOINCREMENT, oid TEXT NOT NULL, url TEXT NOT NULL, body TEXT NOT NULL,
    due_at REAL NOT NULL, tries INTEGER NOT NULL DEFAULT 0, done_at REAL, answer TEXT);
"""

PAYMENT_SECONDS = 900


@dataclass(frozen=True)
class Card:
    """A test card: what becomes of a charge to it."""

    number: str
    turkish: str
    english: str
    proc_return_code: str
    error: str
    phone: str
    md_status: str = "1"


CARDS = (
    Card("4242424242424242", "Onaylanır", "Approved", "00", "", "+905550000001"),
    Card("5555555555554444", "Onaylanır", "Approved", "00", "", "+905550000002"),
    Card("4000000000009995", "Limit yetersiz", "Insufficient limit", "51", "Limit yetersiz", "+905550000003"),
    Card("4000000000000069", "Süresi dolmuş", "Expired", "54", "Karti kontrol edin", "+905550000004"),
    Card("4000000000000341", "Genel red", "Declined", "05", "Genel red", "+905550000005"),
    Card("4000000000003220", "Çekilir ama yarı güvenli", "Charged, half secure", "00", "", "+905550000006", "4"),
)


def card(number: str) -> Card | None:
    """A known test card, spaces ignored."""
    digits = "".join(number.split())
    return next((known for known in CARDS if known.number == digits), None)


def masked(number: str) -> str:
    """First six, last four."""
    return f"{number[:6]}******{number[-4:]}"


def md_status(known: sqlite3.Row) -> str:
    """How the holder of the card of an order was authenticated: 1 fully, 2 to 4 half."""
    return next((card.md_status for card in CARDS if masked(card.number) == known["card"]), "0")


def begin(db: sqlite3.Connection, client_id: str, fields: dict[str, str]) -> str:
    """A person has come to pay."""
    identity = secrets.token_urlsafe(18)
    db.execute(
        "INSERT INTO bank_payment (id, client_id, fields, started_at) VALUES (?, ?, ?, ?)",
        (identity, client_id, json.dumps(fields), now()),
    )
    return identity


def payment(db: sqlite3.Connection, identity: str) -> sqlite3.Row | None:
    """A payment that is still under way."""
    row: sqlite3.Row | None = db.execute(
        "SELECT * FROM bank_payment WHERE id=? AND ended_at IS NULL AND started_at > ?",
        (identity, now() - PAYMENT_SECONDS),
    ).fetchone()
    return row


def end(db: sqlite3.Connection, identity: str) -> bool:
    """Whether this was the one that ended it: of two clicks, one."""
    return bool(
        db.execute("UPDATE bank_payment SET ended_at=? WHERE id=? AND ended_at IS NULL", (now(), identity)).rowcount
    )


def order(db: sqlite3.Connection, client_id: str, oid: str) -> sqlite3.Row | None:
    """An order that the bank has heard of."""
    row: sqlite3.Row | None = db.execute(
        "SELECT * FROM bank_order WHERE client_id=? AND oid=?", (client_id, oid)
    ).fetchone()
    return row


def put_order(
    db: sqlite3.Connection, *, client_id: str, oid: str, kurus: int, status: str, card: str, code: str = ""
) -> sqlite3.Row:
    """Write how an order stands; a charge goes into the ledger with it."""
    trans_id, auth_code = "", ""
    if status == "charged":
        trans_id, auth_code = f"26{secrets.token_hex(8).upper()}", f"P{secrets.randbelow(10**5):05d}"
        enter(db, kind="charge", client_id=client_id, oid=oid, kurus=kurus, trans_id=trans_id)
    db.execute(
        "INSERT OR REPLACE INTO bank_order VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?)",
        (client_id, oid, kurus, status, trans_id, auth_code, code, card, now()),
    )
    row = order(db, client_id, oid)
    if row is None:
        raise sqlite3.IntegrityError("the order just written is not there")
    return row


def enter(db: sqlite3.Connection, *, kind: str, client_id: str, oid: str, kurus: int, trans_id: str) -> None:
    """One line of the ledger."""
    db.execute(
        "INSERT INTO bank_entry (kind, client_id, oid, kurus, trans_id, at) VALUES (?, ?, ?, ?, ?, ?)",
        (kind, client_id, oid, kurus, trans_id, now()),
    )


def owe_callback(db: sqlite3.Connection, *, oid: str, url: str, fields: dict[str, str], after: float = 0) -> None:
    """To be delivered until the shop says `Approved`."""
    db.execute(
        "INSERT INTO bank_callback (oid, url, body, due_at) VALUES (?, ?, ?, ?)",
        (oid, url, urlencode(fields), now() + after),
    )


def ledger(db: sqlite3.Connection) -> dict[str, list[dict[str, object]]]:
    """All books, for tests and for the curious."""
    orders = [dict(row) | {"at": iso(row["at"])} for row in db.execute("SELECT * FROM bank_order ORDER BY at")]
    entries = [dict(row) | {"at": iso(row["at"])} for row in db.execute("SELECT * FROM bank_entry ORDER BY number")]
    columns = "number, oid, url, tries, done_at IS NOT NULL AS done, answer"
    callbacks = [dict(row) for row in db.execute(f"SELECT {columns} FROM bank_callback ORDER BY number")]  # noqa: S608
    return {"orders": orders, "entries": entries, "callbacks": callbacks}
