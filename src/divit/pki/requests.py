"""What a card station sends: a PKCS#10 request that proves possession of a key, and whether that key is any good."""

from dataclasses import dataclass
from functools import cache
from math import gcd, isqrt

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from cryptography.x509.oid import AttributeOID

from divit.kernel.errors import Invalid
from divit.pki import der
from divit.pki.profiles import HOLDER_PROFILES, current

_MOST_OCTETS = 16_384
_PROOF_HASHES = (hashes.SHA256, hashes.SHA384, hashes.SHA512)
_EC_KINDS = {"secp256r1": "ec-p256", "secp384r1": "ec-p384"}
_RSA_KINDS = {2048: "rsa-2048", 3072: "rsa-3072", 4096: "rsa-4096"}
_FERMAT_ROUNDS = 100


@dataclass(frozen=True)
class CheckedRequest:
    """A public key whose holder has signed our challenge with the private one."""

    spki_der: bytes
    algorithm: str


def check_request(csr_der: bytes, *, challenge: str) -> CheckedRequest:
    """The key in the request, if the request is signed by that key and carries our challenge.

    Raises `Invalid`: csr_malformed, csr_bad_signature, csr_wrong_challenge, csr_weak_key, csr_key_not_open.
    """
    if len(csr_der) > _MOST_OCTETS:
        raise Invalid("csr_malformed")
    try:
        der.whole(csr_der, der.SEQUENCE)
        request = x509.load_der_x509_csr(csr_der)
        key = request.public_key()
        kind = kind_of(key)
        answered = request.attributes.get_attribute_for_oid(AttributeOID.CHALLENGE_PASSWORD).value
        proof_hash = request.signature_hash_algorithm
    except x509.AttributeNotFound:
        raise Invalid("csr_wrong_challenge") from None
    except (ValueError, TypeError, UnsupportedAlgorithm, der.Malformed):
        raise Invalid("csr_malformed") from None
    try:
        signed = request.is_signature_valid
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        signed = False
    if not signed or not isinstance(proof_hash, _PROOF_HASHES):
        raise Invalid("csr_bad_signature")
    if answered != challenge.encode():
        raise Invalid("csr_wrong_challenge")
    if not any(kind in current(name).keys for name in HOLDER_PROFILES):
        raise Invalid("csr_key_not_open", algorithm=kind)
    return CheckedRequest(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo), kind)


def key_kind(spki: bytes) -> str:
    """`ec-p256`, `rsa-2048`, … or `Invalid("csr_weak_key")` for a key that must never be certified."""
    try:
        return kind_of(load_der_public_key(spki))
    except (ValueError, UnsupportedAlgorithm):
        raise Invalid("csr_weak_key", why="unreadable, or not a point of its curve") from None


def kind_of(key: object) -> str:
    """The same of a key that was read already."""
    if isinstance(key, ec.EllipticCurvePublicKey):
        kind = _EC_KINDS.get(key.curve.name)
        if kind is None:
            raise Invalid("csr_weak_key", why=f"curve {key.curve.name}")
        return kind
    if isinstance(key, rsa.RSAPublicKey):
        return _rsa_kind(key.public_numbers())
    raise Invalid("csr_weak_key", why="neither EC nor RSA")


def _rsa_kind(numbers: rsa.RSAPublicNumbers) -> str:
    n, e = numbers.n, numbers.e
    if n.bit_length() not in _RSA_KINDS:
        raise Invalid("csr_weak_key", why=f"RSA of {n.bit_length()} bits")
    if e % 2 == 0 or not 65537 <= e < 1 << 256:
        raise Invalid("csr_weak_key", why="RSA exponent")
    if gcd(n, _primorial()) != 1:
        raise Invalid("csr_weak_key", why="RSA modulus with a small factor")
    if _fermat_finds(n):
        raise Invalid("csr_weak_key", why="RSA factors too close together")
    if _looks_like_roca(n):
        raise Invalid("csr_weak_key", why="ROCA (CVE-2017-15361)")
    return _RSA_KINDS[n.bit_length()]


@cache
def _primes(below: int) -> tuple[int, ...]:
    return tuple(n for n in range(2, below) if all(n % d for d in range(2, isqrt(n) + 1)))


@cache
def _primorial() -> int:
    product = 1
    for prime in _primes(752):
        product *= prime
    return product


def _fermat_finds(n: int) -> bool:
    """Factors near the square root give themselves away in a few steps."""
    a = isqrt(n - 1) + 1
    for step in range(_FERMAT_ROUNDS):
        rest = (a + step) ** 2 - n
        if isqrt(rest) ** 2 == rest:
            return True
    return False


@cache
def _roca_residues() -> tuple[tuple[int, frozenset[int]], ...]:
    return tuple(
        (prime, frozenset(pow(65537, power, prime) for power in range(prime - 1))) for prime in _primes(168)[1:]
    )


def _looks_like_roca(n: int) -> bool:
    """Moduli of the flawed smart-card library are powers of 65537 modulo every small prime (Nemec et al. 2017)."""
    return all(n % prime in residues for prime, residues in _roca_residues())
