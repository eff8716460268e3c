"""Keys in a PKCS#11 token (HSM, SoftHSM): made inside it, never extractable, and their signatures verified here."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pkcs11
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature
from cryptography.hazmat.primitives.hashes import HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from pkcs11 import KDF, Attribute, KeyType, Mechanism, MechanismFlag, ObjectClass
from pkcs11.util.ec import encode_ec_public_key, encode_named_curve_parameters

from divit.kernel.errors import NotFound, Refused
from divit.pki.keystores.base import (
    Algorithm,
    KeyStoreLocked,
    PublicKey,
    StoreHealth,
    Use,
    check_label,
    check_same_curve,
)
from divit.pki.keystores.pkcs11_sessions import Session, sessions
from divit.pki.keystores.proof import holds

MOST_SESSIONS = 8
SECONDS = 10.0
_TIMES_TO_GENERATE = 12  # an HSM may look for the primes of a long RSA key for a minute

_CURVE_NAMES = {Algorithm.EC_P256: "secp256r1", Algorithm.EC_P384: "secp384r1"}
_CAPABILITIES = {Use.SIGN: MechanismFlag.SIGN | MechanismFlag.VERIFY, Use.AGREE: MechanismFlag.DERIVE}
# DigestInfo up to the digest (RFC 8017 9.2, note 1): the device adds the padding and raises to the power, no more.
_DIGEST_INFO = {
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "sha384": bytes.fromhex("3041300d060960864801650304020205000430"),
}


@dataclass(frozen=True)
class Pkcs11Key:
    """A handle to a private key that stays in the token."""

    label: str
    public_key: PublicKey
    _store: "Pkcs11KeyStore"
    in_process: bool = False

    def sign(self, data: bytes, digest: HashAlgorithm) -> bytes:
        """Hashed here, signed there; the token's r‖s becomes the DER of X.509."""
        return self.sign_hashed(hashlib.new(digest.name, data).digest(), digest)

    def sign_hashed(self, hashed: bytes, digest: HashAlgorithm) -> bytes:
        """The token never sees the data, however long."""
        return self._store.sessions().run(partial(self._signed, hashed=hashed, digest=digest))

    def quick_signer(self, digest: HashAlgorithm) -> Callable[[bytes], bytes]:
        """The same as `sign`: what a device answers is verified each time."""
        return partial(self.sign, digest=digest)

    def _signed(self, session: Session, *, hashed: bytes, digest: HashAlgorithm) -> bytes:
        wrongs = self._store.sessions().wrongs
        wrongs.check_usable(self.label)
        private = session.private_key(self.label)
        if isinstance(self.public_key, rsa.RSAPublicKey):
            signature = bytes(private.sign(_DIGEST_INFO[digest.name] + hashed, mechanism=Mechanism.RSA_PKCS))
        else:
            signature = _as_der(bytes(private.sign(hashed, mechanism=Mechanism.ECDSA)))
        if not holds(self.public_key, signature=signature, data=hashed, digest=Prehashed(digest)):
            raise wrongs.count(self.label)
        return signature

    def agree(self, peer: ec.EllipticCurvePublicKey) -> bytes:
        """ECDH in the token; only the shared secret, which is of one use, leaves it."""
        check_same_curve(self.public_key, peer)
        point = peer.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

        def work(session: Session) -> bytes:
            secret = session.private_key(self.label).derive_key(
                KeyType.GENERIC_SECRET,
                (peer.curve.key_size + 7) // 8 * 8,
                mechanism=Mechanism.ECDH1_DERIVE,
                mechanism_param=(KDF.NULL, None, point),
                template={Attribute.SENSITIVE: False, Attribute.EXTRACTABLE: True},
            )
            return bytes(secret[Attribute.VALUE])

        return self._store.sessions().run(work)


class Pkcs11KeyStore:
    """One token of one PKCS#11 module; at most `most_sessions` at once, and nobody waits longer than `seconds`."""

    def __init__(
        self,
        module: Path,
        *,
        token: str,
        pin: str,
        most_sessions: int = MOST_SESSIONS,
        seconds: float = SECONDS,
        spend_a_try: bool = False,
    ) -> None:
        self.module = str(module)
        self.sessions = partial(
            sessions, self.module, token=token, pin=pin, most=most_sessions, seconds=seconds, spend_a_try=spend_a_try
        )

    def generate(self, label: str, algorithm: Algorithm, *, use: Use = Use.SIGN) -> Pkcs11Key:
        """Made in the token: sensitive, never extractable, and for that one use."""
        check_label(label)
        if label in self.labels():
            raise Refused("key_exists", label=label)
        how = {
            "store": True,
            "label": label,
            "id": label.encode(),
            "capabilities": _CAPABILITIES[use],
            "private_template": {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False},
        }

        def work(session: Session) -> PublicKey:
            handle = session.handle
            if algorithm.is_rsa:
                public, _ = handle.generate_keypair(
                    KeyType.RSA, algorithm.bits, mechanism=Mechanism.RSA_PKCS_KEY_PAIR_GEN, **how
                )
            else:
                parameters = handle.create_domain_parameters(
                    KeyType.EC,
                    {Attribute.EC_PARAMS: encode_named_curve_parameters(_CURVE_NAMES[algorithm])},
                    local=True,
                )
                public, _ = parameters.generate_keypair(mechanism=Mechanism.EC_KEY_PAIR_GEN, **how)
            return _public_key(public)

        made = self.sessions().run(work, again=False, writing=True, times=_TIMES_TO_GENERATE)
        return Pkcs11Key(label, made, self)

    def open(self, label: str) -> Pkcs11Key:
        check_label(label)

        def work(session: Session) -> PublicKey | None:
            try:
                session.private_key(label)
                return _public_key(session.handle.get_key(object_class=ObjectClass.PUBLIC_KEY, label=label))
            except pkcs11.NoSuchKey:
                return None

        public = self.sessions().run(work)
        if public is None:
            raise NotFound(f"no key labelled {label}")
        return Pkcs11Key(label, public, self)

    def labels(self) -> list[str]:
        def work(session: Session) -> list[str]:
            keys = session.handle.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY})
            return sorted(str(key.label) for key in keys)

        return self.sessions().run(work)

    def health(self) -> StoreHealth:
        try:
            return self.sessions().health()
        except KeyStoreLocked as locked:  # another store of this process has logged in with another PIN
            return StoreHealth(state="locked", why=locked.why)


def _as_der(halves: bytes) -> bytes:
    middle = len(halves) // 2
    return encode_dss_signature(int.from_bytes(halves[:middle]), int.from_bytes(halves[middle:]))


def _public_key(key: Any) -> PublicKey:
    if key.key_type == KeyType.RSA:
        modulus, exponent = (int.from_bytes(key[name]) for name in (Attribute.MODULUS, Attribute.PUBLIC_EXPONENT))
        return rsa.RSAPublicNumbers(exponent, modulus).public_key()
    public = load_der_public_key(encode_ec_public_key(key))
    if not isinstance(public, ec.EllipticCurvePublicKey):
        raise NotFound("neither an elliptic-curve nor an RSA key")
    return public
