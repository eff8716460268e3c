"""Processes that live by the database: they wait for it when they begin, and end when it goes."""

import logging
import os
import select
import threading
import time
from typing import NoReturn

import psycopg
from django.core.management.base import CommandError
from django.db import OperationalError, connection
from procrastinate.contrib.django.utils import connector_params

_SECONDS = 60
_LOOK_EVERY_SECONDS = 5.0
log = logging.getLogger(__name__)


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


def end_with_database() -> None:
    """From now on, end this process at once when its database goes, so that another begins afresh.

    A job whose end could not be written down would else count as running for as long as its worker lives, and nobody
    would take it up again.
    """
    lifeline = psycopg.connect(**connector_params("default"), autocommit=True)
    threading.Thread(target=_hold, args=(lifeline,), name="database lifeline", daemon=True).start()


def _hold(lifeline: "psycopg.Connection[tuple[object, ...]]") -> NoReturn:
    while True:
        select.select([lifeline.fileno()], [], [], _LOOK_EVERY_SECONDS)
        try:
            lifeline.execute("SELECT 1")
        except psycopg.OperationalError:
            log.warning("the database is gone; this process ends, so that another begins afresh")
            logging.shutdown()
            os._exit(1)
