"""Which signature goes with which key of the authority, and whether a signature holds."""

from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from divit.kernel.errors import Refused
from divit.pki import der
from divit.pki.keystores.base import SigningKey


@dataclass(frozen=True)
class Scheme:
    """ECDSA with the hash that matches the curve's strength (SEC 1; Tebliğ m.6 permits SHA-2 of 256 bits and more)."""

    oid: str
    digest: hashes.HashAlgorithm

    @property
    def identifier(self) -> bytes:
        """AlgorithmIdentifier; parameters are absent (RFC 5758 3.2)."""
        return der.sequence(der.oid(self.oid))


_WITH_SHA256 = Scheme("1.2.840.10045.4.3.2", hashes.SHA256())
_WITH_SHA384 = Scheme("1.2.840.10045.4.3.3", hashes.SHA384())


def scheme_of(public_key: ec.EllipticCurvePublicKey) -> Scheme:
    """P-256 signs with SHA-256, P-384 with SHA-384."""
    return _WITH_SHA384 if public_key.curve.key_size == 384 else _WITH_SHA256


def spki_of(public_key: ec.EllipticCurvePublicKey) -> bytes:
    """SubjectPublicKeyInfo, DER."""
    return public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def load_ec_key(spki: bytes) -> ec.EllipticCurvePublicKey:
    """The public key of an authority from its SubjectPublicKeyInfo."""
    key = load_der_public_key(spki)
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise TypeError("an authority's key is an elliptic-curve key")
    return key


def verifies(public_key: ec.EllipticCurvePublicKey, *, signature: bytes, data: bytes, scheme: Scheme) -> bool:
    """Whether the signature is the key's over the data."""
    try:
        public_key.verify(signature, data, ec.ECDSA(scheme.digest))
    except InvalidSignature:
        return False
    return True


def signed(tbs: bytes, *, key: SigningKey) -> bytes:
    """SEQUENCE { tbs, signatureAlgorithm, signature }; refuses to hand out what the key itself does not verify.

    A token that answers with a wrong signature (a bit flip, another key) is caught here, before anybody sees it.
    """
    scheme = scheme_of(key.public_key)
    signature = key.sign(tbs, scheme.digest)
    if not verifies(key.public_key, signature=signature, data=tbs, scheme=scheme):
        raise Refused("signature_does_not_verify", key=key.label)
    return der.sequence(tbs, scheme.identifier, der.bits(signature))
