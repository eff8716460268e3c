"""From a key and a name to a certificate: prepare, store, lint, sign; in this order, and no other can be written.

`prepare` needs no key of the authority: the caller stores its bytes first, so that whatever dies afterwards, it is
known what was about to be signed. `lint` alone makes a `Linted`, and `sign` takes nothing else.
"""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from types import ModuleType

from cryptography import x509

from divit.kernel.errors import Refused
from divit.kernel.serials import Serial
from divit.kernel.tckn import Tckn
from divit.pki import der, names, profiles, tbs
from divit.pki import lint as own_lints
from divit.pki.authority import Authority
from divit.pki.keystores.base import SigningKey
from divit.pki.profiles import Profile
from divit.pki.signatures import load_key, scheme_of, signed, spki_of, verifies
from divit.pki.terms import Terms

_BEFORE = timedelta(minutes=5)  # for readers whose clock is slow; never used for a revocation
_SEAL = object()


@dataclass(frozen=True, kw_only=True)
class Holder:
    """The person whom the certificate names, as the population register spells it."""

    tckn: str
    given_names: str
    surname: str


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """What is about to be signed. Store `tbs` and `profile` before going on."""

    tbs: bytes
    profile: str
    terms: Terms
    serial: Serial
    not_before: datetime
    not_after: datetime
    public_key: bytes


class Linted:
    """Prepared bytes in which no lint found anything; only `lint` can make one."""

    __slots__ = ("findings", "prepared")

    def __init__(self, prepared: Prepared, *, findings: list[str], seal: object) -> None:
        if seal is not _SEAL:
            raise TypeError("only divit.pki.issuance.lint makes a Linted")
        self.prepared = prepared
        self.findings = findings


def period(now: datetime, *, years: int) -> tuple[datetime, datetime]:
    """The validity of a certificate made now: years of 365 days, in whole seconds."""
    start = now.astimezone(UTC).replace(microsecond=0) - _BEFORE
    return start, start + timedelta(days=365 * years)


def prepare(
    profile: str,
    *,
    authority: Authority,
    holder: Holder,
    public_key: bytes,
    serial: Serial,
    not_before: datetime,
    not_after: datetime,
) -> Prepared:
    """A holder's certificate up to the signature; `public_key` is a SubjectPublicKeyInfo, DER.

    Raises `Invalid` for a name or number that may not stand in a certificate, `Refused("profile_unknown")`.
    """
    chosen = profiles.current(profile)
    subject = {
        "country": "TR",
        "surname": names.check_person_name(holder.surname, field="surname"),
        "given_names": names.check_person_name(holder.given_names, field="given_names"),
        "serial_number": chosen.person_prefix + Tckn(holder.tckn),
        "common_name": names.common_name(holder.given_names, holder.surname),
    }
    return prepare_subject(
        chosen,
        terms=authority.terms(chosen.name),
        subject=subject,
        public_key=public_key,
        serial=serial,
        not_before=not_before,
        not_after=not_after,
    )


def prepare_subject(
    profile: Profile,
    *,
    terms: Terms,
    subject: Mapping[str, str],
    public_key: bytes,
    serial: Serial,
    not_before: datetime,
    not_after: datetime,
) -> Prepared:
    """Any certificate up to the signature: what the ceremony uses for authorities and services."""
    der_bytes = tbs.build(
        profile,
        terms=terms,
        subject=subject,
        spki=public_key,
        serial=serial,
        not_before=not_before,
        not_after=not_after,
    )
    return Prepared(
        tbs=der_bytes,
        profile=profile.id,
        terms=terms,
        serial=serial,
        not_before=not_before,
        not_after=not_after,
        public_key=public_key,
    )


def restore(tbs_der: bytes, *, profile: str, authority: Authority) -> Prepared:
    """What was stored, to be linted and signed after a crash.

    Raises `Refused("profile_changed")` when that version of the profile is gone, `Refused("tbs_unreadable")`.
    """
    pinned = profiles.pinned(profile)
    try:
        reader = der.whole(tbs_der, der.SEQUENCE).inside()
        reader.take(0xA0)
        serial = Serial(der.read_integer(reader.take(der.INTEGER)))
        for _ in ("signature", "issuer", "validity", "subject"):
            reader.take(der.SEQUENCE)
        spki = reader.take(der.SEQUENCE).whole
        certificate = x509.load_der_x509_certificate(own_lints.unsigned_certificate(tbs_der))
    except (ValueError, der.Malformed):
        raise Refused("tbs_unreadable") from None
    return Prepared(
        tbs=tbs_der,
        profile=profile,
        terms=authority.terms(pinned.name),
        serial=serial,
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        public_key=spki,
    )


def lint(prepared: Prepared) -> Linted:
    """Passes what neither our lints nor pkilint object to; else `Refused("lint_failed", findings=[…])`."""
    profile = profiles.pinned(prepared.profile)
    found = own_lints.findings(profile, terms=prepared.terms, tbs_der=prepared.tbs)
    notes: list[str] = []
    if not found:
        found, notes = _pkilint_gate().judge(
            profile, own_lints.unsigned_certificate(prepared.tbs), test=prepared.terms.test
        )
    if found:
        raise Refused("lint_failed", findings=found)
    return Linted(prepared, findings=notes, seal=_SEAL)


@cache
def _pkilint_gate() -> ModuleType:
    """Loaded with the first certificate: it takes a second, and most processes never issue."""
    return importlib.import_module("divit.pki.pkilint_gate")


def sign(linted: Linted, *, key: SigningKey) -> bytes:
    """The certificate, DER. What leaves here was read back: same bytes, and a signature that holds.

    Raises `Refused`: wrong_issuer_key, signed_other_bytes; and as `SigningKey.sign`.
    """
    prepared = linted.prepared
    if spki_of(key.public_key) != prepared.terms.issuer_spki:
        raise Refused("wrong_issuer_key", key=key.label)
    certificate_der = signed(prepared.tbs, key=key)
    certificate = x509.load_der_x509_certificate(certificate_der)
    issuer_key = load_key(prepared.terms.issuer_spki)
    holds = verifies(
        issuer_key,
        signature=certificate.signature,
        data=certificate.tbs_certificate_bytes,
        scheme=scheme_of(issuer_key),
    )
    if certificate.tbs_certificate_bytes != prepared.tbs or not holds:
        raise Refused("signed_other_bytes")
    return certificate_der
