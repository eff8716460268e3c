"""What a person holds from one institution, as the rules of applications want to know it."""

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from divit.applications.kinds import Holdings, Transfer
from divit.applications.models import Application
from divit.applications.terms import renewal_terms_on, transfer_terms_on
from divit.certificates import selectors as certificates
from divit.certificates.lifecycle import State
from divit.certificates.models import Certificate
from divit.institutions import selectors as institutions
from divit.kernel import clock


def holdings(person_id: UUID, institution_id: UUID, *, on: date | None = None) -> Holdings:
    """What is held now, judged by the terms of a day (today when not said)."""
    day = on or clock.today()
    every = certificates.certificates_of(person_id)
    here = [row for row in every if row.institution_id == institution_id]
    transfer = None if _open(here) else _transfer(every, institution_id, day=day)
    return _held(here, day=day, transfer=transfer)


def holdings_of_many(person_ids: Iterable[UUID], institution_id: UUID) -> Mapping[UUID, Holdings]:
    """The same for many people at once; whoever holds nothing is not named.

    It is asked by institutions, who learn nothing of what people hold elsewhere: transfers are left out.
    """
    by_person: dict[UUID, list[Certificate]] = {}
    for row in certificates.held_by(person_ids, institution_id):
        by_person.setdefault(row.person_id, []).append(row)
    return {person_id: _held(rows, day=clock.today()) for person_id, rows in by_person.items()}


def _held(here: list[Certificate], *, day: date, transfer: Transfer | None = None) -> Holdings:
    still_open = _open(here)
    valid = [row for row in still_open if row.state == State.VALID]
    newest = max(map(last_day, valid), default=None)
    ends = transfer.valid_until if transfer else newest
    renewal_from = renewal_terms_on(day).applied_for_from(ends) if ends else None
    return Holdings(
        ever=_serials(here),
        open=_serials(still_open),
        valid=_serials(valid),
        newest_valid_until=newest,
        renewal_from=renewal_from if renewal_from and renewal_from > day else None,
        transfer=transfer,
    )


def _open(rows: list[Certificate]) -> list[Certificate]:
    now = clock.now()
    return [row for row in rows if row.state != State.REVOKED and row.not_after > now]


def held_for(row: Application) -> Holdings:
    """The same for an application: the terms of the day on which it was sent off go on to hold for it."""
    day = clock.local(row.submitted_at).date() if row.submitted_at else None
    return holdings(row.person_id, row.institution_id, on=day)


def last_day(certificate: Certificate) -> date:
    """The last day of a certificate, as pages show it."""
    return clock.local(certificate.not_after).date()


def _transfer(every: list[Certificate], institution_id: UUID, *, day: date) -> Transfer | None:
    elsewhere = [row for row in _open(every) if row.institution_id != institution_id and row.state == State.VALID]
    if not elsewhere:
        return None
    newest = max(elsewhere, key=lambda row: row.not_after)
    return Transfer(
        institution=institutions.institution(newest.institution_id).name,
        valid_until=last_day(newest),
        rules=transfer_terms_on(day).rules,
    )


def _serials(rows: list[Certificate]) -> tuple[str, ...]:
    return tuple(sorted(row.serial for row in rows))


def open_from(person_id: UUID, institution_id: UUID) -> list[Certificate]:
    """The certificates themselves that are open: what the person is shown before accepting their revocation."""
    return certificates.open_certificates(person_id, institution_id)
