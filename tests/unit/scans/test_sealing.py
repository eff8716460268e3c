"""What is sealed opens with the key, for its row, unaltered; and for nothing else."""

import secrets

import pytest

from divit.kernel.errors import Invalid
from divit.scans.sealing import Seals

OLD, NEW = secrets.token_urlsafe(32), secrets.token_urlsafe(32)


def test_it_opens_for_its_row_alone() -> None:
    seals = Seals([NEW])
    sealed = seals.seal(b"form", about="scan|1|a")
    assert b"form" not in sealed
    assert sealed != seals.seal(b"form", about="scan|1|a")
    assert seals.unseal(sealed, about="scan|1|a") == b"form"
    for wrong in (
        lambda: seals.unseal(sealed, about="scan|2|a"),
        lambda: Seals([OLD]).unseal(sealed, about="scan|1|a"),
    ):
        with pytest.raises(Invalid, match="scan_not_opened"):
            wrong()


def test_nothing_of_it_may_be_altered() -> None:
    seals = Seals([NEW])
    sealed = seals.seal(b"form", about="a")
    for place in range(len(sealed)):
        altered = bytearray(sealed)
        altered[place] ^= 1
        with pytest.raises(Invalid, match="scan_not_opened"):
            seals.unseal(bytes(altered), about="a")
    for short in (b"", sealed[:5], sealed[:17], sealed[:-1]):
        with pytest.raises(Invalid, match="scan_not_opened"):
            seals.unseal(short, about="a")


def test_a_key_is_changed_without_losing_what_was_sealed() -> None:
    before = Seals([OLD]).seal(b"form", about="a")
    both = Seals([NEW, OLD])
    assert both.unseal(before, about="a") == b"form"
    after = both.seal(b"form", about="a")
    assert Seals([NEW]).unseal(after, about="a") == b"form"
    assert not Seals([])
