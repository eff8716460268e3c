"""Reference numbers that people read aloud and type: ten characters with a check character, as `D7K3-M9Q2PA`."""

import secrets

from divit.kernel.errors import Invalid

# 31 characters, none of which is easily taken for another (no 0 1 I L O); 31 is prime, so that the weighted sum below
# notices every single wrong character and every exchange of two.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_RANDOM = 9
_LENGTH = _RANDOM + 1


def new_reference() -> str:
    """A fresh one; 31^9 of them, so that nobody finds another person's by trying."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(_RANDOM))
    return _written(body + _check(body))


def read_reference(typed: str) -> str:
    """The canonical form of what somebody typed or scanned. Raises `Invalid("reference_invalid")`."""
    if len(typed) > 40:
        raise Invalid("reference_invalid", field="reference")
    letters = "".join(c for c in typed if not c.isspace() and c not in "-–—.")
    text = letters.translate(_CAPITALS)
    if len(text) != _LENGTH or any(c not in ALPHABET for c in text) or _check(text[:-1]) != text[-1]:
        raise Invalid("reference_invalid", field="reference")
    return _written(text)


_CAPITALS = {ord(c.lower()): ord(c) for c in ALPHABET if c.isalpha()}  # ascii


def _check(body: str) -> str:
    total = sum((place + 1) * ALPHABET.index(c) for place, c in enumerate(body))
    return ALPHABET[total % len(ALPHABET)]


def _written(text: str) -> str:
    return f"{text[:4]}-{text[4:]}"
