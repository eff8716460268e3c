"""What granian's workers load: one application each, in a process that ends when its granian is killed.

A worker left behind would go on answering on the shared port, beside the one that replaced it.
"""

import importlib
import os
import signal
from typing import Any

from divit.launcher.lifeline import die_with_parent


def web() -> Any:
    """Portal and desks (WSGI)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "divit.project.settings")
    return _load("divit.project.wsgi", "application")


def validation() -> Any:
    """OCSP, CRL, time-stamps (ASGI)."""
    return _load("divit.validation.app", "app")


def world() -> Any:
    """The simulated neighbours (ASGI)."""
    return _load("divit.world.app", "app")


def _load(module: str, name: str) -> Any:
    die_with_parent(signal.SIGKILL)
    return getattr(importlib.import_module(module), name)
