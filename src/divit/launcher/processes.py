"""The processes of the house, and the command that each of them is."""

import json
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from divit.launcher.home import home
from divit.launcher.postgres import CannotStart, Cluster, die_with_parent
from divit.launcher.postgres import run as run_database

NAMES = ("database", "web", "worker", "signer", "validation", "world")
_BIN = Path(sys.executable).parent


def environment_file(folder: Path, name: str) -> Path:
    """Where the environment of one process of the demo is kept."""
    return folder / "secrets" / f"environment-{name}.json"


def write_environment(file: Path, environment: Mapping[str, str]) -> None:
    """Keep it for `divit run`, readable by its owner alone."""
    file.touch(mode=0o600)
    file.write_text(json.dumps(environment, indent=1))


def _granian(interface: str, target: str, port: str, *more: str) -> list[str]:
    command = [str(_BIN / "granian"), "--interface", interface, "--host", "127.0.0.1", "--port", port]
    return [*command, "--no-ws", "--workers", "1", "--respawn-failed-workers", *more, target]


def command(name: str) -> list[str]:
    """The command line of one process; ports come from the environment."""
    environment = os.environ
    match name:
        case "web":
            threads = environment.get("DIVIT_WEB_THREADS", "8")
            port = environment["DIVIT_WEB_PORT"]
            return _granian("wsgi", "divit.project.wsgi:application", port, "--blocking-threads", threads)
        case "validation":
            return _granian("asgi", "divit.validation.app:app", environment["DIVIT_VALIDATION_PORT"])
        case "world":
            return _granian("asgi", "divit.world.app:app", environment["DIVIT_WORLD_PORT"])
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
        os.environ.update(json.loads(Path(os.environ.pop("DIVIT_ENVIRONMENT")).read_text()))
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
