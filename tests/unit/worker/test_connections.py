"""After the database was away, the threads of a worker drop the connection that died: every job, not only some."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from typing import Any

import divit.worker
from divit.worker.app import app
from divit.worker.retries import own_connection


def ours() -> dict[str, Callable[..., Any]]:
    for module in pkgutil.iter_modules(divit.worker.__path__):
        importlib.import_module(f"divit.worker.{module.name}")
    tasks = {name: task.func for name, task in app.tasks.items() if task.func.__module__.startswith("divit.worker")}
    return {name: job for name, job in tasks.items() if not inspect.iscoroutinefunction(job)}


def test_every_job_of_a_thread_begins_with_a_living_connection() -> None:
    guarded = own_connection(lambda: None).__code__
    jobs = ours()
    assert len(jobs) > 20
    assert {name for name, job in jobs.items() if job.__code__ is not guarded} == set()
