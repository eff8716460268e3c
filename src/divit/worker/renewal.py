"""The daily look at what ends soon."""

from divit.flows import renewal
from divit.worker.app import app
from divit.worker.retries import own_connection


@app.periodic(cron="40 6 * * *")
@app.task(name="renewal.remind", queue="default", queueing_lock="renewal.remind")
@own_connection
def remind(timestamp: int) -> None:
    """Notices to holders, in the morning."""
    renewal.remind()
