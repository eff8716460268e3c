"""Kurum hesabı: an institution is billed for each certificate when it is produced, and told of it once a month."""

from datetime import date, timedelta
from uuid import UUID

from django.db import transaction

from divit.applications.kinds import Payer
from divit.applications.models import Application
from divit.applications.reference import new_reference
from divit.flows import fees
from divit.flows.jobs import each
from divit.flows.notices import tell
from divit.institutions import selectors as institutions
from divit.institutions import services as institution_services
from divit.institutions.models import Contract
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor
from divit.kernel.errors import NotFound
from divit.kernel.money import Money
from divit.payments import accounts, billing
from divit.payments.models import Statement
from divit.rosters import selectors as rosters


def bill(row: Application, *, by: Actor) -> None:
    """A locked application is about to count as produced: its institution owes it, when the institution pays.

    At the prices of the contract under which it was asked for. Raises `Invalid("price_unknown")`, and `NotFound` when
    no VAT rate is known: then nothing is produced, and the step is tried again until there is a price.
    """
    if row.payer != Payer.INSTITUTION:
        return
    contract = _contract(row)
    billing.bill(
        institution_id=row.institution_id,
        application_id=row.id,
        contract_id=contract.id if contract else None,
        agreed=institutions.contract_prices(contract.id) if contract else {},
        lines=fees.codes(row),
        by=by,
    )


def _contract(row: Application) -> Contract | None:
    request = rosters.request_for(row.id)
    if request is not None and request.roster.contract is not None:
        return request.roster.contract
    try:
        return institutions.contract_for(row.institution_id, on=clock.today())
    except NotFound:
        return None


def make_statements(*, by: Actor = SYSTEM) -> int:
    """A statement for every institution and month that is over and has none; returns how many were made."""
    this_month = accounts.month_of(clock.now())
    ids = sorted(institutions.with_contracts() | accounts.billed_institutions())
    return sum(each(ids, lambda one: _close(one, before=this_month, by=by)))


def _close(institution_id: UUID, *, before: date, by: Actor) -> int:
    """Every open month of one institution, the oldest first; a run that comes late finds more than one."""
    month = accounts.first_open_month(institution_id) or (before - timedelta(days=1)).replace(day=1)
    made = 0
    while month < before:
        made += _close_month(institution_id, month, by=by)
        month = accounts.next_month(month)
    return made


@transaction.atomic
def _close_month(institution_id: UUID, month: date, *, by: Actor) -> bool:
    institution_services.hold(institution_id)
    quota = _quota(institution_id, month)
    row = billing.make_statement(institution_id, month=month, reference=new_reference(), quota=quota, by=by)
    if row is not None:
        _tell(row)
    return row is not None


def _tell(row: Statement) -> None:
    """The institution's officers hear of a new statement, and of what is due by it."""
    for appointment in institutions.officers_of(row.institution_id):
        tell(
            person=appointment.person,
            notice="statement_ready",
            subject=("statement", str(row.id)),
            dedupe=f"statement_ready:{row.id}:{appointment.person_id}",
            reference=row.reference,
            amount=Money(row.total).tr,
        )


def _quota(institution_id: UUID, month: date) -> billing.Quota | None:
    last = accounts.next_month(month) - timedelta(days=1)
    contract = institutions.contract_within(institution_id, first=month, last=last)
    if contract is None:
        return None
    drawn = institutions.quota_drawn_at(contract.id, accounts.end_of(month))
    return billing.Quota(contract_id=contract.id, drawn=drawn, left=max(0, contract.quota - drawn))
