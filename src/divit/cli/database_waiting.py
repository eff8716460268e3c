"""Commands that start together with the database wait for it a while."""

import time

from django.core.management.base import CommandError
from django.db import OperationalError, connection

_SECONDS = 60


def wait_for_database() -> None:
    """Return as soon as the database lets us in; raise `CommandError` when it does not for a minute."""
    deadline = time.monotonic() + _SECONDS
    while True:
        try:
            connection.ensure_connection()
            connection.close()
            return
        except OperationalError as error:
            if time.monotonic() > deadline:
                raise CommandError(f"The database did not answer for {_SECONDS} seconds: {error}") from error
            time.sleep(0.2)
