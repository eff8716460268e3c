"""Fixtures that every test may use, and the strictness that every test lives under."""

import os
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.models.expressions import OrderBy
from django.db.models.functions import Random
from django.db.models.sql.compiler import SQLCompiler
from django.test import TransactionTestCase
from hypothesis import settings
from procrastinate.periodic import PeriodicRegistry

from divit.audit import walls
from divit.cli import database_roles
from divit.flows.jobs import at_work
from divit.kernel.actors import Actor, Level, Role
from tests.running_service import Service, running_service
from tests.softhsm import fresh_token, token, tokens

__all__ = ["fresh_token", "token", "tokens"]

# Properties are tried on the same examples everywhere; HYPOTHESIS_PROFILE=default looks for new ones.
settings.register_profile("divit", derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "divit"))

_EMPTY = """DO $$
DECLARE name text;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOREACH name IN ARRAY '{%s}'::text[] LOOP EXECUTE format('DELETE FROM %%I', name); END LOOP;
END $$"""
# What follows from the code stays: the moves and starts of the laws, content types and permissions.
_STAY = {"audit_move", "audit_start", "django_content_type", "auth_permission"}


def _empty_tables(test: TransactionTestCase) -> None:
    """After a test that committed: truncating all and making all permissions anew would take ten times as long."""
    connection.close()
    tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - _STAY
    with connection.cursor() as cursor:
        cursor.execute(_EMPTY % ",".join(sorted(tables | {"procrastinate_jobs", "procrastinate_events"})))


TransactionTestCase._fixture_teardown = _empty_tables  # type: ignore[method-assign]


@pytest.fixture
def run_jobs(transactional_db: None) -> Callable[..., None]:
    """Run the jobs that wait (of one queue, or of all) until none is left; the clock's own jobs are left out."""

    def run(queue: str | None = None) -> None:
        worker_app = at_work()
        worker_app.periodic_registry = PeriodicRegistry()
        with worker_app.open():
            worker_app.run_worker(
                queues=[queue] if queue else None,
                wait=False,
                install_signal_handlers=False,
                listen_notify=False,
                delete_jobs="successful",
            )

    return run


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


@pytest.fixture(scope="session")
def service() -> Iterator[Service]:
    """The whole service, running; its tests are marked `service` and go one after the other, on one service."""
    with running_service() as running:
        yield running


@pytest.fixture(autouse=True)
def _no_order_is_any_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """A query without ORDER BY comes back shuffled, so that nobody relies on the order it happens to have."""
    ordered = SQLCompiler.get_order_by

    def shuffled(self: SQLCompiler) -> list[Any]:
        found: list[Any] = ordered(self)
        query = self.query
        if found or query.combinator or query.distinct or query.group_by is not None or query.subquery:
            return found
        if any(annotation.contains_aggregate for annotation in query.annotations.values()):
            return found
        anyhow = OrderBy(Random()).resolve_expression(query, allow_joins=True, reuse=None)
        return [(anyhow, (*self.compile(anyhow), False))]

    monkeypatch.setattr(SQLCompiler, "get_order_by", shuffled)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The processes' roles may in the tests' database what they may in an installation."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        database_roles.grant(cursor)


@pytest.fixture(autouse=True)
def _the_wall_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests own the tables, and no policy holds their superuser: behind a wall they become what pages run as."""
    write = walls._write

    def as_web(on: Any, value: str) -> None:
        write(on, value)
        with on.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = 'divit_web'")
            if cursor.fetchone():
                cursor.execute("SET ROLE divit_web" if value else "RESET ROLE")

    monkeypatch.setattr(walls, "_write", as_web)
