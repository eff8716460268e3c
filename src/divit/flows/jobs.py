"""Leaving work for later: a job that lives or dies with the transaction of the act."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, TypeVar

from django.db import DatabaseError, transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued, UniqueViolation
from procrastinate.jobs import Status
from procrastinate.manager import JobManager

from divit.kernel import clock
from divit.kernel.errors import Coded

Id = TypeVar("Id")
Done = TypeVar("Done")
# Seconds without a heartbeat (workers send one every 3 s) after which a worker counts as dead.
HEARTBEAT_SECONDS = 3
HEARD_WITHIN_SECONDS = 15


class Queue(JobManager):
    """The queue as workers use it: a job that is put back gives way to one that already waits in its place.

    Of the jobs with one `queueing_lock` one may wait. While the first runs, a second may have been left; when the first
    is then put back (it failed, or its worker died), the database refuses a second that waits, and procrastinate alone
    would leave the first marked as running for ever, its lock held against all that follow.
    """

    async def retry_job_by_id_async(self, job_id: int, *arguments: Any, **more: Any) -> None:
        """Put a running job back, or let it go when another waits to do the same."""
        try:
            await super().retry_job_by_id_async(job_id, *arguments, **more)
        except UniqueViolation as problem:
            if problem.queueing_lock is None:
                raise
            await self.finish_job_by_id_async(job_id, status=Status.ABORTED, delete_job=True)


def at_work() -> Any:
    """The job application as a worker runs it: its own connection, and our queue."""
    worker_app = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
    worker_app.job_manager = Queue(worker_app.connector)
    return worker_app


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
        schedule_at=clock.now() + timedelta(seconds=in_seconds) if in_seconds else None,
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
