"""The folder that one follower writes and every worker reads, and the page of memory that they share.

The page holds 64-bit numbers, each written and read whole. Files are never changed where a reader may look: a table is
written beside and renamed, a log grows behind the length that the page names. So nobody waits for anybody.
"""

import fcntl
import hashlib
import mmap
import os
import time
from collections.abc import Callable
from datetime import datetime
from enum import IntEnum
from pathlib import Path
from typing import NamedTuple

from divit.kernel.errors import DivitError, NotFound
from divit.validation.status_code import microseconds

LOCK, PAGE = "lock", "shared"
_SIZE = 4096
_MAGIC = int.from_bytes(b"DIVIT-1", "little")
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class Word(IntEnum):
    """The numbers of the page, by their place."""

    MAGIC = 0
    BOOT = 1  # which start of the machine wrote them: what memory held before is not to be relied on
    COUNTER = 2  # raised by every change, after it can be read
    GENERATION = 3  # of the table and log in use; 0 while there is none
    LENGTH_EVEN = 4  # octets of the log that count, for generations with an even number
    LENGTH_ODD = 5
    LISTS = 6  # raised by every list of revocations that was taken over
    KNOWN_AT = 7  # microseconds since 1970 at which everything agreed with the database; 0 for never
    KNOWN_TICKS = 8  # the same on the clock that nobody sets; 0 for before this start of the machine
    FOLLOWED = 9


class Moment(NamedTuple):
    """The same instant on the wall's clock and on the one that nobody sets, in microseconds."""

    wall: int
    ticks: int


class InUse(DivitError):
    """Another process writes this folder."""


def ticks() -> int:
    """Microseconds since the machine started, sleep included."""
    return time.clock_gettime_ns(_CLOCK) // 1000


def moment(now: Callable[[], datetime]) -> Moment:
    """This instant, by that clock."""
    return Moment(microseconds(now()), ticks())


def base_file(folder: Path, generation: int) -> Path:
    """The table of that generation."""
    return folder / f"status-{generation}.base"


def log_file(folder: Path, generation: int) -> Path:
    """What changed since that table."""
    return folder / f"status-{generation}.log"


def lists_folder(folder: Path) -> Path:
    """Where the lists of revocations are."""
    return folder / "crl"


def length_of(generation: int) -> Word:
    """Where the length of that generation's log stands: the next one has another place."""
    return Word.LENGTH_ODD if generation % 2 else Word.LENGTH_EVEN


def sync_folder(folder: Path) -> None:
    """Make the names in it last."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Lock:
    """Held by the one process that writes; it ends with the process, however that ended."""

    def __init__(self, folder: Path) -> None:
        """Raises `InUse` while another holds it."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._descriptor)
            raise InUse(str(folder)) from None

    def release(self) -> None:
        """Let another have it."""
        os.close(self._descriptor)


class Page:
    """The page, mapped; a worker's is read-only."""

    def __init__(self, file: Path, *, writable: bool) -> None:
        """Raises `NotFound` where there is none that we understand."""
        try:
            descriptor = os.open(file, os.O_RDWR if writable else os.O_RDONLY)
        except FileNotFoundError:
            raise NotFound(f"nothing is known in {file.parent} yet") from None
        try:
            if os.fstat(descriptor).st_size != _SIZE:
                raise NotFound(f"{file} is not what we wrote")
            access = mmap.ACCESS_WRITE if writable else mmap.ACCESS_READ
            self._memory = mmap.mmap(descriptor, _SIZE, access=access)
        finally:
            os.close(descriptor)
        self.words = memoryview(self._memory).cast("q")
        if self.words[Word.MAGIC] != _MAGIC:
            self.close()
            raise NotFound(f"{file} is not what we wrote")

    @classmethod
    def to_write(cls, folder: Path) -> "Page":
        """The follower's; made if need be, and otherwise the one that workers have mapped already."""
        file = folder / PAGE
        try:
            page = cls(file, writable=True)
        except NotFound:
            _make(file)
            page = cls(file, writable=True)
        if page.words[Word.BOOT] != _boot():
            for word in (Word.GENERATION, Word.KNOWN_AT, Word.KNOWN_TICKS, Word.FOLLOWED):
                page.words[word] = 0
            page.words[Word.BOOT] = _boot()
        return page

    @classmethod
    def to_read(cls, folder: Path) -> "Page":
        """A worker's. `NotFound` until a follower has put a table in its place since the machine started."""
        page = cls(folder / PAGE, writable=False)
        if page.words[Word.BOOT] != _boot() or not page.words[Word.GENERATION]:
            page.close()
            raise NotFound(f"nothing is known in {folder} yet")
        return page

    def close(self) -> None:
        """Unmap it."""
        self.words.release()
        self._memory.close()


def _make(file: Path) -> None:
    half = file.with_suffix(".new")
    with half.open("wb") as stream:
        stream.write(_MAGIC.to_bytes(8, "little").ljust(_SIZE, b"\0"))
        stream.flush()
        os.fsync(stream.fileno())
    half.replace(file)


def _boot() -> int:
    """Which start of the machine this is."""
    name = _BOOT.read_bytes() if _BOOT.exists() else b""
    return int.from_bytes(hashlib.sha256(name).digest()[:8], "little", signed=True)
