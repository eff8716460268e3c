"""Every deliberate error of a profile is found, by the lint that is there for it, before any key is used."""
# ruff: noqa: E501 - tables: one row, one line

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from divit.kernel.errors import Refused
from divit.pki import der, issuance, lint, pkilint_gate, profiles, tbs
from divit.pki import requests as key_rules
from divit.pki.signatures import spki_of
from tests.pki_authority import HOLDER, House

CN, SN, GN, NUMBER, COUNTRY = "2.5.4.3", "2.5.4.4", "2.5.4.42", "2.5.4.5", "2.5.4.6"
SAN = "2.5.29.17"


@dataclass
class Parts:
    """A to-be-signed certificate taken apart."""

    serial: bytes
    algorithm: bytes
    issuer: bytes
    validity: bytes
    subject: list[bytes]
    spki: bytes
    extensions: list[tuple[str, bool, bytes]]
    version: bytes = field(default_factory=lambda: der.explicit(0, der.integer(2)))

    @classmethod
    def of(cls, tbs_der: bytes) -> "Parts":
        reader = der.whole(tbs_der, der.SEQUENCE).inside()
        reader.take(0xA0)
        serial, algorithm, issuer = (reader.any().whole for _ in range(3))
        validity, subject, spki = (reader.any() for _ in range(3))
        extensions = [(e.oid, e.critical, e.value) for e in der.read_extensions(reader.any())]
        rdns = [element.whole for element in subject.inside().all(der.SET)]
        return cls(serial, algorithm, issuer, validity.whole, rdns, spki.whole, extensions)

    def whole(self) -> bytes:
        extensions = der.sequence(*(der.extension(o, v, critical=c) for o, c, v in self.extensions))
        return der.sequence(
            self.version, self.serial, self.algorithm, self.issuer, self.validity, der.sequence(*self.subject),
            self.spki, der.explicit(3, extensions),
        )  # fmt: skip

    def value(self, oid: str) -> bytes:
        return next(value for name, _, value in self.extensions if name == oid)

    def put(self, oid: str, value: bytes | None, *, critical: bool = False) -> None:
        """Replace, add or (with None) remove an extension."""
        names = [name for name, _, _ in self.extensions]
        at = names.index(oid) if oid in names else len(names)
        self.extensions[at : at + 1] = [] if value is None else [(oid, critical, value)]

    def name(self, oid: str, text: str | None, *, encode: Callable[[str], bytes] = der.utf8) -> None:
        marker = der.oid(oid)
        at = next(i for i, rdn in enumerate(self.subject) if marker in rdn)
        new = [] if text is None else [der.tlv(der.SET, der.sequence(marker, encode(text)))]
        self.subject[at : at + 1] = new

    def statements(self) -> list[bytes]:
        return [e.whole for e in der.whole(self.value(profiles.QC_STATEMENTS), der.SEQUENCE).inside().all(der.SEQUENCE)]

    def put_statements(self, statements: list[bytes]) -> None:
        self.put(profiles.QC_STATEMENTS, der.sequence(*statements))

    def without_statement(self, oid: str) -> None:
        self.put_statements([s for s in self.statements() if not s[2:].startswith(der.oid(oid))])

    def with_statement(self, oid: str, info: bytes = b"") -> None:
        self.put_statements([*self.statements(), der.sequence(der.oid(oid), info)])

    def swap_statement(self, oid: str, info: bytes) -> None:
        self.put_statements(
            [der.sequence(der.oid(oid), info) if s[2:].startswith(der.oid(oid)) else s for s in self.statements()]
        )


def rsa_spki(bits: int) -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits).public_key()
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _times(parts: Parts, start: datetime, end: datetime) -> None:
    parts.validity = der.sequence(der.time(start), der.time(end))


START = datetime(2026, 11, 22, tzinfo=UTC)
UTF8_NFD = unicodedata.normalize("NFD", "Ayşe Işıl")
URI = "http://elsewhere.example.org/x"


def _crl(url: str) -> bytes:
    return der.sequence(der.sequence(der.explicit(0, der.explicit(0, der.implicit(6, url.encode())))))


def _aia(*places: tuple[str, str]) -> bytes:
    return der.sequence(*(der.sequence(der.oid(m), der.implicit(6, url.encode())) for m, url in places))


