"""What production needs from outside: a station that makes the key on the card."""

from dataclasses import dataclass
from typing import Literal, Protocol

Algorithm = Literal["ec-p256", "rsa-2048"]


@dataclass(frozen=True, kw_only=True)
class CardKey:
    """A fresh card: `csr_der` proves possession of its key over our order id, `sealed_pin` is CMS EnvelopedData."""

    card_serial: str
    csr_der: bytes
    sealed_pin: bytes
    station: str


class CardStation(Protocol):
    """A personalisation station."""

    def make_key(self, *, order_id: str, algorithm: Algorithm, pin_recipient_spki: bytes) -> CardKey:
        """Make the key on a card; the same `order_id` again gives the same card.

        `Refused("card_spoiled")` when the card broke: its order id is used up, the next card needs a new one.
        """

    def load_certificate(self, *, card_serial: str, certificate_der: bytes) -> None:
        """Write the certificate on the card; the same one again changes nothing. Raises `NeighbourFailed`.

        `Refused("card_spoiled")` when the card broke, or can never carry this certificate: it is of no use any more.
        """
