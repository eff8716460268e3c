"""The ver3 hash: SHA-512 over the values of all fields in the natural order of their names.

Names are not hashed, only values: a field could be renamed without breaking the hash as long as the order
holds. Hence the fixed values that `nestpay` insists on, and hence an inquiry before money is believed in.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping

_NOT_HASHED = frozenset({"hash", "encoding", "nationalidno"})


def ver3_hash(fields: Mapping[str, str], store_key: str) -> str:
    """Base64; `\\` and `|` in values are escaped, the store key comes last."""
    hashed = sorted((name for name in fields if name.casefold() not in _NOT_HASHED), key=_order)  # ascii
    text = "|".join(_escaped(value) for value in [*(fields[name] for name in hashed), store_key])
    return base64.b64encode(hashlib.sha512(text.encode(errors="replace")).digest()).decode()


def hash_holds(fields: Mapping[str, str], store_key: str) -> bool:
    """Whether `HASH` is the hash of all the other fields; compared in constant time."""
    return hmac.compare_digest(fields.get("HASH", "").encode(errors="replace"), ver3_hash(fields, store_key).encode())


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("|", "\\|")


def _order(name: str) -> list[tuple[bool, int, str]]:
    """Natural and case-blind: `a2` before `a10` before `B1`."""
    parts = re.split(r"([0-9]+)", name.upper())  # ascii
    numbered = enumerate(parts)
    return [(not place % 2, int(part) if place % 2 else 0, part) for place, part in numbered if part]
