"""A courier: JSON over HTTP with an API key; parcels idempotent by our id, events by cursor."""

import logging
import re
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, get_args

from divit.adapters.bounded_http import BOUNDS, Bounds, Wire
from divit.adapters.told import one_line
from divit.delivery.ports import CourierEvent, EventKind, Recipient
from divit.kernel.errors import NeighbourFailed

log = logging.getLogger(__name__)

_KINDS = frozenset(get_args(EventKind))
# Only these speak of the parcel itself; any other no is about us, our key or our haste, and nothing was done.
_REFUSALS = frozenset({400, 422})
_CURSOR = re.compile(r"[ -~]{0,100}")


@dataclass(frozen=True, kw_only=True)
class HttpCourier:
    """Implements `delivery.ports.Courier`."""

    url: str
    api_key: str = field(repr=False)
    bounds: Bounds = BOUNDS

    def create(self, *, parcel_id: str, recipient: Recipient, address: str, reference: str) -> str:
        """Announce a parcel, or get again the number it already has."""
        wish = {"parcel_id": parcel_id, "recipient": asdict(recipient), "address": address, "reference": reference}
        answer = self._wire.send("POST", f"{self._base}/shipments", json=wish)
        if answer.status_code in _REFUSALS:
            raise self._wire.refused()
        if answer.status_code >= 400:
            raise NeighbourFailed(self._wire.neighbour, "down", outcome_known=True)
        read = self._wire.json_of(answer, outcome_known=False)
        number = read.get("tracking_no")
        sound = isinstance(number, str) and re.fullmatch(r"[A-Za-z0-9-]{4,40}", number)
        if not sound or read.get("parcel_id") != parcel_id:
            raise self._wire.garbage(outcome_known=False)
        return str(number)

    def events(self, after: str) -> tuple[list[CourierEvent], str]:
        """What happened after the cursor; what we do not know or cannot read is passed over, not stumbled upon."""
        answer = self._wire.send("GET", f"{self._base}/events", params={"after": after})
        if answer.status_code >= 400:
            raise self._wire.refused()
        read = self._wire.json_of(answer, outcome_known=True)
        told, cursor = read.get("events"), read.get("cursor")
        if not isinstance(told, list) or not isinstance(cursor, str) or not _CURSOR.fullmatch(cursor):
            raise self._wire.garbage(outcome_known=True)
        events = [_event(one) for one in told]
        return [event for event in events if event is not None], cursor

    @property
    def _base(self) -> str:
        return self.url.rstrip("/")

    @property
    def _wire(self) -> Wire:
        return Wire(neighbour="courier", bounds=self.bounds, headers=(("Authorization", f"Bearer {self.api_key}"),))


def _event(told: Any) -> CourierEvent | None:
    """One event; None, with a line in the log, for one that cannot be read: the others behind it are waited for."""
    number = one_line(told.get("tracking_no"), longest=40) if isinstance(told, dict) else ""
    try:
        if told["kind"] not in _KINDS:
            return None
        return CourierEvent(
            tracking_no=number,
            kind=told["kind"],
            at=_instant(told["at"]),
            # Only a plain `true` counts as a checked identity.
            identity_checked=told["identity_checked"] is True,
            note=one_line(told.get("note"), longest=200),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as problem:
        log.error("the courier told something of parcel %r that cannot be read: %s", number, type(problem).__name__)
        return None


def _instant(told: str) -> datetime:
    at = datetime.fromisoformat(told)
    if at.tzinfo is None:
        raise ValueError("a time without its zone")
    return at.astimezone(UTC)