def _pds(*places: tuple[str, str]) -> bytes:
    return der.sequence(*(der.sequence(der.ia5(url), der.printable(language)) for language, url in places))


OCSP, ISSUERS = "1.3.6.1.5.5.7.48.1", "1.3.6.1.5.5.7.48.2"
Mutant = Callable[[Parts], None]
# (what was done, how, which lint must notice; "unreadable" where the parser itself refuses)
MUTANTS: list[tuple[str, Mutant, str]] = [
    ("serial 1", lambda p: setattr(p, "serial", der.integer(1)), "serial"),
    ("serial of 64 bits", lambda p: setattr(p, "serial", der.integer(1 << 63)), "serial"),
    ("negative serial", lambda p: setattr(p, "serial", der.integer(-(1 << 120))), "serial"),
    ("SHA-256 below P-384", lambda p: setattr(p, "algorithm", der.sequence(der.oid("1.2.840.10045.4.3.2"))), "signature"),
    ("SHA-1", lambda p: setattr(p, "algorithm", der.sequence(der.oid("1.2.840.10045.4.1"))), "signature"),
    ("another issuer", lambda p: setattr(p, "issuer", der.sequence(*p.subject)), "issuer"),
    ("ends before it begins", lambda p: _times(p, START, START.replace(year=2025)), "validity"),
    ("ten years", lambda p: _times(p, START, START.replace(year=2036)), "validity"),
    ("version 1", lambda p: setattr(p, "version", b""), ""),
    ("RSA-1024", lambda p: setattr(p, "spki", rsa_spki(1024)), "key"),
    ("RSA-4096", lambda p: setattr(p, "spki", rsa_spki(4096)), "key"),
    ("P-384", lambda p: setattr(p, "spki", spki_of(ec.generate_private_key(ec.SECP384R1()).public_key())), "key"),
    ("P-521", lambda p: setattr(p, "spki", _spki(ec.SECP521R1())), "key"),
    ("another key than its identifier", lambda p: setattr(p, "spki", _spki(ec.SECP256R1())), "key_identifier"),
    ("no serialNumber", lambda p: p.name(NUMBER, None), "subject"),
    ("no givenName", lambda p: p.name(GN, None), "subject"),
    ("no common name", lambda p: p.name(CN, None), "subject"),
    ("two common names", lambda p: p.subject.append(p.subject[-1]), "subject"),
    ("country US", lambda p: p.name(COUNTRY, "US", encode=der.printable), "subject"),
    ("Cyrillic letter", lambda p: p.name(SN, "Öztürk-Çаğlar"), "names"),
    ("bidi override", lambda p: p.name(CN, "Ayşe\u202e Işıl"), "names"),
    ("NFD name", lambda p: p.name(GN, UTF8_NFD), "names"),
    ("NUL in the name", lambda p: p.name(CN, "Ayşe\x00"), "names"),
    ("markup in the name", lambda p: p.name(CN, "<b>Ayşe</b>"), "names"),
    ("common name of 65 letters", lambda p: p.name(CN, "A" * 65), "names"),
    ("common name is another", lambda p: p.name(CN, "Fatma Demir"), "names"),
    ("no PNOTR-", lambda p: p.name(NUMBER, "10000000146", encode=der.printable), "person_number"),
    ("wrong check digits", lambda p: p.name(NUMBER, "PNOTR-12345678901", encode=der.printable), "person_number"),
    ("serialNumber as UTF8String", lambda p: p.name(NUMBER, "PNOTR-10000000146"), "exactly_the_profile"),
    ("no key usage", lambda p: p.put(profiles.KEY_USAGE, None), "extensions"),
    ("key usage not critical", lambda p: p.put(profiles.KEY_USAGE, p.value(profiles.KEY_USAGE)), "extensions"),
    ("digitalSignature besides", lambda p: p.put(profiles.KEY_USAGE, der.named_bits([0, 1]), critical=True), "key_usage"),
    ("digitalSignature only", lambda p: p.put(profiles.KEY_USAGE, der.named_bits([0]), critical=True), "key_usage"),
    ("keyCertSign", lambda p: p.put(profiles.KEY_USAGE, der.named_bits([1, 5]), critical=True), "never_an_authority"),
    ("CA true", lambda p: p.put(profiles.BASIC_CONSTRAINTS, der.sequence(der.boolean(True))), "never_an_authority"),
    ("e-mail in SAN", lambda p: p.put(SAN, der.sequence(der.implicit(1, b"a@example.org"))), "extensions"),
    ("client authentication", lambda p: p.put(profiles.EXTENDED_KEY_USAGE, der.sequence(der.oid("1.3.6.1.5.5.7.3.2"))), "extended_key_usage"),
    ("unknown critical extension", lambda p: p.put("1.2.3.4", b"\x05\x00", critical=True), "extensions"),
    ("doubled extension", lambda p: p.extensions.append(p.extensions[0]), "unreadable"),
    ("other order", lambda p: p.extensions.reverse(), "extensions"),
    ("no CRL address", lambda p: p.put(profiles.CRL_DISTRIBUTION_POINTS, None), "extensions"),
    ("CRL elsewhere", lambda p: p.put(profiles.CRL_DISTRIBUTION_POINTS, _crl(URI)), "addresses"),
    ("no OCSP address", lambda p: p.put(profiles.AUTHORITY_INFORMATION, _aia((ISSUERS, URI))), "addresses"),
    ("OCSP elsewhere", lambda p: p.put(profiles.AUTHORITY_INFORMATION, _aia((ISSUERS, URI), (OCSP, URI))), "addresses"),
    ("no policies", lambda p: p.put(profiles.CERTIFICATE_POLICIES, None), "accepted_by_ma3"),
    ("anyPolicy", lambda p: p.put(profiles.CERTIFICATE_POLICIES, der.sequence(der.sequence(der.oid("2.5.29.32.0")))), "policies"),
    ("no statements", lambda p: p.put(profiles.QC_STATEMENTS, None), "law_5070_m9"),
    ("no QcCompliance", lambda p: p.without_statement(profiles.QC_COMPLIANCE), "law_5070_m9"),
    ("no BTK statement", lambda p: p.without_statement(profiles.BTK_NES), "accepted_by_ma3"),
    ("BTK statement without its text", lambda p: p.swap_statement(profiles.BTK_NES, b""), "statements"),
    ("no QcSSCD", lambda p: p.without_statement(profiles.QC_SSCD), "statements"),
    ("no PDS", lambda p: p.without_statement(profiles.QC_PDS), "etsi_statements"),
    ("PDS over http", lambda p: p.swap_statement(profiles.QC_PDS, _pds(("en", URI))), "etsi_statements"),
    ("PDS not in English", lambda p: p.swap_statement(profiles.QC_PDS, _pds(("tr", "https://x.example.org/"))), "etsi_statements"),
    ("no QcType", lambda p: p.without_statement(profiles.QC_TYPE), "etsi_statements"),
    ("QcType eSeal", lambda p: p.swap_statement(profiles.QC_TYPE, der.sequence(der.oid("0.4.0.1862.1.6.2"))), "etsi_statements"),
    ("no country of the law", lambda p: p.without_statement(profiles.QC_LEGISLATION), "etsi_statements"),
    ("law of another country", lambda p: p.swap_statement(profiles.QC_LEGISLATION, der.sequence(der.printable("DE"))), "etsi_statements"),
    ("doubled statement", lambda p: p.with_statement(profiles.QC_COMPLIANCE), "statements"),
    ("limit of 0 TL", lambda p: p.with_statement(profiles.QC_LIMIT_VALUE, der.sequence(der.printable("TRY"), der.integer(0), der.integer(0))), "law_5070_m9"),
    ("usage restriction", lambda p: p.with_statement(profiles.BTK_RESTRICTION, der.utf8("yalnız")), "law_5070_m9"),
    ("statements critical", lambda p: p.put(profiles.QC_STATEMENTS, p.value(profiles.QC_STATEMENTS), critical=True), "extensions"),
]  # fmt: skip


