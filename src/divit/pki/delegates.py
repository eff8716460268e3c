"""Keys that act for an authority (OCSP, time-stamps, seal): the certificate file says which one is in use.

Their labels are `ocsp`, `ocsp-2` and so on; a new certificate over a new key is all that a change of keys is.
"""

import re
from collections.abc import Iterable

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from divit.kernel.errors import Refused
from divit.pki.keystores.base import KeyStore, SigningKey
from divit.pki.signatures import spki_of


def key_of(certificate: bytes, *, store: KeyStore, prefix: str) -> SigningKey:
    """The key that this certificate (DER) is over, among those with this prefix.

    Raises `Refused("wrong_delegate_key")` when the store has none such.
    """
    public = x509.load_der_x509_certificate(certificate).public_key()
    wanted = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    for label in reversed(_numbered(store.labels(), prefix)):
        key = store.open(label)
        if spki_of(key.public_key) == wanted:
            return key
    raise Refused("wrong_delegate_key", key=prefix)


def next_label(labels: Iterable[str], prefix: str) -> str:
    """What the next key with this prefix is called: `ocsp`, then `ocsp-2`."""
    numbered = _numbered(labels, prefix)
    return f"{prefix}-{_number(numbered[-1]) + 1}" if numbered else prefix


def _numbered(labels: Iterable[str], prefix: str) -> list[str]:
    """The labels with this prefix, the oldest first."""
    pattern = re.compile(rf"{re.escape(prefix)}(?:-[2-9]|-[1-9]\d+)?")
    return sorted((label for label in labels if pattern.fullmatch(label)), key=_number)


def _number(label: str) -> int:
    _prefix, _, number = label.rpartition("-")
    return int(number) if number.isdigit() else 1
