"""The to-be-signed bytes of a certificate, written from a profile and the authority's terms."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from divit.kernel.serials import Serial
from divit.pki import der, profiles
from divit.pki.profiles import Profile
from divit.pki.signatures import load_key, scheme_of
from divit.pki.terms import Terms

_ATTRIBUTES = {
    "country": "2.5.4.6",
    "organisation": "2.5.4.10",
    "organisation_identifier": "2.5.4.97",
    "common_name": "2.5.4.3",
    "surname": "2.5.4.4",
    "given_names": "2.5.4.42",
    "serial_number": "2.5.4.5",
}
_PRINTABLE = frozenset({"country", "serial_number"})  # RFC 5280 appendix A.1 leaves these no choice
_CPS = "1.3.6.1.5.5.7.2.1"
_USER_NOTICE = "1.3.6.1.5.5.7.2.2"
_OCSP = "1.3.6.1.5.5.7.48.1"
_CA_ISSUERS = "1.3.6.1.5.5.7.48.2"
_VERSION_3 = der.explicit(0, der.integer(2))
_WRITTEN = {attribute: der.oid(dotted) for attribute, dotted in _ATTRIBUTES.items()}
_NOBODYS_KEY = hashlib.sha1(b"the key identifier that is put in last", usedforsecurity=False).digest()


@dataclass(frozen=True)
class Layout:
    """What is alike in every certificate of one profile and one authority, encoded once.

    `origin` is signature algorithm and issuer; `extensions` stand around the twenty octets of the key's identifier.
    """

    origin: bytes
    extensions: tuple[bytes, ...]

    def extensions_of(self, spki: bytes) -> bytes:
        """The whole extensions field for this key."""
        return key_identifier(spki).join(self.extensions)


@lru_cache(maxsize=64)
def layout(profile: Profile, terms: Terms) -> Layout:
    """Encoded the first time it is asked for: a certificate then costs what differs in it."""
    values = [
        der.extension(oid, _VALUES[oid](profile, terms, _NOBODYS_KEY), critical=oid in profile.critical)
        for oid in profile.extensions
    ]
    return Layout(
        origin=scheme_of(load_key(terms.issuer_spki)).identifier + terms.issuer_name,
        extensions=tuple(der.explicit(3, der.sequence(*values)).split(_NOBODYS_KEY)),
    )


def name(profile: Profile, subject: Mapping[str, str]) -> bytes:
    """Name, DER: one attribute per RDN, in the profile's order."""
    parts = []
    for attribute in profile.subject:
        text = subject[attribute]
        value = der.printable(text) if attribute in _PRINTABLE else der.utf8(text)
        parts.append(der.tlv(der.SET, der.sequence(_WRITTEN[attribute], value)))
    return der.sequence(*parts)


def key_identifier(spki: bytes) -> bytes:
    """SHA-1 of the public key's bits: method 1 of RFC 5280 4.2.1.2 (an identifier, not a security measure)."""
    info = der.whole(spki, der.SEQUENCE).inside()
    info.take(der.SEQUENCE)
    return hashlib.sha1(info.take(der.BIT_STRING).content[1:], usedforsecurity=False).digest()


def build(
    profile: Profile,
    *,
    terms: Terms,
    subject: Mapping[str, str],
    spki: bytes,
    serial: Serial,
    not_before: datetime,
    not_after: datetime,
) -> bytes:
    """TBSCertificate v3, DER. No key is needed, and none is used."""
    fixed = layout(profile, terms)
    return der.sequence(
        _VERSION_3,
        der.integer(serial.int),
        fixed.origin,
        der.sequence(der.time(not_before), der.time(not_after)),
        name(profile, subject),
        spki,
        fixed.extensions_of(spki),
    )


def extension_value(oid: str, *, profile: Profile, terms: Terms, spki: bytes) -> bytes:
    """The value of one extension, DER."""
    return _VALUES[oid](profile, terms, key_identifier(spki))


