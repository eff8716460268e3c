"""A certification authority for tests that need no database: a real ceremony in a folder, and holders' certificates.

Use in a conftest: `from tests.pki_authority import house`.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AttributeOID, NameOID

from divit.kernel import clock
from divit.kernel.serials import Serial
from divit.pki import ceremony, crl, issuance, ocsp, timestamps
from divit.pki.authority import Authority
from divit.pki.keystores import KeyStore, SoftwareKeyStore
from divit.pki.signatures import spki_of

__all__ = ["PLAN", "House", "hold", "house"]

PLAN = Path(__file__).resolve().parents[1] / "ops/ceremony/demo.yaml"
# A name with a public suffix, so that pkilint finds nothing at all; nothing is ever fetched from there.
PUBLIC_ADDRESS = "http://status.example.org"
HOLDER = issuance.Holder(tckn="10000000146", given_names="Ayşe Işıl", surname="Öztürk-Çağlar")


@dataclass(frozen=True)
class House:
    """An authority, its keys, and short ways to use them."""

    folder: Path
    authority: Authority
    ca_keys: KeyStore
    validation_keys: KeyStore
    passphrase: str

    def prepare(
        self, profile: str = "etsi-tr", *, holder: issuance.Holder = HOLDER, spki: bytes | None = None, years: int = 3
    ) -> issuance.Prepared:
        start, end = issuance.period(clock.now(), years=years)
        return issuance.prepare(
            profile,
            authority=self.authority,
            holder=holder,
            public_key=spki or spki_of(ec.generate_private_key(ec.SECP256R1()).public_key()),
            serial=Serial.random(),
            not_before=start,
            not_after=end,
        )

    def issue(self, profile: str = "etsi-tr", *, spki: bytes | None = None) -> bytes:
        linted = issuance.lint(self.prepare(profile, spki=spki))
        return issuance.sign(linted, key=self.ca_keys.open(self.authority.key_label))

    def crl(
        self, entries: list[crl.Entry], *, number: int | None = None, at: datetime | None = None, hours: int = 24
    ) -> bytes:
        at = at or clock.now()
        return crl.build(
            issuer=self.authority.certificate,
            key=self.ca_keys.open(self.authority.key_label),
            number=number or crl.number_at(at),
            this_update=at,
            next_update=at + timedelta(hours=hours),
            entries=entries,
        )

    def responder(self) -> ocsp.Responder:
        return ocsp.Responder(
            issuer=self.authority.certificate,
            delegate=self.authority.certificate_of("ocsp"),
            key=self.validation_keys.open("ocsp"),
            archive_cutoff=self.authority.not_before,
        )

    def tsa(self) -> timestamps.Authority:
        return timestamps.Authority(
            certificate=self.authority.certificate_of("tsa"),
            chain=(self.authority.certificate,),
            key=self.validation_keys.open("tsa"),
            policy=self.authority.record.tsa_policy,
        )


def hold(folder: Path, *, validation_url: str = PUBLIC_ADDRESS, plan: Path = PLAN, at: datetime | None = None) -> House:
    """A ceremony in an empty folder, now or as of an earlier day, with fresh software key stores beside it."""
    passphrase = secrets.token_urlsafe(24)
    ca_keys = SoftwareKeyStore(folder / "keys", passphrase=passphrase)
    validation_keys = SoftwareKeyStore(folder / "validation-keys", passphrase=passphrase)
    held = ceremony.perform(
        ceremony.load_plan(plan, validation_url=validation_url),
        stores=ceremony.Stores(root=ca_keys, issuing=ca_keys, validation=validation_keys),
        out=folder / "ca",
        now=at or clock.now(),
    )
    return House(folder, held.authority, ca_keys, validation_keys, passphrase)


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """One authority for the whole run: tests only add to it."""
    return hold(tmp_path_factory.mktemp("house"))


def csr(challenge: str, *, key: "ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | None" = None) -> bytes:
    """A card's request over a challenge, DER."""
    request = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "card")]))
        .add_attribute(AttributeOID.CHALLENGE_PASSWORD, challenge.encode())
    )
    return request.sign(key or ec.generate_private_key(ec.SECP256R1()), hashes.SHA256()).public_bytes(Encoding.DER)
