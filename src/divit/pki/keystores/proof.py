"""Every signature is verified before it leaves its store; a key that signs wrongly is taken out of use."""

import logging
import threading

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import HashAlgorithm

from divit.pki.keystores.base import PublicKey, WrongSignature

OUT_OF_USE_AFTER = 3

_log = logging.getLogger(__name__)


def holds(key: PublicKey, *, signature: bytes, data: bytes, digest: HashAlgorithm | Prehashed) -> bool:
    """Whether the signature is the key's over the data: ECDSA (DER), or RSA with PKCS#1 v1.5."""
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, data, padding.PKCS1v15(), digest)
        else:
            key.verify(signature, data, ec.ECDSA(digest))
    except InvalidSignature:
        return False
    return True


class Wrongs:
    """How often each key of a store signed wrongly in this process; kept in memory, so a restart forgives."""

    def __init__(self) -> None:
        self._counted: dict[str, int] = {}
        self._lock = threading.Lock()

    def check_usable(self, label: str) -> None:
        """Raises `WrongSignature` when the key has been taken out of use."""
        if self._counted.get(label, 0) >= OUT_OF_USE_AFTER:
            raise WrongSignature(label)

    def count(self, label: str) -> WrongSignature:
        """Remember and tell; returns what to raise."""
        with self._lock:
            times = self._counted[label] = self._counted.get(label, 0) + 1
        _log.error("the key store signed wrongly with the key %s, %d times by now", label, times)
        if times == OUT_OF_USE_AFTER:
            _log.critical("the key %s is out of use in this process: its signatures do not hold", label)
        return WrongSignature(label)

    @property
    def total(self) -> int:
        return sum(self._counted.values())

    @property
    def out_of_use(self) -> tuple[str, ...]:
        return tuple(sorted(label for label, times in self._counted.items() if times >= OUT_OF_USE_AFTER))
