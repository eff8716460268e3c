"""Jobs of the ledger."""

from divit import wiring
from divit.flows import ledger_checkpoint
from divit.worker.app import app
from divit.worker.retries import own_connection


@app.periodic(cron="*/10 * * * *")
@app.task(name="audit.checkpoint", queue="default", queueing_lock="audit.checkpoint")
@own_connection
def checkpoint(timestamp: int) -> None:
    """Anchor the ledger; a silent authority is asked again ten minutes later."""
    ledger_checkpoint.anchor(timestamps=wiring.timestamps())
