"""Looking into a certificate that we made ourselves, with another parser than wrote it."""

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def tbs_of(certificate_der: bytes) -> bytes:
    """The bytes that were signed."""
    return x509.load_der_x509_certificate(certificate_der).tbs_certificate_bytes


def holder_name(certificate_der: bytes) -> str:
    """Ad Soyad, as it stands in the certificate."""
    subject = x509.load_der_x509_certificate(certificate_der).subject
    return str(subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


def subject_of(certificate_der: bytes) -> str:
    """Whose it is, as RFC 4514 writes names."""
    return x509.load_der_x509_certificate(certificate_der).subject.rfc4514_string()


def common_name_of(certificate_der: bytes) -> str:
    """The CN in its subject, or the whole subject where there is none."""
    names = x509.load_der_x509_certificate(certificate_der).subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else subject_of(certificate_der)


def is_list_of(crl_der: bytes, *, issuer_der: bytes) -> bool:
    """Whether the issuer signed this list."""
    issuer = x509.load_der_x509_certificate(issuer_der)
    try:
        listed = x509.load_der_x509_crl(crl_der)
    except ValueError:
        return False
    key = issuer.public_key()
    return (
        isinstance(key, ec.EllipticCurvePublicKey)
        and listed.issuer == issuer.subject
        and listed.is_signature_valid(key)
    )
