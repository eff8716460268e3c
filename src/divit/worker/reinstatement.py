"""Wishes to open a certificate that nobody may decide any more."""

from divit.flows import reinstatement_by_two
from divit.worker.app import app
from divit.worker.retries import own_connection


@app.periodic(cron="*/10 * * * *")
@app.task(name="reinstatement.lapse", queue="default", queueing_lock="reinstatement.lapse")
@own_connection
def lapse(timestamp: int) -> None:
    """They leave the desk's list."""
    reinstatement_by_two.lapse()
