"""Liste yükleme: a list is read, every row checked and shown with all its faults, then confirmed or dropped.

Until it is confirmed only the list itself waits, for a day at most; of faulty rows nothing is kept beyond that.
"""

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import translation

from divit.applications.kinds import Kind
from divit.applications.labels import KINDS
from divit.audit import ledger
from divit.connections import services as connections
from divit.flows import roster_closed, roster_invitation
from divit.flows.jobs import each, later
from divit.identity import selectors as people
from divit.institutions import selectors as institutions
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor, Role
from divit.kernel.errors import NotFound, Refused
from divit.rosters import checks, delimited, files, reading, selectors, services
from divit.rosters.columns import Column, fold
from divit.rosters.deadlines import UPLOAD_LIFE
from divit.rosters.lifecycle import RosterState
from divit.rosters.models import Roster

# A longer list is checked by the worker, while the page shows how far it is; a shorter one by the worker only when the
# process that was about to check it is gone.
AT_ONCE = 500
_GONE_AFTER_SECONDS = 60
# People that a program may have invited in a day; a longer list is confirmed by a colleague.
MOST_BY_PROGRAM = 2000
CONTRACT_MISSING = "contract_missing"
_NOTE_EVERY_SECONDS = 0.5
_CHUNK = 500
_ROWS_NAME = "program.csv"


def upload(content: bytes, *, file_name: str, by: Actor) -> tuple[Roster, bool]:
    """Read a list and check it, at once or by the worker; the same content again is the same roster (then False),
    as long as it is under way or a request of it stands.

    Raises `Refused("contract_missing")`, or `Invalid` for what cannot be read as a list at all; then nothing is kept.
    """
    institution_id = institution_of(by)
    _contract_left(institution_id)
    digest = hashlib.sha256(content).hexdigest()
    known = selectors.known_content(institution_id, digest)
    if known is not None:
        return known, False
    sheet = reading.read(content, file_name=file_name)
    with transaction.atomic():
        row, new = services.open_roster(
            institution_id=institution_id,
            content=content,
            sha256=digest,
            file_name=file_name,
            lines=len(sheet.lines),
            by=by,
        )
        at_once = len(sheet.lines) <= AT_ONCE
        if new:
            _check_later(row.pk, in_seconds=_GONE_AFTER_SECONDS if at_once else None)
    if new and at_once:
        _check(row.pk, sheet, by=by)
    return selectors.roster(row.pk), new


def upload_rows(rows: Sequence[Mapping[Column, str]], *, by: Actor) -> tuple[Roster, bool]:
    """The same for rows that are not in a file, with kinds by their codes; the same rows again are the same roster.

    The first of them is row 2: they are read as a file whose headings are row 1.
    """
    with translation.override("tr"):
        labels = {str(kind): str(label) for kind, label in KINDS.items()}
    told = [{**row, Column.KIND: labels.get(row.get(Column.KIND, ""), row.get(Column.KIND, ""))} for row in rows]
    return upload(delimited.written(told), file_name=_ROWS_NAME, by=by)


def institution_of(by: Actor) -> UUID:
    """The institution for which the actor acts. Raises `NotFound`."""
    if by.institution_id is None:
        raise NotFound
    return UUID(by.institution_id)


def _contract_left(institution_id: UUID) -> tuple[UUID, int]:
    try:
        contract = institutions.contract_for(institution_id, on=clock.today())
    except NotFound:
        raise Refused(CONTRACT_MISSING) from None
    return contract.id, institutions.quota_left(contract.id)


def _check_later(roster_id: UUID, *, in_seconds: int | None = None) -> None:
    later("rosters.check", queueing_lock=f"roster.check:{roster_id}", in_seconds=in_seconds, roster_id=str(roster_id))


def check(roster_id: UUID, *, by: Actor = SYSTEM) -> None:
    """Check a list that waits for it; the worker's job. Checked twice it is checked once.

    Where the contract ended meanwhile there is nothing to check against: the list is destroyed, with the reason.
    """
    row = selectors.roster(roster_id)
    if row.state != RosterState.CHECKING:
        return
    sheet = reading.read(selectors.content_of(row), file_name=row.file_name)
    try:
        _check(roster_id, sheet, by=by)
    except Refused as refusal:
        if refusal.code != CONTRACT_MISSING:
            raise
        _drop(roster_id, while_in=(RosterState.CHECKING,), why=refusal.code)


def resume() -> int:
    """For every list that still waits for its check put the job back; returns how many."""
    ids = selectors.unchecked()
    for roster_id in ids:
        _check_later(roster_id)
    return len(ids)


def _check(roster_id: UUID, sheet: reading.Sheet, *, by: Actor) -> None:
    row = selectors.roster(roster_id)
    _contract, left = _contract_left(row.institution_id)
    kinds = kinds_by_label()
    wanted: dict[str, set[str]] = {
        tckn: {kinds[label] for label in labels if label in kinds} for tckn, labels in checks.people(sheet).items()
    }
    closed = roster_closed.closed_to(row.institution_id, wanted)
    known = checks.Known(kinds=kinds, closed=closed.altogether, unfit=closed.unfit, quota_left=left)
    found = checks.check(sheet, known, progress=_noting(roster_id))
    with transaction.atomic():
        row = services.locked_roster(roster_id)
        if row.state != RosterState.CHECKING:
            return
        faulty = len(found.faulty_rows)
        services.keep_check(row, wishes=found.wishes, faults=found.faults, faulty=faulty, by=by)
    _record_looks(row, {*closed.altogether, *closed.unfit}, by=by)


