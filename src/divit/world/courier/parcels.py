"""The courier's parcels and what happened to them, in order."""

import secrets
import sqlite3

from divit.world.context import iso, now

SCHEMA = """
CREATE TABLE IF NOT EXISTS courier_parcel (
    tracking_no TEXT PRIMARY KEY, parcel_id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, phone TEXT NOT NULL,
    tckn_last4 TEXT NOT NULL, address TEXT NOT NULL, reference TEXT NOT NULL, state TEXT NOT NULL, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS courier_event (
    number INTEGER PRIMARY KEY AUTOINCREMENT, tracking_no TEXT NOT NULL, kind TEXT NOT NULL, at REAL NOT NULL,
    identity_checked INTEGER NOT NULL, note TEXT NOT NULL);
"""

# From where each act is possible, and where it leads.
ACTS = {
    "picked_up": ({"announced"}, "picked_up"),
    "on_the_way": ({"picked_up"}, "on_the_way"),
    "delivered": ({"on_the_way"}, "delivered"),
    "returned": ({"picked_up", "on_the_way"}, "returned"),
}


class ActRefused(Exception):
    """Not now, or not to this person; the argument is the code."""


def announce(db: sqlite3.Connection, parcel: dict[str, str]) -> str:
    """A tracking number; the same parcel_id, the same number."""
    known = db.execute("SELECT tracking_no FROM courier_parcel WHERE parcel_id=?", (parcel["parcel_id"],)).fetchone()
    if known is not None:
        return str(known["tracking_no"])
    tracking_no = f"KR{secrets.randbelow(10**11):011d}"
    columns = ("parcel_id", "name", "phone", "tckn_last4", "address", "reference")
    db.execute(
        "INSERT INTO courier_parcel VALUES (?, ?, ?, ?, ?, ?, ?, 'announced', ?)",
        (tracking_no, *[parcel[column] for column in columns], now()),
    )
    return tracking_no


def act(
    db: sqlite3.Connection, *, tracking_no: str, kind: str, last4: str = "", identity_seen: bool = False, note: str = ""
) -> None:
    """The courier does something; handing over needs the identity card and its last four digits."""
    parcel = db.execute("SELECT * FROM courier_parcel WHERE tracking_no=?", (tracking_no,)).fetchone()
    if parcel is None or kind not in ACTS or parcel["state"] not in ACTS[kind][0]:
        raise ActRefused("not_now")
    if kind == "delivered" and not identity_seen:
        raise ActRefused("identity_not_seen")
    if kind == "delivered" and not secrets.compare_digest(last4.encode(), parcel["tckn_last4"].encode()):
        raise ActRefused("other_identity")
    db.execute("UPDATE courier_parcel SET state=? WHERE tracking_no=?", (ACTS[kind][1], tracking_no))
    db.execute(
        "INSERT INTO courier_event (tracking_no, kind, at, identity_checked, note) VALUES (?, ?, ?, ?, ?)",
        (tracking_no, kind, now(), int(kind == "delivered"), note[:200]),
    )


def events(db: sqlite3.Connection, *, after: int, limit: int = 100) -> tuple[list[dict[str, object]], int]:
    """What happened after the cursor, oldest first, and the new cursor."""
    rows = db.execute("SELECT * FROM courier_event WHERE number > ? ORDER BY number LIMIT ?", (after, limit)).fetchall()
    told = [
        {
            "tracking_no": row["tracking_no"],
            "kind": row["kind"],
            "at": iso(row["at"]),
            "identity_checked": bool(row["identity_checked"]),
            "note": row["note"],
        }
        for row in rows
    ]
    return told, rows[-1]["number"] if rows else after
