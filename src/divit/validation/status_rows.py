"""How the view `published_certificate_status` is asked, and what its rows mean."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from divit.kernel.serials import Serial
from divit.pki.ocsp import Good, Revoked
from divit.pki.reasons import Reason
from divit.validation.status_code import coded
from divit.validation.status_log import Change

# Rows that are read a few at a time.
_COLUMNS = "issuer_id::text, serial, status, reason, effective_at, change_seq"
_ROWS = f"SELECT {_COLUMNS} FROM published_certificate_status"  # noqa: S608 - constants
CHANGED = f"{_ROWS} WHERE change_seq > %s ORDER BY change_seq LIMIT %s"
NAMED = f"{_ROWS} WHERE issuer_id = ANY(%s) AND serial = ANY(%s)"
# Not the highest number: to find it, intents without end would be read in vain.
HAS_COME_SO_FAR = "SELECT EXISTS (SELECT FROM published_certificate_status WHERE change_seq >= %s)"
# A database that was restored, or that another took over from, is another one.
WHICH = (
    "SELECT system_identifier || '/' || timeline_id || '/' || current_database()"
    " FROM pg_control_system(), pg_control_checkpoint()"
)
_REASONS = " ".join(f"WHEN '{reason.text}' THEN {int(reason)}" for reason in Reason)
# Rows that are read by the million: every field has the same width in every row.
ALL = f"""COPY (SELECT issuer_id,
    CASE WHEN length(serial) <= 40 THEN decode(lpad(serial, 40, '0'), 'hex') ELSE ''::bytea END,
    (CASE status WHEN 'good' THEN 0 WHEN 'revoked' THEN 1 ELSE 2 END)::int2,
    (CASE coalesce(reason, 'unspecified') {_REASONS} ELSE -1 END)::int2,
    coalesce(effective_at, '-infinity'), change_seq
FROM published_certificate_status) TO STDOUT (FORMAT binary)"""  # noqa: S608 - constants

Row = tuple[str, str, str, "str | None", "datetime | None", int]


def change_of(row: Row) -> Change:
    """Good, or revoked since when; ValueError for anything else in the view: it must not pass for good."""
    issuer_id, serial, status, reason, effective_at, seq = row
    if status == "good":
        code = coded(Good())
    elif status == "revoked" and effective_at is not None:
        code = coded(Revoked(effective_at, Reason.from_text(reason or "unspecified")))
    else:
        raise ValueError(f"not a status: {status!r}")
    return Change(issuer_id, Serial.from_hex(serial).int, code, seq)


def named_in(payloads: Iterable[str]) -> tuple[list[UUID], list[str]]:
    """The issuers and the serials that notices name; one without a name is left to the poll."""
    issuers, serials = set(), set()
    for payload in payloads:
        issuer, _, text = payload.partition(" ")
        try:
            key = (UUID(issuer), Serial.from_hex(text).hex)
        except ValueError:
            continue
        issuers.add(key[0])
        serials.add(key[1])
    return list(issuers), list(serials)
