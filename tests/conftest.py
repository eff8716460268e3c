"""Fixtures that every test may use, and the strictness that every test lives under."""

import socket
from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.periodic import PeriodicRegistry

from divit.kernel.actors import Actor, Level, Role


@pytest.fixture
def run_jobs(transactional_db: None) -> Iterator[Callable[..., None]]:
    """Run the jobs that wait (of one queue, or of all) until none is left; the clock's own jobs are left out."""

    def run(queue: str | None = None) -> None:
        worker_app = app.with_connector(app.connector.get_worker_connector())
        worker_app.periodic_registry = PeriodicRegistry()
        with worker_app.open():
            worker_app.run_worker(
                queues=[queue] if queue else None,
                wait=False,
                install_signal_handlers=False,
                listen_notify=False,
                delete_jobs="successful",
            )

    yield run
    # Django empties only the tables of its own models between tests.
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")


@pytest.fixture
def system() -> Actor:
    """The clock and the workers."""
    return Actor(role=Role.SYSTEM, id="system", level=Level.HIGH)


@pytest.fixture(autouse=True, scope="session")
def _no_calls_outside() -> Iterator[None]:
    """Nothing under test may speak to anything but this machine."""
    connect = socket.socket.connect

    def local_only(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            raise AssertionError(f"a test tried to reach {address}")
        connect(self, address)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", local_only)
        yield
