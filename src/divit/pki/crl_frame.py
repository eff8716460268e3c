"""What stands around the entries of a list: who says it, when, under which number; and the one signature over all.

The entries themselves may be a million: they are written as they pass, and only their length must be known before.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from divit.kernel.errors import Refused
from divit.pki import der
from divit.pki.keystores.base import SigningKey
from divit.pki.signatures import Scheme, load_key, scheme_of, signed_over, spki_of
from divit.pki.tbs import key_identifier

_AUTHORITY_KEY_IDENTIFIER = "2.5.29.35"
_AUTHORITY_INFORMATION = "1.3.6.1.5.5.7.1.1"
_CA_ISSUERS = "1.3.6.1.5.5.7.48.2"
_CRL_NUMBER = "2.5.29.20"
_DELTA_INDICATOR = "2.5.29.27"
_FRESHEST = "2.5.29.46"
_EXPIRED_CERTS = "2.5.29.60"


@dataclass(frozen=True, kw_only=True)
class Frame:
    """A list without its entries; `issuer` is the authority's certificate, DER.

    `base_number` makes it a delta list (RFC 5280 5.2.4); `delta_url` says in a complete one where a delta is
    (RFC 5280 5.2.6).
    """

    issuer: bytes
    number: int
    this_update: datetime
    next_update: datetime
    ca_url: str = ""
    delta_url: str = ""
    base_number: int | None = None

    def before(self, size: int) -> bytes:
        """The to-be-signed bytes before the entries, which are `size` octets long."""
        fields = b"".join(
            (
                der.integer(1),
                self.scheme.identifier,
                self._certificate.subject.public_bytes(),
                der.time(self.this_update),
                der.time(self.next_update),
                der.start(der.SEQUENCE, size) if size else b"",  # RFC 5280 5.1.2.6: absent rather than empty
            )
        )
        return der.start(der.SEQUENCE, len(fields) + size + len(self.after)) + fields

    @cached_property
    def after(self) -> bytes:
        """The to-be-signed bytes after the entries: the extensions."""
        found = [
            der.extension(_AUTHORITY_KEY_IDENTIFIER, der.sequence(der.implicit(0, key_identifier(self.spki)))),
            der.extension(_CRL_NUMBER, der.integer(self.number)),
        ]
        if self.base_number is not None:
            found.append(der.extension(_DELTA_INDICATOR, der.integer(self.base_number), critical=True))
        if self.delta_url:
            found.append(der.extension(_FRESHEST, _point(self.delta_url)))
        if self.ca_url:
            place = der.sequence(der.oid(_CA_ISSUERS), _uri(self.ca_url))
            found.append(der.extension(_AUTHORITY_INFORMATION, der.sequence(place)))
        since = self._certificate.not_valid_before_utc
        found.append(der.extension(_EXPIRED_CERTS, der.generalized_time(since)))
        return der.explicit(0, der.sequence(*found))

    @cached_property
    def scheme(self) -> Scheme:
        """How the issuer signs."""
        return scheme_of(load_key(self.spki))

    @cached_property
    def spki(self) -> bytes:
        """The issuer's SubjectPublicKeyInfo, DER."""
        return self._certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    @cached_property
    def _certificate(self) -> x509.Certificate:
        return x509.load_der_x509_certificate(self.issuer)


@dataclass(frozen=True)
class Sealed:
    """A signed list without its entries: they stand between `head` and `tail`."""

    head: bytes
    tail: bytes


def seal(frame: Frame, parts: Iterable[bytes], *, size: int, key: SigningKey) -> Sealed:
    """Sign a list whose entries come in parts and are `size` octets in all; each part is let go as soon as it was read.

    Raises `Refused`: wrong_issuer_key, signature_does_not_verify.
    """
    running = Running(frame, size=size)
    for part in parts:
        running.take(part)
    return sign(frame, running.digest(), size=size, key=key)


class Running:
    """The digest of a list while its entries pass."""

    def __init__(self, frame: Frame, *, size: int) -> None:
        self._frame, self._left = frame, size
        self._hash = hashes.Hash(frame.scheme.digest)
        self._hash.update(frame.before(size))

    def take(self, part: bytes) -> None:
        """The next entries."""
        self._left -= len(part)
        self._hash.update(part)

    def digest(self) -> bytes:
        """After the last entry. ValueError when they were not as long as was said."""
        if self._left:
            raise ValueError("the entries have another length than was said")
        self._hash.update(self._frame.after)
        return self._hash.finalize()


def sign(frame: Frame, hashed: bytes, *, size: int, key: SigningKey) -> Sealed:
    """One signature over the digest. Raises `Refused`: wrong_issuer_key, signature_does_not_verify."""
    if spki_of(key.public_key) != frame.spki:
        raise Refused("wrong_issuer_key", key=key.label)
    signature = signed_over(hashed, key=key)
    before = frame.before(size)
    length = len(before) + size + len(frame.after) + len(signature)
    return Sealed(der.start(der.SEQUENCE, length) + before, frame.after + signature)


def delta_url_of(crl_url: str) -> str:
    """Where the delta to a complete list is: /crl/<name>-delta.crl."""
    return crl_url.removesuffix(".crl") + "-delta.crl"


def _point(url: str) -> bytes:
    """CRLDistributionPoints with one address."""
    return der.sequence(der.sequence(der.explicit(0, der.explicit(0, _uri(url)))))


def _uri(url: str) -> bytes:
    """A uniformResourceIdentifier among GeneralNames."""
    return der.implicit(6, url.encode("ascii"))
