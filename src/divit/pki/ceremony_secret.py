"""The passphrase of the root's key store, known to nobody: it opens for a quorum of custodians, not for one fewer.

For every group that is large enough it is encrypted once (AES-256-GCM) under a key that follows from an ECDH agreement
with each member of the group (HKDF-SHA-256). A token's own M-of-N takes the place of this where there is a token.
"""

import json
import secrets
from collections.abc import Sequence
from itertools import combinations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from divit.kernel.errors import Invalid, Refused
from divit.pki.ceremony_plan import CeremonyPlan, KeyKind, load_custodian_key
from divit.pki.ceremony_presence import Present

_CURVES = {256: ec.SECP256R1, 384: ec.SECP384R1}
_INFO = b"divit root key store"
_MOST_GROUPS = 1000
_NONCE = bytes(12)  # the key is of one use: it follows from key pairs that were made for this box


def new_passphrase() -> str:
    """One that nobody has seen."""
    return secrets.token_urlsafe(32)


def seal(passphrase: str, plan: CeremonyPlan) -> str:
    """JSON for a file. Raises `Invalid("custodians_cannot_seal")`: keys are missing, or there are too many groups."""
    keys = {custodian.role: load_custodian_key(custodian.key) for custodian in plan.custodians if custodian.key}
    groups = list(combinations(sorted(keys), plan.quorum[KeyKind.ROOT]))
    if len(keys) < len(plan.custodians) or len(groups) > _MOST_GROUPS:
        raise Invalid("custodians_cannot_seal")
    sealed = [_seal_for({role: keys[role] for role in group}, passphrase) for group in groups]
    return json.dumps({"sealed": sealed}, ensure_ascii=False)


def is_sealed(content: str) -> bool:
    """Whether a secret file holds this, and not a passphrase in the clear."""
    return content.startswith('{"sealed": [')


def unseal(content: str, people: Sequence[Present]) -> str:
    """The passphrase, if a whole group is there. Raises `Refused`: quorum_missing, custodian_wrong_key."""
    here = {person.role: person.key for person in people}
    group = next((one for one in json.loads(content)["sealed"] if set(one["keys"]) <= set(here)), None)
    if group is None:
        raise Refused("quorum_missing", present=len(here))
    secret = b""
    for role in sorted(group["keys"]):
        public = load_pem_public_key(group["keys"][role].encode())
        if not isinstance(public, ec.EllipticCurvePublicKey) or public.curve.name != here[role].curve.name:
            raise Refused("custodian_wrong_key", role=role)
        secret += here[role].exchange(ec.ECDH(), public)
    try:
        return AESGCM(_key(secret, sorted(group["keys"]))).decrypt(_NONCE, bytes.fromhex(group["box"]), _INFO).decode()
    except InvalidTag:
        raise Refused("custodian_wrong_key") from None


def _seal_for(members: dict[str, ec.EllipticCurvePublicKey], passphrase: str) -> dict[str, object]:
    secret, ephemeral = b"", {}
    for role in sorted(members):
        own = ec.generate_private_key(_CURVES[members[role].curve.key_size]())
        secret += own.exchange(ec.ECDH(), members[role])
        public = own.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        ephemeral[role] = public.decode()
    box = AESGCM(_key(secret, sorted(members))).encrypt(_NONCE, passphrase.encode(), _INFO)
    return {"keys": ephemeral, "box": box.hex()}


def _key(secret: bytes, roles: Sequence[str]) -> bytes:
    info = _INFO + "".join(f"\n{role}" for role in roles).encode()
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(secret)
