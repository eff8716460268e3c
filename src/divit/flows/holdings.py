"""What a person holds from one institution, as the rules of applications want to know it."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from divit.applications.kinds import Holdings
from divit.certificates import selectors as certificates
from divit.certificates.lifecycle import State
from divit.certificates.models import Certificate
from divit.kernel import clock


def holdings(person_id: UUID, institution_id: UUID) -> Holdings:
    """Serials ever, open (a replacement revokes them) and valid, and when the newest valid one ends."""
    return _held([row for row in certificates.certificates_of(person_id) if row.institution_id == institution_id])


def holdings_of_many(person_ids: Iterable[UUID], institution_id: UUID) -> Mapping[UUID, Holdings]:
    """The same for many people at once; whoever holds nothing is not named."""
    by_person: dict[UUID, list[Certificate]] = {}
    for row in certificates.held_by(person_ids, institution_id):
        by_person.setdefault(row.person_id, []).append(row)
    return {person_id: _held(rows) for person_id, rows in by_person.items()}


def _held(every: list[Certificate]) -> Holdings:
    now = clock.now()
    still_open = [row for row in every if row.state != State.REVOKED and row.not_after > now]
    valid = [row for row in still_open if row.state == State.VALID]
    return Holdings(
        ever=_serials(every),
        open=_serials(still_open),
        valid=_serials(valid),
        newest_valid_until=max((clock.local(row.not_after).date() for row in valid), default=None),
    )


def _serials(rows: list[Certificate]) -> tuple[str, ...]:
    return tuple(sorted(row.serial for row in rows))


def open_from(person_id: UUID, institution_id: UUID) -> list[Certificate]:
    """The certificates themselves that are open: what the person is shown before accepting their revocation."""
    return certificates.open_certificates(person_id, institution_id)
