"""The status index of ten million certificates: what it weighs, how fast it is there, and how soon a change is seen.

Fills a PostgreSQL of its own with a table in the shape of the view `published_certificate_status`, lets the real
follower read it into a state folder, and asks as the workers do. Needs about 4 GB of disk; ten minutes on two cores.
"""

import multiprocessing
import os
import secrets
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import psycopg
from registry_search import folder, started
from table import ROUNDS, Row, arguments, show

from divit.kernel import clock
from divit.kernel.errors import NotFound
from divit.launcher.postgres import Cluster
from divit.pki.ocsp import Revoked
from divit.pki.reasons import Reason
from divit.validation.state import base_file
from divit.validation.status_code import coded
from divit.validation.status_index import StatusIndex
from divit.validation.status_log import Change
from divit.validation.status_writer import StatusWriter

ISSUERS = ("6f1c3a52-0f5e-4d0e-9b67-1f0f6c1d2a01", "6f1c3a52-0f5e-4d0e-9b67-1f0f6c1d2a02")
SUBJECT = "status index"
_STEP = 500_000
# Random serials as the house makes them: sixteen octets, of which the two highest bits are 01.
_FILL = """INSERT INTO published_certificate_status
SELECT (ARRAY{issuers}::uuid[])[1 + n %% 2],
    upper(encode(set_byte(random, 0, get_byte(random, 0) & 63 | 64), 'hex')),
    CASE WHEN n %% 10 = 0 THEN 'revoked' ELSE 'good' END, CASE WHEN n %% 10 = 0 THEN 'superseded' END,
    CASE WHEN n %% 10 = 0 THEN now() - n * interval '1 second' END, now() + interval '3 years', n
FROM (SELECT n, uuid_send(gen_random_uuid()) AS random FROM generate_series(%s::bigint, %s::bigint) AS n) AS made"""
_TABLES = """
CREATE TABLE published_certificate_status (issuer_id uuid, serial text, status text, reason text,
    effective_at timestamptz, not_after timestamptz, change_seq bigint);
CREATE TABLE published_crl (issuer_id uuid, number numeric, this_update timestamptz, next_update timestamptz,
    der bytea);
GRANT SELECT ON ALL TABLES IN SCHEMA public TO divit_validation"""
_INDEXES = """
CREATE UNIQUE INDEX ON published_certificate_status (serial, issuer_id);
CREATE INDEX ON published_certificate_status (change_seq);
CREATE SEQUENCE change;
VACUUM ANALYZE published_certificate_status"""
_HOLD = """UPDATE published_certificate_status SET status = 'revoked', reason = 'certificateHold', effective_at = now(),
    change_seq = nextval('change') WHERE issuer_id = %s AND serial = %s"""


def fill(cluster: Cluster, count: int) -> None:
    """The table, its indexes, and what the follower needs besides."""
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        for statement in _TABLES.split(";"):
            connection.execute(statement)
        for first in range(1, count + 1, _STEP):
            query = _FILL.format(issuers=list(ISSUERS))
            connection.execute(query.encode(), (first, min(first + _STEP - 1, count)))
        for statement in _INDEXES.split(";"):
            connection.execute(statement)
        connection.execute("SELECT setval('change', %s)", (count,))


def sample(cluster: Cluster, count: int, *, kinds: tuple[str, ...]) -> list[tuple[str, int]]:
    """Some certificates, in no order."""
    query = """SELECT issuer_id::text, serial FROM published_certificate_status TABLESAMPLE SYSTEM_ROWS(%s)
        WHERE status = ANY(%s)"""
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS tsm_system_rows")
        return [(issuer, int(serial, 16)) for issuer, serial in connection.execute(query, (count, list(kinds)))]


