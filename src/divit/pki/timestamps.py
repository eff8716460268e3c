"""Time-stamps (zaman damgası): plain RFC 3161 with the ESSCertIDv2 of RFC 5816."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from divit.kernel.errors import Refused
from divit.pki import der
from divit.pki.keystores.base import SigningKey
from divit.pki.profiles import TIME_STAMPING
from divit.pki.signatures import scheme_of, spki_of

MOST_OCTETS = 4_096
ACCURACY = timedelta(seconds=1)
_MOST_NONCE = 64
_TST_INFO = "1.2.840.113549.1.9.16.1.4"
_SIGNED_DATA = "1.2.840.113549.1.7.2"
_CONTENT_TYPE, _MESSAGE_DIGEST, _SIGNING_TIME = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4", "1.2.840.113549.1.9.5"
_SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
_DIGEST_OIDS = {
    "2.16.840.1.101.3.4.2.1": ("sha256", 32),
    "2.16.840.1.101.3.4.2.2": ("sha384", 48),
    "2.16.840.1.101.3.4.2.3": ("sha512", 64),
    "2.16.840.1.101.3.4.2.8": ("sha3-256", 32),
    "2.16.840.1.101.3.4.2.9": ("sha3-384", 48),
    "2.16.840.1.101.3.4.2.10": ("sha3-512", 64),
}
_OIDS = {name: oid for oid, (name, _) in _DIGEST_OIDS.items()}


class Refusal(IntEnum):
    """PKIFailureInfo bits (RFC 3161 2.4.2)."""

    BAD_ALGORITHM = 0
    BAD_REQUEST = 2
    BAD_DATA_FORMAT = 5
    TIME_NOT_AVAILABLE = 14
    UNACCEPTED_POLICY = 15
    UNACCEPTED_EXTENSION = 16
    SYSTEM_FAILURE = 25


class Declined(Exception):
    """This request gets no stamp; `why` is the word for it."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why.name)
        self.why = why


@dataclass(frozen=True)
class Asked:
    """A request that may be granted: imprint and nonce as they came (DER), the digest in the imprint by itself."""

    imprint: bytes
    digest: bytes
    nonce: bytes
    wants_certificate: bool


def refusal(why: Refusal, *, text: str = "") -> bytes:
    """TimeStampResp without a token: rejected, and why; `text` says it to people (PKIFreeText)."""
    said = der.sequence(der.utf8(text)) if text else b""
    return der.sequence(der.sequence(der.integer(2), said, der.named_bits([why])))


