"""Signing secrets at rest: sealed for the row that they stand in, under a key that the database does not hold."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from divit.kernel.errors import Invalid

_NONCE = 12


def seal(secret: str, *, row_id: str) -> bytes:
    """AES-256-GCM: 12 bytes of nonce, then the sealed secret, bound to the id of its row."""
    nonce = os.urandom(_NONCE)
    return nonce + _box().encrypt(nonce, secret.encode(), row_id.encode())


def unseal(sealed: bytes, *, row_id: str) -> str:
    """Raises `Invalid("webhook_secret_unreadable")`: the installation's secret changed, or rows were exchanged."""
    try:
        return _box().decrypt(sealed[:_NONCE], sealed[_NONCE:], row_id.encode()).decode()
    except (InvalidTag, ValueError) as problem:
        raise Invalid("webhook_secret_unreadable") from problem


def _box() -> AESGCM:
    derived = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"divit webhook secrets")
    return AESGCM(derived.derive(settings.SECRET_KEY.encode()))
