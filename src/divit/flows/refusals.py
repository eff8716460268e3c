"""Refusals in words: the code that a rule gives, as a sentence for the person, in the language of the request."""

import importlib
import importlib.util
import logging
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from types import ModuleType

from django.utils.translation import gettext as _

import divit
from divit.kernel.errors import Coded

log = logging.getLogger(__name__)


def rooms_with_words() -> Iterator[ModuleType]:
    """The `words.py` of each room that has one; `REFUSALS` says in it what each code means."""
    for room in pkgutil.iter_modules(divit.__path__):
        if room.ispkg and importlib.util.find_spec(f"divit.{room.name}.words"):
            yield importlib.import_module(f"divit.{room.name}.words")


@cache
def all_words() -> Mapping[str, object]:
    """Every refusal of every room; the codes of two rooms never meet (tested)."""
    return {code: text for room in rooms_with_words() for code, text in getattr(room, "REFUSALS", {}).items()}


def explain(error: Coded) -> str:
    """The refusal as a sentence; its facts fill the sentence's {placeholders}."""
    text = all_words().get(error.code)
    if text is None:
        log.error("no words for the refusal %s", error.code)
        return _("Bu işlem şu anda yapılamıyor. Lütfen bizimle iletişime geçin.")
    return str(text).format(**error.facts)
