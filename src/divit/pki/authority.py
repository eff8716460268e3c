"""The issuing authorities as ceremonies left them in one folder: certificates, addresses, policies, texts; no keys.

The first one's record is authority.json, those of later ones authority-2.json and so on. All stand under one root; the
last one issues, the others go on answering for what they have issued.
"""

import os
import re
import uuid
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import BaseModel, ConfigDict

from divit.kernel.errors import NotFound, Refused
from divit.pki.profiles import HOLDER_PROFILES
from divit.pki.terms import Terms

FILE = "authority.json"
_FILES = re.compile(r"authority(?:-([2-9]|[1-9]\d+))?\.json")
_HALTED = "halted"
_KEPT = "ceremonies/*/*.der"
_NAMESPACE = uuid.UUID("3f0d3c1e-5d5c-4a57-9c5b-0a2f3d0f9f51")


class PolicyWords(BaseModel):
    """Policy identifier, practice statement and notice of one kind of certificate."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    policy: str
    cps_url: str = ""
    notice: str = ""


class Record(BaseModel):
    """The content of authority.json, or of a later one's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    test: bool
    notified_eshs: bool
    key_label: str
    certificates: dict[str, str]
    crl_url: str
    root_crl_url: str
    ca_url: str
    root_ca_url: str
    ocsp_url: str
    tsa_url: str
    policies: dict[str, PolicyWords]
    statement: str
    pds: dict[str, str]
    tsa_policy: str
    ocsp_days: int
    root_crl_days: int


@dataclass(frozen=True)
class Authority:
    """One issuing CA, its root, and what it writes into certificates."""

    folder: Path
    record: Record

    @classmethod
    def load(cls, folder: Path) -> "Authority":
        """The one that issues. Raises `NotFound` when no ceremony was held there."""
        return family(folder)[-1]

    @property
    def name(self) -> str:
        """As in /crl/<name>.crl and /ca/<name>.crt."""
        return self.record.name

    @property
    def key_label(self) -> str:
        return self.record.key_label

    @property
    def profiles(self) -> tuple[str, ...]:
        """The holder profiles that this authority has words for."""
        return tuple(name for name in HOLDER_PROFILES if name in self.record.policies)

    @property
    def crl_url(self) -> str:
        return self.record.crl_url

    @property
    def ca_url(self) -> str:
        return self.record.ca_url

    @property
    def ocsp_url(self) -> str:
        return self.record.ocsp_url

    @property
    def tsa_url(self) -> str:
        return self.record.tsa_url

    def certificate_path(self, name: str) -> Path:
        """Where the certificate of `issuing`, `root`, `ocsp`, `tsa` or `seal` lies, DER."""
        if name not in self.record.certificates:
            raise NotFound(f"the ceremony made no certificate named {name}")
        return self.folder / self.record.certificates[name]

    def certificate_of(self, name: str) -> bytes:
        """That certificate, DER; read anew each time, since the OCSP delegate's is renewed."""
        return self.certificate_path(name).read_bytes()

    @property
    def halted_at(self) -> datetime | None:
        """Since when it issues nothing more, because its key may be in other hands; read anew each time."""
        file = self.folder / _HALTED / self.name
        return datetime.fromisoformat(file.read_text()) if file.exists() else None

    def halt(self, *, now: datetime) -> None:
        """It issues nothing more, from now on and for good; a second word changes nothing."""
        file = self.folder / _HALTED / self.name
        if not file.exists():
            file.parent.mkdir(exist_ok=True)
            half = file.with_name(f".{file.name}")
            half.write_text(now.isoformat())
            half.replace(file)

    def services(self) -> dict[int, tuple[str, bytes]]:
        """The certificates that it issued to OCSP, time-stamps and seal, former ones among them: by serial number, the
        name of the file and the DER. What the OCSP delegate had between two ceremonies is not among them."""
        files = [self.folder / file for file in self.record.certificates.values()]
        found = {}
        for file in (*sorted(self.folder.glob(_KEPT)), *files):
            certificate = x509.load_der_x509_certificate(file.read_bytes())
            if certificate.issuer.public_bytes() == self.subject:
                found[certificate.serial_number] = (file.stem, file.read_bytes())
        return found

    def in_use(self, serial: int) -> bool:
        """Whether one of its services uses the certificate with that serial number now."""
        files = [self.folder / file for file in self.record.certificates.values()]
        return any(x509.load_der_x509_certificate(file.read_bytes()).serial_number == serial for file in files)

    @cached_property
    def certificate(self) -> bytes:
        """The issuing CA's certificate, DER."""
        return self.certificate_of(self.record.key_label)

    @cached_property
    def root(self) -> bytes:
        """The root's certificate, DER."""
        return self.certificate_of("root")

    @cached_property
    def spki(self) -> bytes:
        """The issuing CA's SubjectPublicKeyInfo, DER."""
        return self._parsed.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    @cached_property
    def id(self) -> uuid.UUID:
        """Stands for the authority in the database; the same wherever its certificate is."""
        return uuid.uuid5(_NAMESPACE, self.spki.hex())

    @cached_property
    def subject(self) -> bytes:
        """The issuing CA's name as encoded in its certificate."""
        return self._parsed.subject.public_bytes()

    @cached_property
    def _parsed(self) -> x509.Certificate:
        return x509.load_der_x509_certificate(self.certificate)

    @property
    def not_before(self) -> datetime:
        return self._parsed.not_valid_before_utc

    @property
    def not_after(self) -> datetime:
        return self._parsed.not_valid_after_utc

    def terms(self, profile: str) -> Terms:
        """What certificates of this profile take from the authority. `Refused("profile_without_words")`."""
        words = self.record.policies.get(profile)
        if words is None:
            raise Refused("profile_without_words", profile=profile)
        return Terms(
            issuer_name=self.subject,
            issuer_spki=self.spki,
            issuer_ends=self.not_after,
            crl_url=self.record.crl_url,
            ca_url=self.record.ca_url,
            ocsp_url=self.record.ocsp_url,
            policy=words.policy,
            cps_url=words.cps_url,
            notice=words.notice,
            statement=self.record.statement if profile in HOLDER_PROFILES else "",
            pds=tuple(self.record.pds.items()),
            test=self.record.test,
            notified_eshs=self.record.notified_eshs,
        )


def family(ca_dir: Path) -> tuple[Authority, ...]:
    """Every authority of the folder, the oldest first; the last one issues. Raises `NotFound` when there is none."""
    return tuple(
        Authority(ca_dir, Record.model_validate_json((ca_dir / file).read_text(encoding="utf-8")))
        for file in record_files(ca_dir)
    )


def record_files(ca_dir: Path) -> tuple[str, ...]:
    """The names of their records, the oldest first: a new one appears in one step and then stays as it is."""
    names = os.listdir(ca_dir) if ca_dir.is_dir() else []  # asked at every signature: a glob takes five times as long
    found = {_place(match): name for name in names if (match := _FILES.fullmatch(name))}
    if 1 not in found:
        raise NotFound(f"no ceremony was held in {ca_dir}")
    return tuple(found[place] for place in sorted(found))


def _place(match: "re.Match[str]") -> int:
    return int(match.group(1) or 1)
