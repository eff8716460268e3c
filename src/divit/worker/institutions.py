"""What the clock does at institutions: proposals that nobody decided on come to an end."""

from divit.institutions import proposals
from divit.worker.app import app
from divit.worker.retries import own_connection


@app.periodic(cron="10 0 * * *")
@app.task(name="institutions.expire_proposals", queue="default", queueing_lock="institutions.expire_proposals")
@own_connection
def expire_proposals(timestamp: int) -> None:
    """Once a night."""
    proposals.expire()
