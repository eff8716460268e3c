"""The electronic seal: PAdES-B-T over a PDF, by a key of the key store and somebody else's time-stamp."""

import io

from asn1crypto import algos, cms, tsp
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import TimeStamper, TimestampRequestError
from pyhanko_certvalidator.registry import SimpleCertificateStore

from divit.certificates.ports import Timestamps
from divit.kernel.errors import NeighbourFailed
from divit.pki.keystores.base import SigningKey

_DIGEST = hashes.SHA256()


class _StoreSigner(signers.Signer):
    """Lets pyHanko sign with a key that it never sees."""

    def __init__(self, key: SigningKey, *, certificate: bytes, chain: list[bytes]) -> None:
        registry = SimpleCertificateStore()
        registry.register_multiple([asn1_x509.Certificate.load(der) for der in chain])
        super().__init__(
            signing_cert=asn1_x509.Certificate.load(certificate),
            cert_registry=registry,
            signature_mechanism=algos.SignedDigestAlgorithm(
                {"algorithm": "sha256_rsa" if _is_rsa(key) else "sha256_ecdsa"}
            ),
        )
        self._key = key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        """While sizes are measured no signature is made."""
        return _largest(self._key) if dry_run else self._key.sign(data, _DIGEST)


def _is_rsa(key: SigningKey) -> bool:
    return isinstance(key.public_key, rsa.RSAPublicKey)


def _largest(key: SigningKey) -> bytes:
    """As long as a signature of this key can be."""
    bits = key.public_key.key_size
    return bytes(bits // 8) if _is_rsa(key) else encode_dss_signature((1 << bits) - 1, (1 << bits) - 1)


class _PortTimeStamper(TimeStamper):
    """Lets pyHanko ask for a time-stamp through our port."""

    def __init__(self, port: Timestamps) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._port = port

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        response: tsp.TimeStampResp = tsp.TimeStampResp.load(self._port.stamp(req.dump()))
        return response

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """A refusal, another request's answer, or what is no answer at all: each is the neighbour's failure."""
        try:
            return await super().async_timestamp(message_digest, md_algorithm)
        except TimestampRequestError as problem:
            raise NeighbourFailed("tsa", "refused", outcome_known=True) from problem
        except (ValueError, TypeError, KeyError, AttributeError) as problem:  # asn1crypto parses as it goes
            raise NeighbourFailed("tsa", "garbage", outcome_known=True) from problem


def seal(
    pdf: bytes, *, key: SigningKey, certificate: bytes, chain: list[bytes], timestamps: Timestamps, reason: str
) -> bytes:
    """The same document, certified against any change. Calls the TSA: never inside a transaction.

    Raises `NeighbourFailed` when no usable time-stamp is to be had.
    """
    signer = signers.PdfSigner(
        signers.PdfSignatureMetadata(
            field_name="Seal",
            md_algorithm="sha256",
            subfilter=fields.SigSeedSubFilter.PADES,
            certify=True,
            docmdp_permissions=fields.MDPPerm.NO_CHANGES,
            reason=reason,
        ),
        signer=_StoreSigner(key, certificate=certificate, chain=chain),
        timestamper=_PortTimeStamper(timestamps),
    )
    out = io.BytesIO()
    signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), output=out)
    return out.getvalue()
