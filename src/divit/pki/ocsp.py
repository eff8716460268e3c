"""OCSP (ÇİSDuP): reading strangers' requests and writing signed answers (RFC 6960, nonces by RFC 9654).

A request is read by our own strict reader, which has bounds where general parsers have none: at most 16 questions,
10 KiB, a nonce of 1 to 128 octets. Whatever else arrives is `malformedRequest`, never an exception of somebody's.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from divit.kernel.errors import Refused
from divit.pki import der
from divit.pki.keystores.base import SigningKey
from divit.pki.reasons import Reason
from divit.pki.signatures import scheme_of, spki_of
from divit.pki.tbs import key_identifier

MOST_OCTETS = 10_240
MOST_QUESTIONS = 16
MOST_NONCE = 128
_MOST_FRAMES = 1_024
NONCE = "1.3.6.1.5.5.7.48.1.2"
_ARCHIVE_CUTOFF = "1.3.6.1.5.5.7.48.1.6"
_BASIC = "1.3.6.1.5.5.7.48.1.1"
_HASHES = {
    "1.3.14.3.2.26": "sha1",  # what almost every client asks with; it identifies, it does not protect
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}


class Failure(IntEnum):
    """OCSPResponseStatus without an answer (RFC 6960 4.2.1)."""

    MALFORMED_REQUEST = 1
    INTERNAL_ERROR = 2
    TRY_LATER = 3
    UNAUTHORIZED = 6


class MalformedRequest(Exception):
    """Not an OCSP request that we read."""


@dataclass(frozen=True)
class CertId:
    """Which certificate is asked about; `whole` is echoed as it came."""

    whole: bytes
    hash_name: str
    issuer_name_hash: bytes
    issuer_key_hash: bytes
    serial: int


@dataclass(frozen=True)
class Request:
    """What is asked, and the nonce to echo."""

    questions: tuple[CertId, ...]
    nonce: bytes | None


@dataclass(frozen=True)
class Good:
    """Issued, and not revoked."""


@dataclass(frozen=True)
class Revoked:
    """Revoked or on hold, since when and why."""

    at: datetime
    reason: Reason


Status = Good | Revoked | None
"""None is `unknown`: a serial that we never issued is not good."""


def failure(status: Failure) -> bytes:
    """An unsigned answer that carries no status."""
    return der.sequence(der.enumerated(status))


def parse_request(data: bytes) -> Request:
    """Raises `MalformedRequest`. A signature on the request is not asked for and not looked at."""
    if len(data) > MOST_OCTETS:
        raise MalformedRequest("too long")
    try:
        return _read_request(data)
    except der.Malformed as error:
        raise MalformedRequest(str(error)) from None


def _read_request(data: bytes) -> Request:
    outer = der.whole(data, der.SEQUENCE).inside()
    tbs = outer.take(der.SEQUENCE).inside()
    outer.optional(0xA0)
    outer.end()
    version = tbs.optional(0xA0)
    if version and der.read_integer(der.whole(version.content, der.INTEGER)) != 0:
        raise der.Malformed("version")
    tbs.optional(0xA1)  # requestorName
    questions: list[CertId] = []
    for item in tbs.take(der.SEQUENCE).inside().all(der.SEQUENCE):
        if len(questions) == MOST_QUESTIONS:
            raise der.Malformed("too many questions")
        questions.append(_read_question(item))
    if not questions:
        raise der.Malformed("no question")
    extensions = tbs.optional(0xA2)
    tbs.end()
    return Request(tuple(questions), _read_nonce(extensions) if extensions else None)


def _read_question(item: der.Element) -> CertId:
    reader = item.inside()
    cert_id = reader.take(der.SEQUENCE)
    extensions = reader.optional(0xA0)
    reader.end()
    if extensions:
        _refuse_critical(der.read_extensions(extensions))
    inner = cert_id.inside()
    algorithm = inner.take(der.SEQUENCE).inside()
    hash_name = _HASHES.get(der.read_oid(algorithm.take(der.OID)), "")
    algorithm.optional(der.NULL)
    algorithm.end()
    name_hash, key_hash = inner.take(der.OCTET_STRING).content, inner.take(der.OCTET_STRING).content
    serial = der.read_integer(inner.take(der.INTEGER))
    inner.end()
    return CertId(cert_id.whole, hash_name, name_hash, key_hash, serial)


def _read_nonce(element: der.Element) -> bytes | None:
    extensions = der.read_extensions(element)
    _refuse_critical(extensions)
    for extension in extensions:
        if extension.oid == NONCE:
            nonce = der.whole(extension.value, der.OCTET_STRING).content
            if not 1 <= len(nonce) <= MOST_NONCE:  # RFC 9654 2.1: reject, never answer without it
                raise der.Malformed("nonce size")
            return nonce
    return None


def _refuse_critical(extensions: list[der.Extension]) -> None:
    if any(extension.critical and extension.oid != NONCE for extension in extensions):
        raise der.Malformed("critical extension that we do not know")


class Issuer:
    """The authority that certificates are asked about, as a CertID may name it."""

    def __init__(self, certificate: bytes) -> None:
        self._hashes = _hashes_of(x509.load_der_x509_certificate(certificate))

    def speaks_for(self, question: CertId) -> bool:
        """Whether the certificate asked about would be this authority's."""
        return self._hashes.get(question.hash_name) == (question.issuer_name_hash, question.issuer_key_hash)

    def parts(self) -> Iterator[bytes]:
        """What a CertID by SHA-1 or SHA-256 has before its serial number, parameters written or left out."""
        for oid, name in _HASHES.items():
            if name in ("sha1", "sha256"):
                hashes = b"".join(map(der.octets, self._hashes[name]))
                yield der.sequence(der.oid(oid), der.null()) + hashes
                yield der.sequence(der.oid(oid)) + hashes


