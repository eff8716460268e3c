"""Sealed PINs: what openssl seals to our key we open, from both kinds of key store; everything else is refused."""

import datetime
import json
import multiprocessing
import secrets
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from cryptography.x509.oid import NameOID

from divit.delivery.envelopes import (
    CardSecrets,
    check_recipient,
    check_station_envelope,
    open_in_page,
    open_station_envelope,
    seal_for_page,
)
from divit.kernel.errors import Invalid
from divit.pki.keystores import Algorithm, KeyStore, SigningKey, Use, open_keystore
from divit.world.card_station.sealing import seal

ORDER, SERIAL = "order-1", "1000000000000001"
CONTENT = {"order_id": ORDER, "card_serial": SERIAL, "pin": "482913", "puk": "77120645"}
SECRETS = CardSecrets(**CONTENT)


@pytest.fixture
def store(tmp_path: Path) -> KeyStore:
    return open_keystore(f"software:{tmp_path}/keys", secret=secrets.token_urlsafe(24))


@pytest.fixture
def key(store: KeyStore) -> SigningKey:
    return store.generate("pin", Algorithm.EC_P256)


@pytest.fixture
def sealed_by_openssl(tmp_path: Path) -> Callable[..., bytes]:
    """An independent station: `openssl cms -encrypt` to the recipient's public key."""

    def seal(public: ec.EllipticCurvePublicKey, plain: bytes, *options: str) -> bytes:
        signer = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "pin recipient")])
        day = datetime.timedelta(days=1)
        now = datetime.datetime.now(datetime.UTC)
        builder = x509.CertificateBuilder(name, name, public, 1, now - day, now + day)
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        certificate = builder.sign(signer, hashes.SHA256())
        (tmp_path / "recipient.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
        command = ["openssl", "cms", "-encrypt", "-binary", "-outform", "DER", "-aes-256-cbc", "-recip"]
        done = subprocess.run(
            [*command, str(tmp_path / "recipient.pem"), "-keyopt", "ecdh_kdf_md:sha256", *options],
            input=plain,
            capture_output=True,
            check=True,
        )
        return done.stdout

    return seal


def test_what_openssl_seals_we_open(key: SigningKey, sealed_by_openssl: Callable[..., bytes]) -> None:
    der = sealed_by_openssl(key.public_key, json.dumps(CONTENT).encode(), "-keyid")
    check_station_envelope(der, recipient_spki=_spki(key.public_key))
    assert b"482913" not in der
    assert open_station_envelope(der, key=key, order_id=ORDER, card_serial=SERIAL) == SECRETS


def test_the_envelope_of_another_card_is_refused(key: SigningKey, sealed_by_openssl: Callable[..., bytes]) -> None:
    der = sealed_by_openssl(key.public_key, json.dumps(CONTENT).encode())
    for order, serial in ((ORDER, "1000000000000002"), ("order-2", SERIAL)):
        with pytest.raises(Invalid, match="envelope_of_another_card"):
            open_station_envelope(der, key=key, order_id=order, card_serial=serial)


def test_sealed_for_another_key_it_stays_shut(
    store: KeyStore, key: SigningKey, sealed_by_openssl: Callable[..., bytes]
) -> None:
    der = sealed_by_openssl(key.public_key, json.dumps(CONTENT).encode())
    other = store.generate("other", Algorithm.EC_P256)
    with pytest.raises(Invalid, match="envelope_not_for_us"):
        open_station_envelope(der, key=other, order_id=ORDER, card_serial=SERIAL)


def _spki(public: ec.EllipticCurvePublicKey | rsa.RSAPublicKey) -> bytes:
    return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def test_what_will_never_open_is_seen_without_the_key(
    store: KeyStore, key: SigningKey, sealed_by_openssl: Callable[..., bytes]
) -> None:
    plain, spki = json.dumps(CONTENT).encode(), _spki(key.public_key)
    other = store.generate("other", Algorithm.EC_P256).public_key
    rsa_key = rsa.generate_private_key(65537, 2048).public_key()
    for der in (
        sealed_by_openssl(other, plain, "-keyid"),
        sealed_by_openssl(key.public_key, plain),  # names a certificate that nobody has
        seal(plain, recipient_spki=_spki(rsa_key)),
    ):
        with pytest.raises(Invalid, match="envelope_not_for_us"):
            check_station_envelope(der, recipient_spki=spki)
    fit = sealed_by_openssl(key.public_key, plain, "-keyid")
    for bad in (
        b"",
        b"\x30\x00",
        fit[:-40],
        fit + b"\0" * 9000,
        sealed_by_openssl(key.public_key, plain, "-keyid", "-aes-256-gcm"),
        sealed_by_openssl(key.public_key, plain, "-keyid", "-keyopt", "ecdh_kdf_md:sha1"),
    ):
        with pytest.raises(Invalid, match="envelope_malformed"):
            check_station_envelope(bad, recipient_spki=spki)


def test_the_simulated_station_seals_as_agreed(key: SigningKey) -> None:
    spki = _spki(key.public_key)
    check_station_envelope(seal(json.dumps(CONTENT).encode(), recipient_spki=spki), recipient_spki=spki)


@pytest.mark.parametrize("plain", [b"", b"[]", b"{}", b'{"order_id": 1, "card_serial": 2, "pin": 3, "puk": 4}'])
def test_sealed_nonsense_is_refused(plain: bytes, key: SigningKey, sealed_by_openssl: Callable[..., bytes]) -> None:
    der = sealed_by_openssl(key.public_key, plain)
    with pytest.raises(Invalid, match="envelope_malformed"):
        open_station_envelope(der, key=key, order_id=ORDER, card_serial=SERIAL)


def _make_in_token(address: str) -> bytes:
    public = open_keystore(address, secret="1234").generate("pin", Algorithm.EC_P256, use=Use.AGREE).public_key
    return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _open_in_token(address: str, der: bytes) -> CardSecrets:
    key = open_keystore(address, secret="1234").open("pin")
    return open_station_envelope(der, key=key, order_id=ORDER, card_serial=SERIAL)


def test_a_key_that_never_leaves_its_token_opens_them_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sealed_by_openssl: Callable[..., bytes]
) -> None:
    (tmp_path / "tokens").mkdir()
    (tmp_path / "softhsm2.conf").write_text(f"directories.tokendir = {tmp_path}/tokens\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm2.conf"))
    made = ["softhsm2-util", "--init-token", "--free", "--label", "pins", "--so-pin", "12345678", "--pin", "1234"]
    subprocess.run(made, check=True, capture_output=True)
    address = "pkcs11:/usr/lib/softhsm/libsofthsm2.so?token=pins"
    # Each in a process of its own: the module reads its configuration once per process.
    for_each = multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1)
    with for_each as processes:
        public = load_der_public_key(processes.apply(_make_in_token, (address,)))
        assert isinstance(public, ec.EllipticCurvePublicKey)
        der = sealed_by_openssl(public, json.dumps(CONTENT).encode())
        assert processes.apply(_open_in_token, (address, der)) == SECRETS


