"""`divit simulate`: a year in the life of an institution, in a data folder of its own."""

import argparse
import shutil
import signal
import socket
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from divit.launcher.addresses import Addresses
from divit.launcher.demo import DemoFailed, hold_ceremony, prepare, stop
from divit.launcher.demo_environment import DemoEnvironment
from divit.launcher.history import History
from divit.launcher.home import home
from divit.launcher.postgres import CannotStart, Cluster
from divit.launcher.processes import NAMES
from divit.launcher.progress import step
from divit.launcher.supervision import Supervision

_PEOPLE, _DAYS, _SEED = 5000, 365, 1


def main(arguments: list[str]) -> int:
    """Make the folder, live the year there, say what came of it; the folder stays for whoever wants to look."""
    parser = argparse.ArgumentParser(prog="divit simulate")
    parser.add_argument("--people", type=int, default=_PEOPLE, help=f"how many work there ({_PEOPLE})")
    parser.add_argument("--days", type=int, default=_DAYS, help=f"for how long ({_DAYS})")
    parser.add_argument("--seed", type=int, default=_SEED, help="the same seed and days, the same year")
    parser.add_argument("--until", type=date.fromisoformat, help="the day after the last one, 2026-01-01 (today)")
    parser.add_argument("--home", type=Path, help="a new data folder (`simulation` in the demo's); it is made afresh")
    options = parser.parse_args(arguments)
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, _as_interrupt)
    folder = (options.home or home() / "simulation").resolve()
    until = datetime.combine(options.until or datetime.now(UTC).date(), datetime.min.time(), tzinfo=UTC)
    try:
        _afresh(folder)
        _live(
            folder, people=options.people, begins=until - timedelta(days=options.days), until=until, seed=options.seed
        )
    except (DemoFailed, CannotStart) as problem:
        sys.stderr.write(f"\n{problem}\n")
        return 1
    except KeyboardInterrupt:
        return 1
    return 0


def _as_interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _afresh(folder: Path) -> None:
    """Whatever an earlier year left there; a folder that is no simulation's is not touched."""
    history = History(folder)
    if folder.exists() and any(folder.iterdir()) and not (history.broke_off or history.is_whole):
        raise DemoFailed(f"{folder} holds things that no simulation has put there. Choose another: --home FOLDER")
    for place in (Cluster(folder).elsewhere, Cluster(folder).socket_folder, folder):
        shutil.rmtree(place, ignore_errors=True)
    folder.mkdir(parents=True)


def _live(folder: Path, *, people: int, begins: datetime, until: datetime, seed: int) -> None:
    supervision, cluster, history = Supervision(folder), Cluster(folder), History(folder)
    history.begin(begins)
    environment = DemoEnvironment(folder, _free_addresses())
    environment.make_secrets()
    with step("keys and certification authority"):
        hold_ceremony(environment, held_at=begins)
    with step("database"):
        cluster.prepare()
        supervision.write({name: environment.of(name) for name in (*NAMES, "owner")})
        manager = supervision.start()
    try:
        told = ("--history-until", until.isoformat(), "--seed", str(seed), "--figures")
        prepare(environment, cluster, supervision, manager, "--demo", *history.arguments(people), *told)
        history.end()
    finally:
        stop(manager, supervision)


def _free_addresses() -> Addresses:
    ports = []
    sockets = [socket.socket() for _ in range(4)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
        ports.append(int(one.getsockname()[1]))
    for one in sockets:
        one.close()
    web, validation, world, smtp = ports
    return Addresses(web=web, validation=validation, world=world, smtp=smtp)
