"""Leaving work for later: a job that lives or dies with the transaction of the act."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.db import DatabaseError, transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from divit.kernel.errors import Coded

Id = TypeVar("Id")
Done = TypeVar("Done")
# Seconds without a heartbeat (workers send one every 3 s) after which a worker counts as dead.
HEARTBEAT_SECONDS = 3
HEARD_WITHIN_SECONDS = 15


def later(
    name: str,
    *,
    queue: str = "default",
    lock: str | None = None,
    queueing_lock: str | None = None,
    in_seconds: int | None = None,
    **arguments: Any,
) -> None:
    """Defer the task `name`; with a `queueing_lock` that already waits, the waiting job is enough."""
    job = app.configure_task(
        name,
        queue=queue,
        lock=lock,
        queueing_lock=queueing_lock,
        schedule_in={"seconds": in_seconds} if in_seconds else None,
    )
    _defer(job, queueing_lock, arguments)


def each(ids: Iterable[Id], act: Callable[[Id], Done]) -> list[Done]:
    """Do `act` for every id, and only then raise what went wrong: one bad row must not hold up all behind it."""
    done: list[Done] = []
    wrong: list[Exception] = []
    for one in ids:
        try:
            done.append(act(one))
        except (Coded, DatabaseError) as problem:
            problem.add_note(f"while looking at {one}")
            wrong.append(problem)
    if wrong:
        raise ExceptionGroup("some rows could not be dealt with", wrong)
    return done


def _defer(job: Any, queueing_lock: str | None, arguments: dict[str, Any]) -> None:
    if queueing_lock is None:
        job.defer(**arguments)
        return
    try:
        with transaction.atomic():
            job.defer(**arguments)
    except AlreadyEnqueued:
        return
