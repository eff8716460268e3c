"""Who asks for a time-stamp, read from the headers of the request: HTTP Basic, or the header of Kamu SM's clients.

Such a client sends, in hex, the DER of SEQUENCE { userId INTEGER, salt OCTET STRING (16), iterationCount INTEGER, iv
OCTET STRING, encryptedImprint OCTET STRING } in the header `identity`: the imprint of the request under AES-CBC, with a
key derived from the password by PBKDF2-HMAC-SHA256. Two things are not told of it and both ways are taken: whether the
key has 256 or 128 bits, and whether it is the digest alone that is encrypted or the whole MessageImprint.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from divit.pki import der
from divit.pki.timestamps import Asked

# PBKDF2 is paid for by whoever is asked: somebody without an account must not make it dear.
MOST_ITERATIONS = 10_000
_MOST_HEADER = 2_048
_BLOCK = 16
_KEY_OCTETS = (32, 16)


@dataclass(frozen=True)
class Basic:
    """Account name and secret."""

    name: str
    secret: str


@dataclass(frozen=True)
class Identity:
    """What a client of Kamu SM's protocol proves itself with; `digest` names this one header."""

    number: int
    salt: bytes
    iterations: int
    vector: bytes
    encrypted: bytes
    digest: bytes

    def proves(self, secret: str, *, asked: Asked) -> bool:
        """Whether who made it knows the secret and meant this very request."""
        long_key = hashlib.pbkdf2_hmac("sha256", secret.encode(), self.salt, self.iterations, max(_KEY_OCTETS))
        proven = False
        for octets in _KEY_OCTETS:
            cipher = Cipher(algorithms.AES(long_key[:octets]), modes.CBC(self.vector)).decryptor()
            told = cipher.update(self.encrypted) + cipher.finalize()
            for meant in (asked.digest, asked.imprint):
                proven |= hmac.compare_digest(told, _padded(meant))
        return proven


def read(headers: Mapping[str, str]) -> Basic | Identity | None:
    """The credentials in these headers (names in lower case); None where there are none that can be read."""
    if "identity" in headers:
        return _identity(headers["identity"])
    return _basic(headers.get("authorization", ""))


def _basic(header: str) -> Basic | None:
    """RFC 7617."""
    scheme, _, given = header.partition(" ")
    if scheme.lower() != "basic" or len(given) > _MOST_HEADER:  # ascii
        return None
    try:
        name, colon, secret = base64.b64decode(given.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return Basic(name, secret) if colon else None


def _identity(header: str) -> Identity | None:
    try:
        data = bytes.fromhex(header) if len(header) <= _MOST_HEADER else b""
        reader = der.whole(data, der.SEQUENCE).inside()
        number = der.read_integer(reader.take(der.INTEGER), most_octets=8)
        salt = reader.take(der.OCTET_STRING).content
        iterations = der.read_integer(reader.take(der.INTEGER), most_octets=4)
        vector = reader.take(der.OCTET_STRING).content
        encrypted = reader.take(der.OCTET_STRING).content
        reader.end()
    except (der.Malformed, ValueError):
        return None
    fine = number > 0 and len(salt) == _BLOCK and len(vector) == _BLOCK and 1 <= iterations <= MOST_ITERATIONS
    if not fine or not encrypted or len(encrypted) % _BLOCK:
        return None
    return Identity(number, salt, iterations, vector, encrypted, hashlib.sha256(data).digest())


def _padded(data: bytes) -> bytes:
    """PKCS #7."""
    missing = _BLOCK - len(data) % _BLOCK
    return data + bytes((missing,)) * missing
