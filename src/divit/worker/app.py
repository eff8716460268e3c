"""The job application: every module of tasks is imported here, once, when Django is ready."""

import importlib
import pkgutil

from procrastinate import App
from procrastinate.contrib.django import app

import divit.worker

__all__ = ["app", "on_app_ready"]


def on_app_ready(_app: App) -> None:
    """Register the tasks of every module beside this one."""
    for module in pkgutil.iter_modules(divit.worker.__path__):
        importlib.import_module(f"divit.worker.{module.name}")
