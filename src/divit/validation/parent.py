"""The parent of validation's processes: holds the doors, and keeps one follower and so many workers at work.

Each worker has a door of its own, a socket on the same port (SO_REUSEPORT): the kernel deals connections out evenly,
and nobody takes from another. The parent keeps all of them open, so that whoever knocks while a worker is being
replaced waits for the next one and is not sent away. SIGTERM ends everything in good order; SIGHUP puts a new worker in
the place of each, one after the other: the old one goes when the new one stands at the door.
"""

import logging
import os
import select
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from divit.validation.counts import PAGE_OCTETS, ROWS, Page
from divit.validation.settings import ParentSettings

_log = logging.getLogger(__name__)
_BACKLOG = 1_024
_FOLLOWER = "follower"
_NOT_FOR_FOLLOWERS = ("DIVIT_VALIDATION_KEYSTORE", "DIVIT_VALIDATION_KEYSTORE_SECRET_FILE")
_NOT_FOR_WORKERS = ("DATABASE_URL",)
_FIRST_WAIT, _LONGEST_WAIT = 0.1, 5.0
_WELL_AFTER_SECONDS = 10.0
_READY_SECONDS = 30.0
_END_SECONDS = 15.0
Command = Callable[[str], Sequence[str]]


@dataclass
class Place:
    """One child's: a door and a row for a worker, neither for the follower."""

    name: str
    door: socket.socket | None = None
    row: int = 0
    process: "subprocess.Popen[bytes] | None" = None
    began: float = 0.0
    wait: float = _FIRST_WAIT
    next_try: float = 0.0


@dataclass
class Parent:
    """`command` is how a child of that name is started."""

    settings: ParentSettings
    command: Command
    environment: Mapping[str, str]
    places: list[Place] = field(default_factory=list)
    leaving: "list[tuple[subprocess.Popen[bytes], int]]" = field(default_factory=list)
    ending: bool = False
    renewing: bool = False

    def run(self) -> int:
        """Until SIGTERM."""
        self._descriptor = _shared_page()
        self._page = Page(self._descriptor)
        doors = _doors(self.settings)
        self.places = [Place(_FOLLOWER), *(Place(f"worker {n}", door) for n, door in enumerate(doors, 1))]
        wake = _listen_to_signals(self)
        for place in self.places:
            self._start(place)
        _log.info("validation on %s:%d with %d workers", *doors[0].getsockname()[:2], len(doors))
        while not self.ending:
            select.select([wake], [], [], self._next_look())
            _empty(wake)
            self._look()
            if self.renewing:
                self.renewing = False
                self._renew()
        self._end()
        return 0

    # ---

    def _start(self, place: Place) -> int:
        """Start a child in that place; returns where it says that it is ready."""
        readable, writable = os.pipe()
        hidden = _NOT_FOR_WORKERS if place.door else _NOT_FOR_FOLLOWERS
        environment = {name: value for name, value in self.environment.items() if name not in hidden}
        command, passed = [*self.command("worker" if place.door else _FOLLOWER)], []
        if place.door is not None:
            place.row = self._free_row()
            passed = [place.door.fileno(), writable, self._descriptor]
            for name, number in zip(("door", "ready", "page", "row"), (*passed, place.row), strict=True):
                command += [f"--{name}", str(number)]
        place.process = subprocess.Popen(command, env=environment, pass_fds=passed)
        place.began = time.monotonic()
        os.close(writable)
        return readable

    def _free_row(self) -> int:
        taken = {place.row for place in self.places} | {row for _, row in self.leaving}
        return next(row for row in range(1, ROWS) if row not in taken)

    def _next_look(self) -> float | None:
        waits = [place.next_try - time.monotonic() for place in self.places if place.process is None]
        return max(0.0, min(waits)) if waits else None

    def _look(self) -> None:
        """Who has ended is replaced; who ends soon after it began, a little later each time."""
        self.leaving = [(process, row) for process, row in self.leaving if not self._is_gone(process, row)]
        now = time.monotonic()
        for place in self.places:
            if place.process is not None and (code := place.process.poll()) is not None:
                _log.error("%s ended with %d", place.name, code)
                self._page.end(place.row) if place.row else None
                lived = now - place.began
                place.wait = _FIRST_WAIT if lived > _WELL_AFTER_SECONDS else min(place.wait * 2, _LONGEST_WAIT)
                place.process, place.row, place.next_try = None, 0, now + place.wait
            if place.process is None and now >= place.next_try and not self.ending:
                os.close(self._start(place))

    def _is_gone(self, process: "subprocess.Popen[bytes]", row: int) -> bool:
        if process.poll() is None:
            return False
        self._page.end(row)
        return True

    def _renew(self) -> None:
        """One after the other, and none ends before the next in its place is ready."""
        for place in self.places:
            if self.ending or place.process is None:
                continue
            if place.door is None:
                self._renew_follower(place)
                continue
            before, row = place.process, place.row
            self.leaving.append((before, row))
            ready = self._start(place)
            if _is_ready(ready):
                before.send_signal(signal.SIGUSR1)
                continue
            _log.error("the new %s does not come up; the one before stays, and so do the others", place.name)
            fresh, fresh_row = place.process, place.row
            self.leaving.remove((before, row))
            place.process, place.row = before, row
            if fresh is not None:
                fresh.kill()
                self.leaving.append((fresh, fresh_row))
            return

    def _renew_follower(self, place: Place) -> None:
        """There can be but one: it ends first, and workers answer from what is known meanwhile."""
        if place.process is not None:
            place.process.terminate()
            _wait_for([place.process], _END_SECONDS)
            os.close(self._start(place))

    def _end(self) -> None:
        processes = [place.process for place in self.places if place.process is not None]
        processes += [process for process, _ in self.leaving]
        for process in processes:
            process.terminate()
        _wait_for(processes, _END_SECONDS)


