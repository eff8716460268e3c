"""Whether the clock may be stamped with, told to a watch whose clocks the test turns."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from divit.validation.clock_watch import ClockWatch, Sync, kernel_sync, since_boot
from divit.validation.last_stamp import LastStamp

START = datetime(2026, 11, 22, 20, 15, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class World:
    """Time passes at one pace; the wall clock may be set, and the kernel asked."""

    def __init__(self, *, needs_sync: bool = False) -> None:
        self.passed = 0.0
        self.set_by = timedelta()
        self.sync = Sync(True, timedelta(milliseconds=20))
        self.asked = 0
        self.watch = ClockWatch(accuracy=SECOND, needs_sync=needs_sync, boot=lambda: self.passed, sync=self._tell)

    def _tell(self) -> Sync:
        self.asked += 1
        return self.sync

    def sane(self, *, after: float = 1) -> bool:
        self.passed += after
        return self.watch.sane(START + timedelta(seconds=self.passed) + self.set_by)


@pytest.mark.parametrize("jump", [-3600, -1.2, 1.2, 3600])
def test_a_clock_that_was_set_is_believed_when_it_is_right_again(jump: float) -> None:
    world = World()
    assert world.sane()
    world.set_by = timedelta(seconds=jump)
    assert not world.sane()
    assert not world.sane(after=60)
    world.set_by = timedelta()
    assert world.sane()


@pytest.mark.parametrize(("needs_sync", "settles"), [(False, 300), (True, 60)])
def test_or_when_it_has_stood_for_a_while(needs_sync: bool, settles: int) -> None:
    world = World(needs_sync=needs_sync)
    assert world.sane()
    world.set_by = timedelta(hours=1)
    assert not world.sane()
    assert not world.sane(after=settles - 1)
    world.set_by = timedelta(hours=2)  # and again
    assert not world.sane()
    assert not world.sane(after=settles - 1)
    assert world.sane()
    assert world.sane(after=86_400)


def test_small_steps_within_the_accuracy_are_no_jump() -> None:
    world = World()
    assert world.sane()
    world.set_by = timedelta(milliseconds=900)
    assert world.sane()


def test_where_it_is_asked_for_the_kernel_must_vouch_for_the_clock() -> None:
    world = World(needs_sync=True)
    for bad in (Sync(False, timedelta()), Sync(True, timedelta(seconds=1.1))):
        world.sync = bad
        assert not world.sane()
        world.sync = Sync(True, timedelta(seconds=0.9))
        assert world.sane()
    asked = world.asked
    assert all(world.sane(after=0.01) for _ in range(50))  # not at every stamp
    assert world.asked == asked


def test_a_jump_settles_only_while_the_kernel_vouches_for_it() -> None:
    world = World(needs_sync=True)
    assert world.sane()
    world.set_by = timedelta(hours=1)
    assert not world.sane()
    world.sync = Sync(False, timedelta(seconds=16))
    assert not world.sane(after=100)
    world.sync = Sync(True, timedelta())
    assert not world.sane(after=59)
    assert world.sane(after=2)


def test_the_real_kernel_answers() -> None:
    said = kernel_sync()
    assert isinstance(said.synchronised, bool)
    assert said.most_off >= timedelta()
    assert since_boot() > 0


@pytest.mark.parametrize("shared", [True, False])
def test_no_stamp_is_dated_before_another(tmp_path: Path, shared: bool) -> None:
    """Also of another worker, and also after all of them were killed."""
    file = tmp_path / "state" / "tsa-last" if shared else None
    last = LastStamp(file)
    assert last.advance(START) == START
    other = LastStamp(file) if shared else last
    assert other.advance(START - timedelta(milliseconds=400)) == START  # overtaken on the way, no clock set back
    assert other.advance(START - timedelta(milliseconds=600)) is None
    assert other.advance(START + SECOND) == START + SECOND
    assert last.advance(START) is None
    assert (LastStamp(file) if shared else last).advance(START + 2 * SECOND) == START + 2 * SECOND
