"""The key ceremony: from a reviewed plan to keys in their stores and certificates in a folder, with a transcript.

It is held once: a folder in which one was held is never written again. Afterwards only two things are made anew, and
each has its own function: the OCSP delegate's certificate (short-lived) and the root's list of revoked authorities.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from divit.kernel.errors import Refused
from divit.kernel.serials import Serial
from divit.pki import crl, issuance, profiles
from divit.pki.authority import FILE, Authority, Record
from divit.pki.ceremony_plan import CeremonyPlan, load_plan
from divit.pki.keystores.base import Algorithm, KeyStore, SigningKey
from divit.pki.profiles import Profile
from divit.pki.signatures import spki_of
from divit.pki.tbs import name as encode_name
from divit.pki.terms import Terms

__all__ = [
    "Ceremony",
    "CeremonyPlan",
    "Stores",
    "load_plan",
    "perform",
    "renew_delegate",
    "renew_root_crl",
    "root_crl_is_due",
]

_ISSUING_NAME = "issuing"
_RENEW_DELEGATE_BELOW = timedelta(days=10)
_ROOT = "root"


@dataclass(frozen=True, kw_only=True)
class Stores:
    """Where the keys go. `root` may be a store that is taken offline; `validation` is the one that answers use."""

    root: KeyStore
    issuing: KeyStore
    validation: KeyStore


@dataclass(frozen=True)
class Ceremony:
    """What was made."""

    folder: Path
    authority: Authority
    transcript_text: str


@dataclass
class _Table:
    """The ceremony while it is going on."""

    plan: CeremonyPlan
    stores: Stores
    now: datetime
    resume: bool
    certificates: dict[str, bytes] = field(default_factory=dict)
    steps: list[dict[str, str]] = field(default_factory=list)

    def key(self, label: str, algorithm: Algorithm, *, store: KeyStore) -> SigningKey:
        found = self.resume and label in store.labels()
        self.steps.append(
            {"what": f"key {label}", "algorithm": algorithm, "how": "found in its store" if found else "made"}
        )
        return store.open(label) if found else store.generate(label, algorithm)

    def subject(self, common_name: str) -> Mapping[str, str]:
        return {
            "country": "TR",
            "organisation": self.plan.organisation,
            "organisation_identifier": self.plan.organisation_identifier,
            "common_name": common_name,
        }

    def certify(
        self,
        label: str,
        profile: Profile,
        *,
        subject: Mapping[str, str],
        spki: bytes,
        days: int,
        terms: Terms,
        key: SigningKey,
    ) -> None:
        start = self.now.replace(microsecond=0)
        certificate = _certify(profile, terms=terms, subject=subject, spki=spki, start=start, days=days, key=key)
        self.certificates[label] = certificate
        self.steps.append(_step(f"certificate {label}", certificate, profile))


def perform(plan: CeremonyPlan, *, stores: Stores, out: Path, now: datetime, resume: bool = False) -> Ceremony:
    """Hold the ceremony. Raises `Refused`: ceremony_already_held, key_exists, lint_failed.

    Files appear in one step at the end: a ceremony that broke off leaves no folder, only keys. `resume` goes on with
    keys that are there already, and the transcript says so; without it they stop the ceremony.
    """
    if out.exists() and any(out.iterdir()):
        raise Refused("ceremony_already_held", folder=str(out))
    table = _Table(plan, stores, now.astimezone(UTC), resume)
    root_key = table.key(_ROOT, Algorithm.EC_P384, store=stores.root)
    issuing_key = table.key(_ISSUING_NAME, Algorithm.EC_P384, store=stores.issuing)
    _make_authorities(table, root_key=root_key, issuing_key=issuing_key)
    _make_services(table, issuing_key=issuing_key)
    root_crl = _root_crl(
        table.certificates["root"], key=root_key, days=plan.root_crl_days, now=table.now, previous=None
    )
    record = _record(plan)
    transcript = _transcript(plan, now=table.now, steps=table.steps)
    files = {
        **{f"certificates/{name}.der": data for name, data in table.certificates.items()},
        **{f"certificates/{name}.pem": _pem(data) for name, data in table.certificates.items()},
        "certificates/chain.pem": _pem(table.certificates[_ISSUING_NAME]) + _pem(table.certificates["root"]),
        "crl/root.crl": root_crl,
        "transcript.json": json.dumps(
            {"heading": plan.heading, "plan": plan.model_dump(), "steps": table.steps}, ensure_ascii=False, indent=2
        ).encode(),
        "transcript.txt": transcript.encode(),
        FILE: record.model_dump_json(indent=2).encode(),
    }
    _write_all(out, files)
    return Ceremony(out, Authority.load(out), transcript)


def renew_delegate(folder: Path, *, issuing: KeyStore, now: datetime) -> bytes | None:
    """A new certificate over the OCSP delegate's key when fewer than 10 days are left; else None.

    The private key is not needed: it stays where answers are signed.
    """
    authority = Authority.load(folder)
    old = x509.load_der_x509_certificate(authority.certificate_of("ocsp"))
    if old.not_valid_after_utc - now >= _RENEW_DELEGATE_BELOW:
        return None
    title = old.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value
    subject = {
        "country": "TR",
        "organisation": str(old.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)[0].value),
        "organisation_identifier": str(
            old.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_IDENTIFIER)[0].value
        ),
        "common_name": str(title),
    }
    issuer = x509.load_der_x509_certificate(authority.certificate)
    certificate = _certify(
        profiles.OCSP_DELEGATE,
        terms=_terms_below(
            issuer.subject.public_bytes(), spki=authority.spki, ends=authority.not_after, test=authority.record.test
        ),
        subject=subject,
        spki=old.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        start=now.astimezone(UTC).replace(microsecond=0),
        days=min(authority.record.ocsp_days, (authority.not_after - now).days),
        key=issuing.open(authority.key_label),
    )
    _replace(authority.certificate_path("ocsp").with_suffix(".pem"), _pem(certificate))
    _replace(authority.certificate_path("ocsp"), certificate)
    return certificate


def root_crl_is_due(folder: Path, *, root: KeyStore, now: datetime) -> bool:
    """Whether a third of the root's list's life is left or less, and its key is at hand."""
    ends = x509.load_der_x509_crl((folder / "crl" / "root.crl").read_bytes()).next_update_utc
    life = timedelta(days=Authority.load(folder).record.root_crl_days)
    return _ROOT in root.labels() and (ends is None or ends - now <= life / 3)


def renew_root_crl(folder: Path, *, root: KeyStore, now: datetime) -> bytes:
    """The root's list again, with a later number; for the day when the root key is brought out."""
    authority = Authority.load(folder)
    file = folder / "crl" / "root.crl"
    new = _root_crl(
        authority.root, key=root.open(_ROOT), days=authority.record.root_crl_days, now=now, previous=file.read_bytes()
    )
    _replace(file, new)
    return new


