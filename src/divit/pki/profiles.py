"""What each kind of certificate looks like, as data: the one place that says what may be in it.

A profile fixes the layout. What differs from one authority to the next (its names, policy identifiers, texts and
addresses) comes from the ceremony, see `authority.py`. A change to a profile is a new version of it: certificates in
the making carry the version that they were prepared under.
"""

from dataclasses import dataclass
from enum import StrEnum

from divit.kernel.errors import Refused


class Kind(StrEnum):
    """What the certificate is for; `lint.py` forbids by kind what no profile can permit."""

    AUTHORITY = "authority"
    SERVICE = "service"
    HOLDER = "holder"


# Extensions (RFC 5280 4.2, RFC 6960 4.2.2.2.1, RFC 3739 3.2.6)
SUBJECT_KEY_IDENTIFIER = "2.5.29.14"
KEY_USAGE = "2.5.29.15"
BASIC_CONSTRAINTS = "2.5.29.19"
CRL_DISTRIBUTION_POINTS = "2.5.29.31"
CERTIFICATE_POLICIES = "2.5.29.32"
AUTHORITY_KEY_IDENTIFIER = "2.5.29.35"
EXTENDED_KEY_USAGE = "2.5.29.37"
AUTHORITY_INFORMATION = "1.3.6.1.5.5.7.1.1"
QC_STATEMENTS = "1.3.6.1.5.5.7.1.3"
OCSP_NO_CHECK = "1.3.6.1.5.5.7.48.1.5"

# Key usage bits (RFC 5280 4.2.1.3)
DIGITAL_SIGNATURE, NON_REPUDIATION, KEY_CERT_SIGN, CRL_SIGN = 0, 1, 5, 6

# Extended key usages
OCSP_SIGNING = "1.3.6.1.5.5.7.3.9"
TIME_STAMPING = "1.3.6.1.5.5.7.3.8"

# Qualified-certificate statements (EN 319 412-5, EN 319 412-1, BTK's profile of 2012)
QC_COMPLIANCE = "0.4.0.1862.1.1"
QC_LIMIT_VALUE = "0.4.0.1862.1.2"
QC_SSCD = "0.4.0.1862.1.4"
QC_PDS = "0.4.0.1862.1.5"
QC_TYPE = "0.4.0.1862.1.6"
QC_TYPE_ESIGN = "0.4.0.1862.1.6.1"
QC_LEGISLATION = "0.4.0.1862.1.7"
PKIX_QC_SYNTAX_V2 = "1.3.6.1.5.5.7.11.2"
SEMANTICS_NATURAL = "0.4.0.194121.1.1"
BTK_NES = "2.16.792.1.61.0.1.5070.1.1"  # «nitelikli elektronik sertifika» statement of the regulator
BTK_RESTRICTION = "2.16.792.1.61.0.1.5070.1.3"

# Policies of EN 319 411-2
QCP_N_QSCD = "0.4.0.194112.1.2"

# Arcs that only an authority notified to BTK may use for its policies
NOTIFIED_ARCS = ("2.16.792.1.2.1", "2.16.792.1.61")
LEGAL_SENTENCE = "Bu sertifika, 5070 sayılı Elektronik İmza Kanununa göre nitelikli elektronik sertifikadır."


@dataclass(frozen=True, kw_only=True)
class Profile:
    """One kind of certificate; `extensions` is both what must be there, all of it, and the order it stands in."""

    name: str
    version: int
    kind: Kind
    subject: tuple[str, ...]
    person_prefix: str = ""
    keys: frozenset[str]
    extensions: tuple[str, ...]
    critical: frozenset[str]
    key_usage: frozenset[int]
    basic_constraints: str = ""
    path_length: int | None = None
    extended_key_usage: str = ""
    shared_policy: str = ""
    qc_statements: tuple[str, ...] = ()
    most_days: int
    pkilint_type: str = ""

    @property
    def id(self) -> str:
        """Name and version, as stored with what was prepared under it: `etsi-tr@1`."""
        return f"{self.name}@{self.version}"


_AUTHORITY_KEYS = frozenset({"ec-p256", "ec-p384", "rsa-4096"})  # Tebliğ m.6, for the provider's own keys
_SERVICE_KEYS = frozenset({"ec-p256", "ec-p384", "rsa-2048", "rsa-3072", "rsa-4096"})
_HOLDER_KEYS = frozenset({"ec-p256", "rsa-2048"})
_TITLE = ("country", "organisation", "organisation_identifier", "common_name")

ROOT = Profile(
    name="root", version=1, kind=Kind.AUTHORITY, subject=_TITLE, keys=_AUTHORITY_KEYS, most_days=7305,
    extensions=(AUTHORITY_KEY_IDENTIFIER, SUBJECT_KEY_IDENTIFIER, KEY_USAGE, BASIC_CONSTRAINTS),
    critical=frozenset({KEY_USAGE, BASIC_CONSTRAINTS}),
    key_usage=frozenset({KEY_CERT_SIGN, CRL_SIGN}), basic_constraints="ca",
)  # fmt: skip

