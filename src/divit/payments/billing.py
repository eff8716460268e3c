"""The only writer of institutions' accounts: what they are billed, and their monthly statements (hesap özeti)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction

from divit.audit import ledger
from divit.audit.moves import born
from divit.kernel import clock
from divit.kernel.actors import Actor
from divit.kernel.errors import Refused
from divit.kernel.money import Money
from divit.payments import accounts, journal
from divit.payments.lifecycle import CHARGE_LAW
from divit.payments.models import Bill, Charge, Statement, StatementLine
from divit.payments.selectors import prices_on

_BATCH = 1000


@dataclass(frozen=True, kw_only=True)
class Quota:
    """What a contract's quota looked like when a month ended."""

    contract_id: UUID
    drawn: int
    left: int


def bill(
    *,
    institution_id: UUID,
    application_id: UUID,
    contract_id: UUID | None,
    agreed: Mapping[str, Money],
    lines: Iterable[str],
    by: Actor,
) -> Bill:
    """Fix what an institution owes for one application; in the transaction of the act.

    By today's VAT rate, and by the `agreed` prices before today's list (`lines`: their codes).
    Raises `NotFound` when no VAT rate is known, `Invalid("price_unknown")` or `Refused("billed_before")`.
    """
    now = clock.now()
    cost = prices_on(clock.local(now).date()).under(agreed).sum(lines)
    try:
        with transaction.atomic():
            row = Bill.objects.create(
                institution_id=institution_id,
                application_id=application_id,
                contract_id=contract_id,
                lines=[{"code": li.code, "net": li.net.kurus, "vat": li.vat.kurus} for li in cost.lines],
                net=cost.net.kurus,
                vat=cost.vat.kurus,
                total=cost.total.kurus,
                vat_rate=cost.vat_rate,
                billed_at=now,
            )
    except IntegrityError as problem:
        if "payments_billed_once" not in str(problem):
            raise
        raise Refused("billed_before") from problem
    journal.billed(row)
    ledger.record(
        by=by,
        act="bill.begin",
        subject=("bill", str(row.id)),
        institution_id=str(institution_id),
        application=str(application_id),
        total=row.total,
        vat_rate=str(row.vat_rate),
    )
    return row


def make_statement(
    institution_id: UUID, *, month: date, reference: str, quota: Quota | None, by: Actor
) -> Statement | None:
    """Close a month (its first day) that is over: everything billed until its end that stands on no statement yet.

    What it comes to falls due as one charge; the books know of it since it was billed.
    None, and nothing is changed, when the month has its statement, or when there is nothing to tell of it: nothing
    billed and no quota. In a transaction, the institution's account held by the caller.
    """
    if Statement.objects.filter(institution_id=institution_id, month=month).exists():
        return None
    bills = accounts.unstated(institution_id, before=accounts.end_of(month))
    if not bills and quota is None:
        return None
    net, vat = sum(one.net for one in bills), sum(one.vat for one in bills)
    row = Statement.objects.create(
        institution_id=institution_id,
        month=month,
        reference=reference,
        count=len(bills),
        net=net,
        vat=vat,
        total=net + vat,
        contract_id=quota.contract_id if quota else None,
        quota_drawn=quota.drawn if quota else None,
        quota_left=quota.left if quota else None,
        made_at=clock.now(),
    )
    StatementLine.objects.bulk_create((StatementLine(statement=row, bill=one) for one in bills), batch_size=_BATCH)
    ledger.record(
        by=by,
        act="statement.begin",
        subject=("statement", str(row.id)),
        institution_id=str(institution_id),
        month=f"{month:%Y-%m}",
        count=row.count,
        total=row.total,
    )
    if row.total:
        _fall_due(row, bills, by=by)
    return row


def _fall_due(row: Statement, bills: Iterable[Bill], *, by: Actor) -> None:
    charge = Charge.objects.create(
        statement=row, lines=_summed(bills), net=row.net, vat=row.vat, total=row.total, accrued_at=row.made_at
    )
    born(charge, law=CHARGE_LAW, by=by, note={"total": charge.total, "statement": str(row.id)})


def _summed(bills: Iterable[Bill]) -> list[dict[str, object]]:
    """One line for each thing that was bought, whatever its price was on the day."""
    sums: dict[str, tuple[int, int]] = {}
    for one in (line for bill in bills for line in bill.lines):
        net, vat = sums.get(one["code"], (0, 0))
        sums[one["code"]] = (net + one["net"], vat + one["vat"])
    return [{"code": code, "net": net, "vat": vat} for code, (net, vat) in sorted(sums.items())]
