"""Of the jobs with one queueing lock one may wait: a job that is put back gives way to it, and nothing is stuck."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django import app

from divit.flows.jobs import Queue, at_work, later
from divit.kernel.errors import NeighbourFailed
from divit.worker import rescue
from divit.worker.retries import PATIENT

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def failing() -> Any:
    """A task that fails and, while it runs, is ordered once more: as the sweeps of every minute do."""
    ran = []

    def fail() -> None:
        ran.append(True)
        if len(ran) == 1:
            later("tests.failing", queueing_lock="tests.failing", lock="tests.failing")
            raise NeighbourFailed("bank", "down", outcome_known=True)

    app.task(name="tests.failing", retry=PATIENT)(fail)
    yield ran
    del app.tasks["tests.failing"]


def _jobs() -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text, attempts FROM procrastinate_jobs WHERE task_name LIKE 'tests.%'")
        return cursor.fetchall()


def test_a_job_that_failed_gives_way_to_the_one_that_waits(run_jobs: Callable[..., None], failing: list[bool]) -> None:
    later("tests.failing", queueing_lock="tests.failing", lock="tests.failing")
    run_jobs("default")
    assert len(failing) == 2
    assert _jobs() == []


def test_a_job_that_failed_alone_is_tried_again(run_jobs: Callable[..., None], failing: list[bool]) -> None:
    failing.append(False)  # nobody orders it once more

    def fail() -> None:
        raise NeighbourFailed("bank", "down", outcome_known=True)

    app.tasks["tests.failing"].func = fail
    later("tests.failing", queueing_lock="tests.failing", lock="tests.failing")
    run_jobs("default")
    assert _jobs() == [("todo", 1)]


def test_the_jobs_of_a_dead_worker_are_put_back_or_give_way(run_jobs: Callable[..., None], failing: list[bool]) -> None:
    failing.append(False)
    later("tests.failing", queueing_lock="tests.failing", lock="tests.failing")
    later("tests.failing")
    with connection.cursor() as cursor:  # both were taken by a worker that is no more
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing'")
    later("tests.failing", queueing_lock="tests.failing", lock="tests.failing")
    asyncio.run(_rescue())
    assert sorted(_jobs()) == [("todo", 0), ("todo", 1)]
    run_jobs("default")
    assert _jobs() == []


async def _rescue() -> None:
    worker_app = at_work()
    async with worker_app.open_async():

        class Context:
            app = worker_app

        await rescue.rescue(Context(), timestamp=0)


def test_the_queue_is_the_one_that_workers_use() -> None:
    assert isinstance(at_work().job_manager, Queue)
