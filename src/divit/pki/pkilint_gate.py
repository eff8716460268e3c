"""Somebody else's judgement before every signature: pkilint's RFC 5280 and ETSI EN 319 412 rules, in process."""

from functools import cache
from typing import Any

from pkilint import etsi, finding_filter, loader
from pkilint.etsi.etsi_constants import CertificateType
from pkilint.pkix import certificate as pkix_certificate
from pkilint.pkix import extension, name
from pkilint.validation import ValidationFindingSeverity

from divit.pki.profiles import Profile

_PKIX: Any = pkix_certificate  # written without types
_GRAVE = (ValidationFindingSeverity.WARNING, ValidationFindingSeverity.ERROR, ValidationFindingSeverity.FATAL)
_ON_THIS_MACHINE = 'etsi.internal_domain_name: Internal domain name: "127.0.0.1"'


def judge(profile: Profile, certificate_der: bytes, *, test: bool) -> tuple[list[str], list[str]]:
    """(findings that forbid the signature, notes): codes of pkilint with what it adds.

    For a profile with an ETSI type the type is detected from the certificate, as pkilint's own program does, and must
    be the one that the profile means: without that, a certificate with no statements at all would pass.
    A test authority may live on this machine's own address, which has no public name; no other may.
    """
    try:
        document = loader.load_der_certificate(certificate_der, "certificate.der")
    except ValueError as error:
        return [f"pkilint.unreadable: {error}"], []
    kind = ""
    if profile.pkilint_type:
        kind = etsi.determine_certificate_type(document).name
        if kind != profile.pkilint_type:
            return [f"pkilint.type: {kind} where {profile.pkilint_type} was meant"], []
    grave: list[str] = []
    notes: list[str] = []
    for severity, text in _findings(kind, document):
        local = test and text == _ON_THIS_MACHINE
        (grave if severity in _GRAVE and not local else notes).append(text)
    return grave, notes


def _findings(kind: str, document: Any) -> list[tuple[Any, str]]:
    results = _validator(kind).validate(document.root)
    if kind:
        filters = etsi.create_etsi_finding_filters(CertificateType[kind])
        results, _ = finding_filter.filter_results(filters, results)
    return [
        (found.finding.severity, f"{found.finding.code}: {found.message}" if found.message else found.finding.code)
        for result in results
        for found in result.finding_descriptions
    ]


@cache
def _validator(kind: str) -> Any:
    if kind:
        of_type = CertificateType[kind]
        decoding, checking = etsi.create_decoding_validators(of_type), etsi.create_validators(of_type)
    else:
        decoding = _PKIX.create_decoding_validators(name.ATTRIBUTE_TYPE_MAPPINGS, extension.EXTENSION_MAPPINGS)
        checking = [
            _PKIX.create_issuer_validator_container([]),
            _PKIX.create_validity_validator_container(),
            _PKIX.create_subject_validator_container([]),
            _PKIX.create_extensions_validator_container([]),
            _PKIX.create_spki_validator_container([]),
        ]
    return _PKIX.create_pkix_certificate_validator_container(decoding, checking)