class Authority:
    """Signs time-stamps with one key; `chain` is what a verifier wants besides the certificate itself."""

    def __init__(self, *, certificate: bytes, chain: tuple[bytes, ...], key: SigningKey, policy: str) -> None:
        parsed = x509.load_der_x509_certificate(certificate)
        if spki_of(key.public_key) != parsed.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo):
            raise Refused("wrong_tsa_key", key=key.label)
        _check_purpose(parsed)
        self.certificate_begins, self.certificate_ends = parsed.not_valid_before_utc, parsed.not_valid_after_utc
        self._certificate = certificate
        self._chain = chain
        self._key = key
        self._policy = policy
        scheme = scheme_of(key.public_key)
        self._digest_name = scheme.digest.name
        digest = der.sequence(der.oid(_OIDS[self._digest_name]))
        self._digest = digest
        self._signature_algorithm = scheme.identifier
        issuer = parsed.issuer.public_bytes()
        issuer_serial = der.sequence(der.sequence(der.explicit(4, issuer)), der.integer(parsed.serial_number))
        hashed = hashlib.new(self._digest_name, certificate).digest()
        # sha256 is the default of ESSCertIDv2.hashAlgorithm and so is left out (DER)
        named = b"" if self._digest_name == "sha256" else digest
        ess = der.sequence(der.sequence(der.sequence(named, der.octets(hashed), issuer_serial)))
        self._ess = _attribute(_SIGNING_CERTIFICATE_V2, ess)
        self._signer_id = der.sequence(issuer, der.integer(parsed.serial_number))

    def answer(self, query: bytes, *, now: datetime) -> bytes:
        """TimeStampResp, DER; a request that cannot be granted gets its refusal, never an exception.

        Raises as `SigningKey.sign`, which hands out nothing that it has not verified.
        """
        try:
            return self.stamp(self.read(query), now=now)
        except Declined as declined:
            return refusal(declined.why)

    def read(self, query: bytes) -> Asked:
        """What is asked for (RFC 3161 2.4.1). Raises `Declined`."""
        try:
            return self._read(query)
        except der.Malformed:
            raise Declined(Refusal.BAD_DATA_FORMAT) from None

    def stamp(self, asked: Asked, *, now: datetime) -> bytes:
        """TimeStampResp with a token of this instant. Raises `Declined` outside of the certificate's own time.

        Raises as `SigningKey.sign`, which hands out nothing that it has not verified.
        """
        if not self.certificate_begins <= now < self.certificate_ends:
            raise Declined(Refusal.TIME_NOT_AVAILABLE)
        info = der.sequence(
            der.integer(1),
            der.oid(self._policy),
            asked.imprint,
            der.integer(secrets.randbits(126) | 1 << 126),
            der.generalized_time(now, milliseconds=True),
            der.sequence(der.integer(int(ACCURACY.total_seconds()))),
            asked.nonce,
        )
        return der.sequence(der.sequence(der.integer(0)), self._token(info, now=now, complete=asked.wants_certificate))

    def _read(self, query: bytes) -> Asked:
        if len(query) > MOST_OCTETS:
            raise der.Malformed("too long")
        reader = der.whole(query, der.SEQUENCE).inside()
        if der.read_integer(reader.take(der.INTEGER)) != 1:
            raise Declined(Refusal.BAD_REQUEST)
        imprint = reader.take(der.SEQUENCE)
        policy = reader.optional(der.OID)
        nonce = reader.optional(der.INTEGER)
        wants = reader.optional(der.BOOLEAN)
        extensions = reader.optional(0xA0)
        reader.end()
        digest = _digest_of(imprint)
        if nonce:
            der.read_integer(nonce, most_octets=_MOST_NONCE)
        complete = bool(wants and der.read_boolean(wants))
        if policy and der.read_oid(policy) != self._policy:
            raise Declined(Refusal.UNACCEPTED_POLICY)
        if extensions:  # whatever it is and however critical: we know none (RFC 3161 2.4.1)
            raise Declined(Refusal.UNACCEPTED_EXTENSION)
        return Asked(imprint.whole, digest, nonce.whole if nonce else b"", complete)

    def _token(self, info: bytes, *, now: datetime, complete: bool) -> bytes:
        """ContentInfo of SignedData v3 (RFC 5652) with one signer."""
        hashed = hashlib.new(self._digest_name, info).digest()
        attributes = der.set_of(
            [
                _attribute(_CONTENT_TYPE, der.oid(_TST_INFO)),
                _attribute(_SIGNING_TIME, der.time(now)),
                _attribute(_MESSAGE_DIGEST, der.octets(hashed)),
                self._ess,
            ]
        )
        signature = self._key.sign(attributes, scheme_of(self._key.public_key).digest)
        signer = der.sequence(
            der.integer(1),
            self._signer_id,
            self._digest,
            der.explicit(0, der.whole(attributes, der.SET).content),
            self._signature_algorithm,
            der.octets(signature),
        )
        certificates = der.whole(der.set_of([self._certificate, *self._chain]), der.SET).content
        signed_data = der.sequence(
            der.integer(3),
            der.set_of([self._digest]),
            der.sequence(der.oid(_TST_INFO), der.explicit(0, der.octets(info))),
            der.explicit(0, certificates) if complete else b"",
            der.set_of([signer]),
        )
        return der.sequence(der.oid(_SIGNED_DATA), der.explicit(0, signed_data))


def _check_purpose(certificate: x509.Certificate) -> None:
    """RFC 3161 2.3: time-stamping and nothing else, and critical."""
    try:
        purpose = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        raise Refused("not_a_tsa_certificate") from None
    if not purpose.critical or [oid.dotted_string for oid in purpose.value] != [TIME_STAMPING]:
        raise Refused("not_a_tsa_certificate")


def _digest_of(imprint: der.Element) -> bytes:
    reader = imprint.inside()
    algorithm = reader.take(der.SEQUENCE).inside()
    known = _DIGEST_OIDS.get(der.read_oid(algorithm.take(der.OID)))
    algorithm.optional(der.NULL)
    algorithm.end()
    digest = reader.take(der.OCTET_STRING).content
    reader.end()
    if known is None:
        raise Declined(Refusal.BAD_ALGORITHM)  # SHA-1 among them
    if len(digest) != known[1]:
        raise Declined(Refusal.BAD_DATA_FORMAT)
    return digest


def _attribute(oid: str, value: bytes) -> bytes:
    return der.sequence(der.oid(oid), der.set_of([value]))
