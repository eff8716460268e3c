"""What is torn, cut off, killed half-way or without room never becomes knowledge, and never ends the workers."""

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from divit.kernel import clock
from divit.kernel.errors import NotFound
from divit.pki.ocsp import Good, Revoked
from divit.pki.reasons import Reason
from divit.validation.state import InUse, Moment, Page, Word, moment, ticks
from divit.validation.status_code import instant, microseconds
from divit.validation.status_index import StatusIndex
from divit.validation.status_log import RECORD_OCTETS, Mark, packed, read
from divit.validation.status_table import Damaged, Table
from divit.validation.status_writer import StatusWriter
from tests.unit.validation.state import OTHER, OURS, change, compact, fill, filled

HELD = Revoked(clock.now(), Reason.CERTIFICATE_HOLD)
SERIALS = [(1 << 126) + 3**n for n in range(40)]
ROWS = [(OURS, serial, HELD if n % 4 == 0 else Good()) for n, serial in enumerate(SERIALS)]


def test_a_table_with_any_octet_changed_or_cut_off_is_refused(tmp_path: Path) -> None:
    filled(tmp_path, [*ROWS, (OTHER, 5, HELD)]).close()
    file = tmp_path / "status-1.base"
    whole = file.read_bytes()
    text_ends = whole.index(b"\0" * 100)
    with file.open("r+b", buffering=0) as stream:
        for place in [*range(text_ends), *range(1 << 16, len(whole))]:
            os.pwrite(stream.fileno(), bytes([whole[place] ^ 0x41]), place)
            with pytest.raises(Damaged):
                Table.open(file).verify()
            os.pwrite(stream.fileno(), whole[place : place + 1], place)
        Table.open(file).verify()
    for length in [*range(0, text_ends, 7), *range(1 << 16, len(whole), 5), len(whole) - 1]:
        os.truncate(file, length)
        with pytest.raises(Damaged):
            Table.open(file).verify()
        file.write_bytes(whole)


