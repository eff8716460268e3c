"""What the clock does to applications: release when the time has come, remind, and let lapse."""

from divit.flows import release, withdrawal
from divit.worker.app import app
from divit.worker.retries import own_connection


@app.periodic(cron="*/5 * * * *")
@app.task(name="applications.look_again", queue="default", queueing_lock="applications.look_again")
@own_connection
def look_again(timestamp: int) -> None:
    """Applications that wait for the renewal window, or for a certificate to be closed."""
    release.look_again()


@app.task(name="applications.look_again_for_person", queue="default")
@own_connection
def look_again_for_person(person_id: str) -> None:
    """The same for one person, right after the status of a certificate has changed."""
    release.look_again(person_id=person_id)


@app.task(name="applications.advance", queue="default")
@own_connection
def advance(application_id: str) -> None:
    """See whether anything is still waited for."""
    release.advance(application_id)


@app.periodic(cron="20 6 * * *")
@app.task(name="applications.remind_and_lapse", queue="default", queueing_lock="applications.remind_and_lapse")
@own_connection
def remind_and_lapse(timestamp: int) -> None:
    """Two reminders, then the end."""
    withdrawal.remind_and_lapse()