ISSUING = Profile(
    name="issuing-ca", version=1, kind=Kind.AUTHORITY, subject=_TITLE, keys=_AUTHORITY_KEYS, most_days=3653,
    extensions=(
        AUTHORITY_KEY_IDENTIFIER, SUBJECT_KEY_IDENTIFIER, KEY_USAGE, CERTIFICATE_POLICIES, BASIC_CONSTRAINTS,
        CRL_DISTRIBUTION_POINTS, AUTHORITY_INFORMATION,
    ),
    critical=frozenset({KEY_USAGE, BASIC_CONSTRAINTS}),
    key_usage=frozenset({KEY_CERT_SIGN, CRL_SIGN}), basic_constraints="ca", path_length=0,
)  # fmt: skip

OCSP_DELEGATE = Profile(
    name="ocsp-delegate", version=1, kind=Kind.SERVICE, subject=_TITLE, keys=_SERVICE_KEYS, most_days=30,
    extensions=(AUTHORITY_KEY_IDENTIFIER, SUBJECT_KEY_IDENTIFIER, KEY_USAGE, EXTENDED_KEY_USAGE, OCSP_NO_CHECK),
    critical=frozenset({KEY_USAGE}),
    key_usage=frozenset({DIGITAL_SIGNATURE}), extended_key_usage=OCSP_SIGNING,
)  # fmt: skip

TSA = Profile(
    name="tsa", version=1, kind=Kind.SERVICE, subject=_TITLE, keys=_SERVICE_KEYS, most_days=1827,
    extensions=(
        AUTHORITY_KEY_IDENTIFIER, SUBJECT_KEY_IDENTIFIER, KEY_USAGE, CERTIFICATE_POLICIES, EXTENDED_KEY_USAGE,
        CRL_DISTRIBUTION_POINTS, AUTHORITY_INFORMATION,
    ),
    critical=frozenset({KEY_USAGE, EXTENDED_KEY_USAGE}),  # RFC 3161 2.3: critical, and no other purpose
    key_usage=frozenset({DIGITAL_SIGNATURE}), extended_key_usage=TIME_STAMPING,
)  # fmt: skip

SEAL = Profile(
    name="seal", version=1, kind=Kind.SERVICE, subject=_TITLE, keys=_SERVICE_KEYS, most_days=1096,
    extensions=(
        AUTHORITY_KEY_IDENTIFIER, SUBJECT_KEY_IDENTIFIER, KEY_USAGE, CERTIFICATE_POLICIES, CRL_DISTRIBUTION_POINTS,
        AUTHORITY_INFORMATION,
    ),
    critical=frozenset({KEY_USAGE}),
    key_usage=frozenset({DIGITAL_SIGNATURE, NON_REPUDIATION}),
)  # fmt: skip

# EN 319 412-2/-5 with the statements that Turkish software looks for.
ETSI_TR = Profile(
    name="etsi-tr", version=1, kind=Kind.HOLDER, keys=_HOLDER_KEYS, most_days=1096,
    subject=("country", "surname", "given_names", "serial_number", "common_name"), person_prefix="PNOTR-",
    extensions=(
        AUTHORITY_KEY_IDENTIFIER, SUBJECT_KEY_IDENTIFIER, KEY_USAGE, CERTIFICATE_POLICIES, CRL_DISTRIBUTION_POINTS,
        AUTHORITY_INFORMATION, QC_STATEMENTS,
    ),
    critical=frozenset({KEY_USAGE}),
    key_usage=frozenset({NON_REPUDIATION}), shared_policy=QCP_N_QSCD,
    qc_statements=(QC_COMPLIANCE, BTK_NES, QC_SSCD, QC_PDS, QC_TYPE, QC_LEGISLATION, PKIX_QC_SYNTAX_V2),
    pkilint_type="QCP_N_QSCD_NON_EIDAS_FINAL_CERTIFICATE",
)  # fmt: skip

# The layout of certificates seen in use in 2022, octet for octet (docs/pki/profiles.md).
KAMUSM_2022 = Profile(
    name="kamusm-2022", version=1, kind=Kind.HOLDER, keys=_HOLDER_KEYS, most_days=1095,
    subject=("country", "serial_number", "common_name"),
    extensions=(
        AUTHORITY_KEY_IDENTIFIER, SUBJECT_KEY_IDENTIFIER, KEY_USAGE, CERTIFICATE_POLICIES, BASIC_CONSTRAINTS,
        CRL_DISTRIBUTION_POINTS, AUTHORITY_INFORMATION, QC_STATEMENTS,
    ),
    critical=frozenset({KEY_USAGE}),
    key_usage=frozenset({DIGITAL_SIGNATURE, NON_REPUDIATION}), basic_constraints="empty",
    qc_statements=(QC_COMPLIANCE, BTK_NES),
)  # fmt: skip

_ALL = {profile.id: profile for profile in (ROOT, ISSUING, OCSP_DELEGATE, TSA, SEAL, ETSI_TR, KAMUSM_2022)}
HOLDER_PROFILES = tuple(profile.name for profile in _ALL.values() if profile.kind is Kind.HOLDER)


def every() -> tuple[Profile, ...]:
    """Every version of every profile."""
    return tuple(_ALL.values())


def current(name: str) -> Profile:
    """The newest version of the profile of that name."""
    versions = [profile for profile in _ALL.values() if profile.name == name]
    if not versions:
        raise Refused("profile_unknown", profile=name)
    return max(versions, key=lambda profile: profile.version)


def pinned(profile_id: str) -> Profile:
    """Exactly this version, or `Refused("profile_changed")`."""
    if profile_id not in _ALL:
        raise Refused("profile_changed", profile=profile_id)
    return _ALL[profile_id]
