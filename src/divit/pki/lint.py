"""Our own lints: what law, profile and Turkish verifying software ask of a certificate, one named function each.

They look at the to-be-signed bytes through another parser (pyca) than the one that wrote them, and they run before
any key is used. What outside linters do not notice (a doubled statement, a missing address, a look-alike letter in a
name) is found here; `pkilint_gate.py` adds what they do notice.

What all certificates of one profile and one authority have octet for octet in common is judged with the first of them;
of the others it is judged that they have it, and everything that is their own.
"""

import warnings
from collections.abc import Callable, Iterator
from datetime import timedelta

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from divit.kernel.errors import Invalid
from divit.kernel.tckn import Tckn
from divit.pki import der, names, profiles, tbs
from divit.pki.lint_case import SUBJECT_OIDS, Case
from divit.pki.profiles import Kind, Profile
from divit.pki.requests import kind_of
from divit.pki.signatures import load_key, scheme_of
from divit.pki.terms import Terms

_FEWEST_SERIAL_BITS = 97  # at least 96 random bits below the leading one


Lint = Callable[[Case], Iterator[str]]


def unsigned_certificate(tbs_der: bytes) -> bytes:
    """The bytes with a signature that means nothing, for parsers that want a whole certificate."""
    reader = der.whole(tbs_der, der.SEQUENCE).inside()
    reader.take(0xA0)
    reader.take(der.INTEGER)
    algorithm = reader.take(der.SEQUENCE).whole
    nothing = der.sequence(der.integer(1), der.integer(1))
    return der.sequence(tbs_der, algorithm, der.bits(nothing))


def findings(profile: Profile, *, terms: Terms, tbs_der: bytes) -> list[str]:
    """Every reason why these bytes must not be signed, as `lint: what was found`."""
    try:
        with warnings.catch_warnings():
            # pyca only warns of what the lints below decide: it counts a name's octets where RFC 5280 counts letters
            warnings.simplefilter("ignore")
            certificate = x509.load_der_x509_certificate(unsigned_certificate(tbs_der))
            case = Case(profile, terms, tbs_der, certificate)
            return [*_found(_OF_EACH, case), *_found_in_common(case)]
    except (der.Malformed, ValueError, UnsupportedAlgorithm, x509.DuplicateExtension) as error:
        return [f"unreadable: {type(error).__name__}: {error}"]


def _found(lints: tuple[Lint, ...], case: Case) -> list[str]:
    return [f"{lint.__name__.lstrip('_')}: {text}" for lint in lints for text in lint(case)]


_in_common: dict[tuple[Profile, Terms], list[str]] = {}


def _found_in_common(case: Case) -> list[str]:
    """Those of `_OF_ALL` look at nothing but profile, terms, origin and extensions; where these are octet for octet
    what the profile writes for the certified key, what was found once is found always."""
    layout = tbs.layout(case.profile, case.terms)
    alike = case.written.origin == layout.origin and case.written.extensions.whole == layout.extensions_of(case.spki)
    if not alike or case.profile.kind is not Kind.HOLDER:
        return _found(_OF_ALL, case)
    key = (case.profile, case.terms)
    if key not in _in_common:
        _in_common[key] = _found(_OF_ALL, case)
    return _in_common[key]


def _serial(case: Case) -> Iterator[str]:
    if case.certificate.serial_number < 1 << (_FEWEST_SERIAL_BITS - 1):
        yield "not positive, or fewer than 96 random bits"


def _signature(case: Case) -> Iterator[str]:
    """Tebliğ m.6: EC of 256 bits or more with SHA-2 of 256 bits or more; and always the one of the issuer's key."""
    wanted = scheme_of(load_key(case.terms.issuer_spki)).oid
    if case.certificate.signature_algorithm_oid.dotted_string != wanted:
        yield f"{case.certificate.signature_algorithm_oid.dotted_string} where {wanted} was due"


def _issuer(case: Case) -> Iterator[str]:
    if case.certificate.issuer.public_bytes() != case.terms.issuer_name:
        yield "not the name of the issuer"
    value = case.extension(profiles.AUTHORITY_KEY_IDENTIFIER)
    if isinstance(value, x509.AuthorityKeyIdentifier):
        if value.key_identifier != tbs.key_identifier(case.terms.issuer_spki):
            yield "not the key of the issuer"
        if value.authority_cert_issuer or value.authority_cert_serial_number:
            yield "names the issuer's certificate besides its key"


