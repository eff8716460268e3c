"""What every key store offers: keys are made, opened and used by label; private keys never leave it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import HashAlgorithm

from divit.kernel.errors import Invalid, NeighbourFailed

PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey


class Algorithm(StrEnum):
    """Kinds of keys that the authority itself may hold (Tebliğ m.6; RSA signs with PKCS#1 v1.5)."""

    EC_P256 = "ec-p256"
    EC_P384 = "ec-p384"
    RSA_2048 = "rsa-2048"
    RSA_3072 = "rsa-3072"
    RSA_4096 = "rsa-4096"

    @property
    def is_rsa(self) -> bool:
        return self.value.startswith("rsa-")

    @property
    def bits(self) -> int:
        """Of the modulus, or of the curve's field."""
        return int(self.value.rpartition("-")[2].lstrip("p"))

    @property
    def curve(self) -> ec.EllipticCurve:
        """Raises `ValueError` for RSA."""
        if self.is_rsa:
            raise ValueError(f"{self} has no curve")
        return ec.SECP256R1() if self is Algorithm.EC_P256 else ec.SECP384R1()


class KeyStoreLocked(NeighbourFailed):
    """The store does not open: passphrase or PIN are not right, expired or locked. Asking again does not help."""

    def __init__(self, why: str) -> None:
        super().__init__("keystore", "refused", outcome_known=True)
        self.why = why

    def __str__(self) -> str:
        return f"the key store is locked: {self.why}"


class WrongSignature(NeighbourFailed):
    """What the store gave for a signature is none of this key's; nobody has seen it."""

    def __init__(self, label: str) -> None:
        super().__init__("keystore", "garbage", outcome_known=True)
        self.label = label


@dataclass(frozen=True, kw_only=True)
class StoreHealth:
    """How a key store fares in this process, for readiness and metrics; nothing is asked of a device for it.

    `since` is when the present trouble (`why`) began. `stuck` sessions never came back from the device. `done` and
    `failures` count calls, `wrong_signatures` what was withheld; `out_of_use` names keys that signed wrongly too often.
    """

    state: Literal["ready", "slow", "down", "locked"] = "ready"
    why: str = ""
    since: datetime | None = None
    sessions: int = 0
    most_sessions: int = 0
    stuck: int = 0
    done: int = 0
    failures: int = 0
    wrong_signatures: int = 0
    out_of_use: tuple[str, ...] = ()

    @property
    def ready(self) -> bool:
        """Whether all its keys can be relied on at this moment."""
        return self.state == "ready" and not self.out_of_use


class Use(StrEnum):
    """What a key is made for; a token permits it nothing else."""

    SIGN = "sign"
    AGREE = "agree"


class SigningKey(Protocol):
    """One private key in a store; it signs or, as the recipient of sealed PINs, agrees on a secret."""

    @property
    def label(self) -> str: ...

    @property
    def public_key(self) -> PublicKey: ...

    @property
    def in_process(self) -> bool:
        """True: a signature is microseconds of this process's time. False: it waits for a device; use a thread."""
        ...

    def sign(self, data: bytes, digest: HashAlgorithm) -> bytes:
        """The signature over the digest of the data: ECDSA as the DER SEQUENCE of X.509, or PKCS#1 v1.5.

        It was verified under the public key before it is returned. Raises `NeighbourFailed("keystore", …)` when the
        device does not answer, and `WrongSignature` instead of returning one; asking again is harmless.
        """
        ...

    def sign_hashed(self, hashed: bytes, digest: HashAlgorithm) -> bytes:
        """The same over a digest that was already taken, of data too long to hold; verified, and errors as `sign`."""
        ...

    def quick_signer(self, digest: HashAlgorithm) -> Callable[[bytes], bytes]:
        """`sign`, made ready for a server that signs thousands of short-lived answers a second.

        The one difference: of an EC key in this process only one signature in 64 is verified, since verifying takes
        more than twice as long as signing. For certificates and lists use `sign`.
        """
        ...

    def agree(self, peer: ec.EllipticCurvePublicKey) -> bytes:
        """ECDH: the x coordinate of the shared point, as long as the field.

        Raises `Invalid("key_other_curve")` for another curve, and for an RSA key.
        """
        ...


class KeyStore(Protocol):
    """A set of labelled keys."""

    def generate(self, label: str, algorithm: Algorithm, *, use: Use = Use.SIGN) -> SigningKey:
        """Make a key inside the store. Raises `Refused("key_exists")` when the label is taken."""
        ...

    def open(self, label: str) -> SigningKey:
        """Raises `NotFound` when no key has that label."""
        ...

    def labels(self) -> list[str]: ...

    def health(self) -> StoreHealth:
        """How it has fared in this process so far; asks nothing of a device."""
        ...


def check_same_curve(ours: PublicKey, peer: ec.EllipticCurvePublicKey) -> None:
    """A secret is agreed on within one curve only."""
    if not isinstance(ours, ec.EllipticCurvePublicKey) or ours.curve.name != peer.curve.name:
        raise Invalid("key_other_curve")


def check_label(label: str) -> str:
    """Labels are file names and token labels: short and plain."""
    if not (0 < len(label) <= 40 and label.isascii() and label.replace("-", "").isalnum()):
        raise ValueError(f"not a key label: {label!r}")
    return label
