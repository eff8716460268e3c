"""The issuing authorities of this installation: public files that ceremonies left; no keys.

They are looked for each time, since a new one may appear while the processes run; what was read of one stays true.
"""

from functools import lru_cache
from pathlib import Path
from uuid import UUID

from django.conf import settings

from divit.kernel.errors import Refused
from divit.pki import authority
from divit.pki.authority import Authority


def current() -> Authority:
    """The authority that issues now.

    Raises `Refused("issuing_halted")` when its key may be in other hands, `NotFound` before the ceremony was held.
    """
    return _not_halted(newest())


def newest() -> Authority:
    """The one that was made last, whether it issues or not. Raises `NotFound` before the ceremony was held."""
    return family()[-1]


def family() -> tuple[Authority, ...]:
    """All of them, the oldest first. Raises `NotFound` before the ceremony was held."""
    folder = settings.DIVIT.ca
    return _loaded(folder, authority.record_files(folder))


def by_id(issuer_id: UUID) -> Authority:
    """The authority of what exists already: a certificate, a list. Raises `Refused("issuer_not_ours")`."""
    for one in family():
        if one.id == issuer_id:
            return one
    raise Refused("issuer_not_ours", issuer=str(issuer_id))


def signing_for(issuer_id: UUID) -> Authority:
    """The same, while its key may be used for certificates. Raises `Refused`: issuer_not_ours, issuing_halted."""
    return _not_halted(by_id(issuer_id))


def _not_halted(one: Authority) -> Authority:
    if one.halted_at is not None:
        raise Refused("issuing_halted", authority=one.name)
    return one


@lru_cache(maxsize=4)
def _loaded(folder: Path, _files: tuple[str, ...]) -> tuple[Authority, ...]:
    return authority.family(folder)