def _make_authorities(table: _Table, *, root_key: SigningKey, issuing_key: SigningKey) -> None:
    plan, test = table.plan, table.plan.test
    root_subject, root_spki = table.subject(plan.root.common_name), spki_of(root_key.public_key)
    root_name = encode_name(profiles.ROOT, root_subject)
    table.certify(
        "root", profiles.ROOT, subject=root_subject, spki=root_spki, days=plan.root.days, key=root_key,
        terms=_terms_below(root_name, spki=root_spki, ends=None, test=test),
    )  # fmt: skip
    words = plan.words(profiles.ISSUING.name)
    table.certify(
        _ISSUING_NAME, profiles.ISSUING, subject=table.subject(plan.issuing.common_name),
        spki=spki_of(issuing_key.public_key), days=plan.issuing.days, key=root_key,
        terms=Terms(
            issuer_name=root_name, issuer_spki=root_spki, issuer_ends=_end_of(table.certificates["root"]),
            crl_url=f"{plan.validation_url}/crl/root.crl",
            ca_url=f"{plan.validation_url}/ca/root.crt", policy=words.policy, cps_url=words.cps_url,
            notice=words.notice, test=test, notified_eshs=plan.notified_eshs,
        ),
    )  # fmt: skip


def _make_services(table: _Table, *, issuing_key: SigningKey) -> None:
    plan, stores = table.plan, table.stores
    issuing_name = encode_name(profiles.ISSUING, table.subject(plan.issuing.common_name))
    issuing_spki, issuing_ends = spki_of(issuing_key.public_key), _end_of(table.certificates[_ISSUING_NAME])
    record = _record(plan)
    services = (
        ("ocsp", profiles.OCSP_DELEGATE, plan.ocsp, stores.validation),
        ("tsa", profiles.TSA, plan.tsa, stores.validation),
        ("seal", profiles.SEAL, plan.seal, stores.issuing),
    )
    for label, profile, named, store in services:
        words = plan.words(profile.name)
        terms = _terms_below(issuing_name, spki=issuing_spki, ends=issuing_ends, test=plan.test)
        if words.policy:
            terms = Terms(
                issuer_name=issuing_name, issuer_spki=issuing_spki, issuer_ends=issuing_ends,
                crl_url=record.crl_url, ca_url=record.ca_url,
                ocsp_url=record.ocsp_url, policy=words.policy, cps_url=words.cps_url, notice=words.notice,
                test=plan.test, notified_eshs=plan.notified_eshs,
            )  # fmt: skip
        table.certify(
            label, profile, subject=table.subject(named.common_name), days=named.days, terms=terms, key=issuing_key,
            spki=spki_of(table.key(label, Algorithm.EC_P256, store=store).public_key),
        )  # fmt: skip


