"""What a hand-held scanner or tired fingers make of the mark on a form, understood as it was meant."""

import re

from divit.applications import content

# A scanner types as if on an American keyboard. Where the computer expects Turkish-Q, «-» arrives as «*» and «/» as
# «.»; with caps lock on, letters come small.
_AS_MEANT = str.maketrans({"*": "-", "ı": "I", "i": "I", "İ": "I"})
_CAPITALS = {small: small - 32 for small in range(ord("a"), ord("z") + 1)}  # ASCII alone; no names here
_SLASH = re.compile(r"\.(?=[A-Z2-7]{16}\s*$)")


def read_scan(typed: str) -> tuple[str, str | None]:
    """Canonical reference and, from a QR code, the content token. Raises `Invalid("reference_invalid")`."""
    return content.read_mark(_SLASH.sub("/", typed.translate(_AS_MEANT).translate(_CAPITALS)))
