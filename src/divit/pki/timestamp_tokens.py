"""Reading time-stamp tokens (RFC 3161) as a verifier: who signed, over which digest, and when."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import cms, tsp
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from divit.kernel.errors import DivitError
from divit.pki.profiles import TIME_STAMPING
from divit.pki.signatures import load_key, scheme_of, verifies


class NotAStamp(DivitError):
    """These bytes are no time-stamp of the authority that was asked."""


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """What a token proves: these bytes existed at that time, since their digest did."""

    digest_name: str
    digest: bytes
    at: datetime


def token_of(response: bytes) -> bytes:
    """The token (DER ContentInfo) in a TimeStampResp. Raises `NotAStamp`, also for a refusal."""
    try:
        return bytes(tsp.TimeStampResp.load(response, strict=True)["time_stamp_token"].untag().dump())
    except (ValueError, TypeError, KeyError, AttributeError) as problem:
        raise NotAStamp(type(problem).__name__) from problem


def read(token: bytes, *, issuer: bytes) -> Stamp:
    """What the token says, if a time-stamping certificate of this issuer (DER) signed it; it must be in the token.

    Raises `NotAStamp`.
    """
    try:
        content = cms.ContentInfo.load(token, strict=True)
        if content["content_type"].native != "signed_data":
            raise NotAStamp("not signed")
        return _read(content["content"], issuer=x509.load_der_x509_certificate(issuer))
    # asn1crypto parses as it goes, and has no error of its own
    except (ValueError, TypeError, KeyError, AttributeError, x509.ExtensionNotFound) as problem:
        raise NotAStamp(type(problem).__name__) from problem


def _read(signed: cms.SignedData, *, issuer: x509.Certificate) -> Stamp:
    encapsulated = signed["encap_content_info"]
    (signer,) = signed["signer_infos"]
    if encapsulated["content_type"].native != "tst_info":
        raise NotAStamp("not a time-stamp")
    certificate = _signer_certificate(signed, signer)
    info = encapsulated["content"].parsed
    at = info["gen_time"].native
    _check_certificate(certificate, issuer=issuer, at=at)
    _check_signature(signer, certificate, content=bytes(encapsulated["content"]))
    imprint = info["message_imprint"]
    return Stamp(
        digest_name=imprint["hash_algorithm"]["algorithm"].native, digest=imprint["hashed_message"].native, at=at
    )


def _signer_certificate(signed: cms.SignedData, signer: cms.SignerInfo) -> x509.Certificate:
    wanted = signer["sid"].chosen
    for choice in signed["certificates"]:
        held = choice.chosen
        if held.issuer == wanted["issuer"] and held.serial_number == wanted["serial_number"].native:
            return x509.load_der_x509_certificate(held.dump())
    raise NotAStamp("the signer's certificate is not in it")


def _check_certificate(certificate: x509.Certificate, *, issuer: x509.Certificate, at: datetime) -> None:
    try:
        certificate.verify_directly_issued_by(issuer)
    except InvalidSignature:
        raise NotAStamp("of another issuer") from None
    purpose = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    if [oid.dotted_string for oid in purpose.value] != [TIME_STAMPING] or not purpose.critical:
        raise NotAStamp("not a time-stamping certificate")  # RFC 3161 2.3
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        raise NotAStamp("the certificate was not valid at that time")


def _check_signature(signer: cms.SignerInfo, certificate: x509.Certificate, *, content: bytes) -> None:
    """RFC 5652 5.4 and, that no other certificate is put in its place, RFC 5816."""
    attributes = signer["signed_attrs"]
    said = {attribute["type"].native: attribute["values"] for attribute in attributes}
    digest = hashlib.new(signer["digest_algorithm"]["algorithm"].native, content).digest()
    (named,) = said["message_digest"].native
    (kind,) = said["content_type"].native
    first = said["signing_certificate_v2"][0]["certs"][0]
    ess = hashlib.new(first["hash_algorithm"]["algorithm"].native, certificate.public_bytes(Encoding.DER)).digest()
    key = load_key(certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    if named != digest or kind != "tst_info" or first["cert_hash"].native != ess:
        raise NotAStamp("signed attributes of something else")
    if not verifies(key, signature=signer["signature"].native, data=attributes.untag().dump(), scheme=scheme_of(key)):
        raise NotAStamp("bad signature")
