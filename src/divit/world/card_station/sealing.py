"""Seals PIN and PUK to the recipient's public key: CMS EnvelopedData (RFC 5652), AES-256-CBC inside.

An EC key gets a KeyAgreeRecipientInfo (RFC 5753: ephemeral ECDH, X9.63 KDF with SHA-256, AES-256 key wrap), an RSA
key a KeyTransRecipientInfo (RSAES-OAEP with SHA-256). The SHA-1 of its public key names the recipient, as an SKI does.
"""

import os
from typing import Any

from asn1crypto import algos, cms, core, keys
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF
from cryptography.hazmat.primitives.keywrap import aes_key_wrap
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

_SHA256_KDF = "1.3.132.1.11.1"  # dhSinglePass-stdDH-sha256kdf-scheme

# asn1crypto has no types of its own.
_cms: Any = cms
_algos: Any = algos
_keys: Any = keys


class _SharedInfo(core.Sequence):
    """ECC-CMS-SharedInfo (RFC 5753 7.2)."""

    _fields = [
        ("key_info", algos.AlgorithmIdentifier),
        ("entity_u_info", core.OctetString, {"explicit": 0, "optional": True}),
        ("supp_pub_info", core.OctetString, {"explicit": 2}),
    ]


def seal(plain: bytes, *, recipient_spki: bytes) -> bytes:
    """DER ContentInfo; ValueError for a key that is neither EC P-256/P-384 nor RSA."""
    recipient = load_der_public_key(recipient_spki)
    key, iv = os.urandom(32), os.urandom(16)
    identifier = _keys.PublicKeyInfo.load(recipient_spki).sha1
    if isinstance(recipient, ec.EllipticCurvePublicKey) and isinstance(recipient.curve, ec.SECP256R1 | ec.SECP384R1):
        info = _cms.RecipientInfo(name="kari", value=_agreed(recipient, identifier, key))
    elif isinstance(recipient, rsa.RSAPublicKey) and recipient.key_size >= 2048:
        info = _cms.RecipientInfo(name="ktri", value=_transported(recipient, identifier, key))
    else:
        raise ValueError("the recipient's key must be EC P-256, EC P-384 or RSA of at least 2048 bits")
    padder = PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    encrypted = encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()
    enveloped = _cms.EnvelopedData(
        {
            "version": "v2",
            "recipient_infos": [info],
            "encrypted_content_info": {
                "content_type": "data",
                "content_encryption_algorithm": {"algorithm": "aes256_cbc", "parameters": iv},
                "encrypted_content": encrypted,
            },
        }
    )
    return bytes(_cms.ContentInfo({"content_type": "enveloped_data", "content": enveloped}).dump())


def _agreed(recipient: ec.EllipticCurvePublicKey, identifier: bytes, key: bytes) -> Any:
    ephemeral = ec.generate_private_key(recipient.curve)
    wrap = _algos.AlgorithmIdentifier({"algorithm": "2.16.840.1.101.3.4.1.45"})  # id-aes256-wrap
    shared_info: Any = _SharedInfo
    told = shared_info({"key_info": wrap, "supp_pub_info": (256).to_bytes(4, "big")}).dump()
    shared = ephemeral.exchange(ec.ECDH(), recipient)
    wrapping = X963KDF(algorithm=hashes.SHA256(), length=32, sharedinfo=told).derive(shared)
    point = ephemeral.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    originator = {"algorithm": {"algorithm": "1.2.840.10045.2.1"}, "public_key": point}
    return _cms.KeyAgreeRecipientInfo(
        {
            "version": 3,
            "originator": _cms.OriginatorIdentifierOrKey(name="originator_key", value=originator),
            "key_encryption_algorithm": {"algorithm": _SHA256_KDF, "parameters": wrap},
            "recipient_encrypted_keys": [
                {
                    "rid": _cms.KeyAgreementRecipientIdentifier(
                        name="r_key_id", value={"subject_key_identifier": identifier}
                    ),
                    "encrypted_key": aes_key_wrap(wrapping, key),
                }
            ],
        }
    )


def _transported(recipient: rsa.RSAPublicKey, identifier: bytes, key: bytes) -> Any:
    oaep = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)
    digest = {"algorithm": "sha256"}
    return _cms.KeyTransRecipientInfo(
        {
            "version": "v2",
            "rid": _cms.RecipientIdentifier(name="subject_key_identifier", value=identifier),
            "key_encryption_algorithm": {
                "algorithm": "rsaes_oaep",
                "parameters": {
                    "hash_algorithm": digest,
                    "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": digest},
                },
            },
            "encrypted_key": recipient.encrypt(key, oaep),
        }
    )
