"""Jobs of scanned forms: reading files, forgetting what nobody decided on."""

from uuid import UUID

from divit.flows import scan_upload
from divit.worker.app import app
from divit.worker.retries import PATIENT, own_connection


@app.task(name="scans.read", queue="default", retry=PATIENT)
@own_connection
def read(upload_id: str) -> None:
    """Every page of a file."""
    scan_upload.read(UUID(upload_id))


@app.periodic(cron="*/10 * * * *")
@app.task(name="scans.tidy", queue="default", queueing_lock="scans.tidy")
@own_connection
def tidy(timestamp: int) -> None:
    """What nobody decided on is destroyed; files that stand still go on."""
    scan_upload.forget()
    scan_upload.resume()
