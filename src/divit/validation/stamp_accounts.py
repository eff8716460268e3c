"""Accounts of the time-stamp authority and the credit on them: one small SQLite file that all workers share.

The validation service has no right to write to the database, and stamps go on without it. A stamp is charged before it
is signed, and given back when nothing was signed; a charge that nobody finished (its worker was killed) is given back
after a while, so that nobody pays for a stamp that never came.
"""

import fcntl
import hashlib
import hmac
import os
import re
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import RLock

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from divit.kernel.errors import Invalid, NotFound, Refused

UNFINISHED = timedelta(minutes=5)
MOST_CREDIT = 1_000_000_000
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
_FIRST_NUMBER = 100_001
_BUSY_SECONDS = 5.0
_NONCE = 12
_SCHEMA = """
CREATE TABLE IF NOT EXISTS account (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    number INTEGER UNIQUE,
    salt BLOB NOT NULL,
    hash BLOB NOT NULL,
    sealed BLOB,
    credit INTEGER CHECK (credit >= 0),
    used INTEGER NOT NULL DEFAULT 0,
    opened_at TEXT NOT NULL,
    closed_at TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS charge (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES account,
    at REAL NOT NULL,
    proof BLOB
) STRICT;
CREATE TABLE IF NOT EXISTS proof (digest BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
"""


