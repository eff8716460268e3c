import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest

from divit.kernel import clock
from divit.kernel.serials import Serial
from divit.launcher.postgres import Cluster
from divit.pki import crl
from divit.pki.reasons import Reason
from divit.validation.follower_settings import FollowerSettings
from divit.validation.settings import Settings
from tests.fixtures_pki import authority, ceremony_held, keystore, make_certificate, make_person
from tests.integration.validation.wire import following, live
from tests.pki_authority import House, hold, house

__all__ = ["Database", "authority", "ceremony_held", "database", "house", "keystore", "make_certificate", "make_person"]

_TABLES = """
CREATE TABLE published_certificate_status (
    issuer_id uuid, serial text, status text, reason text, effective_at timestamptz, not_after timestamptz,
    change_seq bigint DEFAULT nextval('change'), PRIMARY KEY (issuer_id, serial)
);
CREATE TABLE published_crl (
    issuer_id uuid, number numeric, this_update timestamptz, next_update timestamptz, der bytea, base_number bigint
);
GRANT SELECT ON ALL TABLES IN SCHEMA public TO divit_validation;
"""


@dataclass
class Database:
    """A PostgreSQL of our own, which may be killed and started again; the certificates' views are tables here."""

    cluster: Cluster
    server: "subprocess.Popen[bytes] | None" = field(default=None)

    @property
    def url(self) -> str:
        """As the validation process knows it: the role that may only read."""
        return self.cluster.url("divit_validation")

    def start(self) -> None:
        if self.server is None:
            self.server = self.cluster.start()

    def kill(self) -> None:
        """At once, without a goodbye."""
        if self.server is not None:
            self.server.send_signal(signal.SIGQUIT)
            self.server.wait()
            self.server = None

    def execute(self, *statements: "str | tuple[str, tuple[object, ...]]") -> None:
        """In one transaction."""
        with psycopg.connect(self.cluster.url()) as connection:
            for statement in statements:
                query, values = statement if isinstance(statement, tuple) else (statement, ())
                connection.execute(query, values)  # type: ignore[call-overload]

    def put(self, house: House, serial: int, *, reason: Reason | None = None, notify: bool = True) -> None:
        """As the certificates' trigger does it: the row, its number, the notice."""
        self.execute(*put_statements(house, serial, reason=reason, notify=notify))

    def publish(self, house: House, der: bytes, *, number: int, at: datetime, hours: int = 24) -> None:
        row = (str(house.authority.id), number, at, at + timedelta(hours=hours), der)
        self.execute(
            ("INSERT INTO published_crl VALUES (%s, %s, %s, %s, %s)", row),
            ("SELECT pg_notify('published_crl', %s)", (str(house.authority.id),)),
        )


def put_statements(
    house: House, serial: int, *, reason: Reason | None, notify: bool = True
) -> list[tuple[str, tuple[object, ...]]]:
    issuer, text = str(house.authority.id), Serial(serial).hex
    status = ("revoked", reason.text, clock.now()) if reason is not None else ("good", None, None)
    upsert = (
        "INSERT INTO published_certificate_status (issuer_id, serial, status, reason, effective_at, not_after)"
        " VALUES (%s, %s, %s, %s, %s, now() + interval '3 years') ON CONFLICT (issuer_id, serial) DO UPDATE SET"
        " status = excluded.status, reason = excluded.reason, effective_at = excluded.effective_at,"
        " change_seq = nextval('change')"
    )
    told: list[tuple[str, tuple[object, ...]]] = (
        [("SELECT pg_notify('certificate_status', %s)", (f"{issuer} {text}",))] if notify else []
    )
    return [(upsert, (issuer, text, *status)), *told]


