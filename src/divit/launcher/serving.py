"""The processes behind the doors: what granian's workers load, and the parent and children of validation.

Each ends when the process that started it is killed: one left behind would go on answering on the shared port, beside
the one that replaced it.
"""

import importlib
import os
import signal
import sys
from typing import Any

from divit.launcher.lifeline import die_with_parent

_CHILDREN = {"worker": "divit.validation.worker", "follower": "divit.validation.follower"}


def web() -> Any:
    """Portal and desks (WSGI)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "divit.project.settings")
    return _load("divit.project.wsgi", "application")


def world() -> Any:
    """The simulated neighbours (ASGI)."""
    return _load("divit.world.app", "app")


def validation_command(name: str) -> list[str]:
    """How the parent of validation starts one of its children."""
    return [sys.executable, "-m", "divit.launcher.serving", name]


def main(arguments: list[str]) -> int:
    """`validation`, or one of its children with what its parent tells it."""
    name, *told = arguments
    if name == "validation":
        return int(importlib.import_module("divit.validation.parent").main(validation_command))
    child = _load(_CHILDREN[name], "main")
    return int(child(told) if told else child())


def _load(module: str, name: str) -> Any:
    die_with_parent(signal.SIGKILL)
    return getattr(importlib.import_module(module), name)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
