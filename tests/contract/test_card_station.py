"""The card station's wire: the key is made on the card, proven, sealed for us alone, and signs with its PIN."""

import base64
import json
import secrets
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

from divit.adapters.bounded_http import Bounds
from divit.adapters.card_station import HttpCardStation
from divit.delivery.envelopes import open_station_envelope
from divit.kernel.errors import Invalid, NeighbourFailed, Refused
from divit.pki.requests import check_request
from divit.production.ports import Algorithm, CardKey
from tests.contract.conftest import KEYS, RunningWorld


class Recipient:
    """Ours: the key that PINs are sealed to."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.public_key = self._key.public_key()
        self.spki = self.public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def agree(self, peer: ec.EllipticCurvePublicKey) -> bytes:
        return self._key.exchange(ec.ECDH(), peer)


def self_signed(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, public=None) -> x509.Certificate:  # type: ignore[no-untyped-def]
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "deneme")])
    now, public = datetime.now(UTC), public or key.public_key()
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(public)
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(hours=1))
    builder = builder.not_valid_after(now + timedelta(days=1))
    identifier = x509.SubjectKeyIdentifier.from_public_key(public)
    return builder.add_extension(identifier, critical=False).sign(key, hashes.SHA256())


@pytest.fixture
def station(world: RunningWorld) -> HttpCardStation:
    return HttpCardStation(
        url=f"{world.url}/card-station/api", api_key=KEYS.card_station, bounds=Bounds(connect=1, total=2)
    )


@pytest.fixture
def order_id() -> str:
    return secrets.token_hex(16)


@pytest.fixture(scope="module")
def recipient() -> Recipient:
    return Recipient()


def certified(card: CardKey) -> bytes:
    """A certificate about the card's key; by whom is not the station's business."""
    public = x509.load_der_x509_csr(card.csr_der).public_key()
    return self_signed(ec.generate_private_key(ec.SECP256R1()), public).public_bytes(Encoding.DER)


class TestMakingKeys:
    """One order, one card."""

    @pytest.mark.parametrize("algorithm", get_args(Algorithm))
    def test_the_key_is_proven_over_our_order_and_the_pin_sealed(
        self, station: HttpCardStation, order_id: str, recipient: Recipient, algorithm: Algorithm
    ) -> None:
        card = station.make_key(order_id=order_id, algorithm=algorithm, pin_recipient_spki=recipient.spki)
        assert check_request(card.csr_der, challenge=order_id).algorithm == algorithm
        told = open_station_envelope(card.sealed_pin, key=recipient, order_id=order_id, card_serial=card.card_serial)
        assert len(card.card_serial) == 16
        assert (len(told.pin), len(told.puk)) == (6, 8)

    @pytest.mark.parametrize("kind", ["ec", "rsa"])
    def test_openssl_opens_the_envelope_too(
        self, station: HttpCardStation, order_id: str, tmp_path: Path, kind: str
    ) -> None:
        key = ec.generate_private_key(ec.SECP384R1()) if kind == "ec" else rsa.generate_private_key(65537, 2048)
        spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        card = station.make_key(order_id=order_id, algorithm="ec-p256", pin_recipient_spki=spki)
        (tmp_path / "sealed.der").write_bytes(card.sealed_pin)
        (tmp_path / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        (tmp_path / "certificate.pem").write_bytes(self_signed(key).public_bytes(Encoding.PEM))
        command = ["openssl", "cms", "-decrypt", "-inform", "DER", "-in", "sealed.der", "-inkey", "key.pem"]
        opened = subprocess.run(
            [*command, "-recip", "certificate.pem", "-binary"], cwd=tmp_path, capture_output=True, check=False
        )
        assert opened.returncode == 0, opened.stderr
        told = json.loads(opened.stdout)
        assert (told["order_id"], told["card_serial"]) == (order_id, card.card_serial)

    def test_the_same_order_gives_the_same_card(
        self, world: RunningWorld, station: HttpCardStation, order_id: str, recipient: Recipient
    ) -> None:
        first = station.make_key(order_id=order_id, algorithm="ec-p256", pin_recipient_spki=recipient.spki)
        world.stop(signal=9)
        world.start()
        assert station.make_key(order_id=order_id, algorithm="ec-p256", pin_recipient_spki=recipient.spki) == first

    def test_made_in_spite_of_the_error_and_not_twice(
        self, world: RunningWorld, station: HttpCardStation, order_id: str, recipient: Recipient
    ) -> None:
        world.fail("card_station", "made_but_500")
        with pytest.raises(NeighbourFailed) as caught:
            station.make_key(order_id=order_id, algorithm="ec-p256", pin_recipient_spki=recipient.spki)
        assert not caught.value.outcome_known
        station.make_key(order_id=order_id, algorithm="ec-p256", pin_recipient_spki=recipient.spki)

    def test_a_spoiled_card_uses_its_order_up(
        self, world: RunningWorld, station: HttpCardStation, order_id: str, recipient: Recipient
    ) -> None:
        world.fail("card_station", "spoil")
        for _time in range(2):
            with pytest.raises(Refused, match="card_spoiled"):
                station.make_key(order_id=order_id, algorithm="ec-p256", pin_recipient_spki=recipient.spki)
        station.make_key(order_id=order_id + "-2", algorithm="ec-p256", pin_recipient_spki=recipient.spki)

    def test_a_proof_over_another_order_is_seen(
        self, world: RunningWorld, station: HttpCardStation, order_id: str, recipient: Recipient
    ) -> None:
        world.fail("card_station", "wrong_proof")
        card = station.make_key(order_id=order_id, algorithm="ec-p256", pin_recipient_spki=recipient.spki)
        with pytest.raises(Invalid, match="csr_wrong_challenge"):
            check_request(card.csr_der, challenge=order_id)

    @pytest.mark.parametrize(("failure", "how"), [("down", "down"), ("hang", "slow"), ("garbage", "garbage")])
    def test_trouble(
        self,
        world: RunningWorld,
        station: HttpCardStation,
        order_id: str,
        recipient: Recipient,
        failure: str,
        how: str,
    ) -> None:
        world.fail("card_station", failure)
        with pytest.raises(NeighbourFailed) as caught:
            station.make_key(order_id=order_id, algorithm="ec-p256", pin_recipient_spki=recipient.spki)
        assert (caught.value.how, caught.value.outcome_known) == (how, False)

    def test_a_wrong_key_and_a_strange_recipient(
        self, station: HttpCardStation, order_id: str, recipient: Recipient
    ) -> None:
        with pytest.raises(NeighbourFailed, match="refused"):
            replace(station, api_key="x").make_key(
                order_id=order_id, algorithm="ec-p256", pin_recipient_spki=recipient.spki
            )
        with pytest.raises(NeighbourFailed, match="refused"):
            station.make_key(order_id=order_id, algorithm="ec-p256", pin_recipient_spki=b"nonsense")


class TestTheCard:
    """What the card does afterwards."""

    @pytest.mark.parametrize("algorithm", get_args(Algorithm))
    def test_it_signs_with_its_pin_for_the_certificate_it_was_given(
        self,
        world: RunningWorld,
        station: HttpCardStation,
        order_id: str,
        recipient: Recipient,
        algorithm: Algorithm,
    ) -> None:
        card = station.make_key(order_id=order_id, algorithm=algorithm, pin_recipient_spki=recipient.spki)
        certificate = certified(card)
        for _again in range(2):
            station.load_certificate(card_serial=card.card_serial, certificate_der=certificate)
        told = open_station_envelope(card.sealed_pin, key=recipient, order_id=order_id, card_serial=card.card_serial)
        wish = {"pin": told.pin, "data": base64.b64encode(b"Divit").decode()}
        signed = world.post(f"/card-station/cards/{card.card_serial}/sign", wish).json()
        assert base64.b64decode(signed["certificate"]) == certificate
        public = x509.load_der_x509_certificate(certificate).public_key()
        signature = base64.b64decode(signed["signature"])
        if isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(signature, b"Divit", ec.ECDSA(hashes.SHA256()))
        else:
            assert isinstance(public, rsa.RSAPublicKey)
            public.verify(signature, b"Divit", padding.PKCS1v15(), hashes.SHA256())

    def test_a_foreign_certificate_is_not_loaded(
        self, station: HttpCardStation, order_id: str, recipient: Recipient
    ) -> None:
        card = station.make_key(order_id=order_id, algorithm="ec-p256", pin_recipient_spki=recipient.spki)
        foreign = self_signed(ec.generate_private_key(ec.SECP256R1())).public_bytes(Encoding.DER)
        with pytest.raises(Refused, match="card_spoiled"):
            station.load_certificate(card_serial=card.card_serial, certificate_der=foreign)
        for wrong in (b"", b"nonsense"):
            with pytest.raises(NeighbourFailed, match="refused"):
                station.load_certificate(card_serial=card.card_serial, certificate_der=wrong)
        with pytest.raises(NeighbourFailed, match="refused"):
            station.load_certificate(card_serial="0" * 16, certificate_der=certified(card))

    def test_a_second_certificate_is_not_loaded(
        self, station: HttpCardStation, order_id: str, recipient: Recipient
    ) -> None:
        card = station.make_key(order_id=order_id, algorithm="ec-p256", pin_recipient_spki=recipient.spki)
        station.load_certificate(card_serial=card.card_serial, certificate_der=certified(card))
        with pytest.raises(Refused, match="card_spoiled"):
            station.load_certificate(card_serial=card.card_serial, certificate_der=certified(card))

    def test_the_reader_fails(
        self, world: RunningWorld, station: HttpCardStation, order_id: str, recipient: Recipient
    ) -> None:
        card = station.make_key(order_id=order_id, algorithm="ec-p256", pin_recipient_spki=recipient.spki)
        world.fail("card_station", "load_fails")
        with pytest.raises(NeighbourFailed, match="down"):
            station.load_certificate(card_serial=card.card_serial, certificate_der=certified(card))
        station.load_certificate(card_serial=card.card_serial, certificate_der=certified(card))

    def test_three_wrong_pins_block_it_until_the_puk(
        self, world: RunningWorld, station: HttpCardStation, order_id: str, recipient: Recipient
    ) -> None:
        card = station.make_key(order_id=order_id, algorithm="ec-p256", pin_recipient_spki=recipient.spki)
        told = open_station_envelope(card.sealed_pin, key=recipient, order_id=order_id, card_serial=card.card_serial)
        address, data = f"/card-station/cards/{card.card_serial}", base64.b64encode(b"x").decode()
        wrong = "000000" if told.pin != "000000" else "000001"
        answers = [world.post(f"{address}/sign", {"pin": wrong, "data": data}) for _time in range(3)]
        assert [a.json()["error"] for a in answers] == ["wrong_pin", "wrong_pin", "pin_blocked"]
        assert world.post(f"{address}/sign", {"pin": told.pin, "data": data}).json()["error"] == "pin_blocked"
        refused = world.post(f"{address}/pin", {"puk": "x", "new_pin": "4321"})
        assert refused.json() == {"error": "wrong_puk"}
        assert world.post(f"{address}/pin", {"puk": told.puk, "new_pin": "4321"}).status_code == 200
        assert "signature" in world.post(f"{address}/sign", {"pin": "4321", "data": data}).json()
