"""A certification authority from a real ceremony, and people with certificates made by the real issuance flow.

Use in a conftest: `from tests.fixtures_pki import *`.
"""

import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AttributeOID, NameOID
from django.db import connection
from stdnum.tr import tckimlik

from divit.certificates.models import Certificate
from divit.flows import issuance
from divit.identity.models import Person
from divit.institutions.models import Institution
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor, Level, Role
from divit.pki import ceremony
from divit.pki.authority import Authority
from divit.pki.keystores import KeyStore, open_keystore

__all__ = [
    "PLAN",
    "Held",
    "authority",
    "ceremony_held",
    "hold_in",
    "holder_of",
    "keystore",
    "make_certificate",
    "make_csr",
    "make_person",
    "validation",
]

_SECRET = "only-for-tests-0123456789"
PLAN = Path(__file__).resolve().parents[1] / "ops/ceremony/demo.yaml"


@dataclass(frozen=True)
class Held:
    """What a ceremony left: its folder, and where the keys are."""

    folder: Path
    keys: str
    validation_keys: str
    secret_file: Path
    port: int

    @property
    def stores(self) -> ceremony.Stores:
        """The root's key lies with the signer's, as a TEST authority's does."""
        issuing = open_keystore(self.keys, secret=_SECRET)
        validation = open_keystore(self.validation_keys, secret=_SECRET)
        return ceremony.Stores(root=issuing, issuing=issuing, validation=validation)


@pytest.fixture(scope="session")
def ceremony_held(tmp_path_factory: pytest.TempPathFactory) -> Held:
    """One ceremony for the whole run: nothing in it changes."""
    return hold_in(tmp_path_factory.mktemp("authority"))


def hold_in(base: Path) -> Held:
    """A ceremony in an empty folder."""
    held = Held(
        folder=base / "ca",
        keys=f"software:{base / 'keys'}",
        validation_keys=f"software:{base / 'validation-keys'}",
        secret_file=base / "secret",
        port=_free_port(),
    )
    held.secret_file.write_text(_SECRET)
    plan = ceremony.load_plan(PLAN, validation_url=f"http://127.0.0.1:{held.port}")
    ceremony.perform(plan, stores=held.stores, out=held.folder, now=clock.now())
    return held


@pytest.fixture
def authority(ceremony_held: Held, settings: Any) -> Authority:
    """The authority of this test; signer jobs open its software key store through the wiring."""
    settings.DIVIT = settings.DIVIT.model_copy(
        update={
            "ca_dir": ceremony_held.folder,
            "keystore": ceremony_held.keys,
            "keystore_secret_file": ceremony_held.secret_file,
        }
    )
    return Authority.load(ceremony_held.folder)


@pytest.fixture
def validation(authority: Authority, ceremony_held: Held, transactional_db: None, tmp_path: Path) -> Iterator[str]:
    """The real validation process over this test's database, at the address that the certificates name."""
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    process = subprocess.Popen(
        [sys.executable, "-m", "divit.launcher.serving", "validation"],
        env={
            **os.environ,
            "DATABASE_URL": urlunsplit(database),
            "DIVIT_CA_DIR": str(ceremony_held.folder),
            "DIVIT_VALIDATION_KEYSTORE": ceremony_held.validation_keys,
            "DIVIT_VALIDATION_KEYSTORE_SECRET_FILE": str(ceremony_held.secret_file),
            "DIVIT_VALIDATION_STATE": str(tmp_path / "validation-state"),
            "DIVIT_VALIDATION_PORT": str(ceremony_held.port),
            "DIVIT_VALIDATION_WORKERS": "1",
            "DIVIT_TSA_NEEDS_SYNCED_CLOCK": "no",
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(ceremony_held.port)
        yield f"http://127.0.0.1:{ceremony_held.port}"
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    """Until it follows the database: before that it answers, but with nothing it knows."""
    for _attempt in range(300):
        try:
            told = httpx2.get(f"http://127.0.0.1:{port}/readyz", trust_env=False).json()
        except httpx2.TransportError:
            told = {}
        if told.get("in_sync"):
            return
        time.sleep(0.1)
    raise AssertionError("validation did not start")


@pytest.fixture
def keystore(ceremony_held: Held) -> KeyStore:
    """The signer's keys."""
    return open_keystore(ceremony_held.keys, secret=_SECRET)


def holder_of(person: Person, *, level: Level = Level.SUBSTANTIAL, session: str = "session-1") -> Actor:
    """The person acting for themselves."""
    return Actor(role=Role.HOLDER, id=str(person.pk), name=person.name, level=level, session=session)


def make_csr(challenge: str) -> bytes:
    """What a card would send: a fresh P-256 key's request over the challenge, DER."""
    request = x509.CertificateSigningRequestBuilder().subject_name(
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "card")])
    )
    request = request.add_attribute(AttributeOID.CHALLENGE_PASSWORD, challenge.encode())
    return request.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256()).public_bytes(Encoding.DER)


def synthetic_tckn(number: int) -> str:
    """The number-th synthetic national number: 1000000… with check digits that hold."""
    nine = f"1000000{number:02d}"
    return nine + tckimlik.calc_check_digits(nine)


@pytest.fixture
def make_person(db: None) -> Callable[..., Person]:
    """Synthetic people, a new one each time."""
    made = iter(range(1, 90))

    def make(given_names: str = "Ayşe Işıl", surname: str = "Gökçe", **more: Any) -> Person:
        number = next(made)
        columns = {
            "tckn": synthetic_tckn(number),
            "given_names": given_names,
            "surname": surname,
            "birth_date": clock.today().replace(year=1984),
            "birth_place": "Isparta",
            "email": f"kisi{number}@example.org",
            "phone": f"+9050500000{number:02d}",
            "phone_proven_at": clock.now(),
        }
        return Person.objects.create(**{**columns, **more})

    return make


@pytest.fixture
def make_certificate(authority: Authority, keystore: KeyStore, db: None) -> Callable[..., Certificate]:
    """A certificate as production makes it: intent, lint, signature, all by the flows."""

    def make(person: Person, *, institution: Institution | None = None, **more: Any) -> Certificate:
        if institution is None:
            institution, _new = Institution.objects.get_or_create(name="T.C. Örnek Bakanlığı")
        order = uuid.uuid4()
        arguments: dict[str, Any] = {
            "card_order_id": order,
            "institution_id": institution.pk,
            "profile": "etsi-tr",
            "csr_der": make_csr(str(order)),
            "card_serial": f"{uuid.uuid4().int % 10**16:016d}",
            "validity_years": 3,
            "publish": False,
            "replaces": False,
            "by": SYSTEM,
        }
        intent = issuance.begin(person=person, **{**arguments, **more})
        return issuance.complete(intent.pk, keystore=keystore)

    return make