@contextmanager
def following(cluster: Cluster, state: Path, ca_dir: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The real follower, as a process."""
    environment = os.environ | {
        "DATABASE_URL": cluster.url("divit_validation"),
        "DIVIT_CA_DIR": str(ca_dir),
        "DIVIT_VALIDATION_STATE": str(state),
    }
    process = subprocess.Popen([sys.executable, "-m", "divit.validation.follower"], env=environment)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def followed(state: Path) -> StatusIndex:
    """The index, as soon as a follower vouches for it."""
    index = None
    while index is None or not index.followed:
        time.sleep(0.002)
        try:
            index = index or StatusIndex.open(state)
        except NotFound:
            continue
    return index


def kilobytes(pid: int, name: str) -> int:
    """A figure of /proc: `VmHWM` of status, or one of smaps_rollup."""
    for file in ("status", "smaps_rollup"):
        for line in Path(f"/proc/{pid}/{file}").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1])
    raise LookupError(name)


def private() -> int:
    """Kilobytes that this process shares with nobody."""
    return kilobytes(os.getpid(), "Private_Clean") + kilobytes(os.getpid(), "Private_Dirty")


def worker(pipe: Connection, state: Path, asked: list[tuple[str, int]]) -> None:
    """What one worker pays: seconds to open, µs for a look-up; and kilobytes that it has for itself."""
    before = private()
    begun = time.perf_counter()
    index = StatusIndex.open(state)
    opened = time.perf_counter() - begun
    for key in asked:
        assert index.status_of(*key) is not None
    begun = time.process_time()
    for key in asked:
        index.status_of(*key)
    each = (time.process_time() - begun) / len(asked)
    pipe.send((opened, each * 1e6))
    pipe.recv()  # all are there: what only the first of them had looked at is shared now
    pipe.send(private() - before)
    pipe.recv()


def workers(state: Path, asked: list[tuple[str, int]], count: int) -> list[tuple[float, float, int]]:
    """So many at once: (seconds to open, µs a look-up, private KB) of each."""
    context = multiprocessing.get_context("spawn")
    pipes, told = [], []
    for _ in range(count):
        ours, theirs = context.Pipe()
        context.Process(target=worker, args=(theirs, state, asked)).start()
        theirs.close()  # so that we hear of it when the worker ends too early
        pipes.append(ours)
        told.append(ours.recv())  # one after the other: they would only wait for each other
    for pipe in pipes:
        pipe.send("all are there")
    owned = [pipe.recv() for pipe in pipes]
    for pipe in pipes:
        pipe.send("go home")
    return [(*one, own) for one, own in zip(told, owned, strict=True)]


def watcher(pipe: Connection, state: Path) -> None:
    """A worker that looks at the counter all the time: when did it learn of what?"""
    index = StatusIndex.open(state)
    pipe.send("ready")
    seen: dict[int, float] = {}
    while not pipe.poll(0):
        for _issuer, serial in index.refresh():
            seen.setdefault(serial, time.monotonic())
        time.sleep(0.0001)
    pipe.send(seen)


def busy(_pipe: Connection, state: Path, asked: list[tuple[str, int]]) -> None:
    """A worker under full load."""
    index = StatusIndex.open(state)
    while True:
        for key in asked:
            index.refresh()
            index.status_of(*key)


def latencies(cluster: Cluster, state: Path, keys: list[tuple[str, int]], *, pause: float) -> list[float]:
    """Milliseconds from the return of COMMIT until a worker knows, one change after the other."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=watcher, args=(theirs, state))
    process.start()
    theirs.close()
    ours.recv()
    committed: dict[int, float] = {}
    with psycopg.connect(cluster.url()) as connection:
        for issuer, serial in keys:
            text = f"{serial:032X}"
            connection.execute(_HOLD, (issuer, text))
            connection.execute("SELECT pg_notify('certificate_status', %s)", (f"{issuer} {text}",))
            connection.commit()
            committed[serial] = time.monotonic()
            time.sleep(pause)
    time.sleep(2)
    ours.send("enough")
    seen = ours.recv()
    process.join()
    assert set(committed) <= set(seen), "every change was seen"
    return sorted(max(0.0, seen[serial] - at) * 1000 for serial, at in committed.items())


@contextmanager
def load(state: Path, asked: list[tuple[str, int]]) -> Iterator[None]:
    """A busy worker on every core."""
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=busy, args=(None, state, asked)) for _ in os.sched_getaffinity(0)]
    for process in processes:
        process.start()
    time.sleep(1)
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.join()


def taken(run: Callable[[], object]) -> float:
    """Seconds."""
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun


def forget(file: Path) -> None:
    """Let the machine drop what it has read of a file, so that it is read from the disk."""
    descriptor = os.open(file, os.O_RDONLY)
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(descriptor)


