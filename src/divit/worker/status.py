"""Jobs that look again: at the published status from outside, at new certificates, and nightly at all of them."""

from uuid import UUID

from divit import wiring
from divit.flows import judgement, recheck, status_publication
from divit.worker.app import app
from divit.worker.retries import PATIENT, NotYet, own_connection

_SLICE_SECONDS = 20
_PUBLISHED_SECONDS = 600


@app.task(name="certificates.observe", queue="default", retry=PATIENT)
@own_connection
def observe(change_id: str) -> None:
    """Ask OCSP and fetch the list until both tell of the act."""
    if not status_publication.observe(UUID(change_id), probe=wiring.status_probe()):
        raise NotYet(change_id)


@app.task(name="certificates.follow_batch", queue="default", retry=PATIENT)
@own_connection
def follow_batch(batch_id: str) -> None:
    """pkilint looks at what was signed together; then production and the holders hear of it."""
    judgement.follow_batch(UUID(batch_id))


@app.task(name="certificates.judge_batch", queue="default", retry=PATIENT)
@own_connection
def judge_batch(batch_id: str) -> None:
    """The same look once more, when its first worker was lost."""
    judgement.judge(UUID(batch_id))


@app.periodic(cron="* * * * *")
@app.task(name="certificates.watch_judgement", queue="default", queueing_lock="certificates.watch_judgement")
@own_connection
def watch_judgement(timestamp: int) -> None:
    """A batch that nobody judges is given to somebody."""
    judgement.watch()


# Through the night in slices, so that nothing else of this queue waits long.
@app.periodic(cron="* 0-4 * * *")
@app.task(name="certificates.recheck", queue="default", queueing_lock="certificates.recheck")
@own_connection
def recheck_certificates(timestamp: int) -> None:
    """Every stored certificate against its profile, as far as the night goes."""
    recheck.certificates(seconds=_SLICE_SECONDS)


@app.periodic(cron="40 2 * * *")
@app.task(name="certificates.recheck_published", queue="default", queueing_lock="certificates.recheck_published")
@own_connection
def recheck_published(timestamp: int) -> None:
    """What the world is told against the database."""
    recheck.published(probe=wiring.status_probe(), seconds=_PUBLISHED_SECONDS)


@app.periodic(cron="41 3 * * *")
@app.task(name="certificates.compare_list", queue="default", queueing_lock="certificates.compare_list")
@own_connection
def compare_list(timestamp: int) -> None:
    """The newest list against the statuses; a difference ends the job with an error."""
    status_publication.compare()