@pytest.fixture(scope="module")
def running_cluster() -> Iterator[Database]:
    folder = Path(tempfile.mkdtemp(prefix="divit-validation-test-"))
    folder.chmod(0o755)
    cluster = Cluster(folder)  # durable: what was committed must survive being killed
    cluster.prepare()
    database = Database(cluster)
    database.start()
    cluster.ensure_database()
    database.execute("CREATE SEQUENCE change", *filter(str.strip, _TABLES.split(";")))
    yield database
    database.kill()
    for leftover in (cluster.data, cluster.socket_folder, folder):
        shutil.rmtree(leftover, ignore_errors=True)


@pytest.fixture
def database(running_cluster: Database) -> Database:
    """Running, and empty."""
    running_cluster.start()
    running_cluster.execute("TRUNCATE published_certificate_status, published_crl")
    return running_cluster


@pytest.fixture
def own_house(tmp_path: Path) -> House:
    """An authority whose files the test may change."""
    return hold(tmp_path)


def settings_for(house: House, **more: Any) -> Settings:
    """A worker's, with a state folder of its own."""
    secret = house.folder / "validation-secret"
    secret.write_text(house.passphrase)
    return Settings(
        ca_dir=house.folder / "ca",
        keystore=f"software:{house.folder / 'validation-keys'}",
        secret_file=secret,
        tsa_needs_synced_clock=False,
        **{"state_dir": Path(tempfile.mkdtemp(dir=house.folder, prefix="state-"))} | more,
    )


def follower_settings_for(settings: Settings, url: str) -> FollowerSettings:
    """Of the one who writes what this worker reads."""
    return FollowerSettings(
        database_url=url, ca_dir=settings.ca_dir, state_dir=settings.state, poll_seconds=0.1, read_again_hours=24
    )


Serve = Callable[..., httpx2.Client]


@pytest.fixture
def serving() -> Iterator[dict[httpx2.Client, contextlib.ExitStack]]:
    """What is running."""
    running: dict[httpx2.Client, contextlib.ExitStack] = {}
    yield running
    for stack in running.values():
        stack.close()


@pytest.fixture
def serve(tmp_path: Path, serving: dict[httpx2.Client, contextlib.ExitStack]) -> Serve:
    """A worker's server and its follower in this process, on a clock that the test may turn."""

    def start(house: House, url: str, *, now: Callable[[], datetime] = clock.now) -> httpx2.Client:
        settings, stack = settings_for(house, state_dir=tmp_path / "state"), contextlib.ExitStack()
        stack.enter_context(following(follower_settings_for(settings, url), now=now))
        running = stack.enter_context(live(settings, seconds=lambda: now().timestamp()))
        client = stack.enter_context(httpx2.Client(base_url=f"http://127.0.0.1:{running.port}", timeout=20))
        serving[client] = stack
        return client

    return start


@pytest.fixture
def stop(serving: dict[httpx2.Client, contextlib.ExitStack]) -> Callable[[httpx2.Client], None]:
    """End one before the test ends, so that another may take its place."""
    return lambda client: serving.pop(client).close()


def until(condition: Callable[[], bool], *, what: str, seconds: float = 20) -> None:
    """Wait for it; the bound is there to end a test that has failed, not to measure."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.02)


def crl_of(house: House, entries: list[crl.Entry], *, at: datetime, number: int | None = None) -> tuple[bytes, int]:
    """A list and its number."""
    number = number or crl.number_at(at)
    return house.crl(entries, number=number, at=at), number


def environment_of(settings: Settings, url: str, *, port: int) -> dict[str, str]:
    """The same, as variables of the processes, and the database of the follower among them."""
    return {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": url,
        "DIVIT_CA_DIR": str(settings.ca_dir),
        "DIVIT_VALIDATION_KEYSTORE": settings.keystore,
        "DIVIT_VALIDATION_KEYSTORE_SECRET_FILE": str(settings.secret_file),
        "DIVIT_VALIDATION_STATE": str(settings.state),
        "DIVIT_VALIDATION_PORT": str(port),
        "DIVIT_VALIDATION_WORKERS": "1",
        "DIVIT_STATUS_POLL_SECONDS": "0.1",
        "DIVIT_TSA_NEEDS_SYNCED_CLOCK": "no",
    }
