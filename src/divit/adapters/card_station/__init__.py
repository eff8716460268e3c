"""A card personalisation station: JSON over HTTP with an API key, idempotent by our order id."""

import base64
import binascii
import re
from dataclasses import dataclass, field
from typing import Any

from divit.adapters.bounded_http import BOUNDS, Bounds, Wire
from divit.adapters.told import one_line
from divit.kernel.errors import Refused
from divit.production.ports import Algorithm, CardKey

# Broken, with another key, or with another certificate: nobody will ever load this one on this card.
_CARD_IS_LOST = frozenset({"card_spoiled", "key_mismatch", "already_loaded"})


@dataclass(frozen=True, kw_only=True)
class HttpCardStation:
    """Implements `production.ports.CardStation`."""

    url: str
    api_key: str = field(repr=False)
    bounds: Bounds = BOUNDS

    def make_key(self, *, order_id: str, algorithm: Algorithm, pin_recipient_spki: bytes) -> CardKey:
        """Make the key on a card, or get again what was made for this order."""
        wish = {
            "order_id": order_id,
            "algorithm": algorithm,
            "pin_recipient_spki": base64.b64encode(pin_recipient_spki).decode(),
        }
        answer = self._wire.send("POST", f"{self._base}/orders", json=wish)
        read = self._wire.json_of(answer, outcome_known=False)
        if answer.status_code == 409 and read.get("error") == "card_spoiled":
            raise Refused("card_spoiled")
        if answer.status_code >= 400:
            raise self._wire.refused()
        serial, station = read.get("card_serial"), read.get("station")
        if not isinstance(serial, str) or not re.fullmatch(r"[0-9]{16}", serial) or not isinstance(station, str):
            raise self._wire.garbage(outcome_known=False)
        return CardKey(
            card_serial=serial,
            csr_der=self._bytes(read, "csr"),
            sealed_pin=self._bytes(read, "sealed_pin"),
            station=one_line(station, longest=64),
        )

    def load_certificate(self, *, card_serial: str, certificate_der: bytes) -> None:
        """Write the certificate on the card."""
        answer = self._wire.send(
            "PUT",
            f"{self._base}/cards/{card_serial}/certificate",
            content=certificate_der,
            headers={"Content-Type": "application/pkix-cert"},
        )
        if answer.status_code == 409 and self._wire.json_of(answer, outcome_known=True).get("error") in _CARD_IS_LOST:
            raise Refused("card_spoiled")
        if answer.status_code >= 400:
            raise self._wire.refused()
        if self._wire.json_of(answer, outcome_known=False).get("status") != "loaded":
            raise self._wire.garbage(outcome_known=False)

    @property
    def _base(self) -> str:
        return self.url.rstrip("/")

    @property
    def _wire(self) -> Wire:
        key = ("Authorization", f"Bearer {self.api_key}")
        return Wire(neighbour="card_station", bounds=self.bounds, headers=(key,))

    def _bytes(self, read: dict[str, Any], name: str) -> bytes:
        try:
            return base64.b64decode(read[name], validate=True)
        except (KeyError, TypeError, binascii.Error, ValueError) as problem:
            raise self._wire.garbage(outcome_known=False) from problem
