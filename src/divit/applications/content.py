"""What the printed form says, as one value: its hash ties the paper to the application as it was when printed."""

import base64
import hashlib
import json
from collections.abc import Mapping

from divit.applications.reference import read_reference
from divit.kernel.errors import Invalid

# Every column that stands on the form, in the order of the form.
ON_THE_FORM = (
    "id",
    "reference",
    "person_id",
    "institution_id",
    "kind",
    "payer",
    "years",
    "reader",
    "publish",
    "email",
    "phone",
    "operator",
    "channel",
    "unit",
    "job_title",
    "work_phone",
    "extension",
    "address_kind",
    "company",
    "province",
    "district",
    "neighbourhood",
    "postal_code",
    "street",
    "building",
    "flat",
    "accepted_serials",
)
TOKEN = 16  # characters of it on paper


def content_hash(values: Mapping[str, object]) -> str:
    """SHA-256 (hex) of the form's content; the random id in it keeps the hash from telling anything by guessing."""
    told = json.dumps({name: values[name] for name in ON_THE_FORM}, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(told.encode()).hexdigest()


def token_of(digest: str) -> str:
    """The short form of a content hash that is printed: 80 bits in base 32."""
    return base64.b32encode(bytes.fromhex(digest))[:TOKEN].decode()


def mark(reference: str, digest: str) -> str:
    """What the QR code of the form says: reference and content token, nothing about the person."""
    return f"{reference}/{token_of(digest)}"


def read_mark(scanned: str) -> tuple[str, str | None]:
    """Reference and, when a QR code was scanned, the content token. Raises `Invalid("reference_invalid")`."""
    if len(scanned) > 80:
        raise Invalid("reference_invalid", field="reference")
    reference, slash, token = scanned.strip().partition("/")
    return read_reference(reference), token.strip() if slash else None