def test_of_a_log_that_is_torn_anywhere_the_longest_beginning_counts(tmp_path: Path) -> None:
    records = [*(change(*row, seq=n) for n, row in enumerate(ROWS[:6])), Mark(77, 5), change(OTHER, 1, HELD, 6)]
    data = packed(records, generation=3, first=0)
    for cut in range(len(data) + 1):
        assert list(read(data[:cut], generation=3, first=0)) == records[: cut // RECORD_OCTETS]
    for place in range(len(data)):
        torn = data[:place] + bytes([data[place] ^ 0x10]) + data[place + 1 :]
        assert list(read(torn, generation=3, first=0)) == records[: place // RECORD_OCTETS]
    assert list(read(data, generation=4, first=0)) == [], "another generation's records are none of ours"
    assert list(read(data[RECORD_OCTETS:], generation=3, first=0)) == [], "nor are those of another place"


def test_the_older_generation_serves_when_the_newer_one_is_damaged(tmp_path: Path) -> None:
    writer = filled(tmp_path, ROWS)
    writer.take([change(OURS, SERIALS[1], HELD)])
    older = [(file, file.read_bytes()) for file in tmp_path.glob("status-1.*")]
    compact(writer)
    writer.close()
    for file, content in older:
        file.write_bytes(content)
    with (tmp_path / "status-2.base").open("r+b") as stream:
        stream.seek(-1, os.SEEK_END)
        stream.write(b"?")
    index = StatusIndex.open(tmp_path)
    StatusWriter.open(tmp_path).close()
    index.refresh()
    assert index.status_of(OURS, SERIALS[1]) == HELD
    assert {file.name for file in tmp_path.glob("status-*")} == {"status-1.base", "status-1.log"}


def test_without_a_whole_table_nothing_is_known(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        StatusIndex.open(tmp_path)
    filled(tmp_path, ROWS).close()
    (tmp_path / "status-1.base").write_bytes(b"no table")
    writer = StatusWriter.open(tmp_path)
    assert writer.known is None
    with pytest.raises(NotFound):
        StatusIndex.open(tmp_path)
    fill(writer, ROWS)
    assert StatusIndex.open(tmp_path).status_of(OURS, SERIALS[0]) == HELD


def test_a_writer_that_is_killed_at_any_line_leaves_the_old_state_or_the_new_one(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "tests.unit.validation.dying", str(tmp_path), "11"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert int(told.stdout) > 50


@contextmanager
def no_room_behind(octets: int) -> Iterator[None]:
    """No file of this process may grow beyond that: what a full disk is like."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_on_a_full_disk_what_fits_is_told_and_what_does_not_is_not_half_told(tmp_path: Path) -> None:
    writer = filled(tmp_path, ROWS)
    index = StatusIndex.open(tmp_path)
    with no_room_behind(3 * RECORD_OCTETS + 10):
        writer.take([change(OURS, SERIALS[1], HELD), change(OURS, SERIALS[2], HELD)])
        with pytest.raises(OSError, match="large"):
            writer.take([change(OURS, SERIALS[3], HELD), change(OURS, SERIALS[5], HELD)])
        left = (tmp_path / "status-1.log").read_bytes()
        assert len(list(read(left, generation=1, first=0))) == 2, "nor by what is left, should it die now"
        index.refresh()
        assert [index.status_of(OURS, SERIALS[n]) for n in (1, 2, 3, 5)] == [HELD, HELD, Good(), Good()]
        writer.agree(at := moment(clock.now))  # the mark just fits; what is known is known as of now
        assert index.known_at == instant(at.wall)
        with pytest.raises(OSError, match="large"):
            compact(writer)
        assert list(index.refresh()) == []
    assert not list(tmp_path.glob("*.new"))
    writer.take([change(OURS, SERIALS[3], HELD)])
    index.refresh()
    assert index.status_of(OURS, SERIALS[3]) == HELD
    compact(writer)
    index.refresh()
    assert [index.status_of(OURS, SERIALS[n]) for n in (1, 2, 3, 5)] == [HELD, HELD, HELD, Good()]


def test_room_for_the_next_changes_is_taken_beforehand(tmp_path: Path) -> None:
    filled(tmp_path, ROWS).close()
    log = tmp_path / "status-1.log"
    assert log.stat().st_blocks * 512 >= 10_000 * RECORD_OCTETS


def test_two_who_write_one_folder_there_are_not(tmp_path: Path) -> None:
    writer = filled(tmp_path)
    with pytest.raises(InUse):
        StatusWriter.open(tmp_path)
    writer.close()
    StatusWriter.open(tmp_path).close()


def test_a_serial_made_of_two_others_is_no_certificate(tmp_path: Path) -> None:
    serials = sorted((1 << 126) + n for n in range(8))
    filled(tmp_path, [(OURS, serial, Good()) for serial in serials]).close()
    stored = b"".join(serial.to_bytes(16, "big") for serial in serials)
    index = StatusIndex.open(tmp_path)
    for at in range(len(stored) - 15):
        serial = int.from_bytes(stored[at : at + 16], "big")
        assert (index.status_of(OURS, serial) is not None) == (serial in serials)
    for serial in (0, -1, 1 << 200, serials[0] + (1 << 128)):
        assert index.status_of(OURS, serial) is None
    assert index.status_of(OTHER, serials[0]) is None


def test_knowledge_is_never_younger_than_it_is_whatever_the_clock_does(tmp_path: Path) -> None:
    """Set forward it looks older, and answers end sooner; set back it must not look fresh for longer."""
    ahead = timedelta()
    index_now = lambda: clock.now() + ahead  # noqa: E731
    writer = filled(tmp_path, ROWS)
    at, hour = clock.now(), timedelta(hours=1)
    index = StatusIndex.open(tmp_path, now=index_now)
    writer.agree(Moment(microseconds(at), ticks()))
    writer.followed = True
    assert index.known_at == at
    assert index.followed
    ahead = hour
    assert index.known_at == at
    ahead = -hour
    assert index.known_at is not None
    assert abs(index.known_at - (at - hour)) < timedelta(minutes=1)
    ahead = timedelta()
    writer.agree(Moment(microseconds(at + hour), ticks()))  # the clock was an hour ahead when it was written
    assert abs(index.known_at - at) < timedelta(minutes=1)
    writer.agree(Moment(microseconds(at), ticks() - 6_000_000))
    assert not index.followed, "whoever follows says so all the time"


def test_after_a_start_of_the_machine_the_log_says_how_old_the_knowledge_is(tmp_path: Path) -> None:
    writer = filled(tmp_path, ROWS)
    at = clock.now() - timedelta(minutes=3)
    writer.agree(Moment(microseconds(at), ticks()))
    writer.agree(Moment(microseconds(clock.now()), ticks()))  # too soon for another mark in the log
    writer.close()
    _start_the_machine(tmp_path)
    with pytest.raises(NotFound):
        StatusIndex.open(tmp_path)
    StatusWriter.open(tmp_path).close()
    assert StatusIndex.open(tmp_path).known_at == at
    before_that = StatusIndex.open(tmp_path, now=lambda: at - timedelta(hours=1))
    assert before_that.known_at is None, "a clock that stands before it cannot tell"


def test_a_follower_that_begins_again_leaves_the_workers_what_they_had(tmp_path: Path) -> None:
    writer = filled(tmp_path, ROWS)
    writer.agree(moment(clock.now))
    index = StatusIndex.open(tmp_path)
    known_at = index.known_at
    writer.close()
    shutil.rmtree(tmp_path / "crl")
    writer = StatusWriter.open(tmp_path)
    assert list(index.refresh()) == []
    assert index.known_at == known_at
    writer.take([change(OURS, SERIALS[1], HELD)])
    assert list(index.refresh()) == [(OURS, SERIALS[1])]


def _start_the_machine(folder: Path) -> None:
    page = Page.to_write(folder)
    page.words[Word.BOOT] += 1
    page.close()
