"""`divit demo`: the whole service on this machine, with simulated neighbours and demo people."""

import argparse
import errno
import fcntl
import json
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from divit.cli.demo_people import introduce
from divit.kernel.tckn import INVENTED
from divit.launcher.addresses import Addresses, PortTaken
from divit.launcher.demo_environment import DemoEnvironment
from divit.launcher.history import History
from divit.launcher.home import CHECKOUT, home
from divit.launcher.lifeline import die_with_parent
from divit.launcher.postgres import CannotStart, Cluster, last_lines
from divit.launcher.processes import NAMES
from divit.launcher.progress import step
from divit.launcher.supervision import Supervision

_DIVIT = str(Path(sys.executable).parent / "divit")
_START_SECONDS = 90
_STOP_SECONDS = 60
_FOLDERS = ("postgres.new", "ca", "keys", "secrets", "validation", "log")
_ROOM_FOR_FIRST, _ROOM_FOR_NEXT = 1 << 30, 200 << 20
# The year behind a new demo, small enough that the first start takes a minute longer and no more.
_HISTORY_DAYS, _HISTORY_PEOPLE = 365, 80
# The authority is as old as the past behind it, and its seal's certificate lives for three years.
MOST_DAYS = 1000


@dataclass(frozen=True)
class Past:
    """What a new demo has behind it: how many people, and for how long."""

    people: int
    lasts: timedelta


class DemoFailed(Exception):
    """The demo cannot go on; the message says why and what to do."""


def main(arguments: list[str]) -> int:
    """Run until Ctrl-C; the exit code is 0 when everything was stopped in order."""
    parser = argparse.ArgumentParser(prog="divit demo")
    parser.add_argument("--reset", action="store_true", help="throw the demo's data away and end")
    parser.add_argument("--no-people", action="store_true", help="start without demo people")
    told = f"how many people have a past behind them when the demo is new ({_HISTORY_PEOPLE}; 0: none)"
    parser.add_argument("--history", type=between(0, INVENTED), default=_HISTORY_PEOPLE, metavar="PEOPLE", help=told)
    days = f"for how long ({_HISTORY_DAYS})"
    parser.add_argument("--history-days", type=between(1, MOST_DAYS), default=_HISTORY_DAYS, help=days)
    options = parser.parse_args(arguments)
    # Even where a shell started us in the background, which leaves SIGINT ignored.
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, _as_interrupt)
    try:
        folder = home()
        folder.mkdir(parents=True, exist_ok=True)
        with only_one(folder):
            if options.reset:
                return _reset(folder)
            past = Past(0 if options.no_people else options.history, timedelta(days=options.history_days))
            return _run(folder, Addresses.from_environment(), people=not options.no_people, past=past)
    except (DemoFailed, PortTaken, CannotStart) as problem:
        sys.stderr.write(f"\n{problem}\n")
    except OSError as problem:
        sys.stderr.write(f"\n{_explained(problem)}\n")
    except KeyboardInterrupt:
        return 0
    return 1


def between(least: int, most: int) -> Callable[[str], int]:
    """What argparse takes for a whole number within these bounds."""

    def read(told: str) -> int:
        number = int(told)
        if not least <= number <= most:
            raise argparse.ArgumentTypeError(f"{told} is not between {least} and {most}")
        return number

    read.__name__ = "whole number"
    return read


def _as_interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _explained(problem: OSError) -> str:
    if problem.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk of {home()} is full. Make room and start again; nothing is lost."
    if problem.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return (
            f"{problem.filename or problem} cannot be read or written by this user ({problem.strerror or 'refused'}). "
            f"Start as the user it belongs to, or choose another data folder: DIVIT_HOME=/some/folder make demo"
        )
    return f"The demo cannot go on: {problem}"


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """One `divit demo` for each data folder; the lock goes with the process, however that ends."""
    with (folder / "demo.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DemoFailed(
                f"The demo is running already in {folder}. Stop it first (Ctrl-C in its window), or start another "
                f"one beside it: DIVIT_HOME=/some/folder DIVIT_PORT=9000 make demo"
            ) from None
        yield


