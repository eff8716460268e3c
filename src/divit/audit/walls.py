"""The second wall: while somebody acts for an institution, the database itself shows that institution's rows alone.

The first wall is the filter in each query. Where one is forgotten, the policies of `wall_sql` still hold: they look at
the session's setting `divit.institution`, which stands here for as long as the request does. Staff, people with their
own matters and the workers have no such setting, and see what their queries ask for.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from django.db import Error, connection

# What a connection that is opened meanwhile must be told too.
_standing: ContextVar[str] = ContextVar("divit.institution", default="")


@contextmanager
def confined(institution_id: UUID | str) -> Iterator[None]:
    """Everything in this block reads and writes rows of this institution only; afterwards it is as before."""
    with _told(str(UUID(str(institution_id)))):
        yield


@contextmanager
def lifted() -> Iterator[None]:
    """For the few looks across institutions that a flow owes to a person or to a count; say at the place why."""
    with _told(""):
        yield


def tell_new_connection(*, connection: Any, **_kwargs: Any) -> None:
    """A connection that was lost and opened again in the middle of a request knows nothing of the wall."""
    if _standing.get():
        _write(connection, _standing.get())


@contextmanager
def _told(value: str) -> Iterator[None]:
    before = _standing.set(value)
    try:
        _write(connection, value)
        yield
    finally:
        _standing.reset(before)
        _put_back(_standing.get())


def _put_back(value: str) -> None:
    """No connection goes on to the next request with a wall of this one."""
    if connection.connection is None:
        return
    try:
        _write(connection, value)
    except Error:
        # A broken transaction takes the setting with it when it is rolled back; a broken connection is thrown away.
        if not connection.in_atomic_block:
            connection.close()


def _write(on: Any, value: str) -> None:
    # For the session, not for the transaction: outside of one, each statement would be its own.
    with on.cursor() as cursor:
        cursor.execute("SELECT set_config('divit.institution', %s, false)", [value])