def _authority_key_identifier(profile: Profile, terms: Terms, identifier: bytes) -> bytes:
    return der.sequence(der.implicit(0, key_identifier(terms.issuer_spki)))


def _subject_key_identifier(profile: Profile, terms: Terms, identifier: bytes) -> bytes:
    return der.octets(identifier)


def _key_usage(profile: Profile, terms: Terms, identifier: bytes) -> bytes:
    return der.named_bits(profile.key_usage)


def _basic_constraints(profile: Profile, terms: Terms, identifier: bytes) -> bytes:
    if profile.basic_constraints != "ca":
        return der.sequence()
    length = b"" if profile.path_length is None else der.integer(profile.path_length)
    return der.sequence(der.boolean(True), length)


def _extended_key_usage(profile: Profile, terms: Terms, identifier: bytes) -> bytes:
    return der.sequence(der.oid(profile.extended_key_usage))


def _certificate_policies(profile: Profile, terms: Terms, identifier: bytes) -> bytes:
    qualifiers = []
    if terms.cps_url:
        qualifiers.append(der.sequence(der.oid(_CPS), der.ia5(terms.cps_url)))
    if terms.notice:
        qualifiers.append(der.sequence(der.oid(_USER_NOTICE), der.sequence(der.utf8(terms.notice))))
    own = der.sequence(der.oid(terms.policy), der.sequence(*qualifiers) if qualifiers else b"")
    shared = der.sequence(der.oid(profile.shared_policy)) if profile.shared_policy else b""
    return der.sequence(shared, own)


def _crl_distribution_points(profile: Profile, terms: Terms, identifier: bytes) -> bytes:
    full_name = der.explicit(0, der.implicit(6, terms.crl_url.encode("ascii")))
    return der.sequence(der.sequence(der.explicit(0, full_name)))


def _authority_information(profile: Profile, terms: Terms, identifier: bytes) -> bytes:
    places = ((_CA_ISSUERS, terms.ca_url), (_OCSP, terms.ocsp_url))
    return der.sequence(
        *(der.sequence(der.oid(method), der.implicit(6, url.encode("ascii"))) for method, url in places if url)
    )


def _qc_statements(profile: Profile, terms: Terms, identifier: bytes) -> bytes:
    info = {
        profiles.BTK_NES: lambda: der.utf8(terms.statement),
        profiles.QC_PDS: lambda: der.sequence(
            *(der.sequence(der.ia5(url), der.printable(language)) for language, url in terms.pds)
        ),
        profiles.QC_TYPE: lambda: der.sequence(der.oid(profiles.QC_TYPE_ESIGN)),
        profiles.QC_LEGISLATION: lambda: der.sequence(der.printable("TR")),
        profiles.PKIX_QC_SYNTAX_V2: lambda: der.sequence(der.oid(profiles.SEMANTICS_NATURAL)),
    }
    return der.sequence(
        *(der.sequence(der.oid(oid), info[oid]() if oid in info else b"") for oid in profile.qc_statements)
    )


def _no_check(profile: Profile, terms: Terms, identifier: bytes) -> bytes:
    return der.null()


_VALUES: dict[str, Callable[[Profile, Terms, bytes], bytes]] = {
    profiles.AUTHORITY_KEY_IDENTIFIER: _authority_key_identifier,
    profiles.SUBJECT_KEY_IDENTIFIER: _subject_key_identifier,
    profiles.KEY_USAGE: _key_usage,
    profiles.BASIC_CONSTRAINTS: _basic_constraints,
    profiles.EXTENDED_KEY_USAGE: _extended_key_usage,
    profiles.CERTIFICATE_POLICIES: _certificate_policies,
    profiles.CRL_DISTRIBUTION_POINTS: _crl_distribution_points,
    profiles.AUTHORITY_INFORMATION: _authority_information,
    profiles.QC_STATEMENTS: _qc_statements,
    profiles.OCSP_NO_CHECK: _no_check,
}
