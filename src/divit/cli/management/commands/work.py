"""`divit work`: run the jobs of one queue until told to stop."""

import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from procrastinate.contrib.django import app

from divit.flows.jobs import HEARD_WITHIN_SECONDS, HEARTBEAT_SECONDS

_WAIT_SECONDS = 60


class Command(BaseCommand):
    help = "Run the jobs of one queue until told to stop."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--queue", required=True, choices=["default", "signing"])
        parser.add_argument("--concurrency", type=int, default=1)

    def handle(self, *_args: Any, queue: str, concurrency: int, **_options: Any) -> None:
        _wait_for_database()
        worker_app = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
        with worker_app.open():
            worker_app.run_worker(
                queues=[queue],
                name=queue,
                concurrency=concurrency,
                delete_jobs="successful",
                shutdown_graceful_timeout=20,
                update_heartbeat_interval=HEARTBEAT_SECONDS,
                stalled_worker_timeout=HEARD_WITHIN_SECONDS,
            )
        sys.exit(0)


def _wait_for_database() -> None:
    deadline = time.monotonic() + _WAIT_SECONDS
    while True:
        try:
            connection.ensure_connection()
            connection.close()
            return
        except OperationalError as error:
            if time.monotonic() > deadline:
                raise CommandError(f"The database did not answer for {_WAIT_SECONDS} seconds: {error}") from error
            time.sleep(0.3)
