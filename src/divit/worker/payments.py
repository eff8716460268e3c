"""Jobs of payments: asking the bank until it has answered, giving money back, institutions' statements."""

import logging

from divit import wiring
from divit.flows import institution_account, payment
from divit.kernel.errors import NeighbourFailed
from divit.worker.app import app
from divit.worker.retries import own_connection

log = logging.getLogger(__name__)


@app.task(name="payments.inquire", queue="default")
@own_connection
def inquire(*, attempt_id: str) -> None:
    """Ask the bank about one attempt; the next question is planned whatever comes of this one."""
    try:
        payment.inquire(attempt_id, bank=wiring.bank())
    except NeighbourFailed as problem:
        log.warning("the bank did not answer: %s", problem.how)
    payment.ask_again(attempt_id)


@app.periodic(cron="* * * * *")
@app.task(name="payments.ask_about_all", queue="default", queueing_lock="payments.ask_about_all")
@own_connection
def ask_about_all(timestamp: int) -> None:
    """Ask about every attempt whose time has come."""
    payment.ask_about_all()


@app.periodic(cron="30 4 * * *")
@app.task(name="payments.reconcile", queue="default", queueing_lock="payments.reconcile")
@own_connection
def reconcile(timestamp: int) -> None:
    """Every night: what was held for unpaid is asked about once more."""
    payment.reconcile()


@app.periodic(cron="40 0 * * *")
@app.task(name="payments.make_statements", queue="default", queueing_lock="payments.make_statements")
@own_connection
def make_statements(timestamp: int) -> None:
    """On the first of a month: the month before. On any other night: what a worker that stood still has missed."""
    institution_account.make_statements()
