"""What every ceremony shares: keys made in their stores, certificates below a key, the steps that were taken."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from divit.kernel.serials import Serial
from divit.pki import issuance
from divit.pki.ceremony_plan import CeremonyPlan
from divit.pki.keystores.base import Algorithm, KeyStore, SigningKey
from divit.pki.profiles import Profile
from divit.pki.signatures import spki_of
from divit.pki.terms import Terms

ROOT = "root"
Step = dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Stores:
    """Where the keys go. `root` may be a store that is taken offline; `validation` is the one that answers use."""

    root: KeyStore
    issuing: KeyStore
    validation: KeyStore


@dataclass
class Table:
    """A ceremony while it is going on; certificates by the name of their file."""

    plan: CeremonyPlan
    now: datetime
    resume: bool = False
    certificates: dict[str, bytes] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)

    def key(self, label: str, algorithm: Algorithm, *, store: KeyStore) -> SigningKey:
        """A new key; when resumed, the one that is there. Raises `Refused("key_exists")`."""
        found = self.resume and label in store.labels()
        key = store.open(label) if found else store.generate(label, algorithm)
        public = hashes.Hash(hashes.SHA256())
        public.update(spki_of(key.public_key))
        how = "found in its store" if found else "made"
        self.steps.append(
            {"what": f"key {label}", "algorithm": algorithm, "how": how, "public": public.finalize().hex()}
        )
        return key

    def subject(self, common_name: str) -> Mapping[str, str]:
        return {
            "country": "TR",
            "organisation": self.plan.organisation,
            "organisation_identifier": self.plan.organisation_identifier,
            "common_name": common_name,
        }

    def certify(
        self,
        name: str,
        profile: Profile,
        *,
        subject: Mapping[str, str],
        spki: bytes,
        days: int,
        terms: Terms,
        key: SigningKey,
    ) -> None:
        """Raises `Refused("lint_failed")`."""
        prepared = prepare(profile, terms=terms, subject=subject, spki=spki, start=self.now, days=days)
        self.take(name, issuance.sign(issuance.lint(prepared), key=key), profile)

    def take(self, name: str, certificate_der: bytes, profile: Profile) -> None:
        """A certificate that is in order, and the line of the transcript that tells of it."""
        self.certificates[name] = certificate_der
        certificate = x509.load_der_x509_certificate(certificate_der)
        self.steps.append(
            {
                "what": f"certificate {name}",
                "profile": profile.id,
                "subject": certificate.subject.rfc4514_string(),
                "issuer": certificate.issuer.rfc4514_string(),
                "serial": Serial(certificate.serial_number).hex,
                "from": certificate.not_valid_before_utc.isoformat(),
                "until": certificate.not_valid_after_utc.isoformat(),
                "sha256": certificate.fingerprint(hashes.SHA256()).hex(),
            }
        )

    def certificate_files(self) -> dict[str, bytes]:
        """What of it goes into the folder: each certificate as DER and as PEM."""
        return {
            **{f"certificates/{name}.der": data for name, data in self.certificates.items()},
            **{f"certificates/{name}.pem": pem(data) for name, data in self.certificates.items()},
        }


def prepare(
    profile: Profile,
    *,
    terms: Terms,
    subject: Mapping[str, str],
    spki: bytes,
    start: datetime,
    days: int,
    serial: Serial | None = None,
) -> issuance.Prepared:
    """A certificate of an authority or a service up to the signature; it never outlives its issuer."""
    start = start.replace(microsecond=0)
    end = start + timedelta(days=days)
    return issuance.prepare_subject(
        profile,
        terms=terms,
        subject=subject,
        public_key=spki,
        serial=serial or Serial.random(),
        not_before=start,
        not_after=end if terms.issuer_ends is None else min(end, terms.issuer_ends),
    )


def pem(certificate: bytes) -> bytes:
    """The certificate between its dashes."""
    return x509.load_der_x509_certificate(certificate).public_bytes(Encoding.PEM)


def spki_in(certificate: bytes) -> bytes:
    """SubjectPublicKeyInfo, DER."""
    key = x509.load_der_x509_certificate(certificate).public_key()
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def end_of(certificate: bytes) -> datetime:
    """When it ends."""
    return x509.load_der_x509_certificate(certificate).not_valid_after_utc


def write_folder(out: Path, files: Mapping[str, bytes]) -> None:
    """Everything into a folder beside, then one rename."""
    half = out.with_name(f".{out.name}.{os.getpid()}")
    for name, content in files.items():
        file = half / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    if out.exists():
        out.rmdir()
    half.rename(out)


def write_into(folder: Path, files: Mapping[str, bytes], *, last: str) -> None:
    """One file after the other; the one that makes the others count comes last."""
    for name in sorted(files, key=lambda name: name == last):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        replace(file, files[name])


def replace(file: Path, content: bytes) -> None:
    """Readers see the old file or the new one, never half of one; after a power failure too."""
    half = file.with_name(f".{file.name}.{os.getpid()}")
    with half.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    half.replace(file)
