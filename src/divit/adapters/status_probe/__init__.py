"""Asks for a status as a relying party would: OCSP at the responder that the certificate names, CRL at its address."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from divit.adapters.bounded_http import BOUNDS, Bounds, Wire
from divit.certificates.ports import CrlSeen, OcspSeen
from divit.kernel.serials import Serial

_SKEW = timedelta(minutes=5)
_STATUS = {
    ocsp.OCSPCertStatus.GOOD: "good",
    ocsp.OCSPCertStatus.REVOKED: "revoked",
    ocsp.OCSPCertStatus.UNKNOWN: "unknown",
}


class _Unsound(Exception):
    """An answer that a careful relying party would not accept."""


_NOT_BELIEVED = (_Unsound, ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm, x509.ExtensionNotFound)


@dataclass(frozen=True, kw_only=True)
class HttpStatusProbe:
    """Implements `certificates.ports.StatusProbe`; an answer that does not verify is garbage."""

    bounds: Bounds = BOUNDS

    def ocsp(self, *, issuer_der: bytes, certificate_der: bytes) -> OcspSeen:
        """A fresh answer (our own nonce) about exactly this certificate, signed by the issuer or its delegate."""
        issuer, certificate = (
            x509.load_der_x509_certificate(issuer_der),
            x509.load_der_x509_certificate(certificate_der),
        )
        nonce = os.urandom(32)
        request = (
            ocsp.OCSPRequestBuilder()
            .add_certificate(certificate, issuer, hashes.SHA256())
            .add_extension(x509.OCSPNonce(nonce), critical=False)
            .build()
        )
        wire = Wire(neighbour="ocsp", bounds=self.bounds)
        answer = wire.send(
            "POST",
            _responder(certificate),
            content=request.public_bytes(Encoding.DER),
            headers={"Content-Type": "application/ocsp-request"},
            only_asks=True,
        )
        try:
            return _read_ocsp(answer.content, request=request, issuer=issuer, nonce=nonce)
        except _NOT_BELIEVED as problem:
            raise wire.garbage(outcome_known=True) from problem

    def crl(self, url: str) -> CrlSeen:
        """The list at this address as it stands now; who compares it with an issuer checks its signature."""
        wire = Wire(
            neighbour="crl", bounds=Bounds(connect=self.bounds.connect, total=self.bounds.total, size=50_000_000)
        )
        answer = wire.send("GET", url, headers={"Cache-Control": "no-cache"})
        if answer.status_code != 200:
            raise wire.refused()
        try:
            crl = x509.load_der_x509_crl(answer.content)
            number = crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
            serials = frozenset(Serial(entry.serial_number).hex for entry in crl)
        except (ValueError, TypeError, x509.ExtensionNotFound) as problem:
            raise wire.garbage(outcome_known=True) from problem
        return CrlSeen(number=number, this_update=crl.last_update_utc, serials=serials, der=answer.content)


def _responder(certificate: x509.Certificate) -> str:
    access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    return next(
        str(one.access_location.value) for one in access if one.access_method == AuthorityInformationAccessOID.OCSP
    )


def _read_ocsp(der: bytes, *, request: ocsp.OCSPRequest, issuer: x509.Certificate, nonce: bytes) -> OcspSeen:
    answer = ocsp.load_der_ocsp_response(der)
    if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        raise _Unsound("no answer")
    same = (
        answer.serial_number == request.serial_number
        and answer.issuer_key_hash == request.issuer_key_hash
        and answer.issuer_name_hash == request.issuer_name_hash
    )
    echoed = answer.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
    now = datetime.now(UTC)
    too_old = answer.next_update_utc is not None and answer.next_update_utc < now - _SKEW
    if not same or echoed != nonce or answer.this_update_utc > now + _SKEW or too_old:
        raise _Unsound("not about this certificate, or not of now")
    _verify(answer, issuer, now=now)
    reason = answer.revocation_reason
    return OcspSeen(
        status=_STATUS[answer.certificate_status],  # type: ignore[arg-type]
        reason=reason.value if reason is not None else None,
        revoked_at=answer.revocation_time_utc,
        produced_at=answer.produced_at_utc,
        der=der,
    )


def _verify(answer: ocsp.OCSPResponse, issuer: x509.Certificate, *, now: datetime) -> None:
    signer = answer.certificates[0] if answer.certificates else issuer
    if signer != issuer:
        # RFC 6960 4.2.2.2: a delegate is issued directly by the issuer and says so in its extended key usage.
        signer.verify_directly_issued_by(issuer)
        usages = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        in_time = signer.not_valid_before_utc - _SKEW <= now <= signer.not_valid_after_utc
        if ExtendedKeyUsageOID.OCSP_SIGNING not in usages or not in_time:
            raise _Unsound("not a delegate of the issuer")
    key, algorithm = signer.public_key(), answer.signature_hash_algorithm
    if algorithm is None:
        raise _Unsound("no digest")
    if isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(answer.signature, answer.tbs_response_bytes, ec.ECDSA(algorithm))
    elif isinstance(key, rsa.RSAPublicKey):
        key.verify(answer.signature, answer.tbs_response_bytes, padding.PKCS1v15(), algorithm)
    else:
        raise _Unsound("unknown key")
