"""Ödeme: from a charge to the bank's page and back, exactly once (promise 5).

What comes through callbacks and browsers is only ever a reason to ask; the bank's own books decide. Every approval
in those books is applied to its charge or given back. No call to the bank is made inside a transaction.
Locks are taken in the order application, charge, attempt.
"""

import json
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

from django.db import transaction

from divit.applications import services as applications
from divit.applications.lifecycle import State as ApplicationState
from divit.flows import rate_limits, release
from divit.flows.jobs import later
from divit.flows.payment_notices import tell_payer
from divit.kernel import clock
from divit.kernel.actors import Actor, Level, Role
from divit.kernel.errors import Invalid, NeighbourFailed, Refused
from divit.kernel.money import Money
from divit.payments import journal, selectors, services
from divit.payments.lifecycle import OPEN, AttemptAct, AttemptState, ChargeAct, ChargeState
from divit.payments.models import Attempt, BankMessage, Charge
from divit.payments.ports import Bank, BankRecord, HostedPage, PaymentRequest

log = logging.getLogger(__name__)

BANK = Actor(role=Role.BANK, id="bank", name="Banka", level=Level.HIGH)
# An attempt of which the bank knows nothing so long after its start has been abandoned.
ABANDONED_AFTER = timedelta(minutes=90)
Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Begun:
    """The way to the bank's page."""

    attempt: Attempt
    page: HostedPage


def begin(
    charge_id: UUID,
    *,
    by: Actor,
    bank: Bank,
    language: Literal["tr", "en"],
    return_url: str,
    callback_url: str,
) -> Begun:
    """The person wants to pay: a new attempt, or the one that is still open, under its own order id.

    An open attempt is first asked about at the bank. Two tabs therefore lead to one order, which the bank charges
    once. Raises `Refused` with `charge_paid`, `charge_not_due` or `payment_being_checked`, or `NeighbourFailed`.
    """
    open_now = selectors.open_attempt_of(charge_id)
    if open_now is not None:
        inquire(open_now.id, bank=bank)
    with transaction.atomic():
        charge = _locked_with_application(charge_id)
        if charge.state == ChargeState.PAID:
            raise Refused("charge_paid")
        if charge.state != ChargeState.DUE:
            raise Refused("charge_not_due")
        attempt = selectors.open_attempt_of(charge.id)
        if attempt is None:
            attempt = services.open_attempt(charge, by=by)
        elif attempt.state == AttemptState.UNKNOWN:
            raise Refused("payment_being_checked")
    page = bank.page(
        PaymentRequest(
            order_id=attempt.order_id,
            amount=Money(attempt.amount),
            return_url=return_url,
            callback_url=callback_url,
            language=language,
        )
    )
    return Begun(attempt=attempt, page=page)


def _locked_with_application(charge_id: UUID) -> Charge:
    application_id = selectors.charge(charge_id).application_id
    if application_id is not None:
        applications.locked(application_id)
    return services.locked_charge(charge_id)


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What became of a message: believed to be the bank's or not, and the attempt it speaks of."""

    proven: bool
    attempt: Attempt | None


def hear(pairs: Pairs, *, source: BankMessage.Source, bank: Bank, address: str) -> Heard:
    """Somebody brings word of the bank (its server, or a browser with no session): keep it, and go and ask.

    Believed is nothing but that there is something to ask about; said twice, late or in another order it changes
    nothing. A message whose hash does not hold is ignored (some from each `address` are kept).
    """
    raw = _without_card_numbers(pairs)
    try:
        said = bank.read_callback(pairs)
    except Invalid:
        log.warning("a %s message with a wrong hash was refused", source)
        with suppress(Refused), transaction.atomic():
            rate_limits.take(rate_limits.unproven_limits(address=address), code="messages_too_many")
            services.keep_message(source=source, raw=raw, said=None)
        return Heard(proven=False, attempt=None)
    with transaction.atomic():
        services.keep_message(source=source, raw=raw, said=said)
        attempt = selectors.attempt_by_order(said.order_id)
        if attempt is None:
            log.error("the bank speaks of an order that we do not know")
            return Heard(proven=True, attempt=None)
        attempt = services.locked_attempt(attempt.id)
        if attempt.state == AttemptState.STARTED:
            services.move_attempt(attempt, AttemptAct.LOSE_SIGHT, by=BANK)
        elif attempt.state == AttemptState.DECLINED:
            services.doubt(attempt)
        if attempt.state in (*OPEN, AttemptState.DECLINED):
            _ask_soon(attempt)
    return Heard(proven=True, attempt=attempt)


