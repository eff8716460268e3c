"""Leaving work for later: a job that lives or dies with the transaction of the act."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from django.db import DatabaseError, connection, transaction
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

# The lowest id that is due stands for the oldest: jobs get their ids in the order in which they were left.
_WAITING = """
WITH queues AS (
    SELECT queue_name, count(*) FILTER (WHERE status = 'todo') AS todo,
        count(*) FILTER (WHERE status = 'doing') AS doing,
        count(*) FILTER (WHERE status = 'failed') AS failed,
        min(id) FILTER (WHERE status = 'todo' AND coalesce(scheduled_at, now()) <= now()) AS oldest
    FROM procrastinate_jobs GROUP BY queue_name
)
SELECT queues.queue_name, todo, doing, failed, coalesce(extract(epoch FROM now() - greatest(job.scheduled_at, (
    SELECT max(at) FROM procrastinate_events WHERE job_id = queues.oldest AND type = 'deferred'
))), 0)
FROM queues LEFT JOIN procrastinate_jobs AS job ON job.id = queues.oldest ORDER BY 1
"""
_WORKERS = """
SELECT count(*) FILTER (WHERE last_heartbeat > now() - make_interval(secs => %s)),
    extract(epoch FROM now() - max(last_heartbeat))
FROM procrastinate_workers
"""


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """One queue: jobs that wait, are being done, have failed for good; seconds that the oldest due one has waited."""

    queue: str
    waiting: int
    doing: int
    failed: int
    oldest_seconds: float


def queues() -> list[Waiting]:
    """What lies in each queue that has anything."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING)
        return [
            Waiting(queue=name, waiting=waiting, doing=doing, failed=failed, oldest_seconds=max(0.0, float(oldest)))
            for name, waiting, doing, failed, oldest in cursor.fetchall()
        ]


def workers_heard() -> tuple[int, float | None]:
    """How many workers are alive, and the seconds since the last sign of any; None when there never was one."""
    with connection.cursor() as cursor:
        cursor.execute(_WORKERS, [HEARD_WITHIN_SECONDS])
        alive, since = cursor.fetchone()
    return alive, None if since is None else float(since)


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
