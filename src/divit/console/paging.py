"""Long lists page by page."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

PAGE_SIZE = 25


def page_of(rows: QuerySet[Any] | Sequence[Any], wanted: str, *, size: int = 0) -> Page[Any]:
    """The wanted page; the first for anything that is no number, the last for a number beyond it."""
    return Paginator(rows, size or PAGE_SIZE).get_page(wanted)
