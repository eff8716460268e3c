"""The ver3 hash as the bank computes it: all values in the order of their names, joined, with the store key last."""

import base64
import hashlib
import re
from collections.abc import Mapping

_LEFT_OUT = {"hash", "encoding", "nationalidno"}


def _natural(name: str) -> list[tuple[int, int, str]]:
    parts = re.split(r"(\d+)", name.upper())
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts if part]


def ver3(fields: Mapping[str, str], store_key: str) -> str:
    """Base64 of SHA-512; `\\` and `|` inside values are escaped so that values cannot run into one another."""
    names = sorted((name for name in fields if name.lower() not in _LEFT_OUT), key=_natural)
    values = [fields[name] for name in names] + [store_key]
    joined = "|".join(value.replace("\\", "\\\\").replace("|", "\\|") for value in values)
    return base64.b64encode(hashlib.sha512(joined.encode()).digest()).decode()
