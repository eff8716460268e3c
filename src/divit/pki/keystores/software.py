"""The built-in key store: one encrypted PKCS#8 file per key, readable by its owner only.

Signatures are deterministic (RFC 6979): signing the same bytes again after a crash gives the same certificate.
"""

import itertools
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import HashAlgorithm

from divit.kernel.errors import Invalid, NotFound, Refused
from divit.pki.keystores.base import (
    Algorithm,
    KeyStoreLocked,
    PublicKey,
    StoreHealth,
    Use,
    check_label,
    check_same_curve,
)
from divit.pki.keystores.proof import Wrongs, holds

_SHORTEST_PASSPHRASE = 16
_EXPONENT = 65537
_ONE_IN = 64


@dataclass(frozen=True)
class SoftwareKey:
    """A private key in this process's memory."""

    label: str
    _private: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    _wrongs: Wrongs = field(default_factory=Wrongs)
    in_process: bool = True

    @cached_property
    def public_key(self) -> PublicKey:
        return self._private.public_key()

    def sign(self, data: bytes, digest: HashAlgorithm) -> bytes:
        """Deterministic ECDSA (RFC 6979), or RSA with PKCS#1 v1.5, which is so by nature; verified."""
        return self._signed(data, digest)

    def sign_hashed(self, hashed: bytes, digest: HashAlgorithm) -> bytes:
        """The same signature as over the data themselves."""
        return self._signed(hashed, Prehashed(digest))

    def quick_signer(self, digest: HashAlgorithm) -> Callable[[bytes], bytes]:
        """RSA is verified each time (a fraction of signing it); ECDSA, with random nonces, one time in 64."""
        private = self._private
        if isinstance(private, rsa.RSAPrivateKey):
            return partial(self.sign, digest=digest)
        how, turn = ec.ECDSA(digest), itertools.count()

        def sign(data: bytes) -> bytes:
            signature = private.sign(data, how)
            return signature if next(turn) % _ONE_IN else self._verified(signature, data, digest)

        return sign

    def _signed(self, data: bytes, digest: HashAlgorithm | Prehashed) -> bytes:
        self._wrongs.check_usable(self.label)
        if isinstance(self._private, rsa.RSAPrivateKey):
            return self._verified(self._private.sign(data, padding.PKCS1v15(), digest), data, digest)
        return self._verified(self._private.sign(data, ec.ECDSA(digest, deterministic_signing=True)), data, digest)

    def _verified(self, signature: bytes, data: bytes, digest: HashAlgorithm | Prehashed) -> bytes:
        if not holds(self.public_key, signature=signature, data=data, digest=digest):
            raise self._wrongs.count(self.label)
        return signature

    def agree(self, peer: ec.EllipticCurvePublicKey) -> bytes:
        """ECDH with a key on the same curve."""
        check_same_curve(self.public_key, peer)
        if isinstance(self._private, rsa.RSAPrivateKey):
            raise Invalid("key_other_curve")
        return self._private.exchange(ec.ECDH(), peer)

    def __repr__(self) -> str:
        return f"SoftwareKey({self.label})"


class SoftwareKeyStore:
    """A folder of `<label>.key` files under one passphrase."""

    def __init__(self, folder: Path, *, passphrase: str) -> None:
        if len(passphrase) < _SHORTEST_PASSPHRASE:
            raise ValueError(f"the key store's passphrase must have at least {_SHORTEST_PASSPHRASE} characters")
        self._folder = folder
        self._passphrase = passphrase.encode()
        self._wrongs = Wrongs()

    def generate(self, label: str, algorithm: Algorithm, *, use: Use = Use.SIGN) -> SoftwareKey:
        """Written to disk in full, or not at all, before it is used; a file cannot hold a key to its use."""
        file = self._file(label)
        self._folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        private: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
        if algorithm.is_rsa:
            private = rsa.generate_private_key(_EXPONENT, algorithm.bits)
        else:
            private = ec.generate_private_key(algorithm.curve)
        pem = private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(self._passphrase),
        )
        half = self._folder / f".{label}.{os.getpid()}"
        descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(pem)
                stream.flush()
                os.fsync(stream.fileno())
            os.link(half, file)  # unlike a rename, a link never replaces a key that is there
            self._sync_folder()
        except FileExistsError:
            raise Refused("key_exists", label=label) from None
        finally:
            half.unlink()
        return SoftwareKey(label, private, self._wrongs)

    def open(self, label: str) -> SoftwareKey:
        """Raises `KeyStoreLocked` when the passphrase is not the right one."""
        try:
            pem = self._file(label).read_bytes()
        except FileNotFoundError:
            raise NotFound(f"no key labelled {label}") from None
        try:
            private = serialization.load_pem_private_key(pem, self._passphrase)
        except ValueError:
            raise KeyStoreLocked(f"the passphrase does not open the key {label}") from None
        if not isinstance(private, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
            raise KeyStoreLocked(f"the key {label} is neither an elliptic-curve nor an RSA key")
        return SoftwareKey(label, private, self._wrongs)

    def labels(self) -> list[str]:
        return sorted(file.stem for file in self._folder.glob("*.key"))

    def health(self) -> StoreHealth:
        """A folder is there or it is not; what was opened stays in memory."""
        wrongs = self._wrongs
        if not self._folder.is_dir():
            return StoreHealth(state="down", why="no folder", wrong_signatures=wrongs.total)
        return StoreHealth(wrong_signatures=wrongs.total, out_of_use=wrongs.out_of_use)

    def readable_by_others(self) -> bool:
        """Whether anybody but the owner may read the folder's list or a key."""
        modes = [file.stat().st_mode for file in (self._folder, *self._folder.glob("*.key")) if file.exists()]
        return any(mode & 0o077 for mode in modes)

    def _sync_folder(self) -> None:
        """The file's name must survive a power failure too: what a lost key signed could never be revoked."""
        descriptor = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _file(self, label: str) -> Path:
        return self._folder / f"{check_label(label)}.key"
