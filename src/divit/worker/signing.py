"""Jobs of the signer, the only process that opens the authority's keys: certificates, lists, seals, the delegate."""

from uuid import UUID

from divit import wiring
from divit.flows import bulk_issuance, issuance, past_status, status_publication, status_receipt
from divit.worker.app import app
from divit.worker.retries import PATIENT, PATIENT_WITH_REFUSALS, own_connection

_LANES = 2  # one signs while the other waits for the database


@app.task(name="certificates.complete_issuance", queue="signing", retry=PATIENT)
@own_connection
def complete_issuance(intent_id: str) -> None:
    """Sign one stored intent; where many wait, all of them."""
    bulk_issuance.complete(UUID(intent_id), keystore=wiring.keystore(), lanes=_LANES)


@app.task(
    name="certificates.complete_waiting",
    queue="signing",
    retry=PATIENT,
    queueing_lock="certificates.complete_waiting",
)
@own_connection
def complete_waiting() -> None:
    """Sign what waits; what is left after so many has a job of its own, behind whatever waits for the signer too."""
    bulk_issuance.complete_some(keystore=wiring.keystore(), lanes=_LANES)


@app.task(name="certificates.publish_crl", queue="signing", retry=PATIENT_WITH_REFUSALS)
@own_connection
def publish_crl(issuer_id: str) -> None:
    """A list, if one is due; refused ones (clock, another publisher) are made anew."""
    status_publication.publish(UUID(issuer_id), keystore=wiring.keystore())


@app.task(name="certificates.seal_receipt", queue="signing", retry=PATIENT)
@own_connection
def seal_receipt(change_id: str) -> None:
    """The PDF of one act, sealed and time-stamped."""
    status_receipt.seal(UUID(change_id), keystore=wiring.keystore(), timestamps=wiring.timestamps())


@app.task(name="certificates.seal_past_status", queue="signing", retry=PATIENT)
@own_connection
def seal_past_status(row_id: str) -> None:
    """The PDF that states what a certificate was at a past instant."""
    past_status.seal(UUID(row_id), keystore=wiring.keystore(), timestamps=wiring.timestamps())


@app.periodic(cron="* * * * *")
@app.task(name="certificates.watch", queue="signing", queueing_lock="certificates.watch")
@own_connection
def watch(timestamp: int) -> None:
    """Whatever should have happened by now and has not is ordered again."""
    status_publication.watch()
    issuance.watch()
    status_receipt.watch()
    past_status.watch()


@app.periodic(cron="17 3 * * *")
@app.task(name="certificates.renew_delegate", queue="signing", queueing_lock="certificates.renew_delegate")
@own_connection
def renew_delegate(timestamp: int) -> None:
    """OCSP delegates' certificates are short-lived: new ones in good time, and a new list of the root's."""
    status_publication.renew_delegates(keystore=wiring.keystore())
    status_publication.renew_root_list(keystore=wiring.keystore())
