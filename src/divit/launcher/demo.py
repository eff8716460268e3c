"""`divit demo`: the whole service on this machine, with simulated neighbours and demo people."""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from divit.launcher.addresses import Addresses, PortTaken
from divit.launcher.demo_environment import DemoEnvironment
from divit.launcher.home import CHECKOUT, home, runtime_folder
from divit.launcher.postgres import CannotStart, Cluster
from divit.launcher.processes import NAMES
from divit.launcher.supervision import Supervision

_DIVIT = str(Path(sys.executable).parent / "divit")
_HEALTHY_SECONDS = 90
_ROOM_NEEDED = 1 << 30


class DemoFailed(Exception):
    """The demo cannot go on; the message says why and what to do."""


def main(arguments: list[str]) -> int:
    """Run until Ctrl-C; the exit code is 0 when everything was stopped in order."""
    parser = argparse.ArgumentParser(prog="divit demo")
    parser.add_argument("--reset", action="store_true", help="throw the demo's data away and end")
    parser.add_argument("--no-people", action="store_true", help="start without demo people")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, _as_interrupt)
    try:
        if options.reset:
            return _reset(home())
        return _run(home(), Addresses.from_environment(), people=not options.no_people)
    except (DemoFailed, PortTaken, CannotStart) as problem:
        sys.stderr.write(f"\n{problem}\n")
        return 1
    except KeyboardInterrupt:
        return 0


def _as_interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _reset(folder: Path) -> int:
    if Supervision(folder).states():
        raise DemoFailed("The demo is running. Stop it first (Ctrl-C in its window), then try again.")
    data = Cluster(folder).data
    for place in (data, folder, runtime_folder(folder)):
        if place.exists():
            shutil.rmtree(place)
    print("The demo's data is gone; `make demo` starts afresh.")
    return 0


def _run(folder: Path, addresses: Addresses, *, people: bool) -> int:
    supervision = Supervision(folder)
    if supervision.states():
        raise DemoFailed(f"The demo is running already: {addresses.public_url}")
    addresses.refuse_taken()
    _refuse_full_disk(folder)
    environment = DemoEnvironment(folder, addresses)
    _step("secrets and keys", environment.make_secrets)
    _prepare(folder, environment)
    supervision.write({name: environment.of(name) for name in NAMES})
    manager = supervision.start()
    try:
        _step("processes", lambda: _wait_healthy(supervision, addresses, manager))
        if people:
            _divit(environment, "seed")
        print(f"\n  Divit: {addresses.public_url}    Neighbours (simulated): {addresses.world_url}")
        print(f"  Logs: {folder / 'log'}    Stop with Ctrl-C. The data stays for the next time.\n", flush=True)
        return manager.wait()
    finally:
        _stop(manager)


def _prepare(folder: Path, environment: DemoEnvironment) -> None:
    """Tables, laws, roles, reference data, certification authority and styles, before anything else runs."""
    cluster = Cluster(folder)
    _step("database", cluster.prepare)
    server = cluster.start()
    try:
        cluster.ensure_database()
        _step("tables, laws and prices", lambda: _divit(environment, "prepare"))
        if not (folder / "ca" / "authority.json").exists():
            _step("certification authority", lambda: _hold_ceremony(environment))
        _divit(environment, "register_authority")
        _step("styles and texts", lambda: _divit(environment, "collectstatic", "--noinput", "--verbosity", "0"))
    finally:
        server.send_signal(signal.SIGINT)
        server.wait()


def _hold_ceremony(environment: DemoEnvironment) -> None:
    # Keys of a ceremony that ended half-way certify nothing.
    shutil.rmtree(environment.home / "keys", ignore_errors=True)
    plan, out = CHECKOUT / "ops/ceremony/demo.yaml", environment.home / "ca"
    address = environment.addresses.validation_url
    _divit(environment, "ceremony", "--plan", str(plan), "--out", str(out), "--validation-url", address, quiet=True)


def _divit(environment: DemoEnvironment, *arguments: str, quiet: bool = False) -> None:
    output = subprocess.DEVNULL if quiet else None
    done = subprocess.run([_DIVIT, *arguments], env=environment.of("owner"), stdout=output, check=False)
    if done.returncode:
        raise DemoFailed(f"`divit {arguments[0]}` failed; its words stand above.")


def _step(name: str, work: "object") -> None:
    print(f"  {name} …", end="", flush=True)
    began = time.monotonic()
    work()  # type: ignore[operator]
    print(f"\r  {name} ✓ {time.monotonic() - began:.1f} s", flush=True)


def _refuse_full_disk(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < _ROOM_NEEDED:
        raise DemoFailed(f"The disk of {folder} has only {free >> 20} MB left; the demo needs {_ROOM_NEEDED >> 20} MB.")


def _wait_healthy(supervision: Supervision, addresses: Addresses, manager: "subprocess.Popen[bytes]") -> None:
    waiting = {
        "web": f"{addresses.public_url}/healthz",
        "validation": f"{addresses.validation_url}/healthz",
        "world": f"{addresses.world_url}/healthz",
    }
    deadline = time.monotonic() + _HEALTHY_SECONDS
    while waiting:
        waiting = {name: url for name, url in waiting.items() if not _answers(url)}
        if manager.poll() is not None:
            raise DemoFailed(f"The process manager ended; see {supervision.home / 'log'}.")
        if waiting and time.monotonic() > deadline:
            raise DemoFailed(f"{', '.join(waiting)} did not start; see {supervision.home / 'log'}.")
        time.sleep(0.1)
    missing = supervision.wait()
    if missing:
        raise DemoFailed(f"{', '.join(missing)} did not start; see {supervision.home / 'log'}.")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own addresses
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _stop(manager: "subprocess.Popen[bytes]") -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if manager.poll() is None:
        print("\n  stopping …", end="", flush=True)
        manager.send_signal(signal.SIGTERM)
        try:
            manager.wait(timeout=40)
        except subprocess.TimeoutExpired:
            os.killpg(manager.pid, signal.SIGKILL)
        print("\r  everything is stopped", flush=True)
