"""The issuing authority of this installation: public files that the ceremony left; no keys."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from divit.pki.authority import Authority


def current() -> Authority:
    """The authority that issues now. Raises `NotFound` before the ceremony was held."""
    return _loaded(settings.DIVIT.ca)


@lru_cache(maxsize=4)
def _loaded(folder: Path) -> Authority:
    return Authority.load(folder)