def kinds_by_label() -> Mapping[str, str]:
    """What may stand in the column of the kind, folded, in both languages; an empty cell asks for the first."""
    told = {"": str(Kind.FIRST)}
    for language in ("tr", "en"):
        with translation.override(language):
            told |= {fold(str(label)): str(kind) for kind, label in KINDS.items()}
    return told


def template() -> bytes:
    """An empty list with the right headings and the kinds to choose from."""
    with translation.override("tr"):
        return files.template(kinds=[str(label) for label in KINDS.values()])


def _noting(roster_id: UUID) -> Callable[[int, int], None]:
    """Writes down how far the check is, twice a second."""
    last = time.monotonic()

    def note(done: int, _total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= _NOTE_EVERY_SECONDS:
            last = time.monotonic()
            services.note_looked_at(roster_id, done)

    return note


def _record_looks(row: Roster, closed: Iterable[str], *, by: Actor) -> None:
    """The preview tells the institution something about these people: each of them can read that it did."""
    known = sorted(people.ids_by_tckn(closed).values())
    asker = Actor(role=by.role, id=row.uploaded_by, institution_id=str(row.institution_id), session=by.session)
    for begin in range(0, len(known), _CHUNK):
        lines = [
            ledger.Line(
                act="look",
                subject=("roster", str(row.pk)),
                person_id=str(person_id),
                facts={"purpose": "roster_check"},
            )
            for person_id in known[begin : begin + _CHUNK]
        ]
        with transaction.atomic():
            ledger.record_all(lines, by=asker)


def corrected(roster_id: UUID, *, say: Callable[[checks.Fault], str], by: Actor) -> bytes:
    """The faulty rows as they were, with what is wrong beside them. Raises `NotFound` once they are destroyed."""
    row = selectors.roster_of(institution_of(by), roster_id)
    if row.state != RosterState.CHECKED:
        raise NotFound
    sheet = reading.read(selectors.content_of(row), file_name=row.file_name)
    return files.corrected(sheet, selectors.faults(row), say=say)


def confirm(roster_id: UUID, *, by: Actor) -> None:
    """Ask for every accepted row; confirmed twice it is asked once. The first rows at once, the others by the worker.

    Raises `NotFound`, or `Refused` with `contract_missing`, `no_row_accepted`, or for a program
    `program_invites_too_many` or `program_invites_over_quota`.
    """
    institution_id = institution_of(by)
    selectors.roster_of(institution_id, roster_id)
    contract_id, left = _contract_left(institution_id)
    with transaction.atomic():
        if by.role is Role.PROGRAM:
            connections.locked(institution_id, by.id)  # its lists one after the other, so that they are counted
        row = services.locked_roster(roster_id)
        if row.state in (RosterState.CONFIRMED, RosterState.TAKEN_IN):
            return
        if by.role is Role.PROGRAM:
            _within_limits(row, left=left, by=by)
        services.confirm(row, contract_id=contract_id, by=by)
        later("rosters.take_in", roster_id=str(roster_id))
    if row.accepted <= roster_invitation.BATCH:
        roster_invitation.take_in(roster_id)


def _within_limits(row: Roster, *, left: int, by: Actor) -> None:
    """What a program confirms is sent to people before an officer has looked: so much a day, and never more than the
    quota has places for, with those counted who wait for an officer already."""
    since = clock.now() - timedelta(days=1)
    if selectors.rows_confirmed(row.institution_id, by=str(by), since=since) + row.accepted > MOST_BY_PROGRAM:
        raise Refused("program_invites_too_many", most=MOST_BY_PROGRAM)
    left -= selectors.rows_waiting(row.institution_id)
    if row.accepted > left:
        raise Refused("program_invites_over_quota", left=max(left, 0))


def discard(roster_id: UUID, *, by: Actor) -> None:
    """Drop a list before it is confirmed; it is destroyed at once."""
    selectors.roster_of(institution_of(by), roster_id)
    with transaction.atomic():
        services.discard(services.locked_roster(roster_id), by=by)


def forget(*, now: datetime | None = None) -> int:
    """Destroy the lists that nobody confirmed within a day; returns how many."""
    ids = selectors.forgotten(before=(now or clock.now()) - UPLOAD_LIFE)
    return len(each(ids, _forget))


def _forget(roster_id: UUID) -> None:
    _drop(roster_id, while_in=(RosterState.CHECKING, RosterState.CHECKED), why="not_confirmed")


def _drop(roster_id: UUID, *, while_in: tuple[RosterState, ...], why: str) -> None:
    with transaction.atomic():
        row = services.locked_roster(roster_id)
        if row.state in while_in:
            services.discard(row, by=SYSTEM, why=why)