def _spki(curve: ec.EllipticCurve) -> bytes:
    key = ec.generate_private_key(curve).public_key()
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize(("change", "named"), [(m, n) for _, m, n in MUTANTS], ids=[name for name, _, _ in MUTANTS])
def test_a_mutant_is_found_and_never_signed(house: House, change: Mutant, named: str) -> None:
    prepared = house.prepare()
    parts = Parts.of(prepared.tbs)
    assert parts.whole() == prepared.tbs
    change(parts)
    found = lint.findings(profiles.ETSI_TR, terms=prepared.terms, tbs_der=parts.whole())
    assert any(finding.startswith(f"{named}: " if named else "") for finding in found), found
    with pytest.raises(Refused):
        issuance.lint(replace(prepared, tbs=parts.whole()))


def test_pkilint_alone_would_have_let_some_of_them_pass(house: House) -> None:
    """Why our own lints are there: keep the list of what the outside linter cannot know."""
    passed = set()
    for name, change, _ in MUTANTS:
        parts = Parts.of(house.prepare().tbs)
        change(parts)
        try:
            certificate = lint.unsigned_certificate(parts.whole())
        except der.Malformed:
            continue
        if not pkilint_gate.judge(profiles.ETSI_TR, certificate, test=True)[0]:
            passed.add(name)
    assert {"no PDS", "no QcType", "Cyrillic letter", "bidi override", "NFD name", "serial 1"} <= passed


