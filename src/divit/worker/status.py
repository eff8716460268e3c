"""Jobs that look at the published status from outside."""

from uuid import UUID

from divit import wiring
from divit.flows import status_publication
from divit.worker.app import app
from divit.worker.retries import PATIENT, NotYet, own_connection


@app.task(name="certificates.observe", queue="default", retry=PATIENT)
@own_connection
def observe(change_id: str) -> None:
    """Ask OCSP and fetch the list until both tell of the act."""
    if not status_publication.observe(UUID(change_id), probe=wiring.status_probe()):
        raise NotYet(change_id)
