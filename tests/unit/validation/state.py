"""A state folder without a database."""

from collections.abc import Iterable
from pathlib import Path
from uuid import uuid4

from divit.kernel import clock
from divit.pki.ocsp import Good, Revoked
from divit.validation.state import moment
from divit.validation.status_code import coded
from divit.validation.status_log import Change
from divit.validation.status_work import spooled
from divit.validation.status_writer import StatusWriter

OURS, OTHER = str(uuid4()), str(uuid4())
Key = tuple[str, int]


def change(issuer_id: str, serial: int, status: Good | Revoked, seq: int = 0) -> Change:
    return Change(issuer_id, serial, coded(status), seq)


def fill(writer: StatusWriter, statuses: Iterable[tuple[str, int, Good | Revoked]], *, highest: int = 0) -> None:
    """As a load from the database does it."""
    work = writer.begin()
    with spooled(writer.folder, statuses) as spool:
        work.replace(spool, known_at=moment(clock.now).wall, highest_change=highest)
    writer.install(work)


def compact(writer: StatusWriter) -> None:
    work = writer.begin()
    work.compact()
    writer.install(work)


def filled(folder: Path, statuses: Iterable[tuple[str, int, Good | Revoked]] = ()) -> StatusWriter:
    writer = StatusWriter.open(folder)
    fill(writer, statuses)
    return writer
