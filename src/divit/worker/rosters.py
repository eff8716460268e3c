"""Jobs of an institution's lists: checking, inviting, approving many, reminding, forgetting."""

from uuid import UUID

from divit.flows import roster_approval, roster_invitation, roster_upload
from divit.worker.app import app
from divit.worker.retries import PATIENT, own_connection


@app.task(name="rosters.check", queue="default", retry=PATIENT)
@own_connection
def check(roster_id: str) -> None:
    """Every row of a list."""
    roster_upload.check(UUID(roster_id))


@app.task(name="rosters.take_in", queue="default", retry=PATIENT)
@own_connection
def take_in(roster_id: str) -> None:
    """The next rows of a confirmed list become requests, and their people are invited."""
    roster_invitation.take_in(UUID(roster_id))


@app.task(name="rosters.approve_all", queue="default", retry=PATIENT)
@own_connection
def approve_all(roster_id: str, officer_id: str, level: int) -> None:
    """What an officer approved with one press."""
    roster_approval.carry_on_approving(UUID(roster_id), officer_id=officer_id, level=level)


@app.periodic(cron="40 6 * * *")
@app.task(name="rosters.remind_and_expire", queue="default", queueing_lock="rosters.remind_and_expire")
@own_connection
def remind_and_expire(timestamp: int) -> None:
    """Reminders, then the end."""
    roster_invitation.remind_and_expire()


@app.periodic(cron="*/10 * * * *")
@app.task(name="rosters.tidy", queue="default", queueing_lock="rosters.tidy")
@own_connection
def tidy(timestamp: int) -> None:
    """Lists that nobody confirmed are destroyed; those that stand still, unchecked or confirmed, go on."""
    roster_upload.forget()
    roster_upload.resume()
    roster_invitation.resume()
