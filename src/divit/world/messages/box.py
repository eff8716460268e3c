"""The mailboxes and phones of everybody: what arrived, in one table."""

import secrets
import sqlite3

from divit.world.context import iso, now

SCHEMA = """
CREATE TABLE IF NOT EXISTS message (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, channel TEXT NOT NULL, ref TEXT NOT NULL,
    sender TEXT NOT NULL, recipient TEXT NOT NULL, subject TEXT NOT NULL, text TEXT NOT NULL, at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS message_recipient ON message (recipient, number);
CREATE TABLE IF NOT EXISTS sms_accepted (id TEXT PRIMARY KEY, recipient TEXT NOT NULL, text TEXT NOT NULL);
"""


def deliver(
    db: sqlite3.Connection, *, channel: str, sender: str, to: str, subject: str, text: str, ref: str = ""
) -> None:
    """Put a message into somebody's box; `ref` is the sender's own number of it."""
    db.execute(
        "INSERT INTO message (id, channel, ref, sender, recipient, subject, text, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (secrets.token_hex(8), channel, ref, sender, to, subject, text, now()),
    )


def received(db: sqlite3.Connection, *, to: str | None, limit: int = 100) -> list[dict[str, str]]:
    """Newest first; of one recipient, or of all."""
    where, values = ("WHERE recipient=?", [to]) if to else ("", [])
    rows = db.execute(f"SELECT * FROM message {where} ORDER BY number DESC LIMIT {limit:d}", values)  # noqa: S608
    return [
        {
            "id": row["id"],
            "channel": row["channel"],
            "ref": row["ref"],
            "from": row["sender"],
            "to": row["recipient"],
            "subject": row["subject"],
            "text": row["text"],
            "at": iso(row["at"]),
        }
        for row in rows
    ]


def recipients(db: sqlite3.Connection) -> list[sqlite3.Row]:
    """Everybody who has mail, the one who was written to last first."""
    return db.execute(
        "SELECT recipient, channel, count(*) AS count, max(number) AS last FROM message"
        " GROUP BY recipient, channel ORDER BY last DESC"
    ).fetchall()
