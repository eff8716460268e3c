"""Keys in a PKCS#11 token (HSM, SoftHSM): made inside it, never extractable.

A login to a token belongs to the process, not to the session, and nothing of it may cross a fork. So each process
holds one logged-in session per token, opened when first needed, behind one lock.
"""

import hashlib
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pkcs11
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from pkcs11 import KDF, Attribute, KeyType, Mechanism, MechanismFlag, ObjectClass
from pkcs11.util.ec import encode_ec_public_key, encode_ecdsa_signature, encode_named_curve_parameters

from divit.kernel.errors import NeighbourFailed, NotFound, Refused
from divit.pki.keystores.base import Algorithm, PublicKey, Use, check_label, check_same_curve

T = TypeVar("T")
_LOCK = threading.RLock()
_LIBRARIES: dict[str, tuple[int, Any]] = {}
_SESSIONS: dict[tuple[int, str, str], Any] = {}
_CURVE_NAMES = {Algorithm.EC_P256: "secp256r1", Algorithm.EC_P384: "secp384r1"}
_CAPABILITIES = {Use.SIGN: MechanismFlag.SIGN | MechanismFlag.VERIFY, Use.AGREE: MechanismFlag.DERIVE}
# DigestInfo up to the digest (RFC 8017 9.2, note 1): the device adds the padding and raises to the power, no more.
_DIGEST_INFO = {
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "sha384": bytes.fromhex("3041300d060960864801650304020205000430"),
}


def _library(module: str) -> Any:
    """The module, initialised in this very process (C_Initialize does not survive a fork)."""
    pid = os.getpid()
    known = _LIBRARIES.get(module)
    if known is None:
        library = pkcs11.lib(module)
    elif known[0] != pid:
        library = known[1]
        library.reinitialize()
    else:
        return known[1]
    _LIBRARIES[module] = (pid, library)
    return library


@dataclass(frozen=True)
class Pkcs11Key:
    """A handle to a private key that stays in the token."""

    label: str
    public_key: PublicKey
    _store: "Pkcs11KeyStore"
    in_process: bool = False

    def sign(self, data: bytes, digest: HashAlgorithm) -> bytes:
        """Hashed here, signed there; the token's r‖s becomes the DER of X.509."""
        hashed = hashlib.new(digest.name, data).digest()
        if isinstance(self.public_key, rsa.RSAPublicKey):
            return self._sign(_DIGEST_INFO[digest.name] + hashed, Mechanism.RSA_PKCS)
        return encode_ecdsa_signature(self._sign(hashed, Mechanism.ECDSA))

    def _sign(self, block: bytes, mechanism: Mechanism) -> bytes:
        def work(session: Any) -> bytes:
            private = session.get_key(object_class=ObjectClass.PRIVATE_KEY, label=self.label)
            return bytes(private.sign(block, mechanism=mechanism))

        return self._store.run(work)

    def agree(self, peer: ec.EllipticCurvePublicKey) -> bytes:
        """ECDH in the token; only the shared secret, which is of one use, leaves it."""
        check_same_curve(self.public_key, peer)
        point = peer.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

        def work(session: Any) -> bytes:
            private = session.get_key(object_class=ObjectClass.PRIVATE_KEY, label=self.label)
            secret = private.derive_key(
                KeyType.GENERIC_SECRET,
                (peer.curve.key_size + 7) // 8 * 8,
                mechanism=Mechanism.ECDH1_DERIVE,
                mechanism_param=(KDF.NULL, None, point),
                template={Attribute.SENSITIVE: False, Attribute.EXTRACTABLE: True},
            )
            return bytes(secret[Attribute.VALUE])

        return self._store.run(work)


class Pkcs11KeyStore:
    """One token of one PKCS#11 module."""

    def __init__(self, module: Path, *, token: str, pin: str) -> None:
        self._module = str(module)
        self._token = token
        self._pin = pin

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

        def work(session: Any) -> PublicKey:
            if algorithm.is_rsa:
                public, _ = session.generate_keypair(
                    KeyType.RSA, algorithm.bits, mechanism=Mechanism.RSA_PKCS_KEY_PAIR_GEN, **how
                )
            else:
                parameters = session.create_domain_parameters(
                    KeyType.EC,
                    {Attribute.EC_PARAMS: encode_named_curve_parameters(_CURVE_NAMES[algorithm])},
                    local=True,
                )
                public, _ = parameters.generate_keypair(mechanism=Mechanism.EC_KEY_PAIR_GEN, **how)
            return _public_key(public)

        return Pkcs11Key(label, self.run(work), self)

    def open(self, label: str) -> Pkcs11Key:
        check_label(label)

        def work(session: Any) -> PublicKey | None:
            try:
                session.get_key(object_class=ObjectClass.PRIVATE_KEY, label=label)
                return _public_key(session.get_key(object_class=ObjectClass.PUBLIC_KEY, label=label))
            except pkcs11.NoSuchKey:
                return None

        public = self.run(work)
        if public is None:
            raise NotFound(f"no key labelled {label}")
        return Pkcs11Key(label, public, self)

    def labels(self) -> list[str]:
        def work(session: Any) -> list[str]:
            keys = session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY})
            return sorted(str(key.label) for key in keys)

        return self.run(work)

    def run(self, work: Callable[[Any], T]) -> T:
        """Do something with the logged-in session; one at a time, since the specification promises no more."""
        with _LOCK:
            try:
                return work(self._session())
            except pkcs11.PKCS11Error as error:
                self._forget_session()
                raise NeighbourFailed("keystore", "down", outcome_known=True) from error

    def _session(self) -> Any:
        key = (os.getpid(), self._module, self._token)
        if key not in _SESSIONS:
            library = _library(self._module)
            try:
                token = library.get_token(token_label=self._token)
            except pkcs11.NoSuchToken:
                # A token made after the library was loaded is invisible until it is loaded again; that would
                # break the sessions of other tokens, so it is only done when there are none.
                if any(pid == key[0] and module == self._module for pid, module, _ in _SESSIONS):
                    raise
                library.reinitialize()
                token = library.get_token(token_label=self._token)
            _SESSIONS[key] = token.open(rw=True, user_pin=self._pin)
        return _SESSIONS[key]

    def _forget_session(self) -> None:
        session = _SESSIONS.pop((os.getpid(), self._module, self._token), None)
        if session is not None:
            try:
                session.close()
            except pkcs11.PKCS11Error:
                return  # the device is gone: nothing is left to close


def _public_key(key: Any) -> PublicKey:
    if key.key_type == KeyType.RSA:
        modulus, exponent = (int.from_bytes(key[name]) for name in (Attribute.MODULUS, Attribute.PUBLIC_EXPONENT))
        return rsa.RSAPublicNumbers(exponent, modulus).public_key()
    public = load_der_public_key(encode_ec_public_key(key))
    if not isinstance(public, ec.EllipticCurvePublicKey):
        raise NotFound("neither an elliptic-curve nor an RSA key")
    return public
