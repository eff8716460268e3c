"""The follower as a process of its own, seen by a worker: killed, doubled, without room, and ended in good order."""

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from divit.kernel import clock
from divit.kernel.errors import NotFound
from divit.kernel.serials import Serial
from divit.pki.ocsp import Good, Revoked
from divit.pki.reasons import Reason
from divit.validation.status_index import StatusIndex
from tests.integration.validation.conftest import Database, crl_of, until
from tests.pki_authority import House

Follower = subprocess.Popen[bytes]
Start = Callable[..., Follower]


@pytest.fixture
def start(tmp_path: Path, house: House, database: Database) -> Iterator[Start]:
    """Another follower of the same folder; `octets` is how long a file it may write."""
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": database.url,
        "DIVIT_CA_DIR": str(house.folder / "ca"),
        "DIVIT_VALIDATION_STATE": str(tmp_path / "state"),
    }
    followers: list[Follower] = []

    def another(*, octets: int | None = None) -> Follower:
        def less_room() -> None:
            if octets is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (octets, octets))

        with (tmp_path / f"said-{len(followers)}").open("wb") as said:
            command = [sys.executable, "-m", "divit.validation.follower"]
            errors = said if octets is None else subprocess.PIPE  # which no limit of files holds for
            followers.append(subprocess.Popen(command, env=environment, stderr=errors, preexec_fn=less_room))
        return followers[-1]

    yield another
    for follower in followers:
        follower.kill()
        follower.wait()


def index_in(folder: Path) -> StatusIndex:
    """As soon as there is one."""
    found: list[StatusIndex] = []

    def look() -> bool:
        try:
            found.append(StatusIndex.open(folder))
        except NotFound:
            return False
        return True

    until(look, what="a table")
    return found[0]


def test_a_worker_is_served_by_one_follower_after_the_other(
    start: Start, house: House, database: Database, tmp_path: Path
) -> None:
    issuer, serials = str(house.authority.id), [Serial.random().int for _ in range(6)]
    for serial in serials:
        database.put(house, serial)
    first = start()
    worker = index_in(tmp_path / "state")

    def told(serial: int, wanted: type[Good] | type[Revoked]) -> bool:
        worker.refresh()
        return isinstance(worker.status_of(issuer, serial), wanted)

    until(lambda: worker.followed, what="following")
    database.put(house, serials[0], reason=Reason.CERTIFICATE_HOLD)
    until(lambda: told(serials[0], Revoked), what="a hold")

    waiting = start()
    until(lambda: b"follows already" in (tmp_path / "said-1").read_bytes(), what="the second one waiting")
    database.put(house, serials[1], reason=Reason.CERTIFICATE_HOLD)
    until(lambda: told(serials[1], Revoked), what="a hold, told by the first")
    first.send_signal(signal.SIGKILL)
    first.wait()
    at, known_at = clock.now().replace(microsecond=0), worker.known_at
    der, number = crl_of(house, [], at=at)
    database.publish(house, der, number=number, at=at)
    database.put(house, serials[2], reason=Reason.KEY_COMPROMISE, notify=False)
    until(lambda: told(serials[2], Revoked), what="a revocation, told by the second")
    until(lambda: (file := worker.crl("issuing")) is not None and file.gzip is not None, what="the list")
    assert worker.known_at is not None
    assert known_at is not None
    assert worker.known_at > known_at

    waiting.send_signal(signal.SIGTERM)
    assert waiting.wait(timeout=30) == 0
    assert not worker.followed
    without_room = start(octets=0)
    until(lambda: worker.followed, what="following without room for a change")
    database.put(house, serials[3], reason=Reason.CERTIFICATE_HOLD)
    until(lambda: not worker.followed, what="the change that found no room")
    assert told(serials[3], Good)
    assert told(serials[2], Revoked)
    without_room.kill()
    assert b"not being followed: OSError" in without_room.communicate()[1]
    start()
    until(lambda: told(serials[3], Revoked), what="what had found no room")
    assert [type(worker.status_of(issuer, serial)) for serial in serials] == [Revoked] * 4 + [Good] * 2
