"""A follower's writer that is killed at one line after the other: `python -m tests.unit.validation.dying FOLDER STEP`.

Each time a child does everything that a writer does, and dies by kill -9 at its nth line; then the folder must open,
and say what the child had told, or that and what it was just telling. Says how many children died.
"""

import os
import shutil
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from divit.kernel import clock
from divit.pki.ocsp import Good, Revoked
from divit.pki.reasons import Reason
from divit.validation.state import moment
from divit.validation.status_index import StatusIndex
from divit.validation.status_writer import StatusWriter
from tests.unit.validation.state import OURS, change, compact, fill

_TRACED = {"state.py", "status_writer.py", "status_log.py", "status_work.py", "status_build.py", "crl_files.py"}
_SERIALS = [(1 << 126) + 7**n for n in range(12)]
_HOLD, _REVOKED = Revoked(clock.now(), Reason.CERTIFICATE_HOLD), Revoked(clock.now(), Reason.KEY_COMPROMISE)
# Each step: what is put, and what becomes of the table.
_STEPS = [
    ({_SERIALS[0]: _HOLD, _SERIALS[1]: _REVOKED}, None),
    ({_SERIALS[11]: Good()}, compact),
    ({_SERIALS[0]: Good(), _SERIALS[2]: _HOLD}, None),
    ({_SERIALS[2]: _REVOKED}, lambda writer: fill(writer, [(OURS, serial, Good()) for serial in _SERIALS])),
    ({_SERIALS[3]: _HOLD}, None),
]


def _live(folder: Path, told: int) -> None:
    writer = StatusWriter.open(folder)
    for number, (changes, then) in enumerate(_STEPS):
        writer.take([change(OURS, serial, status) for serial, status in changes.items()])
        os.write(told, bytes([number]))
        if then:
            then(writer)
        writer.agree(moment(clock.now))
    os._exit(0)


def _die_at(line: int) -> None:
    left = line

    def trace(frame: FrameType, event: str, _what: Any) -> Any:
        nonlocal left
        if os.path.basename(frame.f_code.co_filename) not in _TRACED:
            return None
        if event == "line":
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    sys.settrace(trace)


def _after(steps: int) -> "dict[int, Good | Revoked]":
    known: dict[int, Good | Revoked] = dict.fromkeys(_SERIALS[:11], Good())
    for changes, _then in _STEPS[:steps]:
        known |= changes
    return known


def _known(folder: Path, worker: StatusIndex) -> "dict[int, Good | Revoked]":
    """By a worker that was there all the time, and by one that begins now."""
    StatusWriter.open(folder).close()
    worker.refresh()
    found = []
    for index in (worker, StatusIndex.open(folder)):
        found.append({serial: status for serial in _SERIALS if (status := index.status_of(OURS, serial))})
        index.close()
    assert found[0] == found[1]
    return found[0]


def _one(folder: Path, line: int) -> bool:
    """Whether the child died at all."""
    reading, writing = os.pipe()
    worker = StatusIndex.open(folder)
    child = os.fork()
    if not child:
        _die_at(line)
        _live(folder, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        done = len(pipe.read())
    _pid, how = os.waitpid(child, 0)
    found = _known(folder, worker)
    permitted = [_after(done), _after(min(done + 1, len(_STEPS)))]
    # A table that is read anew, without a database that knows better, brings holds back to good.
    lifted = [{s: Good() if status == _HOLD else status for s, status in known.items()} for known in permitted]
    assert found in permitted + (lifted if done >= 4 else []), (line, done, found)
    return os.WIFSIGNALED(how)


def main() -> None:
    """Line after line, some left out."""
    whole = Path(sys.argv[1])
    template = whole / "template"
    writer = StatusWriter.open(template)
    fill(writer, [(OURS, serial, Good()) for serial in _SERIALS[:11]])
    writer.close()
    line, died = 1, 0
    while True:
        folder = whole / "state"
        shutil.copytree(template, folder)
        if not _one(folder, line):
            break
        shutil.rmtree(folder)
        died += 1
        line += int(sys.argv[2])
    sys.stdout.write(f"{died}\n")


if __name__ == "__main__":
    main()