@pytest.mark.parametrize("profile", ["etsi-tr", "kamusm-2022"])
def test_a_clean_certificate_has_no_finding(house: House, profile: str) -> None:
    prepared = house.prepare(profile)
    assert lint.findings(profiles.current(profile), terms=prepared.terms, tbs_der=prepared.tbs) == []


@pytest.mark.parametrize(
    "terms",
    [
        {"notice": ""},
        {"notice": "Bu sertifika niteliklidir."},
        {"statement": "nitelikli elektronik sertifika"},
        {"statement": profiles.LEGAL_SENTENCE + " TEST"},
        {"policy": "2.16.792.1.2.1.1.5.7.1.1"},
        {"ocsp_url": ""},
        {"crl_url": "https://status.example.org/crl"},
    ],
    ids=lambda terms: "".join(terms),
)
def test_wrong_terms_are_found_even_if_builder_and_terms_agree(house: House, terms: dict[str, str]) -> None:
    """A slip in the ceremony's configuration does not become a certificate."""
    good = house.prepare()
    wrong = replace(good.terms, **terms)
    prepared = issuance.prepare_subject(
        profiles.ETSI_TR,
        terms=wrong,
        subject={
            "country": "TR", "surname": "Işık", "given_names": "Ayşe", "common_name": "Ayşe Işık",
            "serial_number": "PNOTR-10000000146",
        },
        public_key=good.public_key, serial=good.serial, not_before=good.not_before, not_after=good.not_after,
    )  # fmt: skip
    with pytest.raises(Refused, match="lint_failed"):
        issuance.lint(prepared)


def test_nothing_outlives_its_issuer(house: House) -> None:
    prepared = house.prepare()
    for ends, found in ((prepared.not_after, []), (prepared.not_after - timedelta(seconds=1), ["outlives its issuer"])):
        terms = replace(prepared.terms, issuer_ends=ends)
        told = lint.findings(profiles.ETSI_TR, terms=terms, tbs_der=prepared.tbs)
        assert told == [f"validity: {text}" for text in found]
    assert prepared.terms.issuer_ends == house.authority.not_after


def test_no_configuration_makes_a_holder_an_authority(house: House) -> None:
    prepared = house.prepare()
    profile = replace(profiles.ETSI_TR, key_usage=frozenset({profiles.KEY_CERT_SIGN}), basic_constraints="ca")
    parts = Parts.of(prepared.tbs)
    parts.put(profiles.KEY_USAGE, der.named_bits([profiles.KEY_CERT_SIGN]), critical=True)
    found = lint.findings(profile, terms=prepared.terms, tbs_der=parts.whole())
    assert "never_an_authority: would be an authority" in found


def test_sixty_four_turkish_letters_are_letters_not_octets(house: House) -> None:
    long = replace(HOLDER, given_names="Ş" * 31, surname="Ğ" * 32)
    assert issuance.lint(house.prepare(holder=long))


def test_the_identifier_of_a_key_is_method_one(house: House) -> None:
    spki = house.authority.spki
    assert len(tbs.key_identifier(spki)) == 20
    assert key_rules.key_kind(spki) == "ec-p384"
