"""Sealed envelopes: the station's CMS around PIN and PUK, and the HPKE around them for one waiting page.

The station seals to the signer's recipient key with CMS EnvelopedData (RFC 5652) by key agreement (RFC 5753): ephemeral
ECDH, the X9.63 KDF, AES key wrap, AES-CBC content. The signer seals again for a page's one-time X25519 key with HPKE
(RFC 9180), bound to the page's request, so that an answer opens for no other request.
"""

import json
from dataclasses import dataclass
from typing import Any, Protocol

from asn1crypto import algos, cms, core, keys
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import load_der_public_key

from divit.kernel.errors import Invalid

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_LONGEST = 8192
# asn1crypto has no types of its own.
_content_info: Any = cms.ContentInfo
_algorithm: Any = algos.AlgorithmIdentifier
_public_key_info: Any = keys.PublicKeyInfo
_wrap_id: Any = cms.KeyEncryptionAlgorithmId
_KDF_HASHES: dict[str, hashes.HashAlgorithm] = {
    "1.3.132.1.11.1": hashes.SHA256(),  # dhSinglePass-stdDH-sha256kdf-scheme
    "1.3.132.1.11.2": hashes.SHA384(),
    "1.3.132.1.11.3": hashes.SHA512(),
}
_WRAP_BITS = {"aes128_wrap": 128, "aes192_wrap": 192, "aes256_wrap": 256}


class AgreementKey(Protocol):
    """A private key that agrees on a secret with somebody else's public key and never leaves its store."""

    @property
    def public_key(self) -> ec.EllipticCurvePublicKey | rsa.RSAPublicKey: ...

    def agree(self, peer: ec.EllipticCurvePublicKey) -> bytes:
        """The x coordinate of the shared point, padded to the size of the field."""
        ...


@dataclass(frozen=True, kw_only=True)
class CardSecrets:
    """PIN and PUK of one card; shown to its holder alone, and never printed by accident."""

    order_id: str
    card_serial: str
    pin: str
    puk: str

    def __repr__(self) -> str:
        return "CardSecrets(…)"

    def to_json(self) -> bytes:
        """As both envelopes carry them."""
        return json.dumps(vars(self), sort_keys=True).encode()

    @classmethod
    def from_json(cls, text: bytes) -> "CardSecrets":
        """Raises `Invalid("envelope_malformed")`; what is inside is never part of the error."""
        try:
            told = json.loads(text)
            secrets = cls(**{name: told[name] for name in ("order_id", "card_serial", "pin", "puk")})
        except (ValueError, KeyError, TypeError):
            raise Invalid("envelope_malformed") from None
        if not all(isinstance(value, str) for value in vars(secrets).values()):
            raise Invalid("envelope_malformed")
        return secrets


def open_station_envelope(der: bytes, *, key: AgreementKey, order_id: str, card_serial: str) -> CardSecrets:
    """What the station sealed, if it is about this very card.

    Raises `Invalid("envelope_malformed" | "envelope_not_for_us" | "envelope_of_another_card")`.
    """
    if len(der) > _LONGEST:
        raise Invalid("envelope_malformed")
    try:
        content = _content_info.load(der, strict=True)
        if content["content_type"].native != "enveloped_data":
            raise Invalid("envelope_malformed")
        plain = _decrypt(content["content"], key)
    except (ValueError, TypeError, KeyError, IndexError):
        raise Invalid("envelope_malformed") from None
    except InvalidUnwrap:
        raise Invalid("envelope_not_for_us") from None
    secrets = CardSecrets.from_json(plain)
    if (secrets.order_id, secrets.card_serial) != (order_id, card_serial):
        raise Invalid("envelope_of_another_card")
    return secrets


def check_station_envelope(der: bytes, *, recipient_spki: bytes) -> None:
    """All that can be known without the key: that it is sealed to this very key, in a way that will be understood.

    Asked before the card's certificate is: afterwards only the holder would find out. Raises `Invalid` as opening does.
    """
    if len(der) > _LONGEST:
        raise Invalid("envelope_malformed")
    try:
        content = _content_info.load(der, strict=True)
        if content["content_type"].native != "enveloped_data":
            raise Invalid("envelope_malformed")
        agreement = _agreement(content["content"])
        (wrapped,) = agreement["recipient_encrypted_keys"]
        named, ours = wrapped["rid"], _public_key_info.load(recipient_spki)
        if named.name != "r_key_id" or named.chosen["subject_key_identifier"].native != ours.sha1:
            raise Invalid("envelope_not_for_us")
        _how(agreement)
        _ephemeral(agreement["originator"], _agreeing(recipient_spki))
        _encrypted(content["content"])
    except (ValueError, TypeError, KeyError, IndexError):
        raise Invalid("envelope_malformed") from None


