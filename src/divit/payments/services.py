"""The only writers of prices, charges, attempts and the bank's words."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import yaml
from django.db import IntegrityError, transaction

from divit.audit.moves import born, move
from divit.kernel import clock
from divit.kernel.actors import Actor
from divit.kernel.errors import NotFound, Refused
from divit.kernel.money import Money
from divit.payments import journal
from divit.payments.lifecycle import (
    ATTEMPT_LAW,
    CHARGE_LAW,
    AttemptAct,
    AttemptFacts,
    AttemptState,
    ChargeAct,
    ChargeFacts,
    ChargeState,
)
from divit.payments.models import Attempt, BankMessage, Charge, Price, VatRate
from divit.payments.ports import Callback
from divit.payments.selectors import prices_on

Row = TypeVar("Row", Charge, Attempt)
_REFERENCE = Path(__file__).parent / "reference" / "prices.yaml"
# When the bank is asked again: counted from the last question (laws.md, Money).
_PAUSES = (15, 60, 300, 1800, 3600)


def load_reference_data(source: Path = _REFERENCE) -> None:
    """Add the prices and rates of the file that are not there yet; what is there stays as it is."""
    told: dict[str, Any] = yaml.safe_load(source.read_text())
    prices = []
    for code, entries in told["prices"].items():
        days = sorted(entries, key=lambda entry: entry["from"])
        ends: list[date | None] = [entry["from"] for entry in days[1:]] + [None]
        prices += [
            Price(code=code, valid_from=entry["from"], valid_until=end, net=Money.lira(entry["net"]).kurus)
            for entry, end in zip(days, ends, strict=True)
        ]
    rates = [VatRate(valid_from=entry["from"], percent=Decimal(entry["percent"])) for entry in told["vat"]]
    with transaction.atomic():
        # A price that is there keeps its amount; only its end may become known.
        Price.objects.bulk_create(
            prices, update_conflicts=True, unique_fields=["code", "valid_from"], update_fields=["valid_until"]
        )
        VatRate.objects.bulk_create(rates, ignore_conflicts=True)


def accrue(*, application_id: UUID | str, person_id: UUID | str, lines: Iterable[str], by: Actor) -> Charge:
    """Fix what an application costs by today's prices (`lines`: their codes); in the transaction of the act.

    Raises `Invalid("price_unknown")`, `Refused("charge_exists")` or `Refused("nothing_to_charge")`.
    """
    cost = prices_on(clock.today()).sum(lines)
    if not cost.lines:
        raise Refused("nothing_to_charge")
    try:
        with transaction.atomic():
            charge = Charge.objects.create(
                application_id=application_id,
                person_id=person_id,
                lines=[{"code": li.code, "net": li.net.kurus, "vat": li.vat.kurus} for li in cost.lines],
                net=cost.net.kurus,
                vat=cost.vat.kurus,
                total=cost.total.kurus,
                vat_rate=cost.vat_rate,
                accrued_at=clock.now(),
            )
    except IntegrityError as problem:
        if "payments_one_charge" not in str(problem):
            raise
        raise Refused("charge_exists") from problem
    born(charge, law=CHARGE_LAW, by=by, note={"total": charge.total, "vat_rate": str(charge.vat_rate)})
    journal.accrued(charge)
    return charge


def locked_charge(charge_id: UUID | str) -> Charge:
    """The charge, locked. Whoever needs several locks takes them in the order application, charge, attempt."""
    return _there(Charge.objects.select_for_update(of=("self",), no_key=True).filter(pk=charge_id).first())


def locked_charge_of(application_id: UUID | str) -> Charge | None:
    """The charge of an application that is due or paid, locked."""
    living = [ChargeState.DUE, ChargeState.PAID]
    found = Charge.objects.select_for_update(of=("self",), no_key=True).filter(
        application_id=application_id, state__in=living
    )
    return found.first()


def locked_attempt(attempt_id: UUID | str) -> Attempt:
    """The attempt, locked."""
    found = Attempt.objects.select_for_update(of=("self",), no_key=True).select_related("charge").filter(pk=attempt_id)
    return _there(found.first())


def _there(row: Row | None) -> Row:
    if row is None:
        raise NotFound
    return row


def move_charge(charge: Charge, act: ChargeAct, *, by: Actor, received: Money | None = None) -> None:
    """Do one act of the law on a locked charge."""
    facts = ChargeFacts(due=charge.total, received=received.kurus if received else 0)
    changes: dict[str, object] = {"paid_at": clock.now()} if act is ChargeAct.PAY else {}
    move(charge, act, law=CHARGE_LAW, by=by, facts=facts, changes=changes, note={"total": charge.total})


def move_attempt(
    attempt: Attempt,
    act: AttemptAct,
    *,
    by: Actor,
    in_books: Money | None = None,
    taken_back: bool = False,
    transaction_id: str = "",
    reason: str = "",
) -> None:
    """Do one act of the law on a locked attempt."""
    facts = AttemptFacts(
        asked=attempt.amount, in_books=in_books.kurus if in_books is not None else None, taken_back=taken_back
    )
    changes: dict[str, object] = {"resolved_at": clock.now(), "next_inquiry_at": None}
    if act in (AttemptAct.LOSE_SIGHT, AttemptAct.TURN_AWAY, AttemptAct.REFUND):
        # The sweeper takes over should the job of this very moment be lost.
        changes = {"next_inquiry_at": clock.now() + timedelta(seconds=_PAUSES[0]), "inquiries": 0}
    if transaction_id:
        changes["transaction_id"] = transaction_id
    if reason or act is AttemptAct.APPROVE:
        # Whatever an attempt was given up for before its approval came is no longer true of it.
        changes["reason"] = reason
    note: dict[str, object] = {"order_id": attempt.order_id}
    if reason:
        note["reason"] = reason
    move(attempt, act, law=ATTEMPT_LAW, by=by, facts=facts, changes=changes, note=note)


def open_attempt(charge: Charge, *, by: Actor) -> Attempt:
    """A new attempt on a locked charge that has none open; its order id is the charge's with the next number."""
    number = Attempt.objects.filter(charge=charge).count() + 1
    now = clock.now()
    attempt = Attempt.objects.create(
        charge=charge,
        number=number,
        order_id=f"{charge.id.hex}-{number}",
        amount=charge.total,
        started_at=now,
        next_inquiry_at=now + timedelta(seconds=_PAUSES[1]),
        inquiries=1,
    )
    born(attempt, law=ATTEMPT_LAW, by=by, note={"order_id": attempt.order_id, "amount": attempt.amount})
    return attempt


