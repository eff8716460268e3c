"""Reading institutions' accounts: what was billed, what stands on no statement yet, and the statements."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, QuerySet, Sum

from divit.kernel import clock
from divit.kernel.errors import NotFound
from divit.kernel.money import Money
from divit.payments.models import Bill, Charge, Statement


@dataclass(frozen=True, kw_only=True)
class Running:
    """What has been billed and stands on no statement yet."""

    count: int
    net: Money
    vat: Money
    total: Money


def next_month(month: date) -> date:
    """The first day of the month after a month's first day."""
    return (month + timedelta(days=31)).replace(day=1)


def month_of(instant: datetime) -> date:
    """The first day of the month in which an instant falls in Türkiye."""
    return clock.local(instant).date().replace(day=1)


def end_of(month: date) -> datetime:
    """The instant at which the month that begins on this day is over in Türkiye."""
    after = next_month(month)
    return datetime(after.year, after.month, 1, tzinfo=clock.ISTANBUL)


def billed_institutions() -> set[UUID]:
    """Whoever was ever billed."""
    return set(Bill.objects.order_by("institution_id").values_list("institution_id", flat=True).distinct())


def first_open_month(institution_id: UUID) -> date | None:
    """The month after the last statement, or else that of the first bill; None when there is neither."""
    last = Statement.objects.filter(institution_id=institution_id).order_by("-month").first()
    if last is not None:
        return next_month(last.month)
    first = Bill.objects.filter(institution_id=institution_id).order_by("billed_at").first()
    return month_of(first.billed_at) if first is not None else None


def unstated(institution_id: UUID, *, before: datetime) -> list[Bill]:
    """What was billed before an instant and stands on no statement, in the order of time."""
    return list(_open(institution_id).filter(billed_at__lt=before).order_by("billed_at", "id"))


def running(institution_id: UUID) -> Running:
    """What the next statements will bring."""
    sums = _open(institution_id).aggregate(count=Count("id"), net=Sum("net"), vat=Sum("vat"), total=Sum("total"))
    net, vat, total = (Money(sums[name] or 0) for name in ("net", "vat", "total"))
    return Running(count=sums["count"], net=net, vat=vat, total=total)


def _open(institution_id: UUID) -> QuerySet[Bill]:
    return Bill.objects.filter(institution_id=institution_id, line=None)


def statements_of(institution_id: UUID) -> list[Statement]:
    """Every statement of an institution, the newest first."""
    return list(all_statements_of(institution_id))


def all_statements_of(institution_id: UUID | str) -> QuerySet[Statement]:
    """The same, to be read in pages."""
    return Statement.objects.filter(institution_id=institution_id).order_by("-month")


def statement(institution_id: UUID, statement_id: UUID) -> Statement:
    """An institution's own statement. Raises `NotFound`, also for another institution's."""
    found = Statement.objects.filter(institution_id=institution_id, id=statement_id)
    row = found.select_related("institution", "contract").order_by("id").first()
    if row is None:
        raise NotFound
    return row


def statement_called(reference: str) -> Statement | None:
    """The statement with this number, whoever's it is."""
    return Statement.objects.select_related("institution").filter(reference=reference).order_by("id").first()


def whose(statement_ids: Iterable[UUID]) -> list[tuple[UUID, UUID, str, date]]:
    """(statement, institution, number, month) of each of these statements."""
    found = Statement.objects.filter(id__in=list(statement_ids)).order_by("id")
    return list(found.values_list("id", "institution_id", "reference", "month"))


def charge_of(statement_id: UUID) -> Charge | None:
    """What a statement comes to, as something to pay; None when it comes to nothing."""
    return Charge.objects.select_related("statement").filter(statement_id=statement_id).order_by("id").first()


def charge_states(institution_id: UUID) -> dict[UUID, str]:
    """Of each of an institution's statements that come to something: where its payment stands."""
    found = Charge.objects.filter(statement__institution_id=institution_id).order_by("id")
    return dict(found.values_list("statement_id", "state"))


def bills_on(statement: Statement) -> list[Bill]:
    """What stands on a statement, in the order of time, each with its application."""
    return list(all_bills_on(statement))


def all_bills_on(statement: Statement) -> QuerySet[Bill]:
    """The same, to be read in pages."""
    found = Bill.objects.filter(line__statement=statement).select_related("application")
    return found.order_by("billed_at", "id")


def vat_by_rate(bills: Iterable[Bill]) -> list[tuple[Decimal, Money]]:
    """The VAT of each rate, the lowest first."""
    sums: dict[Decimal, Money] = {}
    for one in bills:
        sums[one.vat_rate] = sums.get(one.vat_rate, Money(0)) + Money(one.vat)
    return sorted(sums.items())
