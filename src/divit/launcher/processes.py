"""The processes of the house, and the command that each of them is."""

import json
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from divit.launcher.home import home, write_private
from divit.launcher.lifeline import die_with_parent
from divit.launcher.postgres import CannotStart, Cluster
from divit.launcher.postgres import run as run_database

NAMES = ("database", "web", "worker", "signer", "validation", "world")
_BIN = Path(sys.executable).parent
_GRACE_SECONDS = 10


def environment_file(folder: Path, name: str) -> Path:
    """Where the environment of one process of the demo is kept."""
    return folder / "secrets" / f"environment-{name}.json"


def write_environment(file: Path, environment: Mapping[str, str]) -> None:
    """Keep it for `divit run`, readable by its owner alone."""
    write_private(file, json.dumps(environment, indent=1))


def read_environment(file: Path) -> dict[str, str]:
    """What `write_environment` kept."""
    kept: dict[str, str] = json.loads(file.read_text())
    return kept


def _granian(interface: str, name: str, port: str, *more: str) -> list[str]:
    command = [str(_BIN / "granian"), "--interface", interface, "--host", "127.0.0.1", "--port", port, "--no-ws"]
    # A client that holds its connection open must not hold up the end of the process.
    command += ["--workers", "1", "--respawn-failed-workers", "--workers-kill-timeout", str(_GRACE_SECONDS)]
    return [*command, *more, "--factory", f"divit.launcher.serving:{name}"]


def command(name: str) -> list[str]:
    """The command line of one process; ports come from the environment."""
    environment = os.environ
    match name:
        case "web":
            # Pages wait for the database and for neighbours: more threads than cores, within what granian finds sane.
            threads = environment.get("DIVIT_WEB_THREADS") or str(2 * (os.cpu_count() or 1) + 1)
            return _granian("wsgi", name, environment["DIVIT_WEB_PORT"], "--blocking-threads", threads)
        case "world":
            return _granian("asgi", name, environment["DIVIT_WORLD_PORT"])
        case "validation":
            return [sys.executable, "-m", "divit.launcher.serving", name]
        case "worker":
            return [str(_BIN / "divit"), "work", "--queue", "default", "--concurrency", "4"]
        case "signer":
            return [str(_BIN / "divit"), "work", "--queue", "signing", "--concurrency", "1"]
    raise CannotStart(f"There is no process called {name}. Known are: {', '.join(NAMES)}.")


def main(arguments: list[str]) -> int:
    """`divit run NAME`: become that process in the foreground; it ends when the one who started it is gone."""
    if len(arguments) != 1:
        sys.stderr.write(f"usage: divit run {{{'|'.join(NAMES)}}}\n")
        return 2
    if "DIVIT_ENVIRONMENT" in os.environ:
        os.environ.update(read_environment(Path(os.environ.pop("DIVIT_ENVIRONMENT"))))
    try:
        if arguments[0] == "database":
            die_with_parent()
            return run_database(Cluster(home()))
        line = command(arguments[0])
    except CannotStart as error:
        sys.stderr.write(f"{error}\n")
        return 1
    die_with_parent(signal.SIGTERM)
    return become(line)


def become(line: list[str]) -> NoReturn:
    """Replace this process by the command."""
    os.execv(line[0], line)  # noqa: S606 - a fixed list, no shell
