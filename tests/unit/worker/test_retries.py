"""Jobs are tried again soon, then patiently; a mistake of ours is not."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, OperationalError
from procrastinate.jobs import Job

from divit.kernel.errors import NeighbourFailed, Refused
from divit.worker.retries import PATIENT, PATIENT_WITH_REFUSALS, SOON, NotYet, Patient

DOWN = NeighbourFailed("tsa", "down", outcome_known=True)


def pause(strategy: Patient, error: Exception, *, attempts: int) -> float | None:
    job = Job(
        id=1,
        queue="signing",
        lock=None,
        queueing_lock=None,
        task_name="x",
        task_kwargs={},
        attempts=attempts,
        priority=0,
    )
    decision = strategy.get_retry_decision(exception=error, job=job)
    if decision is None or decision.retry_at is None:
        return None
    return round((decision.retry_at - datetime.now(UTC)) / timedelta(seconds=1))


@pytest.mark.parametrize("error", [DOWN, NotYet("x"), OperationalError("the database went away")])
def test_soon_at_first_then_every_five_minutes(error: Exception) -> None:
    pauses = [pause(PATIENT, error, attempts=attempts) for attempts in (0, 4, 10, 50, 299)]
    assert pauses == [SOON[0], SOON[4], 300, 300, 300]
    assert pause(PATIENT, error, attempts=300) is None


def test_what_only_we_can_mend_is_not_tried_again() -> None:
    assert pause(PATIENT, ValueError("a mistake"), attempts=0) is None
    assert pause(PATIENT, Refused("lint_failed"), attempts=0) is None


def test_a_list_that_was_refused_is_made_anew() -> None:
    assert pause(PATIENT_WITH_REFUSALS, Refused("crl_number_not_greater"), attempts=0) == SOON[0]
    assert pause(PATIENT_WITH_REFUSALS, IntegrityError("does not follow"), attempts=0) == SOON[0]
