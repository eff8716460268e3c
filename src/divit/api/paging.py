"""Long lists in pages: `next` is opaque, signed, and stays true while rows come and go (keyset, no offsets)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core import signing
from django.db import models
from django.db.models import Q, QuerySet
from ninja import Schema
from pydantic import Field

from divit.kernel.errors import Invalid

_MOST = 200
Row = TypeVar("Row", bound=models.Model)


class Paging(Schema):
    """Which page."""

    limit: int = Field(50, ge=1, le=_MOST, description="En çok kaç kayıt · How many at most")
    cursor: str = Field("", max_length=300, description="Önceki sayfanın `next` değeri · `next` of the page before")


@dataclass(frozen=True)
class Cut(Generic[Row]):
    """One page, and the cursor of the one after it."""

    rows: Sequence[Row]
    next: str | None


def cut(rows: QuerySet[Row], *, by: str, newest_first: bool = True, asked: Paging, name: str) -> Cut[Row]:
    """The page that was asked for, in the order of one column and then of the id; `name` says whose cursors count.

    Raises `Invalid("cursor_unknown")`.
    """
    sign, comparison = ("-", "lt") if newest_first else ("", "gt")
    if asked.cursor:
        value, key = _read(asked.cursor, name=name)
        rows = rows.filter(Q(**{f"{by}__{comparison}": value}) | Q(**{by: value, f"pk__{comparison}": key}))
    found = list(rows.order_by(f"{sign}{by}", f"{sign}pk")[: asked.limit + 1])
    page = found[: asked.limit]
    more = len(found) > asked.limit
    return Cut(page, _written(page[-1], by=by, name=name) if more else None)


def _written(row: models.Model, *, by: str, name: str) -> str:
    value: Any = getattr(row, by)
    return signing.dumps([value.isoformat() if hasattr(value, "isoformat") else value, str(row.pk)], salt=name)


def _read(cursor: str, *, name: str) -> tuple[Any, str]:
    try:
        value, key = signing.loads(cursor, salt=name)
    except (signing.BadSignature, ValueError):
        raise Invalid("cursor_unknown", field="cursor") from None
    return value, key
