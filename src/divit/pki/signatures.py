"""Which signature goes with which key of the authority, and whether a signature holds."""

from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from divit.pki import der
from divit.pki.keystores.base import PublicKey, SigningKey
from divit.pki.keystores.proof import holds


@dataclass(frozen=True)
class Scheme:
    """ECDSA with the hash that matches the curve's strength, or RSA with SHA-256 (Tebliğ m.6: SHA-2 of 256 bits up)."""

    oid: str
    digest: hashes.HashAlgorithm
    parameters: bytes = b""

    @property
    def identifier(self) -> bytes:
        """AlgorithmIdentifier; parameters are absent for ECDSA (RFC 5758 3.2) and NULL for RSA (RFC 4055 5)."""
        return der.sequence(der.oid(self.oid), self.parameters)


_ECDSA_WITH_SHA256 = Scheme("1.2.840.10045.4.3.2", hashes.SHA256())
_ECDSA_WITH_SHA384 = Scheme("1.2.840.10045.4.3.3", hashes.SHA384())
_RSA_WITH_SHA256 = Scheme("1.2.840.113549.1.1.11", hashes.SHA256(), der.null())


def scheme_of(public_key: PublicKey) -> Scheme:
    """P-256 and RSA sign with SHA-256, P-384 with SHA-384."""
    if isinstance(public_key, rsa.RSAPublicKey):
        return _RSA_WITH_SHA256
    return _ECDSA_WITH_SHA384 if public_key.curve.key_size == 384 else _ECDSA_WITH_SHA256


def spki_of(public_key: PublicKey) -> bytes:
    """SubjectPublicKeyInfo, DER."""
    return public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def load_key(spki: bytes) -> PublicKey:
    """The public key of an authority, EC or RSA, from its SubjectPublicKeyInfo. Raises `TypeError` for another kind."""
    key = load_der_public_key(spki)
    if not isinstance(key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
        raise TypeError("an authority's key is an elliptic-curve or RSA key")
    return key


def verifies(public_key: PublicKey, *, signature: bytes, data: bytes, scheme: Scheme) -> bool:
    """Whether the signature is the key's over the data."""
    return holds(public_key, signature=signature, data=data, digest=scheme.digest)


def verifies_hashed(public_key: PublicKey, *, signature: bytes, hashed: bytes, scheme: Scheme) -> bool:
    """Whether the signature is the key's over the data of which this is the scheme's digest."""
    return holds(public_key, signature=signature, data=hashed, digest=Prehashed(scheme.digest))


def signed(tbs: bytes, *, key: SigningKey) -> bytes:
    """SEQUENCE { tbs, signatureAlgorithm, signature }; the key store has verified it. Raises as `SigningKey.sign`."""
    scheme = scheme_of(key.public_key)
    return der.sequence(tbs, scheme.identifier, der.bits(key.sign(tbs, scheme.digest)))


def signed_over(hashed: bytes, *, key: SigningKey) -> bytes:
    """What follows the to-be-signed bytes of that digest in a signed structure: signatureAlgorithm and signature."""
    scheme = scheme_of(key.public_key)
    return scheme.identifier + der.bits(key.sign_hashed(hashed, scheme.digest))