def plan_next(attempt: Attempt) -> int | None:
    """When the bank is to be asked again, in seconds; None when nothing is open about this attempt."""
    if attempt.next_inquiry_at is None:
        return None
    pause = _PAUSES[min(attempt.inquiries, len(_PAUSES) - 1)]
    Attempt.objects.filter(pk=attempt.pk, state=attempt.state).update(
        inquiries=attempt.inquiries + 1, next_inquiry_at=clock.now() + timedelta(seconds=pause)
    )
    return pause


def doubt(attempt: Attempt) -> None:
    """What was held for unpaid (a locked, declined attempt) is to be asked about again."""
    Attempt.objects.filter(pk=attempt.pk, state=AttemptState.DECLINED).update(inquiries=0, next_inquiry_at=clock.now())


def settle_doubt(attempt: Attempt) -> None:
    """It was right to hold a locked attempt for unpaid."""
    Attempt.objects.filter(pk=attempt.pk, state=AttemptState.DECLINED).update(next_inquiry_at=None)


def keep_message(*, source: str, raw: str, said: Callback | None) -> BankMessage:
    """Keep what came; `said` is what it says if its hash held."""
    now = clock.now()
    if said is None:
        return BankMessage.objects.create(at=now, source=source, raw=raw, proven=False)
    return BankMessage.objects.create(
        at=now,
        source=source,
        raw=raw,
        proven=True,
        order_id=said.order_id[:64],
        amount=said.amount.kurus,
        currency=said.currency[:8],
        md_status=said.md_status[:8],
        response=said.response[:40],
        approved=said.approved,
    )
