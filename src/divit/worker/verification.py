"""Jobs of one-time codes: sending them, ending them, forgetting them."""

from datetime import timedelta

from procrastinate import RetryStrategy

from divit import wiring
from divit.flows import phone_proof
from divit.kernel import clock
from divit.kernel.errors import NeighbourFailed
from divit.verification import services, windows
from divit.worker.app import app
from divit.worker.retries import own_connection

# 2, 4, 8, 16, 32 seconds: all within the 300 of the code.
_AGAIN = RetryStrategy(max_attempts=6, exponential_wait=2, retry_exceptions={NeighbourFailed})


@app.task(name="verification.send_code", queue="default", retry=_AGAIN)
@own_connection
def send_code(*, code_id: str) -> None:
    """Send the code of one row."""
    phone_proof.deliver(code_id, sms=wiring.sms(), mail=wiring.mail())


@app.periodic(cron="* * * * *")
@app.task(name="verification.expire_codes", queue="default", queueing_lock="verification.expire_codes")
@own_connection
def expire_codes(timestamp: int) -> None:
    """End codes whose time is over."""
    services.expire_overdue()


@app.periodic(cron="17 3 * * *")
@app.task(name="verification.forget", queue="default", queueing_lock="verification.forget")
@own_connection
def forget(timestamp: int) -> None:
    """Drop idle windows and destroy codes past their retention."""
    windows.forget_before(clock.now() - timedelta(days=2))
    services.destroy_before_days()
