"""A card station and a courier at the port, and applications that were released to production.

The station really makes keys, signs requests and seals PINs (by openssl); both neighbours remember what they did, as
the real ones do, and fail when told to. Use in a conftest: `from tests.fixtures_cards import *`, after fixtures_pki.
"""

import itertools
import json
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from cryptography.x509.oid import NameOID
from django.db import transaction

from divit import wiring
from divit.applications import services as application_services
from divit.applications.deadlines import deadlines_on
from divit.applications.lifecycle import Act, Facts
from divit.applications.models import Application
from divit.applications.reference import new_reference
from divit.delivery.ports import CourierEvent, Recipient
from divit.flows import phone_proof, pin_release
from divit.identity.models import Person
from divit.institutions.models import Institution, InstitutionRule
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor, Level, Role
from divit.kernel.errors import NeighbourFailed, Refused
from divit.kernel.phone import Phone
from divit.production import services as production
from divit.production.models import CardOrder
from divit.production.ports import CardKey
from divit.verification import codes
from divit.verification import selectors as verification
from tests.fixtures_pki import holder_of, make_csr

__all__ = [
    "DISPATCHER",
    "INSPECTOR",
    "PRODUCER",
    "ScriptedCourier",
    "ScriptedStation",
    "courier",
    "make_application",
    "make_order",
    "pin_recipient",
    "prove_phone",
    "station",
]

PRODUCER = Actor(role=Role.PRODUCER, id="101", name="Üretici", level=Level.HIGH)
INSPECTOR = Actor(role=Role.INSPECTOR, id="102", name="Denetçi", level=Level.HIGH)
DISPATCHER = Actor(role=Role.DISPATCHER, id="103", name="Sevkiyatçı", level=Level.HIGH)


def digits_of(order: CardOrder) -> str:
    """What whoever has the card in hand reads from it."""
    return order.cards.get(spoiled_at=None).card_serial[-4:]


