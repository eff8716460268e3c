"""Reading prices, charges and attempts."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, Sum

from divit.kernel.errors import NotFound
from divit.kernel.money import Money
from divit.payments.lifecycle import OPEN, AttemptState, ChargeState
from divit.payments.models import Account, Attempt, BankMessage, Charge, JournalLine, Price, VatRate
from divit.payments.prices import PriceList


def prices_on(day: date) -> PriceList:
    """The prices and the VAT rate of a day; raises `NotFound` when no rate is known for it."""
    rate = VatRate.objects.filter(valid_from__lte=day).order_by("-valid_from").first()
    if rate is None:
        raise NotFound
    valid = Price.objects.filter(Q(valid_until=None) | Q(valid_until__gt=day), valid_from__lte=day)
    net = {price.code: Money(price.net) for price in valid.order_by("valid_from")}
    return PriceList(day=day, net=net, vat_rate=rate.percent)


def charge_for(application_id: UUID | str) -> Charge | None:
    """The latest charge of an application."""
    return Charge.objects.filter(application_id=application_id).order_by("-accrued_at").first()


def accrued_of_many(application_ids: Iterable[UUID]) -> dict[UUID, datetime]:
    """For each of the applications that were charged, when the first charge accrued."""
    rows = Charge.objects.filter(application_id__in=list(application_ids)).order_by("-accrued_at", "id")
    return dict(rows.values_list("application_id", "accrued_at"))


def attempts_of_many(application_ids: Iterable[UUID]) -> dict[str, UUID]:
    """The attempts to pay for these applications: id of the attempt → id of the application."""
    rows = Attempt.objects.filter(charge__application_id__in=list(application_ids)).order_by("id")
    return {str(attempt): application for attempt, application in rows.values_list("id", "charge__application_id")}


def charge(charge_id: UUID | str) -> Charge:
    """One charge; raises `NotFound`."""
    found = Charge.objects.filter(pk=charge_id).first()
    if found is None:
        raise NotFound
    return found


def due_charges_of(person_id: UUID | str) -> list[Charge]:
    """What a person owes, oldest first."""
    found = Charge.objects.select_related("application").filter(person_id=person_id, state=ChargeState.DUE)
    return list(found.order_by("accrued_at", "id"))


def attempt(attempt_id: UUID | str) -> Attempt:
    """One attempt with its charge; raises `NotFound`."""
    found = Attempt.objects.select_related("charge").filter(pk=attempt_id).first()
    if found is None:
        raise NotFound
    return found


def attempt_by_order(order_id: str) -> Attempt | None:
    """The attempt that the bank knows by this order id."""
    return Attempt.objects.select_related("charge").filter(order_id=order_id).first()


def open_attempt_of(charge_id: UUID | str) -> Attempt | None:
    """The attempt that has not come to an end."""
    return Attempt.objects.select_related("charge").filter(charge_id=charge_id, state__in=OPEN).first()


def lasting_attempt_of(charge_id: UUID | str) -> Attempt | None:
    """The attempt that paid the charge (or had paid it, before a refund)."""
    paid = [AttemptState.APPROVED, AttemptState.RETURNING, AttemptState.RETURNED]
    applied = Attempt.objects.filter(charge_id=charge_id, state__in=paid, reason__in=["", "refund"])
    return applied.order_by("number").first()


def said_unsafe(order_id: str) -> bool:
    """Whether the bank itself said that it charged this order without full 3-D Secure."""
    said = BankMessage.objects.filter(order_id=order_id, proven=True, response="Approved")
    return said.exclude(md_status="1").exists()


def said_declined(order_id: str) -> bool:
    """Whether the bank has said no and never yes."""
    said = BankMessage.objects.filter(order_id=order_id, proven=True)
    return said.exists() and not said.filter(response="Approved").exists()


def awaiting_the_bank(*, until: datetime) -> list[Attempt]:
    """Attempts about which the bank is to be asked now."""
    return list(Attempt.objects.filter(next_inquiry_at__lte=until).order_by("next_inquiry_at", "id")[:500])


def declined_since(instant: datetime) -> list[Attempt]:
    """Attempts held for unpaid since then."""
    found = Attempt.objects.filter(state=AttemptState.DECLINED, resolved_at__gte=instant, next_inquiry_at=None)
    return list(found.order_by("resolved_at", "id"))


def balances() -> dict[str, Money]:
    """What stands in each account; together they are nothing."""
    sums = JournalLine.objects.values("account").annotate(total=Sum("amount")).order_by("account")
    found = {row["account"]: Money(row["total"]) for row in sums}
    return {account.value: found.get(account.value, Money(0)) for account in Account}
