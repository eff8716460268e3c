"""From a key and a name to a certificate: prepare, store, lint, sign; in this order, and no other can be written.

`prepare` needs no key of the authority: the caller stores its bytes first, so that whatever dies afterwards, it is
known what was about to be signed. The lints alone make a `Linted`, and `sign` takes nothing else. One certificate gets
the whole judgement first (`lint`); thousands get ours first (`lint_ours`) and pkilint's (`judge`) before they are
handed out: it takes ten times as long as everything else together.
"""

import importlib
from collections.abc import Mapping, Sequence
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
from divit.pki.signatures import scheme_of, spki_of, verifies
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
    """Prepared bytes in which no lint found anything; only `lint` and `lint_ours` can make one.

    `judged` is false while pkilint has not looked.
    """

    __slots__ = ("findings", "judged", "prepared")

    def __init__(self, prepared: Prepared, *, findings: list[str], judged: bool, seal: object) -> None:
        if seal is not _SEAL:
            raise TypeError("only the lints of divit.pki.issuance make a Linted")
        self.prepared = prepared
        self.findings = findings
        self.judged = judged


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
    lint_ours(prepared)
    notes = judge(prepared.tbs, profile=prepared.profile, test=prepared.terms.test)
    return Linted(prepared, findings=notes, judged=True, seal=_SEAL)


def lint_ours(prepared: Prepared) -> Linted:
    """Passes what our own lints do not object to; `judge` is owed before the certificate is handed out."""
    found = own_lints.findings(profiles.pinned(prepared.profile), terms=prepared.terms, tbs_der=prepared.tbs)
    if found:
        raise Refused("lint_failed", findings=found)
    return Linted(prepared, findings=[], judged=False, seal=_SEAL)


def judge(tbs_der: bytes, *, profile: str, test: bool) -> list[str]:
    """pkilint's notes on what is to be signed, or was; `Refused("lint_failed", findings=[…])` when it objects."""
    found, notes = _pkilint_gate().judge(profiles.pinned(profile), own_lints.unsigned_certificate(tbs_der), test=test)
    if found:
        raise Refused("lint_failed", findings=found)
    return list(notes)


@cache
def _pkilint_gate() -> ModuleType:
    """Loaded with the first certificate: it takes a second, and most processes never issue."""
    return importlib.import_module("divit.pki.pkilint_gate")


def sign(linted: Linted, *, key: SigningKey) -> bytes:
    """The certificate, DER. What leaves here was read back: same bytes, and a signature that holds.

    Raises `Refused`: wrong_issuer_key, signed_other_bytes; and as `SigningKey.sign`.
    """
    (written,) = sign_all([linted], key=key)
    signature = x509.load_der_x509_certificate(written).signature
    public = key.public_key
    if not verifies(public, signature=signature, data=linted.prepared.tbs, scheme=scheme_of(public)):
        raise Refused("signed_other_bytes")
    return written


def sign_all(many: Sequence[Linted], *, key: SigningKey) -> list[bytes]:
    """The same for many with one key, in their order; when one of them is not right, none leaves.

    The key store has verified each signature before it gave it; here it is made sure that it gave this certificate's.
    """
    public = key.public_key
    spki, scheme = spki_of(public), scheme_of(public)
    if any(linted.prepared.terms.issuer_spki != spki for linted in many):
        raise Refused("wrong_issuer_key", key=key.label)
    algorithm = scheme.identifier
    certificates = []
    for linted in many:
        tbs_der = linted.prepared.tbs
        signature = key.sign(tbs_der, scheme.digest)
        written = der.sequence(tbs_der, algorithm, der.bits(signature))
        read = x509.load_der_x509_certificate(written)
        if read.tbs_certificate_bytes != tbs_der or read.signature != signature:
            raise Refused("signed_other_bytes")
        certificates.append(written)
    return certificates
