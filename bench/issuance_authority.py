"""An authority for issuance.py: a real ceremony, and where asked for an issuing key on P-256."""

import secrets
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from divit.pki import ceremony
from divit.pki.authority import Authority
from divit.pki.keystores import Algorithm, SoftwareKeyStore
from divit.pki.keystores.software import SoftwareKey

_PLAN = Path(__file__).resolve().parents[1] / "ops/ceremony/demo.yaml"


def hold(home: Path, *, curve: str) -> None:
    """Folder `ca`, keys, their passphrase, and the issuing certificate as PEM, below `home`.

    Our profile of an issuing authority knows P-384 alone; for comparison the same name gets a P-256 key here.
    """
    passphrase = secrets.token_urlsafe(24)
    (home / "passphrase").write_text(passphrase)
    keys = SoftwareKeyStore(home / "keys", passphrase=passphrase)
    others = SoftwareKeyStore(home / "validation-keys", passphrase=passphrase)
    ceremony.perform(
        ceremony.load_plan(_PLAN, validation_url="http://status.example.org"),
        stores=ceremony.Stores(root=keys, issuing=keys, validation=others),
        out=home / "ca",
        now=datetime.now(UTC),
    )
    authority = Authority.load(home / "ca")
    if curve == Algorithm.EC_P256:
        (home / "keys" / f"{authority.key_label}.key").unlink()
        key = keys.generate(authority.key_label, Algorithm.EC_P256)
        authority.certificate_path(authority.key_label).write_bytes(_self_issued(key, like=authority.certificate))
        authority = Authority.load(home / "ca")
    certificate = x509.load_der_x509_certificate(authority.certificate)
    (home / "issuing.pem").write_bytes(certificate.public_bytes(Encoding.PEM))


def _self_issued(key: SoftwareKey, *, like: bytes) -> bytes:
    model = x509.load_der_x509_certificate(like)
    usage = model.extensions.get_extension_for_class(x509.KeyUsage)
    made = (
        x509.CertificateBuilder()
        .subject_name(model.subject)
        .issuer_name(model.subject)
        .public_key(key.public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(model.not_valid_before_utc)
        .not_valid_after(model.not_valid_after_utc)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage.value, critical=usage.critical)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key), critical=False)
    )
    return made.sign(key._private, hashes.SHA256()).public_bytes(Encoding.DER)