class Responder:
    """Answers for one authority with a delegate's key.

    `archive_cutoff` is published in every single response: status is known back to then, expired certificates included.
    """

    def __init__(self, *, issuer: bytes, delegate: bytes, key: SigningKey, archive_cutoff: datetime) -> None:
        delegate_certificate = x509.load_der_x509_certificate(delegate)
        if spki_of(key.public_key) != _spki(delegate_certificate):
            raise Refused("wrong_delegate_key", key=key.label)
        self.key = key
        self.delegate_ends = delegate_certificate.not_valid_after_utc
        self.delegate_serial = delegate_certificate.serial_number
        # First and alone, since clients take the first one; and last in the answer, the same octets in all of them.
        self.certificates = der.explicit(0, der.sequence(delegate))
        self._scheme = scheme_of(key.public_key)
        self.sign_quickly = key.quick_signer(self._scheme.digest)
        """As `sign`, for answers that live for one question (`SigningKey.quick_signer` tells the difference)."""
        self._by_key = der.explicit(2, der.octets(key_identifier(_spki(delegate_certificate))))
        self._cutoff = der.explicit(
            1, der.sequence(der.extension(_ARCHIVE_CUTOFF, der.generalized_time(archive_cutoff)))
        )
        self._issuer = Issuer(issuer)
        self._frames: dict[tuple[int, int], tuple[bytes, bytes]] = {}

    def speaks_for(self, question: CertId) -> bool:
        """Whether the certificate asked about would be this authority's."""
        return self._issuer.speaks_for(question)

    def answer(
        self,
        request: Request,
        *,
        status_of: Callable[[int], Status],
        produced_at: datetime,
        this_update: datetime,
        next_update: datetime,
    ) -> bytes:
        """OCSPResponse, DER: one single response per question, in order.

        `unauthorized` when no question is about this authority; a foreign one among ours is `unknown`. Raises
        `NeighbourFailed` when the key store does not sign.
        """
        if not any(self.speaks_for(question) for question in request.questions):
            return failure(Failure.UNAUTHORIZED)
        if produced_at >= self.delegate_ends:
            return failure(Failure.TRY_LATER)
        data = self.data(
            [
                (question.whole, status_of(question.serial) if self.speaks_for(question) else None)
                for question in request.questions
            ],
            nonce=request.nonce,
            produced_at=produced_at,
            this_update=this_update,
            next_update=next_update,
        )
        return self.assemble(data, self.sign(data)) + self.certificates

    def data(
        self,
        statuses: Sequence[tuple[bytes, Status]],
        *,
        nonce: bytes | None,
        produced_at: datetime,
        this_update: datetime,
        next_update: datetime,
    ) -> bytes:
        """ResponseData, DER: what is signed. Each status goes with the CertID as it was asked."""
        times = (
            der.generalized_time(this_update),
            der.explicit(0, der.generalized_time(min(next_update, self.delegate_ends))),
        )
        singles = [self._single(cert_id, status, times) for cert_id, status in statuses]
        extensions = b""
        if nonce is not None:
            extensions = der.explicit(1, der.sequence(der.extension(NONCE, der.octets(nonce))))
        return der.sequence(self._by_key, der.generalized_time(produced_at), der.sequence(*singles), extensions)

    def sign(self, data: bytes) -> bytes:
        """The delegate's signature over the data, verified. Raises `NeighbourFailed`."""
        return self.key.sign(data, self._scheme.digest)

    def assemble(self, data: bytes, signature: bytes) -> bytes:
        """OCSPResponse without its end: `certificates` must follow."""
        lengths = len(data), len(signature)
        frame = self._frames.get(lengths) or self._make_frame(*lengths)
        return frame[0] + data + frame[1] + signature

    def _make_frame(self, of_data: int, of_signature: int) -> tuple[bytes, bytes]:
        """The octets before the data, and those between data and signature; kept, since lengths come again."""
        between = self._scheme.identifier + der.bits(bytes(of_signature))[:-of_signature]
        basic = der.sequence(bytes(of_data), between, bytes(of_signature), self.certificates)
        whole = der.sequence(der.enumerated(0), der.explicit(0, der.sequence(der.oid(_BASIC), der.octets(basic))))
        after = of_data + len(between) + of_signature + len(self.certificates)
        if len(self._frames) >= _MOST_FRAMES:
            self._frames.clear()
        self._frames[of_data, of_signature] = frame = whole[: len(whole) - after], between
        return frame

    def _single(self, cert_id: bytes, status: Status, times: tuple[bytes, bytes]) -> bytes:
        if status is None:
            return der.sequence(cert_id, der.implicit(2, b""), *times)
        if isinstance(status, Good):
            return der.sequence(cert_id, der.implicit(0, b""), *times, self._cutoff)
        reason = b"" if status.reason is Reason.UNSPECIFIED else der.explicit(0, der.enumerated(status.reason))
        revoked = der.explicit(1, der.generalized_time(status.at) + reason)
        return der.sequence(cert_id, revoked, *times, self._cutoff)


def _hashes_of(issuer: x509.Certificate) -> dict[str, tuple[bytes, bytes]]:
    """Of its name and its key, by each hash that a question may name it with."""
    name = issuer.subject.public_bytes()
    bits = der.whole(_spki(issuer), der.SEQUENCE).inside()
    bits.take(der.SEQUENCE)
    public = bits.take(der.BIT_STRING).content[1:]
    return {
        h: (
            hashlib.new(h, name, usedforsecurity=False).digest(),
            hashlib.new(h, public, usedforsecurity=False).digest(),
        )
        for h in _HASHES.values()
    }


def _spki(certificate: x509.Certificate) -> bytes:
    return certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
