"""kill -9 of every process: another takes its place, nothing that was promised is lost, nothing happens twice."""

import os
import signal
from collections.abc import Callable

import psycopg
import pytest

from divit.cli.demo_people import DemoPerson
from divit.launcher.postgres import Cluster
from tests.resilience.house import House, until
from tests.running_service import DIVIT

pytestmark = pytest.mark.service

Next = Callable[[], DemoPerson]


def _kill_process(house: House, name: str) -> None:
    house.kill(name)


def _kill_worker(house: House, name: str) -> None:
    before = house.child(name)
    os.kill(before, signal.SIGKILL)
    until(lambda: house.child(name) != before, what=f"another worker of {name}")


def _kill_follower(house: House, name: str) -> None:
    before = house.children(name, kind="follower")
    os.kill(before[0], signal.SIGKILL)
    until(lambda: house.children(name, kind="follower") != before, what=f"another follower of {name}")


def _kill_server(house: House, name: str) -> None:
    before = house.server()
    os.kill(before, signal.SIGKILL)
    until(lambda: house.server() != before, what="another PostgreSQL server")


@pytest.mark.parametrize(
    ("kill", "name"),
    [
        (_kill_process, "web"),
        (_kill_worker, "web"),
        (_kill_process, "worker"),
        (_kill_process, "signer"),
        (_kill_process, "validation"),
        (_kill_worker, "validation"),
        (_kill_follower, "validation"),
        (_kill_process, "world"),
        (_kill_process, "database"),
        (_kill_server, "database"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__.removeprefix("_kill_"),
)
def test_a_killed_process_is_replaced_and_a_suspension_goes_through(
    house: House, holder: Next, kill: Callable[[House, str], None], name: str
) -> None:
    told = holder()
    person, serial = house.person(told), house.serial(told)
    kill(house, name)
    house.wait_well()
    person.suspend()  # in the session of before
    house.wait_told(serial, "revoked certificateHold")
    assert house.changes(serial) == ["issue", "suspend"]


def test_no_worker_of_a_killed_parent_goes_on_answering(house: House) -> None:
    """Both would listen on the same port, one of them with a status that nobody looks after any more."""
    for name in ("web", "validation", "world"):
        before = house.child(name)
        house.kill(name)
        until(lambda before=before: not _alive(before), seconds=5, what=f"the end of {name}'s old worker")


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_jobs_that_were_running_when_worker_and_signer_died_are_finished(house: House, holder: Next) -> None:
    told = holder()
    person, serial = house.person(told), house.serial(told)
    lists = _lists(house)
    validation = house.children("validation")
    with psycopg.connect(Cluster(house.service.home).url()) as lock:
        lock.execute("LOCK TABLE certificates_publishedcrl IN EXCLUSIVE MODE")  # the signer's job waits here
        for answering in validation:
            os.kill(answering, signal.SIGSTOP)  # and the worker's job, which asks OCSP, here
        try:
            person.suspend()
            until(lambda: {"certificates.publish_crl", "certificates.observe"} <= _running(house), what="both jobs")
            _order_another_list(house)  # as the sweep of each minute does
            house.kill("worker")
            house.kill("signer")
        finally:
            for answering in validation:
                os.kill(answering, signal.SIGCONT)
            lock.rollback()
    house.wait_told(serial, "revoked certificateHold")
    until(lambda: _evidence(house, serial) == {"ocsp", "crl"}, what="what the world was seen to know")
    until(lambda: not _waiting(house), what="no job left behind")
    assert _lists(house) == lists + 1


def _order_another_list(house: House) -> None:
    house.ask("""INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args)
                 SELECT queue_name, task_name, lock, queueing_lock, args FROM procrastinate_jobs
                 WHERE task_name = 'certificates.publish_crl' AND status = 'doing'""")


def _running(house: House) -> set[str]:
    return {name for (name,) in house.ask("SELECT task_name FROM procrastinate_jobs WHERE status = 'doing'")}


def _waiting(house: House) -> list[tuple[object, ...]]:
    return house.ask(
        "SELECT id FROM procrastinate_jobs WHERE task_name LIKE 'certificates.%%' AND status IN ('todo', 'doing')"
        " AND task_name <> 'certificates.watch'"
    )


def _lists(house: House) -> int:
    return int(house.ask("SELECT count(*) FROM certificates_publishedcrl")[0][0])


def _evidence(house: House, serial: str) -> set[str]:
    query = """SELECT e.source FROM certificates_statusevidence e
               JOIN certificates_statuschange s ON s.id = e.change_id
               JOIN certificates_certificate c ON c.id = s.certificate_id
               WHERE c.serial = %s AND s.act = 'suspend'"""
    return {source for (source,) in house.ask(query, serial)}


_NEVER = {
    # What the clock orders (with its timestamp) it orders again.
    "a job was given up": """
        SELECT task_name, args FROM procrastinate_jobs WHERE status = 'failed' AND NOT args ? 'timestamp'""",
    "a list did not follow the one before it": """
        SELECT number FROM (SELECT number, follows, covers, lag(number) OVER rising AS before,
        lag(covers) OVER rising AS covered FROM certificates_publishedcrl
        WINDOW rising AS (PARTITION BY issuer_id ORDER BY id)) lists
        WHERE number <= before OR follows <> before OR covers < covered""",
    "a status change is dated before the certificate": """
        SELECT s.id FROM certificates_statuschange s JOIN certificates_certificate c ON c.id = s.certificate_id
        WHERE s.at < c.issued_at OR s.effective_at > s.at""",
    "a serial was signed that was not reserved first": """
        SELECT c.serial FROM certificates_certificate c LEFT JOIN certificates_intent i USING (issuer_id, serial)
        WHERE i.id IS NULL""",
    "two certificates stand for one card": """
        SELECT card_order_id FROM certificates_certificate WHERE state <> 'revoked' GROUP BY 1 HAVING count(*) > 1""",
    "a notice was written twice": """
        SELECT subject_id, notice, channel FROM notifications_message WHERE notice <> 'certificate_suspended'
        GROUP BY person_id, 1, 2, 3 HAVING count(*) > 1
        UNION ALL
        SELECT subject_id, notice, channel FROM notifications_message WHERE notice = 'certificate_suspended'
        GROUP BY 1, 2, 3 HAVING count(*) > (SELECT count(*) FROM certificates_statuschange s
            WHERE s.certificate_id::text = subject_id AND s.act = 'suspend')""",
}


@pytest.mark.parametrize("what", _NEVER)
def test_after_all_that_never(house: House, what: str) -> None:
    assert house.ask(_NEVER[what]) == []


def test_after_all_that_the_ledger_is_whole(house: House) -> None:
    done = house.service.as_owner(DIVIT, "ledger", "verify")
    assert done.returncode == 0, done.stdout + done.stderr
