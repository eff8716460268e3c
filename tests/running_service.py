"""The whole service, started as a newcomer starts it, on ports and in a folder of its own."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from divit.cli.journey import Places
from divit.launcher.addresses import Addresses
from divit.launcher.demo_environment import DemoEnvironment
from divit.launcher.home import CHECKOUT, short_name
from divit.launcher.postgres import Cluster
from divit.launcher.supervision import Supervision

_START_SECONDS = 300
_STOP_SECONDS = 60
DIVIT = str(Path(sys.executable).parent / "divit")


@dataclass(frozen=True)
class Service:
    """A running demo."""

    home: Path
    addresses: Addresses
    process: "subprocess.Popen[bytes]"

    @property
    def supervision(self) -> Supervision:
        return Supervision(self.home)

    @property
    def places(self) -> Places:
        """Where web, validation and the neighbours answer."""
        urls = self.addresses
        return Places(web=urls.public_url, validation=urls.validation_url, world=urls.world_url)

    @property
    def database_url(self) -> str:
        return Cluster(self.home).url()

    def walk(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """`divit walk` against it."""
        environment = {**os.environ, "DIVIT_HOME": str(self.home), "DIVIT_PORT": str(self.addresses.web)}
        return subprocess.run([DIVIT, "walk", *arguments], env=environment, capture_output=True, text=True, check=False)

    def as_owner(self, *command: str) -> "subprocess.CompletedProcess[str]":
        """Run a command with the environment of the demo's owner."""
        environment = DemoEnvironment(self.home, self.addresses).of("owner")
        return subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False)

    def stop(self) -> int:
        """As Ctrl-C does; the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=_STOP_SECONDS)

    def left_over(self) -> list[str]:
        """Processes that still work in its folder."""
        return left_over(self.home)


def left_over(home: Path) -> list[str]:
    """Processes that work in this data folder, by their command lines."""
    marks = (os.fsencode(home), short_name(home).encode())
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            line = (entry / "cmdline").read_bytes()
            words = line + (entry / "environ").read_bytes() + os.fsencode((entry / "cwd").readlink())
        except OSError:
            continue
        if entry.name != str(os.getpid()) and any(mark in words for mark in marks):
            found.append(f"{entry.name} {line.replace(bytes(1), b' ').decode(errors='replace')}")
    return found


def free_block() -> int:
    """A first port such that all that `Addresses` needs are free."""
    for _ in range(100):
        first = 20000 + secrets.randbelow(12000)
        try:
            for port in (first, first + 1, first + 2, first + 25):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return first
    raise AssertionError("no free ports")


def start(home: Path, first: int, *arguments: str, divit: Sequence[str] = (DIVIT,), **more: str) -> Service:
    """Start the demo and wait until it says that it is ready."""
    said = Path(f"{home}.said")
    with said.open("w") as output:
        process = subprocess.Popen(
            [*divit, "demo", "--history", "0", *arguments],
            env=environment(home, first) | more,
            stdout=output,
            stderr=output,
        )
    deadline = time.monotonic() + _START_SECONDS
    while "Ctrl-C" not in said.read_text():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            process.wait()
            raise AssertionError("the demo did not become ready:\n" + said.read_text()[-6000:])
        time.sleep(0.1)
    addresses = Addresses(web=first, validation=first + 1, world=first + 2, smtp=first + 25)
    return Service(home=home, addresses=addresses, process=process)


def environment(home: Path, first: int) -> dict[str, str]:
    """What a newcomer's shell says, and nothing of the test run's own."""
    own = ("DIVIT_", "DATABASE_", "DJANGO_", "PYTEST_", "COV_")
    outside = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    return {**outside, "DIVIT_HOME": str(home), "DIVIT_PORT": str(first)}


def remove(home: Path) -> None:
    """The data folder, and what lies outside it."""
    cluster = Cluster(home)
    for folder in (cluster.data, cluster.socket_folder, cluster.elsewhere, Supervision(home).socket.parent, home):
        shutil.rmtree(folder, ignore_errors=True)
    Path(f"{home}.said").unlink(missing_ok=True)


@contextmanager
def running_service(*arguments: str) -> Iterator[Service]:
    """The service, running; at the end it is stopped as Ctrl-C does, and nothing may be left."""
    home = Path(tempfile.mkdtemp(prefix="divit-service-"))
    home.chmod(0o755)
    try:
        service = start(home, free_block(), *arguments)
        try:
            yield service
        finally:
            code = service.stop()
            left = service.left_over()
    finally:
        remove(home)
    assert code == 0
    assert left == []