def _validity(case: Case) -> Iterator[str]:
    start, end = case.certificate.not_valid_before_utc, case.certificate.not_valid_after_utc
    if end <= start:
        yield "ends before it begins"
    if case.terms.issuer_ends is not None and end > case.terms.issuer_ends:
        yield "outlives its issuer"  # the shell model of RFC 5280: nobody could verify it to its end
    if end - start > timedelta(days=case.profile.most_days):
        yield f"longer than {case.profile.most_days} days"


def _key(case: Case) -> Iterator[str]:
    try:
        kind = kind_of(case.key)
    except Invalid as error:
        yield f"weak: {error.facts.get('why')}"
        return
    if kind not in case.profile.keys:
        yield f"{kind} is not open to this profile"


def _key_identifier(case: Case) -> Iterator[str]:
    value = case.extension(profiles.SUBJECT_KEY_IDENTIFIER)
    if isinstance(value, x509.SubjectKeyIdentifier) and value.digest != tbs.key_identifier(case.spki):
        yield "of another key"


def _subject(case: Case) -> Iterator[str]:
    wanted = [SUBJECT_OIDS[attribute] for attribute in case.profile.subject]
    present = [oid for oid, _ in case.attributes]
    if present != wanted or any(len(rdn) != 1 for rdn in case.certificate.subject.rdns):
        yield f"{[oid.dotted_string for oid in present]} where {[oid.dotted_string for oid in wanted]} was due"
    if case.subject("country") != ["TR"]:
        yield "the country is not TR"


def _names(case: Case) -> Iterator[str]:
    holder = case.profile.kind is Kind.HOLDER
    check = names.check_person_name if holder else names.check_title
    for attribute in ("common_name", "surname", "given_names", "organisation"):
        for text in case.subject(attribute):
            try:
                check(text, field=attribute)
            except Invalid as error:
                yield f"{attribute}: {error.code} {error.facts.get('letter', '')}".rstrip()
    if holder and "surname" in case.profile.subject:
        whole = [f"{a} {b}" for a, b in zip(case.subject("given_names"), case.subject("surname"), strict=False)]
        if whole != case.subject("common_name"):
            yield "the common name is not given names and surname"


def _person_number(case: Case) -> Iterator[str]:
    if case.profile.kind is not Kind.HOLDER:
        return
    (text,) = case.subject("serial_number") or [""]
    prefix, number = text[: len(case.profile.person_prefix)], text[len(case.profile.person_prefix) :]
    if prefix != case.profile.person_prefix:
        yield f"the serial number lacks {case.profile.person_prefix}"
    try:
        if Tckn(number) != number:
            yield "the T.C. kimlik no is not written plainly"
    except Invalid:
        yield "no T.C. kimlik no"


def _extensions(case: Case) -> Iterator[str]:
    present = [extension.oid.dotted_string for extension in case.certificate.extensions]
    if tuple(present) != case.profile.extensions:
        missing = sorted(set(case.profile.extensions) - set(present))
        surplus = sorted(set(present) - set(case.profile.extensions))
        yield f"missing {missing}, surplus {surplus}" if missing or surplus else "in another order"
    for extension in case.certificate.extensions:
        if extension.critical != (extension.oid.dotted_string in case.profile.critical):
            yield f"{extension.oid.dotted_string} is {'' if extension.critical else 'not '}critical"


_BITS = {
    "digital_signature": 0, "content_commitment": 1, "key_encipherment": 2, "data_encipherment": 3,
    "key_agreement": 4, "key_cert_sign": 5, "crl_sign": 6,
}  # fmt: skip


def _key_usage(case: Case) -> Iterator[str]:
    value = case.extension(profiles.KEY_USAGE)
    present = {bit for name, bit in _BITS.items() if getattr(value, name, False)}
    if present != case.profile.key_usage:
        yield f"{sorted(present)} where {sorted(case.profile.key_usage)} was due"


def _never_an_authority(case: Case) -> Iterator[str]:
    """By a constant, not by configuration: test profiles have made orders into authorities before (2011)."""
    usage, constraints = case.extension(profiles.KEY_USAGE), case.extension(profiles.BASIC_CONSTRAINTS)
    may = case.profile.kind is Kind.AUTHORITY
    is_ca = isinstance(constraints, x509.BasicConstraints) and constraints.ca
    if not may and (is_ca or getattr(usage, "key_cert_sign", False) or getattr(usage, "crl_sign", False)):
        yield "would be an authority"
    if may and not is_ca:
        yield "would be no authority"
    if isinstance(constraints, x509.BasicConstraints) and constraints.path_length != case.profile.path_length:
        yield f"path length {constraints.path_length}"


