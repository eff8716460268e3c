"""Certificate serial numbers: positive, unpredictable, shown as upper-case hex."""

import secrets
from dataclasses import dataclass

_OCTETS = 16


@dataclass(frozen=True)
class Serial:
    """A positive certificate serial number (RFC 5280 4.1.2.2: at most 20 octets)."""

    int: int

    def __post_init__(self) -> None:
        if not 0 < self.int < 1 << 159:
            raise ValueError("a serial number is positive and at most 20 octets")

    @classmethod
    def random(cls) -> "Serial":
        """A fresh one of 16 octets: the two top bits are fixed to 01, 126 bits are random."""
        return cls(secrets.randbits(_OCTETS * 8 - 2) | 1 << (_OCTETS * 8 - 2))

    @classmethod
    def from_hex(cls, text: str) -> "Serial":
        """From what people read and type; spaces are ignored."""
        return cls(int("".join(text.split()), 16))

    @property
    def hex(self) -> str:
        """As shown to people: upper-case hex, an even number of digits, at least 16."""
        digits = f"{self.int:X}"
        return digits.zfill(max(16, len(digits) + len(digits) % 2))

    def __str__(self) -> str:
        return self.hex