def _terms_below(issuer_name: bytes, *, spki: bytes, ends: datetime | None, test: bool) -> Terms:
    return Terms(issuer_name=issuer_name, issuer_spki=spki, issuer_ends=ends, test=test)


def _end_of(certificate: bytes) -> datetime:
    return x509.load_der_x509_certificate(certificate).not_valid_after_utc


def _certify(
    profile: Profile,
    *,
    terms: Terms,
    subject: Mapping[str, str],
    spki: bytes,
    start: datetime,
    days: int,
    key: SigningKey,
) -> bytes:
    prepared = issuance.prepare_subject(
        profile,
        terms=terms,
        subject=subject,
        public_key=spki,
        serial=Serial.random(),
        not_before=start,
        not_after=start + timedelta(days=days),
    )
    return issuance.sign(issuance.lint(prepared), key=key)


def _root_crl(root: bytes, *, key: SigningKey, days: int, now: datetime, previous: bytes | None) -> bytes:
    at = now.astimezone(UTC).replace(microsecond=0)
    new = crl.build(
        issuer=root,
        key=key,
        number=crl.number_at(now),
        this_update=at,
        next_update=at + timedelta(days=days),
        entries=[],
    )
    crl.check(new, issuer=root, previous=previous, expected_entries=[])
    return new


def _record(plan: CeremonyPlan) -> Record:
    base = plan.validation_url
    return Record(
        name=_ISSUING_NAME,
        test=plan.test,
        notified_eshs=plan.notified_eshs,
        key_label=_ISSUING_NAME,
        certificates={name: f"certificates/{name}.der" for name in ("root", _ISSUING_NAME, "ocsp", "tsa", "seal")},
        crl_url=f"{base}/crl/{_ISSUING_NAME}.crl",
        root_crl_url=f"{base}/crl/root.crl",
        ca_url=f"{base}/ca/{_ISSUING_NAME}.crt",
        root_ca_url=f"{base}/ca/root.crt",
        ocsp_url=f"{base}/ocsp",
        tsa_url=f"{base}/tsa",
        policies={name: plan.words(name) for name in plan.policies},
        statement=plan.statement,
        pds=plan.pds,
        tsa_policy=plan.tsa_policy,
        ocsp_days=plan.ocsp.days,
        root_crl_days=plan.root_crl_days,
    )


def _pem(certificate: bytes) -> bytes:
    return x509.load_der_x509_certificate(certificate).public_bytes(Encoding.PEM)


def _step(what: str, certificate_der: bytes, profile: Profile) -> dict[str, str]:
    certificate = x509.load_der_x509_certificate(certificate_der)
    return {
        "what": what,
        "profile": profile.id,
        "subject": certificate.subject.rfc4514_string(),
        "issuer": certificate.issuer.rfc4514_string(),
        "serial": Serial(certificate.serial_number).hex,
        "from": certificate.not_valid_before_utc.isoformat(),
        "until": certificate.not_valid_after_utc.isoformat(),
        "sha256": certificate.fingerprint(hashes.SHA256()).hex(),
    }


def _transcript(plan: CeremonyPlan, *, now: datetime, steps: list[dict[str, str]]) -> str:
    lines = [plan.heading, f"Held at {now.isoformat(timespec='seconds')}", ""]
    if plan.test:
        lines += ["TEST: what this authority issues is not qualified in law.", ""]
    for number, step in enumerate(steps, 1):
        lines.append(f"{number}. {step['what']}")
        lines += [f"   {key:9} {value}" for key, value in step.items() if key != "what"]
    lines += [
        "",
        "Read the SHA-256 fingerprints aloud; each witness compares them with the certificates, and signs.",
        "",
    ]
    return "\n".join(lines)


def _write_all(out: Path, files: Mapping[str, bytes]) -> None:
    """Everything into a folder beside, then one rename."""
    half = out.with_name(f".{out.name}.{os.getpid()}")
    for name, content in files.items():
        file = half / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    if out.exists():
        out.rmdir()
    half.rename(out)


def _replace(file: Path, content: bytes) -> None:
    """Readers see the old file or the new one, never half of one."""
    half = file.with_name(f".{file.name}.{os.getpid()}")
    half.write_bytes(content)
    half.replace(file)