_CARD_FIELDS = frozenset({"pan", "cardnumber", "cv2", "cvv", "cvc"})
_MOST_KEPT = 8000


def _without_card_numbers(pairs: Pairs) -> str:
    kept = [[name, "•" if name.casefold() in _CARD_FIELDS else value] for name, value in pairs]  # ascii
    return json.dumps(kept, ensure_ascii=False)[:_MOST_KEPT].replace("\\u0000", "")


def _ask_soon(attempt: Attempt, *, in_seconds: int | None = None) -> None:
    # A question planned for later must not stand in the way of one to be asked at once.
    lock = f"payment:{attempt.id}"
    queueing = lock if in_seconds is None else f"{lock}:later"
    later("payments.inquire", queueing_lock=queueing, lock=lock, in_seconds=in_seconds, attempt_id=str(attempt.id))


def inquire(attempt_id: UUID | str, *, bank: Bank) -> AttemptState:
    """Ask the bank's books about an attempt and act on what they say; returns where it stands then.

    Raises `NeighbourFailed` when the bank does not answer; when to ask next is planned before that.
    """
    attempt = selectors.attempt(attempt_id)
    if attempt.state == AttemptState.RETURNING:
        return give_back(attempt_id, bank=bank)
    if attempt.state not in (*OPEN, AttemptState.DECLINED):
        return AttemptState(attempt.state)
    services.plan_next(attempt)
    record = bank.inquire(attempt.order_id)
    return _judge(attempt.id, record)


def _judge(attempt_id: UUID, record: BankRecord) -> AttemptState:
    with transaction.atomic():
        charge = _locked_with_application(selectors.attempt(attempt_id).charge_id)
        attempt = services.locked_attempt(attempt_id)
        if attempt.state not in (*OPEN, AttemptState.DECLINED):
            return AttemptState(attempt.state)
        if record.status == "approved":
            _approved(charge, attempt, record)
        elif attempt.state in OPEN and _surely_not_charged(attempt, record):
            reason = "abandoned" if record.status in ("unknown_order", "pending") else "declined"
            services.move_attempt(attempt, AttemptAct.DECLINE, by=BANK, reason=reason)
        elif attempt.state == AttemptState.DECLINED:
            services.settle_doubt(attempt)
        return AttemptState(attempt.state)


def _surely_not_charged(attempt: Attempt, record: BankRecord) -> bool:
    if record.status in ("declined", "voided"):
        return True
    said_no = selectors.said_declined(attempt.order_id)
    if record.status == "unknown_order" and said_no:
        return True
    # Nobody finishes after so long; should it happen all the same, the approval is found and applied or returned.
    abandoned = attempt.started_at + ABANDONED_AFTER <= clock.now()
    return abandoned and (attempt.state == AttemptState.STARTED or said_no)


def _approved(charge: Charge, attempt: Attempt, record: BankRecord) -> None:
    taken = record.amount if record.amount is not None else Money(attempt.amount)
    reason = _why_not_acceptable(charge, attempt, taken, md_status=record.md_status)
    if reason:
        services.move_attempt(
            attempt,
            AttemptAct.TURN_AWAY,
            by=BANK,
            in_books=taken,
            transaction_id=record.transaction_id,
            reason=reason,
        )
        journal.turned_away(attempt, taken=taken.kurus)
        _ask_soon(attempt)
        tell_payer(charge, "payment_turned_away", str(attempt.number), amount=taken.tr)
        return
    services.move_attempt(attempt, AttemptAct.APPROVE, by=BANK, in_books=taken, transaction_id=record.transaction_id)
    services.move_charge(charge, ChargeAct.PAY, by=BANK, received=taken)
    journal.paid(charge, attempt)
    tell_payer(charge, "payment_received", str(attempt.number), amount=taken.tr)
    if charge.application_id is None:
        return
    application = applications.locked(charge.application_id)
    applications.close_requirement(application, "fee_paid", by=BANK, proof=f"payment_attempt:{attempt.id}")
    release.advance(application.id, by=BANK)


