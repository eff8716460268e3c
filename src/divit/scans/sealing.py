"""Pictures and files at rest: AES-256-GCM under keys from the environment, each bound to the row that holds it.

A sealed value is one octet of version, four that name the key, twelve of nonce, and the ciphertext with its tag. New
values are sealed under the first key; the others only open what was sealed before the keys were changed.
"""

import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from divit.kernel.errors import Invalid

_VERSION = b"\1"
_NAME, _NONCE = 4, 12
_HEAD = len(_VERSION) + _NAME + _NONCE


class Seals:
    """The keys, derived from the secrets; without any there is nothing to seal with."""

    def __init__(self, known: Sequence[str]) -> None:
        derived = [_derived(secret) for secret in known]
        self._keys = {name: AESGCM(key) for name, key in derived}
        self._first = derived[0][0] if derived else b""

    def __bool__(self) -> bool:
        return bool(self._keys)

    def seal(self, plain: bytes, *, about: str) -> bytes:
        """`about` names the row; what is sealed for one row does not open for another."""
        head = _VERSION + self._first
        nonce = secrets.token_bytes(_NONCE)
        return head + nonce + self._keys[self._first].encrypt(nonce, plain, head + about.encode())

    def unseal(self, sealed: bytes, *, about: str) -> bytes:
        """Raises `Invalid("scan_not_opened")`: another key, another row, or altered."""
        head, nonce = sealed[: _HEAD - _NONCE], sealed[_HEAD - _NONCE : _HEAD]
        key = self._keys.get(head[len(_VERSION) :])
        if key is None or not head.startswith(_VERSION) or len(nonce) != _NONCE:
            raise Invalid("scan_not_opened")
        try:
            return key.decrypt(nonce, sealed[_HEAD:], head + about.encode())
        except InvalidTag:
            raise Invalid("scan_not_opened") from None


def _derived(secret: str) -> tuple[bytes, bytes]:
    """Name and key."""
    kdf = HKDF(algorithm=hashes.SHA256(), length=_NAME + 32, salt=None, info=b"divit scans 1")
    made = kdf.derive(secret.encode())
    return made[:_NAME], made[_NAME:]
