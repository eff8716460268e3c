"""A courier: JSON over HTTP with an API key; parcels idempotent by our id, events by cursor."""

import re
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, get_args

from divit.adapters.bounded_http import BOUNDS, Bounds, Wire
from divit.delivery.ports import CourierEvent, EventKind, Recipient

_KINDS = frozenset(get_args(EventKind))


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
        if answer.status_code >= 400:
            raise self._wire.refused()
        read = self._wire.json_of(answer, outcome_known=False)
        number = read.get("tracking_no")
        sound = isinstance(number, str) and re.fullmatch(r"[A-Za-z0-9-]{4,40}", number)
        if not sound or read.get("parcel_id") != parcel_id:
            raise self._wire.garbage(outcome_known=False)
        return str(number)

    def events(self, after: str) -> tuple[list[CourierEvent], str]:
        """What happened after the cursor; kinds that we do not know are passed over, not stumbled upon."""
        answer = self._wire.send("GET", f"{self._base}/events", params={"after": after})
        if answer.status_code >= 400:
            raise self._wire.refused()
        read = self._wire.json_of(answer, outcome_known=True)
        told, cursor = read.get("events"), read.get("cursor")
        if not isinstance(told, list) or not isinstance(cursor, str) or len(cursor) > 100:
            raise self._wire.garbage(outcome_known=True)
        events = [self._event(one) for one in told]
        return [event for event in events if event is not None], cursor

    def _event(self, told: Any) -> CourierEvent | None:
        try:
            if told["kind"] not in _KINDS:
                return None
            at = datetime.fromisoformat(told["at"])
            # Only a plain `true` counts as a checked identity.
            checked = told["identity_checked"] is True
            event = CourierEvent(
                tracking_no=str(told["tracking_no"])[:40],
                kind=told["kind"],
                at=at,
                identity_checked=checked,
                note=str(told.get("note", ""))[:200],
            )
        except (KeyError, TypeError, ValueError, AttributeError) as problem:
            raise self._wire.garbage(outcome_known=True) from problem
        if at.tzinfo is None:
            raise self._wire.garbage(outcome_known=True)
        return event

    @property
    def _base(self) -> str:
        return self.url.rstrip("/")

    @property
    def _wire(self) -> Wire:
        return Wire(neighbour="courier", bounds=self.bounds, headers=(("Authorization", f"Bearer {self.api_key}"),))
