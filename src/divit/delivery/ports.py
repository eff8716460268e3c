"""What delivery needs from outside: a courier who checks identities and tells what happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

EventKind = Literal["picked_up", "on_the_way", "delivered", "returned"]


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """To whom, and only to whom: the courier compares the last four digits with the identity card."""

    name: str
    phone: str
    tckn_last4: str


@dataclass(frozen=True, kw_only=True)
class CourierEvent:
    """Something that happened to a parcel."""

    tracking_no: str
    kind: EventKind
    at: datetime
    identity_checked: bool
    note: str


class Courier(Protocol):
    """A courier company."""

    def create(self, *, parcel_id: str, recipient: Recipient, address: str, reference: str) -> str:
        """Announce a parcel and get its tracking number; the same `parcel_id` again gives the same number."""

    def events(self, after: str) -> tuple[Sequence[CourierEvent], str]:
        """What happened after the cursor (empty: from the beginning), oldest first, and the new cursor."""
