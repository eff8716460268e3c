"""Housekeeping of logins: what a login leaves behind for a moment is forgotten in a day."""

from datetime import timedelta

from django.contrib.sessions.backends.db import SessionStore

from divit.identity import services
from divit.kernel import clock
from divit.worker.app import app
from divit.worker.retries import own_connection


@app.periodic(cron="17 3 * * *")
@app.task(name="identity.forget", queue="default")
@own_connection
def forget(timestamp: int) -> None:
    """Once a night: unfinished logins and ended sessions."""
    services.forget_attempts(before=clock.now() - timedelta(days=1))
    SessionStore.clear_expired()
