"""Borç Sorgulama: anybody may ask for a debt, and nobody learns who has one (promise 7, threat T24).

Whoever is not known, whoever owes nothing, and whoever was described wrongly get one answer, after the same work and
the same time. A hit tells amounts and the application's reference, never a name.
"""

import time
from collections.abc import Callable
from datetime import date
from uuid import UUID

from django.db import transaction

from divit.applications import selectors as applications
from divit.audit import ledger
from divit.flows import rate_limits
from divit.identity import selectors as people
from divit.identity.models import Person
from divit.kernel.actors import Actor
from divit.kernel.errors import NotFound
from divit.kernel.tckn import Tckn, Vkn
from divit.kernel.turkish import tr_fold
from divit.payments import accounts
from divit.payments import selectors as payments
from divit.payments.lifecycle import ChargeState
from divit.payments.models import Charge

# No answer comes sooner. Longer than the work ever takes, short enough for a person.
STEADY_SECONDS = 0.4
# Nobody: asked for where there is nobody to ask for, so that the same questions reach the database.
_NOBODY = UUID(int=0)


def by_birth(*, tckn: Tckn, birth_place: str, birth_date: date, address: str, by: Actor) -> list[Charge]:
    """Gerçek kişi: by national number, place and date of birth."""
    rate_limits.take(rate_limits.debt_limits(number=tckn, address=address), code="debt_queries_too_many")
    return _steadily(lambda: _found(_born(tckn, birth_place, birth_date), by=by))


def by_reference(*, reference: str, tckn: Tckn, address: str, by: Actor) -> list[Charge]:
    """Gerçek kişi: by the application's reference and the national number."""
    limits = rate_limits.reference_limits(number=tckn, address=address)
    rate_limits.take(limits, code="debt_queries_too_many")
    return _steadily(lambda: _found(*_applicant(reference, tckn), by=by))


def by_institution(*, reference: str, vkn: Vkn, address: str, by: Actor) -> list[Charge]:
    """Tüzel kişi: an institution pays for one of its applications or one of its statements.

    By the application's reference or the statement's number, and tax number; both are always looked for.
    """
    limits = rate_limits.reference_limits(number=vkn, address=address)
    rate_limits.take(limits, code="debt_queries_too_many")
    return _steadily(lambda: [*_found(*_through(reference, vkn), by=by), *_stated(reference, vkn)])


def _steadily(work: Callable[[], list[Charge]]) -> list[Charge]:
    ends = time.monotonic() + STEADY_SECONDS
    try:
        return work()
    finally:
        time.sleep(max(0.0, ends - time.monotonic()))


def _born(tckn: Tckn, birth_place: str, birth_date: date) -> Person | None:
    person = people.person_by_tckn(tckn)
    known_place = tr_fold(person.birth_place if person else "")
    asked_place = tr_fold(" ".join(birth_place.split()))
    if person is None or not known_place or known_place != asked_place or person.birth_date != birth_date:
        return None
    return person


def _applicant(reference: str, tckn: Tckn) -> tuple[Person | None, UUID]:
    person = people.person_by_tckn(tckn)
    try:
        row = applications.by_reference(reference)
    except NotFound:
        return None, _NOBODY
    same = person is not None and row.person_id == person.id
    return (person, row.id) if same else (None, _NOBODY)


def _through(reference: str, vkn: Vkn) -> tuple[Person | None, UUID]:
    try:
        row = applications.by_reference(reference)
    except NotFound:
        return None, _NOBODY
    return (row.person, row.id) if row.institution.vkn == vkn else (None, _NOBODY)


def _stated(reference: str, vkn: Vkn) -> list[Charge]:
    row = accounts.statement_called(reference)
    same = row is not None and row.institution.vkn == vkn
    charge = accounts.charge_of(row.id if row is not None and same else _NOBODY)
    return [charge] if charge is not None and charge.state == ChargeState.DUE else []


def _found(person: Person | None, application_id: UUID | None = None, *, by: Actor) -> list[Charge]:
    charges = payments.due_charges_of(person.id if person else _NOBODY)
    if application_id is not None:
        charges = [charge for charge in charges if charge.application_id == application_id]
    if person is not None and charges:
        with transaction.atomic():
            ledger.look(by=by, person_id=str(person.id), purpose="debt query", subject=("person", str(person.id)))
    return charges