def seal_with_openssl(spki: bytes, plain: bytes, folder: Path) -> bytes:
    """CMS EnvelopedData by key agreement, made by somebody else's code."""
    public = load_der_public_key(spki)
    assert isinstance(public, ec.EllipticCurvePublicKey)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "pin recipient")])
    now = clock.now()
    builder = x509.CertificateBuilder(name, name, public, 1, now - timedelta(days=1), now + timedelta(days=1))
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    certificate = builder.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
    (folder / "recipient.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    command = ["openssl", "cms", "-encrypt", "-binary", "-outform", "DER", "-aes-256-cbc"]
    command += ["-recip", str(folder / "recipient.pem"), "-keyopt", "ecdh_kdf_md:sha256", "-keyid"]
    return subprocess.run(command, input=plain, capture_output=True, check=True).stdout


@dataclass
class ScriptedStation:
    """Keeps its cards for ever; `fails` is taken from, one failure per call."""

    folder: Path
    made: dict[str, CardKey] = field(default_factory=dict)
    pins: dict[str, tuple[str, str]] = field(default_factory=dict)
    loaded: dict[str, list[bytes]] = field(default_factory=dict)
    fails: list[str] = field(default_factory=list)
    calls: int = 0
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def make_key(self, *, order_id: str, algorithm: str, pin_recipient_spki: bytes) -> CardKey:
        self.calls += 1
        failure = self.fails.pop(0) if self.fails else ""
        if failure == "down":
            raise NeighbourFailed("card_station", "down", outcome_known=True)
        if failure == "spoiled":
            raise Refused("card_spoiled")
        if order_id not in self.made:
            self.made[order_id] = self._make(order_id, pin_recipient_spki, failure)
        if failure == "answer_lost":
            raise NeighbourFailed("card_station", "slow", outcome_known=False)
        return self.made[order_id]

    def _make(self, order_id: str, spki: bytes, failure: str) -> CardKey:
        number = next(self._numbers)
        serial = f"{4000_0000_0000_0000 + number}"
        pin, puk = f"{730100 + number}", f"{91827300 + number}"
        self.pins[order_id] = (pin, puk)
        plain = json.dumps({"order_id": order_id, "card_serial": serial, "pin": pin, "puk": puk}).encode()
        if failure == "other_recipient":
            other = ec.generate_private_key(ec.SECP256R1()).public_key()
            spki = other.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return CardKey(
            card_serial=serial,
            csr_der=make_csr("somebody else's order" if failure == "foreign_proof" else order_id),
            sealed_pin=seal_with_openssl(spki, plain, self.folder) if failure != "no_pin" else b"\x30\x00",
            station="station-1",
        )

    def load_certificate(self, *, card_serial: str, certificate_der: bytes) -> None:
        failure = self.fails.pop(0) if self.fails else ""
        if failure == "down":
            raise NeighbourFailed("card_station", "down", outcome_known=True)
        if failure == "refused":
            raise NeighbourFailed("card_station", "refused", outcome_known=True)
        if failure == "spoiled":
            raise Refused("card_spoiled")
        self.loaded.setdefault(card_serial, []).append(certificate_der)
        if failure == "answer_lost":
            raise NeighbourFailed("card_station", "slow", outcome_known=False)


@dataclass
class ScriptedCourier:
    """Knows parcels by id and tells events by position."""

    parcels: dict[str, str] = field(default_factory=dict)
    told: list[tuple[Recipient, str, str]] = field(default_factory=list)
    happenings: list[CourierEvent] = field(default_factory=list)
    fails: int = 0
    refuses: int = 0

    def create(self, *, parcel_id: str, recipient: Recipient, address: str, reference: str) -> str:
        if self.refuses:
            self.refuses -= 1
            raise NeighbourFailed("courier", "refused", outcome_known=True)
        number = self.parcels.setdefault(parcel_id, f"TR{700000 + len(self.parcels)}")
        self.told.append((recipient, address, reference))
        if self.fails:
            self.fails -= 1
            raise NeighbourFailed("courier", "slow", outcome_known=False)
        return number

    def happened(self, tracking_no: str, kind: Any, *, checked: bool = False, at: datetime | None = None) -> None:
        at = at or clock.now()
        event = CourierEvent(tracking_no=tracking_no, kind=kind, at=at, identity_checked=checked, note="kapıda")
        self.happenings.append(event)

    def events(self, after: str) -> tuple[Sequence[CourierEvent], str]:
        return self.happenings[int(after or 0) :], str(len(self.happenings))


@pytest.fixture
def station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ScriptedStation:
    """The station that jobs get from the wiring."""
    scripted = ScriptedStation(tmp_path)
    monkeypatch.setattr(wiring, "card_station", lambda: scripted, raising=False)
    return scripted


@pytest.fixture
def courier(monkeypatch: pytest.MonkeyPatch) -> ScriptedCourier:
    """The courier that jobs get from the wiring."""
    scripted = ScriptedCourier()
    monkeypatch.setattr(wiring, "courier", lambda: scripted, raising=False)
    return scripted


@pytest.fixture
def pin_recipient(authority: Any, keystore: Any, ceremony_held: Any) -> bytes:
    """The key to which the station seals, as `divit setup` makes it."""
    return pin_release.prepare_recipient(keystore=keystore, folder=ceremony_held.folder)


@pytest.fixture
def make_application(make_person: Callable[..., Person]) -> Callable[..., Application]:
    """An application of a new person (or of `person`), released to production."""

    def make(person: Person | None = None, *, kind: str = "first", **more: Any) -> Application:
        person = person or make_person()
        institution, new = Institution.objects.get_or_create(name="T.C. Örnek Bakanlığı")
        if new:
            InstitutionRule.objects.create(
                institution=institution,
                valid_from=clock.today() - timedelta(days=400),
                form_target="institution",
                pay_gate="before_form",
                born_state="valid",
                profile="etsi-tr",
            )
        columns: dict[str, Any] = {
            "institution": institution,
            "payer": "person",
            "years": 3,
            "reader": "mini",
            "publish": False,
            "email": person.email,
            "phone": person.phone,
            "operator": "turkcell",
            "channel": "both",
            "unit": "Bilgi İşlem",
            "job_title": "Uzman",
            "address_kind": "home",
            "province": "Isparta",
            "district": "Merkez",
            "neighbourhood": "Çelebiler Mah.",
            "postal_code": "32040",
            "street": "719. Sokak",
            "building": "4",
            "flat": "7",
            "content_hash": "0" * 64,
        }
        row = Application.objects.create(
            person=person,
            reference=new_reference(),
            kind=kind,
            lapses_on=deadlines_on(clock.today()).draft_until(clock.today()),
            **{**columns, **more},
        )
        with_time = {"submitted_at": clock.now()}
        with transaction.atomic():
            row = application_services.locked(row.pk)
            application_services.carry_out(row, Act.SUBMIT, by=holder_of(person), facts=Facts(), changes=with_time)
            application_services.carry_out(row, Act.RELEASE, by=SYSTEM, facts=Facts())
        return row

    return make


@pytest.fixture
def make_order(make_application: Callable[..., Application]) -> Callable[..., CardOrder]:
    """The card order of a released application."""

    def make(person: Person | None = None, *, replaces: bool = False, **more: Any) -> CardOrder:
        application = make_application(person, **more)
        with transaction.atomic():
            return production.enqueue(
                application_id=application.pk,
                person_id=application.person_id,
                institution_id=application.institution_id,
                product="nes-3y",
                replaces=replaces,
                by=SYSTEM,
            )

    return make


@pytest.fixture
def prove_phone(db: None) -> Callable[..., None]:
    """The holder types the code that came to the phone."""

    def prove(holder: Actor, *, purpose: str, subject_id: str, live: bool = False) -> None:
        """`live`: the code was sent by the page already."""
        if not live:
            person = Person.objects.get(pk=holder.id)
            phone_proof.send(
                person=person,
                phone=Phone(person.phone),
                purpose=purpose,
                subject_id=subject_id,
                session=holder.session,
                address="127.0.0.1",
                by=holder,
            )
        sent = {"person_id": holder.id, "purpose": purpose, "subject_id": subject_id, "session": holder.session}
        code = verification.live_code(**sent)
        assert code is not None
        phone_proof.prove(code.pk, typed=codes.code_of(code.pk), session=holder.session, by=holder)

    return prove
