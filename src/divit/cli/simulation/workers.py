"""Worker and signer of a simulated year: jobs are taken from the real queue and carried out one after the other.

A real worker waits for the clock; here the clock waits for the jobs. What the clock orders every few seconds is done
at a few looks a day, what it orders once a day at its own time.
"""

import json
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import DatabaseError, IntegrityError, connection, transaction
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from divit.cli.simulation.moving import MovedClock
from divit.flows import issuance, status_publication
from divit.kernel.errors import DivitError

log = logging.getLogger(__name__)

# Who is asked in them has a clock of its own: a time-stamp of today would stand over the act of a year ago. Receipts
# are sealed later, by the signer of the house, with the true time of the sealing.
LEFT_OUT = frozenset({"certificates.observe", "certificates.seal_receipt", "audit.checkpoint", "jobs.rescue"})
_AT_ONCE = 200
_TAKE = """
UPDATE procrastinate_jobs SET status = 'doing' WHERE id IN (
    SELECT id FROM procrastinate_jobs WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= %s)
    ORDER BY priority DESC, id LIMIT %s
) RETURNING id, task_name, queue_name, lock, queueing_lock, args, attempts
"""
_AGAIN = "UPDATE procrastinate_jobs SET status = 'todo', attempts = attempts + 1, scheduled_at = %s WHERE id = %s"
_FAILED = "UPDATE procrastinate_jobs SET status = 'failed', attempts = attempts + 1 WHERE id = %s"


def _watch_the_signer() -> None:
    """What `certificates.watch` does, but for the receipts."""
    status_publication.watch()
    issuance.watch()


_INSTEAD: dict[str, Callable[[], None]] = {"certificates.watch": _watch_the_signer}


@dataclass
class Workers:
    """All queues in one pair of hands."""

    clock: MovedClock
    seconds: Counter[str] = field(default_factory=Counter)
    times: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    unanswered: Counter[str] = field(default_factory=Counter)
    _last: dict[str, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        app.perform_import_paths()  # type: ignore[no-untyped-call]

    def carry_out(self) -> None:
        """Every job whose time has come, and what these leave behind, until none is left."""
        while jobs := self._take():
            for job in jobs:
                self._carry_out(job)
            done = [job.id for job in jobs]
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM procrastinate_jobs WHERE id = ANY(%s) AND status = 'doing'", [done])

    def _take(self) -> list[Job]:
        with connection.cursor() as cursor:
            cursor.execute(_TAKE, [self.clock(), _AT_ONCE])
            columns = [column.name for column in cursor.description or ()]
            rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
        return [_job(row) for row in sorted(rows, key=lambda row: int(row["id"]))]

    def _carry_out(self, job: Job) -> None:
        if job.task_name in LEFT_OUT:
            return
        try:
            self._timed(job.task_name, lambda: app.tasks[job.task_name].func(**job.task_kwargs))
        except (DivitError, DatabaseError, ExceptionGroup) as problem:
            self._put_back(job, problem)

    def _timed(self, name: str, act: Callable[[], Any]) -> None:
        begun = time.perf_counter()
        try:
            act()
        finally:
            self.seconds[name] += time.perf_counter() - begun  # type: ignore[assignment]
            self.times[name] += 1

    def _put_back(self, job: Job, problem: Exception) -> None:
        strategy = app.tasks[job.task_name].retry_strategy
        decision = strategy.get_retry_decision(exception=problem, job=job) if strategy else None
        with connection.cursor() as cursor:
            if decision is None or decision.retry_at is None:
                log.warning("job %s failed: %s", job.task_name, problem)
                self.failed[job.task_name] += 1
                cursor.execute(_FAILED, [job.id])
                return
            pause = round((decision.retry_at - datetime.now(UTC)).total_seconds())
            try:
                with transaction.atomic():
                    cursor.execute(_AGAIN, [self.clock() + timedelta(seconds=max(pause, 1)), job.id])
            except IntegrityError:
                return  # another waits to do the same

    def look_at_clock(self, until: datetime, what: Callable[[str], bool]) -> None:
        """What the clock has ordered since the last look, of the tasks named by `what`, each at its time; and the jobs
        that follow."""
        for at, name in sorted(self._ordered(until, what)):
            self.clock.move(at)
            self._last[name] = at
            self.do(name)
        self.clock.move(until)
        self.carry_out()

    def do(self, name: str) -> None:
        """One of the clock's own tasks, now."""
        instead = _INSTEAD.get(name)
        try:
            self._timed(name, instead or (lambda: app.tasks[name].func(int(self.clock().timestamp()))))
        except (DivitError, DatabaseError, ExceptionGroup) as problem:
            log.warning("%s: %s", name, problem)
            self.unanswered[name] += 1

    def _ordered(self, until: datetime, what: Callable[[str], bool]) -> Iterator[tuple[datetime, str]]:
        for one in app.periodic_registry.periodic_tasks.values():
            name = one.task.name
            if name in LEFT_OUT or not what(name):
                continue
            times = one.croniter
            times.set_current(until.timestamp() + 1, force=True)
            at = datetime.fromtimestamp(times.get_prev(float), UTC)
            if at > self._last.get(name, datetime.min.replace(tzinfo=UTC)):
                yield at, name


def _job(row: dict[str, Any]) -> Job:
    return Job(
        id=row["id"],
        queue=row["queue_name"],
        lock=row["lock"],
        queueing_lock=row["queueing_lock"],
        task_name=row["task_name"],
        task_kwargs=json.loads(row["args"]),
        attempts=row["attempts"],
    )
