"""What the gate remembers: logins under way, one-time codes, access tokens."""

import secrets
import sqlite3
from urllib.parse import urlencode, urlsplit, urlunsplit

from divit.world.context import now

SCHEMA = """
CREATE TABLE IF NOT EXISTS edevlet_login (
    id TEXT PRIMARY KEY, client_id TEXT NOT NULL, redirect_uri TEXT NOT NULL, scope TEXT NOT NULL,
    state TEXT NOT NULL, challenge TEXT NOT NULL, started_at REAL NOT NULL, ended_at REAL,
    method TEXT, tckn TEXT, phone_code TEXT, tries INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS edevlet_code (
    code TEXT PRIMARY KEY, client_id TEXT NOT NULL, redirect_uri TEXT NOT NULL, scope TEXT NOT NULL,
    challenge TEXT NOT NULL, tckn TEXT NOT NULL, level TEXT NOT NULL, expires_at REAL NOT NULL, used_at REAL);
CREATE TABLE IF NOT EXISTS edevlet_token (
    token TEXT PRIMARY KEY, code TEXT NOT NULL, client_id TEXT NOT NULL, scope TEXT NOT NULL,
    tckn TEXT NOT NULL, level TEXT NOT NULL, expires_at REAL NOT NULL);
"""

LOGIN_SECONDS = 900
CODE_SECONDS = 60
TOKEN_SECONDS = 300
SCOPES = ("Kimlik-Dogrula", "Ad-Soyad", "Temel-Bilgileri", "Iletisim-Bilgileri")


def begin(db: sqlite3.Connection, *, client_id: str, redirect_uri: str, scope: str, state: str, challenge: str) -> str:
    """Remember who asks, and where the person must be sent back to."""
    identity = secrets.token_urlsafe(24)
    db.execute(
        "INSERT INTO edevlet_login (id, client_id, redirect_uri, scope, state, challenge, started_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (identity, client_id, redirect_uri, scope, state, challenge, now()),
    )
    return identity


def login(db: sqlite3.Connection, identity: str) -> sqlite3.Row | None:
    """A login that is still under way."""
    row: sqlite3.Row | None = db.execute(
        "SELECT * FROM edevlet_login WHERE id=? AND ended_at IS NULL AND started_at > ?",
        (identity, now() - LOGIN_SECONDS),
    ).fetchone()
    return row


def issue_code(db: sqlite3.Connection, under_way: sqlite3.Row, *, tckn: str, level: str, fault: str | None) -> str:
    """End the login and give its code: good once, for a minute, for that client and address only."""
    code = secrets.token_urlsafe(32)
    expires_at = now() + (-1 if fault == "expired_code" else CODE_SECONDS)
    used_at = now() if fault == "replayed_code" else None
    db.execute(
        "INSERT INTO edevlet_code VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            code,
            under_way["client_id"],
            under_way["redirect_uri"],
            under_way["scope"],
            under_way["challenge"],
            tckn,
            level,
            expires_at,
            used_at,
        ),
    )
    db.execute("UPDATE edevlet_login SET ended_at=? WHERE id=?", (now(), under_way["id"]))
    return code


def use_code(db: sqlite3.Connection, code: str) -> sqlite3.Row | None:
    """Use it up whatever comes of it; a second use takes back what the first one gave (RFC 6749 4.1.2)."""
    row: sqlite3.Row | None = db.execute("SELECT * FROM edevlet_code WHERE code=?", (code,)).fetchone()
    if row is None:
        return None
    if row["used_at"] is not None:
        db.execute("DELETE FROM edevlet_token WHERE code=?", (code,))
        return None
    db.execute("UPDATE edevlet_code SET used_at=? WHERE code=?", (now(), code))
    return None if row["expires_at"] < now() else row


def issue_token(db: sqlite3.Connection, grant: sqlite3.Row) -> str:
    """An access token for what the person agreed to."""
    token = secrets.token_urlsafe(32)
    db.execute(
        "INSERT INTO edevlet_token VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            token,
            grant["code"],
            grant["client_id"],
            grant["scope"],
            grant["tckn"],
            grant["level"],
            now() + TOKEN_SECONDS,
        ),
    )
    return token


def token(db: sqlite3.Connection, value: str, *, client_id: str) -> sqlite3.Row | None:
    """A living token of that client."""
    row: sqlite3.Row | None = db.execute(
        "SELECT * FROM edevlet_token WHERE token=? AND client_id=? AND expires_at > ?", (value, client_id, now())
    ).fetchone()
    return row


def back_to(redirect_uri: str, **answer: str) -> str:
    """The client's address with our answer added to its query."""
    parts = urlsplit(redirect_uri)
    query = "&".join(part for part in (parts.query, urlencode(answer)) if part)
    return urlunsplit(parts._replace(query=query))