def main(command: Command) -> int:
    """The process `validation`: settings come from the environment."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s parent %(levelname)s %(message)s")
    return Parent(ParentSettings.model_validate({}), command, dict(os.environ)).run()


def _doors(settings: ParentSettings) -> list[socket.socket]:
    """On the same address, so many; they listen from now on."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as alone:  # SO_REUSEPORT would share it with whoever has it now
        alone.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        alone.bind((settings.host, settings.port))
    doors: list[socket.socket] = []
    for _ in range(settings.workers):
        door = socket.socket(family, socket.SOCK_STREAM)
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        door.bind((settings.host, doors[0].getsockname()[1] if doors else settings.port))
        doors.append(door)
    for door in doors:
        door.listen(_BACKLOG)
    return doors


def _listen_to_signals(parent: Parent) -> socket.socket:
    """Becomes readable with every signal, so that none is slept through."""
    wake, told = socket.socketpair()
    wake.setblocking(False)
    told.setblocking(False)

    def end(_number: int, _frame: object) -> None:
        parent.ending = True

    def renew(_number: int, _frame: object) -> None:
        parent.renewing = True

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGHUP, renew)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    signal.set_wakeup_fd(told.detach(), warn_on_full_buffer=False)
    return wake


def _empty(wake: socket.socket) -> None:
    try:
        while wake.recv(4_096):
            pass
    except BlockingIOError:
        return


def _is_ready(ready: int) -> bool:
    """Whether the child said so, before it ended and in time."""
    try:
        heard, _, _ = select.select([ready], [], [], _READY_SECONDS)
        return bool(heard) and os.read(ready, 1) == b"1"
    finally:
        os.close(ready)


def _wait_for(processes: Sequence["subprocess.Popen[bytes]"], seconds: float) -> None:
    """Until they have ended; who has not after that time is killed."""
    until = time.monotonic() + seconds
    for process in processes:
        try:
            process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            _log.error("a process that would not end is killed")
            process.kill()
            process.wait()


def _shared_page() -> int:
    """A file of the right length that has no name; the descriptor."""
    with tempfile.TemporaryFile() as file:
        file.truncate(PAGE_OCTETS)
        return os.dup(file.fileno())
