"""Whose signature it is: verified with pyca/cryptography alone."""

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.oid import ObjectIdentifier

SKEW = timedelta(minutes=2)
# What these libraries raise at something that is not what it should be.
UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, x509.ExtensionNotFound, x509.DuplicateExtension)


def holds(key: object, signature: bytes, data: bytes, digest: hashes.HashAlgorithm | None) -> bool:
    """Whether this key has signed these bytes; False for kinds of key that nobody here uses."""
    try:
        if isinstance(key, ec.EllipticCurvePublicKey) and digest is not None:
            key.verify(signature, data, ec.ECDSA(digest))
        elif isinstance(key, rsa.RSAPublicKey) and digest is not None:
            key.verify(signature, data, padding.PKCS1v15(), digest)
        elif isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, data)
        else:
            return False
    except (InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether the issuer's name and key stand behind it."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def delegate_fault(
    certificate: x509.Certificate, *, issuer: x509.Certificate, usage: ObjectIdentifier, now: datetime, only: bool
) -> str:
    """Why this certificate may not speak for the issuer; empty when it may.

    `only`: the usage must be critical and stand alone (RFC 3161 2.3), as it must for time-stamps.
    """
    if not issued_by(certificate, issuer):
        return "another authority issued it"
    if not certificate.not_valid_before_utc - SKEW <= now <= certificate.not_valid_after_utc:
        return "it is not valid now"
    try:
        told = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
        key_usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except UNREADABLE:
        return "it does not say what it is for"
    if usage not in told.value or (only and (not told.critical or len(told.value) != 1)):
        return "it is for something else"
    return "" if key_usage.digital_signature or key_usage.content_commitment else "its key may not sign"