class Unavailable(Exception):
    """The file cannot be read or written now."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """One account; `credit` is how many stamps are left, None where they are not counted down."""

    id: int
    name: str
    number: int | None
    credit: int | None
    used: int
    opened_at: str
    closed_at: str | None


@dataclass(frozen=True, kw_only=True)
class Charge:
    """One stamp that was paid and is not signed yet, and what is left after it."""

    id: int
    left: int | None


class StampAccounts:
    """The file and its key; every worker and the command line open their own."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._key_file = folder / "tsa-accounts.key"
        self._lock = RLock()
        file = folder / "tsa-accounts.sqlite3"
        with self._reached(), (folder / "tsa-accounts.lock").open("a") as alone:
            fcntl.flock(alone, fcntl.LOCK_EX)  # several workers make a new file at once
            if not file.exists():  # never touched later: closing it again would drop SQLite's own locks
                file.touch(mode=0o600)
            self._base = sqlite3.connect(file, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
            self._base.execute("PRAGMA journal_mode = WAL")
            self._base.execute("PRAGMA foreign_keys = ON")
            self._base.executescript(_SCHEMA)

    def close_file(self) -> None:
        """No more is read or written through this object."""
        with self._lock:
            self._base.close()

    # --- what the command line does

    def add(self, name: str, *, credit: int | None, now: datetime, with_number: bool = False) -> tuple[Account, str]:
        """A new account and its secret, which is told once and kept as a hash alone.

        `with_number`: for clients of Kamu SM's protocol; their key is derived from the secret itself, so it is kept as
        well, sealed with a key that lies in a file beside. Raises `Invalid` and `Refused`.
        """
        if not _NAME.fullmatch(name):
            raise Invalid("account_name", "name")
        if credit is not None and not 0 <= credit <= MOST_CREDIT:
            raise Invalid("credit_out_of_range", "credit")
        secret, salt = secrets.token_urlsafe(32), secrets.token_bytes(16)
        sealed = self._sealed(secret, name=name) if with_number else None
        with self._changing(durable=True) as base:
            highest = base.execute("SELECT max(number) FROM account").fetchone()[0]
            number = max(_FIRST_NUMBER, (highest or 0) + 1) if with_number else None
            row = (name, number, salt, _hashed(secret, salt=salt), sealed, credit, now.isoformat(timespec="seconds"))
            try:
                base.execute(
                    "INSERT INTO account (name, number, salt, hash, sealed, credit, opened_at)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?)",
                    row,
                )
            except sqlite3.IntegrityError:
                raise Refused("account_exists", name=name) from None
            return self.named(name), secret

    def credit(self, name: str, *, more: int) -> Account:
        """Add stamps (or take some back that are left). Raises `NotFound`, `Invalid` and `Refused`."""
        with self._changing(durable=True) as base:
            account = self.named(name)
            if account.closed_at is not None or account.credit is None:
                raise Refused("account_closed" if account.closed_at else "credit_not_counted", name=name)
            if not 0 <= account.credit + more <= MOST_CREDIT:
                raise Invalid("credit_out_of_range", "credit")
            base.execute("UPDATE account SET credit = credit + ? WHERE id = ?", (more, account.id))
            return self.named(name)

    def close(self, name: str, *, now: datetime) -> Account:
        """No more stamps for it; what was used stays told. Raises `NotFound`."""
        with self._changing(durable=True) as base:
            account = self.named(name)
            at = now.isoformat(timespec="seconds")
            base.execute(
                "UPDATE account SET closed_at = coalesce(closed_at, ?), sealed = NULL WHERE id = ?", (at, account.id)
            )
            return self.named(name)

    def named(self, name: str) -> Account:
        """By name. Raises `NotFound`."""
        found = self._one("name", name)
        if found is None:
            raise NotFound("account")
        return found

    def all(self) -> list[Account]:
        """Every account, by name."""
        with self._reading() as base:
            return [_account(row) for row in base.execute(f"{_SELECT} ORDER BY name")]

    # --- what a worker does

    def proven(self, name: str, secret: str) -> Account | None:
        """The account whose secret this is; the same work whether there is such an account or not.

        The secret has 256 random bits: one keyed hash is enough, and no request costs more than that.
        """
        with self._reading() as base:
            row = base.execute("SELECT salt, hash FROM account WHERE name = ?", (name,)).fetchone()
        salt, kept = row or (bytes(16), bytes(32))
        same = hmac.compare_digest(_hashed(secret, salt=salt), kept)
        return self._one("name", name) if same and row else None

    def secret_of(self, number: int) -> tuple[Account, str] | None:
        """Account and secret for a number of Kamu SM's protocol; None where there is none or it was closed."""
        account = self._one("number", number)
        with self._reading() as base:
            row = base.execute("SELECT sealed FROM account WHERE number = ?", (number,)).fetchone()
        if account is None or row is None or row[0] is None:
            return None
        try:
            return account, self._opened(row[0], name=account.name)
        except (InvalidTag, OSError):
            raise Unavailable("the key of the accounts does not fit") from None

    def charge(self, account: Account, *, now: datetime, proof: bytes | None = None) -> Charge:
        """Take one stamp off, on the disk before this returns.

        `proof` is what must not be used a second time. Raises `Refused` (`account_closed`, `no_credit`, `proof_used`).
        """
        with self._changing(durable=True) as base:
            taken = base.execute(
                "UPDATE account SET credit = credit - 1, used = used + 1"
                " WHERE id = ? AND closed_at IS NULL AND (credit IS NULL OR credit > 0) RETURNING credit",
                (account.id,),
            ).fetchone()
            if taken is None:
                closed = base.execute("SELECT closed_at FROM account WHERE id = ?", (account.id,)).fetchone()[0]
                raise Refused("account_closed" if closed else "no_credit", account=account.name)
            if proof is not None and not base.execute("INSERT OR IGNORE INTO proof VALUES (?)", (proof,)).rowcount:
                raise Refused("proof_used", account=account.name)
            row = (account.id, now.timestamp(), proof)
            made = base.execute("INSERT INTO charge (account_id, at, proof) VALUES (?, ?, ?)", row)
            return Charge(id=made.lastrowid or 0, left=taken[0])

    def keep(self, charge: Charge) -> None:
        """The stamp was signed: the charge stays."""
        with self._changing() as base:
            base.execute("DELETE FROM charge WHERE id = ?", (charge.id,))

    def give_back(self, charge: Charge) -> None:
        """Nothing was signed: the credit is as it was before, and what proved the request may be used again."""
        with self._changing() as base:
            self._give_back(
                base, base.execute("DELETE FROM charge WHERE id = ? RETURNING account_id, proof", (charge.id,))
            )

    def settle(self, *, now: datetime) -> int:
        """Give back what nobody finished; how many."""
        before = ((now - UNFINISHED).timestamp(),)
        with self._changing() as base:
            return self._give_back(
                base, base.execute("DELETE FROM charge WHERE at < ? RETURNING account_id, proof", before)
            )

    def _give_back(self, base: sqlite3.Connection, deleted: sqlite3.Cursor) -> int:
        gone = deleted.fetchall()
        for account_id, proof in gone:
            base.execute("UPDATE account SET credit = credit + 1, used = used - 1 WHERE id = ?", (account_id,))
            base.execute("DELETE FROM proof WHERE digest = ?", (proof,))
        return len(gone)

    def _one(self, column: str, value: str | int) -> Account | None:
        with self._reading() as base:
            row = base.execute(f"{_SELECT} WHERE {column} = ?", (value,)).fetchone()
        return _account(row) if row else None

    # --- the file

    @contextmanager
    def _reached(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise Unavailable(type(error).__name__) from error

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._reached():
            yield self._base

    @contextmanager
    def _changing(self, *, durable: bool = False) -> Iterator[sqlite3.Connection]:
        """One transaction; `durable`: it survives the power too, and not only the end of every process."""
        with self._lock, self._reached():
            self._base.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._base.execute("BEGIN IMMEDIATE")
            try:
                yield self._base
                self._base.execute("COMMIT")
            except BaseException:
                if self._base.in_transaction:
                    self._base.execute("ROLLBACK")
                raise

    # --- secrets that must be known again

    def _sealed(self, secret: str, *, name: str) -> bytes:
        if not self._key_file.exists():
            fresh = os.open(self._key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(fresh, "wb") as file:
                file.write(AESGCM.generate_key(256))
        nonce = secrets.token_bytes(_NONCE)
        return nonce + AESGCM(self._key_file.read_bytes()).encrypt(nonce, secret.encode(), name.encode())

    def _opened(self, sealed: bytes, *, name: str) -> str:
        key = AESGCM(self._key_file.read_bytes())
        return key.decrypt(sealed[:_NONCE], sealed[_NONCE:], name.encode()).decode()


_SELECT = "SELECT id, name, number, credit, used, opened_at, closed_at FROM account"


def _account(row: tuple[int, str, int | None, int | None, int, str, str | None]) -> Account:
    number, name, own, credit, used, opened, closed = row
    return Account(id=number, name=name, number=own, credit=credit, used=used, opened_at=opened, closed_at=closed)


def _hashed(secret: str, *, salt: bytes) -> bytes:
    return hashlib.blake2b(secret.encode(), key=salt, digest_size=32).digest()
