"""Jobs whose worker died in the middle are put back into the queue."""

import logging

from procrastinate import JobContext
from procrastinate.exceptions import ConnectorException

from divit.flows.jobs import HEARD_WITHIN_SECONDS
from divit.worker.app import app

log = logging.getLogger(__name__)


@app.periodic(cron="* * * * * */15")
@app.task(name="jobs.rescue", queue="default", queueing_lock="jobs.rescue", pass_context=True)
async def rescue(context: JobContext, timestamp: int) -> None:
    """Retry every job that is marked as running by a worker that has gone silent."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=HEARD_WITHIN_SECONDS):
        try:
            await manager.retry_job(job)
        except ConnectorException as problem:
            # It ended by itself meanwhile, or the database went away: the others are not to wait for it.
            log.warning("job %s (%s) was not put back: %s", job.id, job.task_name, problem)
