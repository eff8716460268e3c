"""OCSP over HTTP: the two ways to ask (RFC 6960 A.1), and what caches may do with an answer."""

import base64
import binascii
from urllib.parse import quote, unquote

from divit.pki import ocsp

REQUEST, RESPONSE = "application/ocsp-request", "application/ocsp-response"
POST_PATHS = ("/ocsp", "/ocsp/")
GET_PATH = "/ocsp/"
# Signed for one question, or asked by POST, which no cache keeps anyway.
NOT_KEPT = "no-store, no-transform"
_MOST_CHARACTERS = 4 * (ocsp.MOST_OCTETS // 3) + 4


def kept(max_age: int) -> str:
    """Cache-Control of an answer that others may be given as well."""
    return f"max-age={max_age}, public, no-transform, must-revalidate"


def question_in(path: str) -> bytes:
    """The request after /ocsp/: its base64, with padding or without; empty where it is none."""
    text = unquote(path.removeprefix(GET_PATH), errors="replace")
    if len(text) > _MOST_CHARACTERS or not text.isascii():
        return b""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""


def spellings(question: bytes) -> tuple[str, ...]:
    """The paths by which clients commonly ask it; the others are as good, and not kept."""
    text = base64.b64encode(question).decode()
    bare = text.rstrip("=")
    return tuple({GET_PATH + quote(each, safe=safe) for each in (text, bare) for safe in ("", "/", "/+", "/+=")})
