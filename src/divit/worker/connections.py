"""What the clock does for programs: requests that nobody decided on end, spent tokens and old answers are destroyed."""

from divit.connections import answers, services
from divit.worker.app import app
from divit.worker.retries import own_connection


@app.periodic(cron="20 0 * * *")
@app.task(name="connections.expire", queue="default", queueing_lock="connections.expire")
@own_connection
def expire(timestamp: int) -> None:
    """Once a night."""
    services.expire()


@app.periodic(cron="25 * * * *")
@app.task(name="connections.forget", queue="default", queueing_lock="connections.forget")
@own_connection
def forget(timestamp: int) -> None:
    """Every hour."""
    services.forget_tokens()
    answers.forget()
