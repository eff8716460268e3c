"""The words of every notice: each room of the house keeps its own file here, `NOTICES` by name."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache

import divit.notifications.texts
from divit.notifications.texts.notice import Notice


def notices_by_room() -> Iterator[tuple[str, Mapping[str, Notice]]]:
    """Each file of notices and what it holds."""
    for module in pkgutil.iter_modules(divit.notifications.texts.__path__):
        found = importlib.import_module(f"divit.notifications.texts.{module.name}")
        if hasattr(found, "NOTICES"):
            yield module.name, found.NOTICES


@cache
def all_notices() -> Mapping[str, Notice]:
    """Every notice by its name; no two rooms use one name (tested)."""
    return {name: notice for _room, notices in notices_by_room() for name, notice in notices.items()}


def notice_of(name: str) -> Notice:
    """The notice of this name."""
    return all_notices()[name]
