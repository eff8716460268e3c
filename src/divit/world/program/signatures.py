"""The receiving side of Standard Webhooks: does a signature hold, and has this message been here before?"""

import base64
import binascii
import hashlib
import hmac
import sqlite3
from collections.abc import Mapping

from divit.world.context import now

TOLERANCE_SECONDS = 300
SCHEMA = """
CREATE TABLE IF NOT EXISTS program_secret (secret TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS program_call (
    number INTEGER PRIMARY KEY AUTOINCREMENT, message TEXT NOT NULL, verdict TEXT NOT NULL, body TEXT NOT NULL,
    at REAL NOT NULL);
"""


def verdict(db: sqlite3.Connection, headers: Mapping[str, str], body: bytes) -> str:
    """«holds», «old», «unknown» (no secret of ours made it) or «unsigned»."""
    message, at, signed = (headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if not message or not at.isdecimal() or not signed:
        return "unsigned"
    if abs(now() - int(at)) > TOLERANCE_SECONDS:
        return "old"
    content = b".".join([message.encode(), at.encode(), body])
    made = [_mac(row["secret"], content) for row in db.execute("SELECT secret FROM program_secret")]
    told = [one.removeprefix("v1,") for one in signed.split() if one.startswith("v1,")]
    return "holds" if any(hmac.compare_digest(one, two) for one in made for two in told) else "unknown"


def learn(db: sqlite3.Connection, secret: str) -> bool:
    """Remember a secret; False when it is none."""
    try:
        base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        return False
    if not secret.startswith("whsec_"):
        return False
    db.execute("INSERT OR IGNORE INTO program_secret VALUES (?)", (secret,))
    return True


def keep(db: sqlite3.Connection, *, message: str, verdict: str, body: str) -> None:
    """Write down what came."""
    row = (message, verdict, body, now())
    db.execute("INSERT INTO program_call (message, verdict, body, at) VALUES (?, ?, ?, ?)", row)


def calls(db: sqlite3.Connection, *, limit: int = 50) -> list[sqlite3.Row]:
    """The newest first, each with how often its message has come."""
    return db.execute(
        "SELECT *, (SELECT count(*) FROM program_call p WHERE p.message = c.message) AS times FROM program_call c"
        " ORDER BY number DESC LIMIT ?",
        (limit,),
    ).fetchall()


def _mac(secret: str, content: bytes) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
