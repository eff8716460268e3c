"""Keys and tokens: made at random, shown once, known afterwards by their digest alone.

256 random bits cannot be guessed, so a plain SHA-256 is enough: the slow hashes of passwords make up for a lack of
randomness that is not here, and would make every question for a token dear.
"""

import hashlib
import secrets
from dataclasses import dataclass, field

_KEY, _TOKEN = "dvt_key_", "dvt_tok_"


@dataclass(frozen=True)
class Made:
    """The text that is shown once, and what is kept of it."""

    text: str = field(repr=False)
    digest: str


def new_key() -> Made:
    """A program's secret."""
    return _made(_KEY)


def new_token() -> Made:
    """An access token."""
    return _made(_TOKEN)


def digest_of(text: str) -> str:
    """What is kept of a key or a token."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _made(mark: str) -> Made:
    text = mark + secrets.token_urlsafe(32)
    return Made(text, digest_of(text))