def _agreement(enveloped: Any) -> Any:
    (recipient,) = enveloped["recipient_infos"]
    if recipient.name != "kari":
        raise Invalid("envelope_not_for_us")
    return recipient.chosen


def _encrypted(enveloped: Any) -> tuple[bytes, bytes]:
    """What is encrypted with AES-CBC, and its IV."""
    encrypted = enveloped["encrypted_content_info"]
    algorithm = encrypted["content_encryption_algorithm"]
    if algorithm.encryption_cipher != "aes" or algorithm.encryption_mode != "cbc":
        raise Invalid("envelope_malformed")
    return encrypted["encrypted_content"].native, algorithm.encryption_iv


def _decrypt(enveloped: Any, key: AgreementKey) -> bytes:
    content_key = _content_key(_agreement(enveloped), key)
    encrypted, iv = _encrypted(enveloped)
    decryptor = Cipher(algorithms.AES(content_key), modes.CBC(iv)).decryptor()
    padded = decryptor.update(encrypted) + decryptor.finalize()
    unpadder = PKCS7(128).unpadder()
    return unpadder.update(padded) + unpadder.finalize()


def _content_key(agreement: Any, key: AgreementKey) -> bytes:
    (wrapped,) = agreement["recipient_encrypted_keys"]
    digest, wrap, bits = _how(agreement)
    shared = key.agree(_ephemeral(agreement["originator"], key.public_key))
    derived = X963KDF(
        algorithm=digest,
        length=bits // 8,
        sharedinfo=_shared_info(wrap, agreement["ukm"].native, bits),
    ).derive(shared)
    return aes_key_unwrap(derived, wrapped["encrypted_key"].native)


def _how(agreement: Any) -> tuple[hashes.HashAlgorithm, Any, int]:
    """The hash of the derivation, the key wrap, and its bits; KeyError for others than RFC 5753 asks for."""
    scheme = agreement["key_encryption_algorithm"]
    wrap = _algorithm.load(scheme["parameters"].dump())
    bits = _WRAP_BITS[_wrap_id(wrap["algorithm"].dotted).native]
    return _KDF_HASHES[scheme["algorithm"].dotted], wrap, bits


def _ephemeral(originator: Any, ours: ec.EllipticCurvePublicKey | rsa.RSAPublicKey) -> ec.EllipticCurvePublicKey:
    if originator.name != "originator_key" or not isinstance(ours, ec.EllipticCurvePublicKey):
        raise Invalid("envelope_malformed")
    point = originator.chosen["public_key"].native
    return ec.EllipticCurvePublicKey.from_encoded_point(ours.curve, point)


class _SharedInfo(core.Sequence):
    """ECC-CMS-SharedInfo (RFC 5753 7.2)."""

    _fields = [
        ("key_info", algos.AlgorithmIdentifier),
        ("entity_u_info", core.OctetString, {"explicit": 0, "optional": True}),
        ("supp_pub_info", core.OctetString, {"explicit": 2}),
    ]


def _shared_info(wrap: Any, ukm: bytes | None, bits: int) -> bytes:
    told: dict[str, object] = {"key_info": wrap, "supp_pub_info": bits.to_bytes(4, "big")}
    if ukm is not None:
        told["entity_u_info"] = ukm
    shared_info: Any = _SharedInfo
    return bytes(shared_info(told).dump())


def seal_for_page(secrets: CardSecrets, *, public_key: bytes, request_id: str) -> bytes:
    """For one waiting page: only its one-time key opens it, and only for this request."""
    recipient = X25519PublicKey.from_public_bytes(public_key)
    return bytes(_SUITE.encrypt(secrets.to_json(), recipient, info=_bound_to(request_id)))


def open_in_page(answer: bytes, *, private_key: X25519PrivateKey, request_id: str) -> CardSecrets:
    """Raises `Invalid("envelope_not_for_us")`."""
    try:
        plain = _SUITE.decrypt(answer, private_key, info=_bound_to(request_id))
    except (InvalidTag, ValueError):
        raise Invalid("envelope_not_for_us") from None
    return CardSecrets.from_json(bytes(plain))


def _bound_to(request_id: str) -> bytes:
    return b"divit pin release 1|" + request_id.encode()


def check_recipient(spki: bytes) -> bytes:
    """The recipient key's public part, if it is one that stations can seal to."""
    _agreeing(spki)
    return spki


def _agreeing(spki: bytes) -> ec.EllipticCurvePublicKey:
    public = load_der_public_key(spki)
    if not isinstance(public, ec.EllipticCurvePublicKey):
        raise Invalid("envelope_recipient")
    return public
