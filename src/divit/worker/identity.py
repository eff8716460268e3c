"""Jobs of logins: the code of a sign-in to the desks goes out, what a login leaves behind is forgotten in a day."""

from datetime import timedelta

from django.contrib.sessions.backends.db import SessionStore
from procrastinate import RetryStrategy

from divit import wiring
from divit.flows import staff_letters
from divit.identity import services
from divit.kernel import clock
from divit.kernel.errors import NeighbourFailed
from divit.worker.app import app
from divit.worker.retries import own_connection

# 2, 4, 8, 16, 32, 64 seconds: all within the 180 of the code.
_AGAIN = RetryStrategy(max_attempts=7, exponential_wait=2, retry_exceptions={NeighbourFailed})


@app.task(name="identity.send_sign_in_code", queue="default", retry=_AGAIN)
@own_connection
def send_sign_in_code(sealed: str) -> None:
    """One letter."""
    staff_letters.deliver(sealed, mail=wiring.mail())


@app.periodic(cron="17 3 * * *")
@app.task(name="identity.forget", queue="default")
@own_connection
def forget(timestamp: int) -> None:
    """Once a night: unfinished logins and ended sessions."""
    services.forget_attempts(before=clock.now() - timedelta(days=1))
    SessionStore.clear_expired()
