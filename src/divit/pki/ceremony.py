"""The key ceremony: from a reviewed plan to keys in their stores and certificates in a folder, with a transcript.

It is held once, in the presence of the plan's custodians, and never again in the same folder. What comes later has
its own rooms: further authorities and keys (`ceremony_rotation`), the root's list (`ceremony_root`), the root's machine
(`ceremony_offline`). By itself only the OCSP delegate's short-lived certificate is made anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from divit.kernel.errors import Refused
from divit.pki import ceremony_record, issuance, profiles
from divit.pki.authority import Authority
from divit.pki.ceremony_issuing import Place, files_of, make_services, prepare_issuing
from divit.pki.ceremony_plan import CeremonyPlan, KeyKind, load_plan
from divit.pki.ceremony_presence import Present, gather, made_up
from divit.pki.ceremony_root import make_list, renew_root_crl, root_crl_is_due
from divit.pki.ceremony_table import ROOT, Stores, Table, pem, prepare, replace, write_folder
from divit.pki.keystores.base import Algorithm, KeyStore, SigningKey
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

_RENEW_DELEGATE_BELOW = timedelta(days=10)
_FIRST = Place(1)


@dataclass(frozen=True)
class Ceremony:
    """What was made."""

    folder: Path
    authority: Authority
    transcript_text: str


def perform(
    plan: CeremonyPlan,
    *,
    stores: Stores,
    out: Path,
    now: datetime,
    resume: bool = False,
    present: Sequence[Present] = (),
) -> Ceremony:
    """Hold the ceremony. Raises `Refused`: ceremony_already_held, key_exists, lint_failed, and what `gather` raises.

    Files appear in one step at the end: a ceremony that broke off leaves no folder, only keys. `resume` goes on with
    keys that are there already, and the transcript says so; without it they stop the ceremony. Nobody need be named as
    present at one whose TEST plan leaves the custodians' keys out.
    """
    if out.exists() and any(out.iterdir()):
        raise Refused("ceremony_already_held", folder=str(out))
    now = now.astimezone(UTC)
    people = present or made_up(plan)
    presence = gather(plan, people, kinds=KeyKind, plan=plan, what="first ceremony", now=now)
    table = Table(plan, now, resume)
    root_key = table.key(ROOT, Algorithm.EC_P384, store=stores.root)
    issuing_key = table.key(_FIRST.issuing, Algorithm.EC_P384, store=stores.issuing)
    _make_root(table, key=root_key)
    root = table.certificates[ROOT]
    prepared = prepare_issuing(table, root=root, spki=spki_of(issuing_key.public_key))
    table.take(_FIRST.issuing, issuance.sign(issuance.lint(prepared), key=root_key), profiles.ISSUING)
    make_services(table, place=_FIRST, stores=stores, issuing_key=issuing_key)
    root_crl = make_list(root, key=root_key, days=plan.root_crl_days, now=now, previous=None, entries=[])
    record = ceremony_record.files_of(table, presence=presence, number=1)
    write_folder(out, {**files_of(table, place=_FIRST, root=root), "crl/root.crl": root_crl, **record})
    return Ceremony(out, Authority.load(out), ceremony_record.transcript(out, 1))


def renew_delegate(authority: Authority, *, issuing: KeyStore, now: datetime) -> bytes | None:
    """A new certificate over the OCSP delegate's key when fewer than 10 days are left; else None.

    The private key is not needed: it stays where answers are signed.
    """
    old = x509.load_der_x509_certificate(authority.certificate_of("ocsp"))
    if old.not_valid_after_utc - now >= _RENEW_DELEGATE_BELOW:
        return None
    prepared = prepare(
        profiles.OCSP_DELEGATE,
        terms=Terms(
            issuer_name=authority.subject,
            issuer_spki=authority.spki,
            issuer_ends=authority.not_after,
            test=authority.record.test,
        ),
        subject=_subject_again(old),
        spki=old.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        start=now.astimezone(UTC),
        days=authority.record.ocsp_days,
    )
    certificate = issuance.sign(issuance.lint(prepared), key=issuing.open(authority.key_label))
    replace(authority.certificate_path("ocsp").with_suffix(".pem"), pem(certificate))
    replace(authority.certificate_path("ocsp"), certificate)
    return certificate


def _subject_again(old: x509.Certificate) -> dict[str, str]:
    def told(oid: x509.ObjectIdentifier) -> str:
        return str(old.subject.get_attributes_for_oid(oid)[0].value)

    return {
        "country": "TR",
        "organisation": told(x509.NameOID.ORGANIZATION_NAME),
        "organisation_identifier": told(x509.NameOID.ORGANIZATION_IDENTIFIER),
        "common_name": told(x509.NameOID.COMMON_NAME),
    }


def _make_root(table: Table, *, key: SigningKey) -> None:
    plan = table.plan
    subject, spki = table.subject(plan.root.common_name), spki_of(key.public_key)
    own = Terms(issuer_name=encode_name(profiles.ROOT, subject), issuer_spki=spki, issuer_ends=None, test=plan.test)
    table.certify(ROOT, profiles.ROOT, subject=subject, spki=spki, days=plan.root.days, terms=own, key=key)
