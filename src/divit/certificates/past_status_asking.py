"""A question about a past instant as people type it, and its answer in words."""

import re
from datetime import date, datetime, time
from typing import Any

from django.utils.functional import Promise

from divit.certificates.models import PastStatus
from divit.certificates.words import EXPLAINED, REASONS, STATES, VERDICTS
from divit.kernel.clock import ISTANBUL
from divit.kernel.errors import Invalid
from divit.kernel.serials import Serial

TIME_FORMATS = ("%H:%M", "%H:%M:%S", "%H.%M", "%H.%M.%S")
_COLORS = {"valid": "success", "suspended": "warning", "revoked": "danger"}
_APART = re.compile(r"[\s:\-]+")
_HEX = re.compile(r"(0x)?[0-9a-fA-F]{1,40}")


def read_instant(day: date, at: time) -> datetime:
    """On the clock of Türkiye, which has known no summer time since 2016."""
    return datetime.combine(day, at, ISTANBUL)


def read_serial(text: str) -> Serial:
    """Hex as certificates and viewers show it, with or without colons. `Invalid("serial_unreadable")`."""
    digits = _APART.sub("", text)
    try:
        if not _HEX.fullmatch(digits):
            raise ValueError
        return Serial.from_hex(digits)
    except ValueError:
        raise Invalid("serial_unreadable", "serial") from None


def told(row: PastStatus) -> dict[str, Any]:
    """The answer as pages show it."""
    content = row.content
    at = datetime.fromisoformat(content["at"])
    return {
        "row": row,
        "at": at,
        "as_of": datetime.fromisoformat(content["as_of"]),
        "answer": VERDICTS[content["verdict"]],
        "explained": EXPLAINED[content["verdict"]],
        "color": _COLORS.get(content["verdict"], "neutral"),
        "then": _said(content["published_then"]),
        "now": _said(content["published_now"]) if content["published_now"] != content["published_then"] else None,
        "periods": [_period(one, at=at) for one in content["periods"]],
        "not_before": _moment(content["not_before"]),
        "not_after": _moment(content["not_after"]),
        "over": row.sealed_at is not None,
    }


def _period(one: dict[str, Any], *, at: datetime) -> dict[str, Any]:
    begins, ends = _moment(one["begins"]), _moment(one["ends"])
    here = begins is not None and begins <= at and (ends is None or at < ends)
    return {"state": STATES[one["state"]], "color": _COLORS[one["state"]], "begins": begins, "ends": ends, "here": here}


def _said(said: dict[str, Any] | None) -> dict[str, Any] | None:
    if said is None:
        return None
    reason: str | Promise = REASONS.get(said["reason"], "")
    return {"good": said["status"] == "good", "reason": reason, "since": _moment(said["since"])}


def _moment(told_: str | None) -> datetime | None:
    return datetime.fromisoformat(told_) if told_ else None
