"""`divit simulate`: a year in the life of an institution, in a data folder of its own."""

import argparse
import shlex
import signal
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from divit.kernel.tckn import INVENTED
from divit.launcher.addresses import Addresses, PortTaken
from divit.launcher.demo import (
    MOST_DAYS,
    DemoFailed,
    between,
    hold_ceremony,
    only_one,
    prepare,
    stop,
    throw_away,
)
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
    parser.add_argument("--people", type=between(1, INVENTED), default=_PEOPLE, help=f"how many work there ({_PEOPLE})")
    parser.add_argument("--days", type=between(1, MOST_DAYS), default=_DAYS, help=f"for how long ({_DAYS})")
    parser.add_argument("--seed", type=int, default=_SEED, help="the same seed and days, the same year")
    parser.add_argument("--until", type=date.fromisoformat, help="the day after the last one, 2026-01-01 (today)")
    parser.add_argument("--home", type=Path, help="a new data folder (`simulation` in the demo's); it is made afresh")
    options = parser.parse_args(arguments)
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, _as_interrupt)
    folder = (options.home or home() / "simulation").resolve()
    until = datetime.combine(options.until or datetime.now(UTC).date(), datetime.min.time(), tzinfo=UTC)
    try:
        begins, addresses = until - timedelta(days=options.days), Addresses.free()
        _refuse_what_is_no_simulation(folder)
        folder.mkdir(parents=True, exist_ok=True)
        with only_one(folder):
            throw_away(folder)
            _live(folder, addresses, people=options.people, begins=begins, until=until, seed=options.seed)
        print(
            f"\n  To look at it: DIVIT_HOME={shlex.quote(str(folder))} DIVIT_PORT={addresses.web} make demo", flush=True
        )
    except (DemoFailed, CannotStart, PortTaken) as problem:
        sys.stderr.write(f"\n{problem}\n")
        return 1
    except KeyboardInterrupt:
        return 1
    return 0


def _as_interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _refuse_what_is_no_simulation(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()) and not History(folder).is_simulation:
        raise DemoFailed(f"{folder} holds things that no simulation has put there. Choose another: --home FOLDER")


def _live(folder: Path, addresses: Addresses, *, people: int, begins: datetime, until: datetime, seed: int) -> None:
    supervision, cluster, history = Supervision(folder), Cluster(folder), History(folder)
    history.begin_simulation(begins)
    environment = DemoEnvironment(folder, addresses)
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