def _reset(folder: Path) -> int:
    _refuse_what_is_no_demo(folder)
    _wait_for_earlier_end(Supervision(folder))
    throw_away(folder)
    print("The demo's data is gone; `make demo` starts afresh.")
    return 0


def throw_away(folder: Path) -> None:
    """Everything that a demo or a simulation has put there, and nothing else."""
    cluster = Cluster(folder)
    # By name: a data folder that was chosen badly may hold other people's things.
    places = [cluster.data, cluster.socket_folder, cluster.elsewhere, Supervision(folder).socket.parent]
    for place in places + [folder / name for name in _FOLDERS]:
        shutil.rmtree(place, ignore_errors=not place.exists())
    for file in [*folder.glob("world.sqlite*"), *folder.glob("supervisord.*")]:
        file.unlink()
    History(folder).forget()


def _refuse_what_is_no_demo(folder: Path) -> None:
    """The names of our folders are common ones: where no demo was made, nothing is deleted."""
    if any((folder / name).exists() for name in _FOLDERS) and not DemoEnvironment.was_made_in(folder):
        raise DemoFailed(f"{folder} holds things that no demo has put there, so nothing was deleted.")


def _run(folder: Path, addresses: Addresses, *, people: bool, past: Past) -> int:
    supervision, cluster = Supervision(folder), Cluster(folder)
    environment = DemoEnvironment(folder, addresses)
    _wait_for_earlier_end(supervision)
    addresses.refuse_taken()
    history = History(folder)
    if history.broke_off:
        throw_away(folder)
    _refuse_full_disk(folder)
    _refuse_other_address(folder, addresses)
    environment.make_secrets()
    if not (folder / "ca" / "authority.json").exists():
        if past.people:
            history.begin(datetime.now(UTC) - past.lasts)
        with step("keys and certification authority"):
            hold_ceremony(environment, held_at=history.begins)
    with step("database"):
        cluster.prepare()
        supervision.write({name: environment.of(name) for name in (*NAMES, "owner")})
        manager = supervision.start()
    try:
        arguments = ["--demo", *(["--people"] if people else []), *history.arguments(past.people)]
        try:
            prepare(environment, cluster, supervision, manager, *arguments)
        except DemoFailed as problem:
            way_out = "\nWithout a past behind it: divit demo --history 0"
            raise DemoFailed(f"{problem}{way_out if history.broke_off else ''}") from problem
        history.end()
        with step("web, worker, signer, validation"):
            supervision.start_rest()
            wait_ready(supervision, addresses, manager)
        if people:
            introduce(public_url=addresses.public_url, world_url=addresses.world_url)
        print(f"\n  Divit: {addresses.public_url}    Neighbours (simulated): {addresses.world_url}")
        print(f"  Logs: {folder / 'log'}    Stop with Ctrl-C. The data stays for the next time.\n", flush=True)
        manager.wait()
        raise DemoFailed(f"The process manager ended; see {folder / 'log' / 'supervisor.log'}.")
    finally:
        stop(manager, supervision)


def _wait_for_earlier_end(supervision: Supervision) -> None:
    """A demo that was killed takes a moment to end all of its processes."""
    if supervision.states():
        with step("the end of the earlier run"):
            deadline = time.monotonic() + _STOP_SECONDS
            while supervision.states():
                if time.monotonic() > deadline:
                    raise DemoFailed(f"An earlier demo in {supervision.home} does not end; see its folder `log`.")
                time.sleep(0.1)


def _refuse_full_disk(folder: Path) -> None:
    needed = _ROOM_FOR_NEXT if (folder / "ca").exists() else _ROOM_FOR_FIRST
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise DemoFailed(f"The disk of {folder} has only {free >> 20} MB left; the demo needs {needed >> 20} MB.")


def _refuse_other_address(folder: Path, addresses: Addresses) -> None:
    """Certificates name where they can be checked, once and for all."""
    record = folder / "ca" / "authority.json"
    url = str(json.loads(record.read_text())["ocsp_url"]) if record.exists() else addresses.validation_url
    if not url.startswith(addresses.validation_url):
        raise DemoFailed(
            f"The certificates in {folder} say that they are checked at {url}, but these ports would answer at "
            f"{addresses.validation_url}. Start with the ports of the first time, or begin anew: make demo-reset"
        )


