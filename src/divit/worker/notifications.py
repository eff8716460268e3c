"""Delivering messages, and finding those that were left behind."""

from divit import wiring
from divit.flows import notices
from divit.worker.app import app
from divit.worker.retries import own_connection


@app.task(name="notifications.deliver", queue="default")
@own_connection
def deliver(message_id: str) -> None:
    """One try of one message."""
    notices.deliver(message_id, sms=wiring.sms(), mail=wiring.mail())


@app.periodic(cron="* * * * *")
@app.task(name="notifications.sweep", queue="default")
@own_connection
def sweep(timestamp: int) -> None:
    """Every minute: whatever waits too long."""
    notices.sweep()
