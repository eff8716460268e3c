"""Jobs of webhooks: the ledger is followed, addresses have their turns, what is old is forgotten."""

from uuid import UUID

from divit import wiring
from divit.flows import webhook_delivery, webhook_following
from divit.webhooks import outbox, services
from divit.worker.app import app
from divit.worker.retries import own_connection


@app.periodic(cron="* * * * * */5")
@app.task(name="webhooks.tick", queue="default", queueing_lock="webhooks.tick", lock="webhooks.tick")
@own_connection
def tick(timestamp: int) -> None:
    """Every five seconds: what happened meanwhile, and what is to be tried again."""
    webhook_following.tick()


@app.task(name="webhooks.deliver", queue="default")
@own_connection
def deliver(webhook_id: str) -> None:
    """One turn at one address; what is left is found by the next tick, whatever becomes of this."""
    webhook_delivery.deliver(UUID(webhook_id), sender=wiring.webhooks())


@app.periodic(cron="50 3 * * *")
@app.task(name="webhooks.forget", queue="default", queueing_lock="webhooks.forget")
@own_connection
def forget(timestamp: int) -> None:
    """Once a night: messages of long ago, and secrets that no longer sign."""
    services.forget_old_secrets()
    while outbox.forget():
        pass
