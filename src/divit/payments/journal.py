"""The double-entry journal: what each event means in accounts. Entries are only ever added."""

from divit.kernel import clock
from divit.payments.models import Account, Attempt, Bill, Charge, JournalEntry, JournalLine


def accrued(charge: Charge) -> None:
    """The person owes; we have sold and owe the VAT."""
    _book("accrued", charge, lines=[*_sale(charge, -1), (Account.RECEIVABLE, charge.total)])


def billed(bill: Bill) -> None:
    """An institution owes; we have sold and owe the VAT. What costs nothing leaves the books as they are."""
    if bill.total:
        _book("billed", bill=bill, lines=[*_sale(bill, -1), (Account.RECEIVABLE, bill.total)])


def cancelled(charge: Charge) -> None:
    """The sale is undone before any money came."""
    _book("cancelled", charge, lines=[*_sale(charge, 1), (Account.RECEIVABLE, -charge.total)])


def paid(charge: Charge, attempt: Attempt) -> None:
    """The bank holds what the person owed."""
    _book("paid", charge, attempt, lines=[(Account.BANK, charge.total), (Account.RECEIVABLE, -charge.total)])


def refunded(charge: Charge, attempt: Attempt) -> None:
    """The sale is undone after the money came: it is to go back."""
    _book("refunded", charge, attempt, lines=[*_sale(charge, 1), (Account.TO_RETURN, -charge.total)])


def turned_away(attempt: Attempt, *, taken: int) -> None:
    """The bank took money that we do not accept: it is to go back."""
    _book("turned_away", attempt.charge, attempt, lines=[(Account.BANK, taken), (Account.TO_RETURN, -taken)])


def returned(attempt: Attempt) -> int:
    """The bank has given back what was to go back; returns how much that was, in kuruş."""
    owed = JournalLine.objects.filter(entry__attempt=attempt, account=Account.TO_RETURN).order_by("id")
    amount = -sum(line.amount for line in owed)
    _book("returned", attempt.charge, attempt, lines=[(Account.TO_RETURN, amount), (Account.BANK, -amount)])
    return amount


def _sale(sold: Charge | Bill, sign: int) -> list[tuple[Account, int]]:
    return [(Account.REVENUE, sign * sold.net), (Account.VAT, sign * sold.vat)]


def _book(
    kind: str,
    charge: Charge | None = None,
    attempt: Attempt | None = None,
    *,
    bill: Bill | None = None,
    lines: list[tuple[Account, int]],
) -> None:
    entry = JournalEntry.objects.create(kind=kind, charge=charge, bill=bill, attempt=attempt, at=clock.now())
    JournalLine.objects.bulk_create(
        JournalLine(entry=entry, account=account, amount=amount) for account, amount in lines if amount
    )
