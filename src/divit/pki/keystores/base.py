"""What every key store offers: keys are made, opened and used by label; private keys never leave it."""

from enum import StrEnum
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import HashAlgorithm

from divit.kernel.errors import Invalid


class Algorithm(StrEnum):
    """Kinds of keys that the authority itself may hold (Tebliğ m.6: EC of at least 256 bits)."""

    EC_P256 = "ec-p256"
    EC_P384 = "ec-p384"

    @property
    def curve(self) -> ec.EllipticCurve:
        return ec.SECP256R1() if self is Algorithm.EC_P256 else ec.SECP384R1()


class SigningKey(Protocol):
    """One private key in a store; it signs or, as the recipient of sealed PINs, agrees on a secret."""

    @property
    def label(self) -> str: ...

    @property
    def public_key(self) -> ec.EllipticCurvePublicKey: ...

    def sign(self, data: bytes, digest: HashAlgorithm) -> bytes:
        """ECDSA over the digest of the data, as the DER SEQUENCE of X.509.

        Raises `NeighbourFailed("keystore", …)` when the device does not answer; asking again is harmless.
        """
        ...

    def agree(self, peer: ec.EllipticCurvePublicKey) -> bytes:
        """ECDH: the x coordinate of the shared point, as long as the field. Raises `Invalid` for another curve."""
        ...


class KeyStore(Protocol):
    """A set of labelled keys."""

    def generate(self, label: str, algorithm: Algorithm) -> SigningKey:
        """Make a key inside the store. Raises `Refused("key_exists")` when the label is taken."""
        ...

    def open(self, label: str) -> SigningKey:
        """Raises `NotFound` when no key has that label."""
        ...

    def labels(self) -> list[str]: ...


def check_same_curve(ours: ec.EllipticCurvePublicKey, peer: ec.EllipticCurvePublicKey) -> None:
    """A secret is agreed on within one curve only."""
    if ours.curve.name != peer.curve.name:
        raise Invalid("key_other_curve")


def check_label(label: str) -> str:
    """Labels are file names and token labels: short and plain."""
    if not (0 < len(label) <= 40 and label.isascii() and label.replace("-", "").isalnum()):
        raise ValueError(f"not a key label: {label!r}")
    return label
