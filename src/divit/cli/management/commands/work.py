"""`divit work`: run the jobs of one queue until told to stop."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from divit import wiring
from divit.cli.database_waiting import end_with_database, wait_for_database
from divit.flows.jobs import HEARD_WITHIN_SECONDS, HEARTBEAT_SECONDS, at_work
from divit.pki import keystore_probe


class Command(BaseCommand):
    help = "Run the jobs of one queue until told to stop."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--queue", required=True, choices=["default", "signing"])
        parser.add_argument("--concurrency", type=int, default=1)

    def handle(self, *_args: Any, queue: str, concurrency: int, **_options: Any) -> None:
        if queue == "signing":
            _look_at_keys()
        wait_for_database()
        end_with_database()
        worker_app = at_work()
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


def _look_at_keys() -> None:
    """What is missing is said before the first job needs it; a device that is away may yet come back."""
    try:
        keystore_probe.at_start(wiring.keystore(), name="signer")
    except (OSError, ValueError) as problem:
        raise CommandError(f"DIVIT_KEYSTORE, DIVIT_KEYSTORE_SECRET_FILE: {problem}") from problem
