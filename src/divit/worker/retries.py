"""How jobs are tried again: soon at first, then ever more patiently, and never given up within a day."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import IntegrityError, InterfaceError, OperationalError, close_old_connections
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job

from divit.kernel.errors import NeighbourFailed, Refused

SOON = (1, 1, 2, 3, 5, 10, 20, 30, 60, 120, 300)
_LAST = 300
_MOST = 300  # with five minutes between tries: a day


class NotYet(Exception):
    """What the job waits for has not happened yet."""


class Patient(BaseRetryStrategy):
    """Tries again after the listed pauses: a neighbour failed, the database was away, or it is not there yet."""

    def __init__(self, *errors: type[Exception]) -> None:
        self.errors = (NeighbourFailed, NotYet, OperationalError, InterfaceError, *errors)

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if not isinstance(exception, self.errors) or job.attempts >= _MOST:
            return None
        pause = SOON[job.attempts] if job.attempts < len(SOON) else _LAST
        return RetryDecision(retry_in={"seconds": pause})


PATIENT = Patient()
PATIENT_WITH_REFUSALS = Patient(Refused, IntegrityError)


def own_connection(job: Callable[..., Any]) -> Callable[..., Any]:
    """Jobs run in threads that Django never tidies up: a connection that died is dropped before and after."""

    @wraps(job)
    def run(*args: Any, **kwargs: Any) -> Any:
        close_old_connections()
        try:
            return job(*args, **kwargs)
        finally:
            close_old_connections()

    return run