def _extended_key_usage(case: Case) -> Iterator[str]:
    value = case.extension(profiles.EXTENDED_KEY_USAGE)
    present = [oid.dotted_string for oid in value] if isinstance(value, x509.ExtendedKeyUsage) else []
    if present != ([case.profile.extended_key_usage] if case.profile.extended_key_usage else []):
        yield f"{present}"


def _addresses(case: Case) -> Iterator[str]:
    crl = case.extension(profiles.CRL_DISTRIBUTION_POINTS)
    if isinstance(crl, x509.CRLDistributionPoints):
        urls = [general.value for point in crl for general in point.full_name or []]
        if urls != [case.terms.crl_url] or not case.terms.crl_url.startswith("http://"):
            yield f"CRL at {urls}"  # EN 319 412-2 GEN-4.3.11-4: plain http must be among them
    information = case.extension(profiles.AUTHORITY_INFORMATION)
    if isinstance(information, x509.AuthorityInformationAccess):
        places = [(place.access_method, place.access_location.value) for place in information]
        wanted = [(AuthorityInformationAccessOID.CA_ISSUERS, case.terms.ca_url)]
        if case.terms.ocsp_url:
            wanted.append((AuthorityInformationAccessOID.OCSP, case.terms.ocsp_url))
        if places != wanted or not all(url.startswith("http://") for _, url in wanted):
            yield f"information at {[url for _, url in places]}"
    if case.profile.kind is Kind.HOLDER and not case.terms.ocsp_url:
        yield "no OCSP address"


def _law_5070_m9(case: Case) -> Iterator[str]:
    """5070 md. 9: what a qualified certificate must contain, letter by letter (c, d, e, f and j: other lints)."""
    if case.profile.kind is not Kind.HOLDER:
        return
    identifiers = [identifier for identifier, _ in case.statements()]
    if profiles.QC_COMPLIANCE not in identifiers or profiles.BTK_NES not in identifiers:
        yield "(a) does not say what it is"
    issuer = case.certificate.issuer
    countries = [a.value for a in issuer.get_attributes_for_oid(NameOID.COUNTRY_NAME)]
    if countries != ["TR"] or not issuer.get_attributes_for_oid(NameOID.COMMON_NAME):
        yield "(b) does not name the authority and its country"
    if {profiles.QC_LIMIT_VALUE, profiles.BTK_RESTRICTION} & set(identifiers):
        yield "(ı) carries a limit that nobody asked for"


def _law_5070_m9_c(case: Case) -> Iterator[str]:
    """5070 md. 9 (c): the information by which the signer can be identified."""
    if case.profile.kind is Kind.HOLDER and not (case.subject("common_name") and case.subject("serial_number")):
        yield "does not identify the signer"


def _accepted_by_ma3(case: Case) -> Iterator[str]:
    """What the verifying software used by Turkish public bodies asks of a qualified certificate."""
    if case.profile.kind is not Kind.HOLDER:
        return
    if not getattr(case.extension(profiles.KEY_USAGE), "content_commitment", False):
        yield "key usage without nonRepudiation"
    identifiers = [identifier for identifier, _ in case.statements()]
    if not {profiles.QC_COMPLIANCE, profiles.BTK_NES} <= set(identifiers):
        yield "one of the two statements is missing"
    if not any(text.strip() for text in case.notices()):
        yield "no user notice"


def _policies(case: Case) -> Iterator[str]:
    present = [policy.policy_identifier.dotted_string for policy in case.policies()]
    wanted = [p for p in (case.profile.shared_policy, case.terms.policy) if p]
    if profiles.CERTIFICATE_POLICIES in case.profile.extensions and present != wanted:
        yield f"{present} where {wanted} was due"
    if case.notices() != ([case.terms.notice] if case.policies() and case.terms.notice else []):
        yield "not the text of the policy's notice"


