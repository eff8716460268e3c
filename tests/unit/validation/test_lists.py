"""A list of revocations is handed out only when it is the authority's, newer than the last one, and whole."""

import gzip
import hashlib
import os
from datetime import timedelta
from pathlib import Path

import pytest

from divit.kernel import clock
from divit.kernel.errors import Refused
from divit.validation.crl_files import CrlFiles, read_lists
from divit.validation.status_index import StatusIndex
from divit.validation.status_writer import StatusWriter
from tests.pki_authority import House, hold
from tests.unit.validation.state import filled
from tests.unit.validation.test_status_damage import no_room_behind


def take(files: CrlFiles, house: House, number: int, *, of: House | None = None, said: int | None = None) -> bytes:
    """The list with that number; `of` another authority, or said to have another number."""
    at = clock.now().replace(microsecond=0)
    der = (of or house).crl([], number=number, at=at)
    files.take(
        der,
        authority="issuing",
        issuer=house.authority.certificate,
        number=said or number,
        base_number=None,
        now=clock.now(),
    )
    return der


def test_a_worker_finds_each_newer_list_with_what_is_said_about_it(tmp_path: Path, house: House) -> None:
    writer = filled(tmp_path)
    index = StatusIndex.open(tmp_path)
    assert index.crl("issuing") is None
    for number in (5, 6, 7):
        der = take(writer.lists, house, number)
        found = index.crl("issuing")
        assert found is not None
        assert (found.number, found.path.read_bytes(), found.gzip, found.size) == (number, der, None, len(der))
        assert found.digest == hashlib.sha256(der).hexdigest()
        assert found.next_update - found.this_update == timedelta(hours=24)
        writer.lists.compress("issuing")
        packed = index.crl("issuing")
        assert packed is not None
        assert packed.gzip is not None
        assert gzip.decompress(packed.gzip.read_bytes()) == der
        assert (tmp_path / "crl" / "issuing.crl").read_bytes() == der
        assert gzip.decompress((tmp_path / "crl" / "issuing.crl.gz").read_bytes()) == der
        assert found.path.exists()
    assert not (tmp_path / "crl" / "issuing.5.crl").exists()
    assert (tmp_path / "crl" / "issuing.6.crl").exists(), "somebody may be about to open it"
    writer.close()
    StatusWriter.open(tmp_path).close()
    assert index.crl("issuing") == packed


def test_what_is_not_newer_or_not_the_authoritys_changes_nothing(
    tmp_path: Path, house: House, tmp_path_factory: pytest.TempPathFactory
) -> None:
    files = CrlFiles(tmp_path, told=lambda: None)
    good = take(files, house, 7)
    foreign = hold(tmp_path_factory.mktemp("foreign"))
    at = clock.now().replace(microsecond=0)
    old = house.crl([], number=9, at=at - timedelta(days=2))
    for number, of, said, why in (
        (7, house, 7, "crl_number_not_greater"),
        (6, house, 6, "crl_number_not_greater"),
        (8, foreign, 8, "crl_wrong_issuer"),
        (6, house, 8, "crl_other_number"),
    ):
        with pytest.raises(Refused, match=why):
            take(files, house, number, of=of, said=said)
    issuer = house.authority.certificate
    for der, number, base, why in (
        (old, 9, None, "crl_past"),
        (house.crl([], number=9, at=at), 9, 3, "crl_other_base"),
        (b"\x30\x03no", 9, None, "crl_unreadable"),
    ):
        with pytest.raises(Refused, match=why):
            files.take(der, authority="issuing", issuer=issuer, number=number, base_number=base, now=clock.now())
    assert {name: file.path.read_bytes() for name, file in read_lists(tmp_path).items()} == {"issuing": good}


def test_a_list_that_cannot_be_written_leaves_the_one_before(tmp_path: Path, house: House) -> None:
    files = CrlFiles(tmp_path, told=lambda: None)
    good = take(files, house, 7)
    with no_room_behind(100), pytest.raises(OSError, match="large"):
        take(files, house, 8)
    with no_room_behind(10), pytest.raises(OSError, match="large"):
        files.compress("issuing")
    found = read_lists(tmp_path)["issuing"]
    assert (found.number, found.path.read_bytes(), found.gzip) == (7, good, None)
    assert not list((tmp_path / "crl").glob("*.new"))
    take(files, house, 8)
    assert read_lists(tmp_path)["issuing"].number == 8


def test_a_list_that_was_damaged_on_disk_is_taken_anew(tmp_path: Path, house: House) -> None:
    writer = filled(tmp_path)
    der = take(writer.lists, house, 7)
    writer.close()
    os.truncate(tmp_path / "crl" / "issuing.7.crl", 20)
    writer = StatusWriter.open(tmp_path)
    assert writer.lists.number("issuing") == 0
    assert StatusIndex.open(tmp_path).crl("issuing") is None
    again = take(writer.lists, house, 7)
    found = StatusIndex.open(tmp_path).crl("issuing")
    assert found is not None
    assert found.path.read_bytes() == again
    assert len(again) == len(der)