def cold_start(state: Path) -> float:
    """Seconds from nothing in memory until a worker can answer: the follower checks every octet, the worker maps it."""
    for file in state.glob("status-*.base"):
        forget(file)
    begun = time.perf_counter()
    writer = StatusWriter.open(state)
    StatusIndex.open(state)
    found = time.perf_counter() - begun
    writer.close()
    return found


def compaction(state: Path, asked: list[tuple[str, int]]) -> tuple[float, float]:
    """Seconds of writing a new table after many changes, and of the standstill when it is put in place."""
    writer = StatusWriter.open(state)
    hold = coded(Revoked(clock.now(), Reason.CERTIFICATE_HOLD))
    fresh = [Change(ISSUERS[0], secrets.randbits(126) | 1 << 126, -1) for _ in range(len(asked))]
    writer.take([Change(*key, hold) for key in asked])
    writer.take(fresh)
    work = writer.begin()
    return taken(work.compact), taken(lambda: writer.install(work))


def percentile(sorted_values: list[float], share: float) -> float:
    """Of some that are in order."""
    return sorted_values[min(len(sorted_values) - 1, int(len(sorted_values) * share))]


def measure(cluster: Cluster, home: Path, count: int, *, changes: int) -> list[Row]:
    """All figures, in the order in which they arise."""
    fill(cluster, count)
    asked = sample(cluster, min(count // 4, 100_000), kinds=("good", "revoked"))
    good = sample(cluster, min(count // 4, 25_000), kinds=("good",))
    state = home / "state"
    with following(cluster, state, home) as follower:
        begun = time.perf_counter()
        followed(state).close()
        read = time.perf_counter() - begun
        peak = kilobytes(follower.pid, "VmHWM") / 1024
        size = base_file(state, 1).stat().st_size / count
        each = workers(state, asked, 4)
        idle = latencies(cluster, state, good[:changes], pause=0.01)
        with load(state, asked):
            loaded = latencies(cluster, state, good[changes : 2 * changes], pause=0.01)
    cold = statistics.median(cold_start(state) for _ in range(ROUNDS))
    written, standstill = compaction(state, good[2 * changes :])
    look_up = statistics.median(one[1] for one in each)
    own = max(one[2] for one in each) / 1024
    weight = size + own * 1024 * 1024 / count

    def row(what: str, value: float, unit: str, goal: str = "", reached: bool | None = None, note: str = "") -> Row:
        return Row(SUBJECT, "Divit", what, value, unit, goal, reached, note)

    return [
        row("file", size, "bytes each", "≤ 20", size <= 20, "shared by all processes"),
        row("private to a worker", own, "MB", note=f"{weight:.1f} bytes each with the file"),
        row("from the database: start of the process to following", read, "s", "≤ 60", read <= 60),
        row("peak memory of the follower meanwhile", peak, "MB"),
        row("cold start from the snapshot, not in memory", cold, "s", "≤ 2", cold <= 2, "every octet checked"),
        row("a worker opens it", statistics.median(one[0] for one in each) * 1000, "ms"),
        row("look-up, random serials", look_up, "µs", "≤ 3", look_up <= 3),
        row("COMMIT → worker, idle, p50", percentile(idle, 0.5), "ms"),
        row("COMMIT → worker, idle, p99", percentile(idle, 0.99), "ms", "≤ 20", percentile(idle, 0.99) <= 20),
        row("COMMIT → worker, every core busy, p50", percentile(loaded, 0.5), "ms"),
        row("the same, p99", percentile(loaded, 0.99), "ms", "≤ 200", percentile(loaded, 0.99) <= 200),
        row("a new table after 40,000 changes and new ones, beside the following", written, "s"),
        row("the standstill when it is put in place", standstill * 1000, "ms"),
    ]


def main() -> int:
    """Measure, print, take everything away; 1 where a goal was missed."""
    reader = arguments(__doc__)
    reader.add_argument("--certificates", type=int, default=10_000_000)
    told = reader.parse_args()
    count = 200_000 if told.quick else told.certificates
    with folder(None) as home, started(home) as cluster:
        rows = measure(cluster, home, count, changes=100 if told.quick else 500)
    return 0 if show(f"Status index of {count:,} certificates", rows) else 1


if __name__ == "__main__":
    sys.exit(main())