def _statements(case: Case) -> Iterator[str]:
    found = case.statements()
    identifiers = tuple(identifier for identifier, _ in found)
    if identifiers != case.profile.qc_statements:
        yield f"{list(identifiers)} where {list(case.profile.qc_statements)} was due"
    info = dict(found)
    if profiles.BTK_NES in info and info[profiles.BTK_NES] != der.utf8(case.terms.statement):
        yield "not the text of the NES statement"
    for bare in (profiles.QC_COMPLIANCE, profiles.QC_SSCD):
        if info.get(bare):
            yield f"{bare} carries information"


def _etsi_statements(case: Case) -> Iterator[str]:
    """EN 319 412-5: without the country of the law (4.2.4) the certificate would claim to be qualified in the EU."""
    info = dict(case.statements())
    if profiles.QC_TYPE not in case.profile.qc_statements:
        return
    if info.get(profiles.QC_TYPE) != der.sequence(der.oid(profiles.QC_TYPE_ESIGN)):
        yield "not the type eSign"
    if info.get(profiles.QC_LEGISLATION) != der.sequence(der.printable("TR")):
        yield "does not name the law of TR"
    if info.get(profiles.PKIX_QC_SYNTAX_V2) != der.sequence(der.oid(profiles.SEMANTICS_NATURAL)):
        yield "not the semantics of a natural person"
    places = []
    for item in der.whole(info.get(profiles.QC_PDS, der.sequence()), der.SEQUENCE).inside().all(der.SEQUENCE):
        reader = item.inside()
        places.append(
            (reader.take(der.IA5_STRING).content.decode(), reader.take(der.PRINTABLE_STRING).content.decode())
        )
    if not any(language == "en" for _, language in places) or not all(
        url.startswith("https://") and language.islower() for url, language in places
    ):
        yield "disclosure statements must be https, and one in English"


def _says_test(case: Case) -> Iterator[str]:
    """An authority that is not notified to BTK uses neither its arcs nor the sentence of the law."""
    arcs = [policy.policy_identifier.dotted_string for policy in case.policies()]
    texts = [*case.notices(), case.terms.statement]
    if not case.terms.notified_eshs:
        if any(arc.startswith(f"{reserved}.") for arc in arcs for reserved in profiles.NOTIFIED_ARCS):
            yield "a policy of a notified authority"
        if any(profiles.LEGAL_SENTENCE in text for text in texts):
            yield "the sentence of the law"
    if case.terms.test:
        speaking = [text for text in texts if text]
        if case.profile.kind is Kind.HOLDER and not (speaking and all("TEST" in text for text in speaking)):
            yield "does not say TEST"
        if case.profile.kind is not Kind.HOLDER and not any("TEST" in text for text in case.subject("common_name")):
            yield "does not say TEST in its name"


def _no_check(case: Case) -> Iterator[str]:
    if profiles.OCSP_NO_CHECK in case.profile.extensions and not isinstance(
        case.extension(profiles.OCSP_NO_CHECK), x509.OCSPNoCheck
    ):
        yield "a delegate that would have to be checked itself"


def _exactly_the_profile(case: Case) -> Iterator[str]:
    """Written again from what was read, it must come out octet for octet."""
    if case.written.extensions.whole != tbs.layout(case.profile, case.terms).extensions_of(case.spki):
        yield from _written_otherwise(case)
    if case.written.spki != case.spki:
        yield "the key is written otherwise"
    subject = {attribute: "".join(case.subject(attribute)) for attribute in case.profile.subject}
    try:
        if case.certificate.subject.public_bytes() != tbs.name(case.profile, subject):
            yield "the subject is written otherwise"
    except ValueError:
        yield "the subject cannot be written so"


def _written_otherwise(case: Case) -> Iterator[str]:
    for extension in der.read_extensions(case.written.extensions):
        if extension.oid not in case.profile.extensions:
            yield f"{extension.oid} is not of this profile"
        elif extension.value != tbs.extension_value(
            extension.oid, profile=case.profile, terms=case.terms, spki=case.spki
        ):
            yield f"{extension.oid} is written otherwise"


_OF_EACH: tuple[Lint, ...] = (
    _serial, _validity, _key, _subject, _names, _person_number, _law_5070_m9_c, _exactly_the_profile,
)  # fmt: skip
_OF_ALL: tuple[Lint, ...] = (
    _signature, _issuer, _key_identifier, _extensions, _key_usage, _never_an_authority, _extended_key_usage, _addresses,
    _law_5070_m9, _accepted_by_ma3, _policies, _statements, _etsi_statements, _says_test, _no_check,
)  # fmt: skip
