"""Jobs of the stages: measuring, promising, publishing closed months, reminding institutions."""

from divit.flows import delays, expected_dates, stages
from divit.worker.app import app
from divit.worker.retries import own_connection


@app.periodic(cron="*/10 * * * *")
@app.task(name="stages.promise", queue="default", lock="stages", queueing_lock="stages.promise")
@own_connection
def promise(timestamp: int) -> None:
    """Learn from what was delivered, then give dates to what is under way."""
    stages.learn()
    expected_dates.promise()


@app.periodic(cron="40 3 * * *")
@app.task(name="stages.publish", queue="default", lock="stages", queueing_lock="stages.publish")
@own_connection
def publish(timestamp: int) -> None:
    """Once a night: the figures of a month that is over."""
    stages.learn()
    stages.publish()


@app.periodic(cron="10 6 * * *")
@app.task(name="stages.remind", queue="default", queueing_lock="stages.remind")
@own_connection
def remind(timestamp: int) -> None:
    """Once a working day: institutions on which applications wait for too long."""
    delays.remind()