def test_every_cut_and_many_flips_are_refused_and_never_crash(
    key: SigningKey, sealed_by_openssl: Callable[..., bytes]
) -> None:
    der = sealed_by_openssl(key.public_key, json.dumps(CONTENT).encode())
    hostile = [der[:length] for length in range(0, len(der), 7)] + [der + b"\0", b"\x30" * 9000]
    hostile += [der[:at] + bytes([der[at] ^ 0x41]) + der[at + 1 :] for at in range(len(der) - 32)]
    for bad in hostile:
        with suppress(Invalid):
            check_station_envelope(bad, recipient_spki=_spki(key.public_key))
        try:
            opened = open_station_envelope(bad, key=key, order_id=ORDER, card_serial=SERIAL)
        except Invalid:
            continue
        assert opened == SECRETS  # a flip where nothing is protected, such as an unused identifier


def test_an_answer_opens_for_its_own_page_only() -> None:
    page, thief = X25519PrivateKey.generate(), X25519PrivateKey.generate()
    answer = seal_for_page(SECRETS, public_key=page.public_key().public_bytes_raw(), request_id="r-1")
    assert b"482913" not in answer
    assert open_in_page(answer, private_key=page, request_id="r-1") == SECRETS
    for key, request in ((thief, "r-1"), (page, "r-2")):
        with pytest.raises(Invalid, match="envelope_not_for_us"):
            open_in_page(answer, private_key=key, request_id=request)
    with pytest.raises(Invalid, match="envelope_not_for_us"):
        open_in_page(answer[:-1], private_key=page, request_id="r-1")


def test_secrets_do_not_print() -> None:
    assert "482913" not in repr(SECRETS)
    assert "482913" not in f"{SECRETS}"


def test_a_recipient_is_an_elliptic_curve_key() -> None:
    spki = X25519PrivateKey.generate().public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(Invalid):
        check_recipient(spki)