def _why_not_acceptable(charge: Charge, attempt: Attempt, taken: Money, *, md_status: str) -> str:
    """Why money in the bank's books is to go back; empty when it is what we waited for."""
    if taken.kurus != attempt.amount:
        return "wrong_amount"
    if charge.state == ChargeState.PAID:
        return "already_paid"
    if charge.state != ChargeState.DUE:
        return "no_longer_due"
    application_id = charge.application_id
    if application_id is not None and applications.locked(application_id).state != ApplicationState.OPEN:
        return "no_longer_due"
    if md_status not in ("", "1") or selectors.said_unsafe(attempt.order_id):
        return "not_authenticated"
    return ""


def end_charge(application_id: UUID, *, by: Actor) -> None:
    """An application ends before production: what is due is struck out, what was paid goes back.

    In the transaction of that act, the application locked. Money that the bank reports later is turned away.
    """
    charge = services.locked_charge_of(application_id)
    if charge is None:
        return
    if charge.state == ChargeState.DUE:
        services.move_charge(charge, ChargeAct.CANCEL, by=by)
        journal.cancelled(charge)
        return
    attempt = selectors.lasting_attempt_of(charge.id)
    if attempt is None:
        raise Refused("changed_meanwhile")
    attempt = services.locked_attempt(attempt.id)
    services.move_charge(charge, ChargeAct.REFUND, by=by)
    services.move_attempt(attempt, AttemptAct.REFUND, by=by, reason="refund")
    journal.refunded(charge, attempt)
    _ask_soon(attempt)
    tell_payer(charge, "payment_refund_begun", "1", amount=charge.amount.tr)


def give_back(attempt_id: UUID | str, *, bank: Bank) -> AttemptState:
    """Give back the money of an attempt: void it, or refund it once the bank's day is over; its books confirm.

    Asked first each time, so that a lost answer is not a second return. Raises `NeighbourFailed`.
    """
    attempt = selectors.attempt(attempt_id)
    if attempt.state != AttemptState.RETURNING:
        return AttemptState(attempt.state)
    services.plan_next(attempt)
    record = bank.inquire(attempt.order_id)
    if record.status == "approved":
        amount = record.amount or Money(attempt.amount)
        _first_that_works(lambda: bank.void(attempt.order_id), lambda: bank.refund(attempt.order_id, amount))
        record = bank.inquire(attempt.order_id)
    if record.status != "voided":
        return AttemptState(attempt.state)
    with transaction.atomic():
        charge = _locked_with_application(attempt.charge_id)
        attempt = services.locked_attempt(attempt.id)
        if attempt.state == AttemptState.RETURNING:
            services.move_attempt(attempt, AttemptAct.CONFIRM_RETURN, by=BANK, taken_back=True)
            given_back = Money(journal.returned(attempt))
            tell_payer(charge, "payment_returned", str(attempt.number), amount=given_back.tr)
    return AttemptState(attempt.state)


def _first_that_works(*ways: Callable[[], None]) -> None:
    for way in ways[:-1]:
        try:
            return way()
        except NeighbourFailed as problem:
            if problem.how != "refused":
                raise
    return ways[-1]()


def ask_about_all() -> int:
    """Leave a question to the bank for every attempt whose time has come; returns how many."""
    waiting = selectors.awaiting_the_bank(until=clock.now())
    for attempt in waiting:
        _ask_soon(attempt)
    return len(waiting)


def reconcile(*, days: int = 3) -> int:
    """Doubt what was held for unpaid in the last days, and ask once more; returns how many are asked about.

    Finds what no message ever told: an approval after the attempt was given up (promise 5).
    """
    with transaction.atomic():
        given_up = selectors.declined_since(clock.now() - timedelta(days=days))
        for attempt in given_up:
            services.doubt(services.locked_attempt(attempt.id))
    return len(given_up)


def ask_again(attempt_id: UUID | str) -> None:
    """Plan the next question to the bank, to the second; the sweep of each minute is the safety net."""
    attempt = selectors.attempt(attempt_id)
    if attempt.next_inquiry_at is not None:
        seconds = int((attempt.next_inquiry_at - clock.now()).total_seconds()) + 1
        _ask_soon(attempt, in_seconds=max(seconds, 1))
