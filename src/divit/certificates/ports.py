"""What certificates needs from outside: an eye that sees what the world sees, and a clock that others trust."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol


@dataclass(frozen=True, kw_only=True)
class OcspSeen:
    """A verified OCSP answer; `der` is the whole response as received."""

    status: Literal["good", "revoked", "unknown"]
    reason: str | None
    revoked_at: datetime | None
    produced_at: datetime
    der: bytes


@dataclass(frozen=True, kw_only=True)
class CrlSeen:
    """A downloaded CRL; serials as upper-case hex, like `kernel.serials.Serial.hex`."""

    number: int
    this_update: datetime
    serials: frozenset[str]
    der: bytes


class StatusProbe(Protocol):
    """Asks as a relying party would."""

    def ocsp(self, *, issuer_der: bytes, certificate_der: bytes) -> OcspSeen:
        """Ask the responder that the certificate names. Raises `NeighbourFailed`."""

    def crl(self, url: str) -> CrlSeen:
        """Fetch the list. Raises `NeighbourFailed`."""


class Timestamps(Protocol):
    """A time-stamping authority (zaman damgası); transport only."""

    def stamp(self, request: bytes) -> bytes:
        """Send a TimeStampReq (RFC 3161, DER); gives the TimeStampResp, DER, unread. Raises `NeighbourFailed`."""