def hold_ceremony(environment: DemoEnvironment, *, held_at: datetime | None = None) -> None:
    """Make the TEST authority, now or as of an earlier day. Raises `DemoFailed`."""
    plan, out = CHECKOUT / "ops/ceremony/demo.yaml", environment.home / "ca"
    address = environment.addresses.validation_url
    # --resume: keys of a ceremony that was broken off are used, never thrown away.
    when = ("--held-at", held_at.isoformat()) if held_at else ()
    asked = ("--plan", str(plan), "--out", str(out), "--validation-url", address, "--resume", *when)
    run_command(environment, "ceremony", "hold", *asked)


def prepare(
    environment: DemoEnvironment,
    cluster: Cluster,
    supervision: Supervision,
    manager: "subprocess.Popen[bytes]",
    *arguments: str,
) -> None:
    """Tables, roles, styles, people; Django wakes up while the database does. Raises `DemoFailed`."""
    command = _begin(environment, "prepare", *arguments)
    try:
        _wait_for_database(cluster, supervision, manager)
        if command.wait():
            raise DemoFailed("The database could not be prepared; the words of `divit prepare` stand above.")
    finally:
        command.kill()
        command.wait()


def run_command(environment: DemoEnvironment, *arguments: str, quiet: bool = True) -> None:
    """One of our commands to its end. Raises `DemoFailed`."""
    command = _begin(environment, *arguments, quiet=quiet)
    try:
        if command.wait():
            raise DemoFailed(f"`divit {arguments[0]}` failed; its words stand above.")
    finally:
        command.kill()
        command.wait()


def _begin(environment: DemoEnvironment, *arguments: str, quiet: bool = False) -> "subprocess.Popen[bytes]":
    """Start one of our commands; Ctrl-C ends it through us, not beside us."""
    return subprocess.Popen(
        [_DIVIT, *arguments],
        env=environment.of("owner"),
        stdout=subprocess.DEVNULL if quiet else None,
        start_new_session=True,
        preexec_fn=lambda: die_with_parent(signal.SIGTERM),
    )


def _wait(until: Callable[[], list[str]], supervision: Supervision, manager: "subprocess.Popen[bytes]") -> None:
    """Until nothing is missing any more; explain when that does not come about."""
    deadline = time.monotonic() + _START_SECONDS
    while missing := until():
        if manager.poll() is not None or time.monotonic() > deadline:
            logs = supervision.home / "log"
            words = "\n".join(filter(None, (last_lines(logs / f"{name}.log") for name in [*missing, "supervisor"])))
            raise DemoFailed(f"{', '.join(missing)} did not start. The last words in {logs}:\n{words}")
        time.sleep(0.1)


def _wait_for_database(cluster: Cluster, supervision: Supervision, manager: "subprocess.Popen[bytes]") -> None:
    def missing() -> list[str]:
        supervision.states()
        try:
            psycopg.connect(cluster.url(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return ["database"]
        return []

    _wait(missing, supervision, manager)


def wait_ready(supervision: Supervision, addresses: Addresses, manager: "subprocess.Popen[bytes]") -> None:
    """Pages can be shown, and the first list of revoked certificates is out."""
    waiting = {
        "web": f"{addresses.public_url}/readyz",
        "validation": f"{addresses.validation_url}/readyz",
        "world": f"{addresses.world_url}/healthz",
    }

    def missing() -> list[str]:
        silent = [name for name, url in waiting.items() if not _answers(url)]
        states = supervision.states()
        return silent + [name for name in NAMES if name not in silent and states.get(name) != "RUNNING"]

    _wait(missing, supervision, manager)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own addresses
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def stop(manager: "subprocess.Popen[bytes]", supervision: Supervision) -> None:
    """All processes, in good order."""
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_IGN)
    if manager.poll() is not None:
        return
    with step("stopping"):
        manager.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + _STOP_SECONDS
        while manager.poll() is None and time.monotonic() < deadline:
            supervision.states()
            time.sleep(0.1)
        manager.kill()
        manager.wait()
