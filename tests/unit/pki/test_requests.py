"""A request must prove possession, answer our challenge, and bring a key worth certifying."""

from math import isqrt

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import AttributeOID

from divit.kernel.errors import Invalid
from divit.pki import der, requests
from tests.pki_authority import csr


def code_of(data: bytes, *, challenge: str = "order-1") -> str:
    with pytest.raises(Invalid) as refusal:
        requests.check_request(data, challenge=challenge)
    return refusal.value.code


def spki(key: "ec.EllipticCurvePublicKey | rsa.RSAPublicKey") -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def rsa_spki(n: int, e: int = 65537) -> bytes:
    """RSA keys that no library would make."""
    numbers = der.sequence(der.integer(n), der.integer(e))
    return der.sequence(der.sequence(der.oid("1.2.840.113549.1.1.1"), der.null()), der.bits(numbers))


@pytest.fixture(scope="module")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def test_both_holder_algorithms_pass(rsa_key: rsa.RSAPrivateKey) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    checked = requests.check_request(csr("order-1", key=key), challenge="order-1")
    assert checked == requests.CheckedRequest(spki(key.public_key()), "ec-p256")
    assert requests.check_request(csr("order-1", key=rsa_key), challenge="order-1").algorithm == "rsa-2048"


def test_another_orders_challenge_is_refused() -> None:
    assert code_of(csr("order-2")) == "csr_wrong_challenge"


def test_a_request_without_a_challenge_is_refused() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    bare = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, hashes.SHA256())
    assert code_of(bare.public_bytes(Encoding.DER)) == "csr_wrong_challenge"


def test_a_request_signed_with_sha1_is_refused(rsa_key: rsa.RSAPrivateKey) -> None:
    good = csr("order-1", key=rsa_key)
    outer = der.whole(good, der.SEQUENCE).inside()
    info = outer.take(der.SEQUENCE).whole
    sha1 = der.sequence(der.oid("1.2.840.113549.1.1.5"), der.null())
    assert code_of(der.sequence(info, sha1, der.bits(bytes(256)))) == "csr_bad_signature"


def test_a_signature_of_another_key_is_refused() -> None:
    """Somebody else's public key, presented with one's own signature."""
    honest, thief = csr("order-1"), csr("order-1")
    info = der.whole(honest, der.SEQUENCE).inside().take(der.SEQUENCE).whole
    reader = der.whole(thief, der.SEQUENCE).inside()
    reader.take(der.SEQUENCE)
    assert code_of(der.sequence(info, reader.any().whole, reader.any().whole)) == "csr_bad_signature"


@pytest.mark.parametrize("data", [b"", b"\x30", b"\x30\x00", bytes(20_000), b"-----BEGIN CERTIFICATE REQUEST-----"])
def test_what_is_no_request_is_malformed(data: bytes) -> None:
    assert code_of(data) == "csr_malformed"


def test_trailing_bytes_are_malformed() -> None:
    assert code_of(csr("order-1") + b"\x00") == "csr_malformed"


def test_a_key_that_no_profile_takes_is_refused() -> None:
    assert code_of(csr("order-1", key=ec.generate_private_key(ec.SECP384R1()))) == "csr_key_not_open"


def test_weak_and_foreign_keys_are_refused() -> None:
    small = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - weak on purpose
    assert code_of(csr("order-1", key=small)) == "csr_weak_key"
    assert code_of(csr("order-1", key=ec.generate_private_key(ec.SECP256K1()))) == "csr_weak_key"
    key = ed25519.Ed25519PrivateKey.generate()
    request = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name([]))
        .add_attribute(AttributeOID.CHALLENGE_PASSWORD, b"order-1")
        .sign(key, None)
    )
    assert code_of(request.public_bytes(Encoding.DER)) == "csr_weak_key"


def why(data: bytes) -> str:
    with pytest.raises(Invalid) as refusal:
        requests.key_kind(data)
    assert refusal.value.code == "csr_weak_key"
    return str(refusal.value.facts["why"])


def test_rsa_keys_are_looked_at_closely(rsa_key: rsa.RSAPrivateKey) -> None:
    n = rsa_key.public_key().public_numbers().n
    assert requests.key_kind(rsa_spki(n)) == "rsa-2048"
    assert "exponent" in why(rsa_spki(n, 3))
    assert "exponent" in why(rsa_spki(n, 1 << 257 | 1))
    third = n // 3 * 3
    assert "small factor" in why(rsa_spki(third | 1 if third % 2 else third + 3))
    p = isqrt(1 << 2047) | 1
    while any(p % prime == 0 or (p + 2) % prime == 0 for prime in range(3, 752, 2)):
        p += 2
    assert "close" in why(rsa_spki(p * (p + 2)))


def test_the_flawed_card_librarys_keys_are_known() -> None:
    """Moduli built as that library built its primes: a power of 65537 modulo a product of small primes."""
    modulus = 1
    for prime in requests._primes(702)[1:]:
        modulus *= prime
    residue = pow(65537, 123456789, modulus)
    n = residue + modulus * ((1 << 2048) // modulus - 5)
    while n.bit_length() != 2048 or n % 2 == 0:
        n -= modulus
    assert "ROCA" in why(rsa_spki(n))
