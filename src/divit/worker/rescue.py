"""Jobs whose worker died in the middle are put back into the queue."""

from procrastinate import JobContext

from divit.flows.jobs import HEARD_WITHIN_SECONDS
from divit.worker.app import app


@app.periodic(cron="* * * * * */15")
@app.task(name="jobs.rescue", queue="default", queueing_lock="jobs.rescue", pass_context=True)
async def rescue(context: JobContext, timestamp: int) -> None:
    """Retry every job that is marked as running by a worker that has gone silent."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=HEARD_WITHIN_SECONDS):
        await manager.retry_job(job)
