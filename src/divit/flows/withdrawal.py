"""Vazgeçme ve süre dolması: how an application ends before production, and what happens to its money."""

from collections.abc import Callable
from datetime import date
from typing import Literal
from uuid import UUID

from django.db import transaction

from divit.applications import selectors, services
from divit.applications.deadlines import deadlines_on
from divit.applications.lifecycle import RUNNING, State
from divit.applications.models import Application
from divit.flows import fees, institution_paid_application
from divit.flows.jobs import each
from divit.flows.notices import tell
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor, Role
from divit.kernel.errors import Refused
from divit.production import selectors as production_selectors
from divit.production import services as production
from divit.production.lifecycle import State as OrderState


def withdraw(application_id: UUID, *, by: Actor) -> None:
    """The person gives the application up; possible until production begins, and everything paid is given back.

    Raises `Refused("too_late_to_withdraw")`.
    """
    selectors.application_of(by.id, application_id)
    call_off(application_id, by=by)


def call_off(application_id: UUID, *, reason: str = "", by: Actor) -> None:
    """End an application before production, for the person or for the institution that pays (then with a reason).

    Raises `Refused("too_late_to_withdraw")`.
    """
    before_production(application_id, lambda row: _end(row, reason=reason, by=by), reason=reason, by=by)


def before_production(application_id: UUID, end: Callable[[Application], None], *, reason: str, by: Actor) -> None:
    """End an application by `end`, its card order taken out of the queue and its request ended with it.

    Raises `Refused`: `too_late_to_withdraw` once a card has been taken in hand, and whatever the law says in `end`.
    """
    with transaction.atomic():
        row = services.locked(application_id)
        # Before its order is waited for: what production has in hand is locked there first.
        if in_production(application_id):
            raise Refused("too_late_to_withdraw")
        if row.state in RUNNING:
            production.locked_of(application_id)
            # The place in the quota first: whoever draws one holds the contract while writing to the ledger.
            institution_paid_application.end_with(row, reason=reason, by=by)
            _take_back_from_production(row.id, by=by)
        end(row)


def _end(row: Application, *, reason: str, by: Actor) -> None:
    was_draft = row.state == State.DRAFT
    services.withdraw(row, in_production=in_production(row.id), reason=reason, by=by)
    fees.give_back(row, by=by)
    if by.role in (Role.OFFICER, Role.PROGRAM):
        _tell(row, "institution_request_withdrawn", "1", institution=row.institution.name, reason=reason)
    elif not was_draft:
        _tell(row, "application_withdrawn", "1")


def _take_back_from_production(application_id: UUID, *, by: Actor) -> None:
    try:
        production.cancel(application_id, by=by, now=clock.now())
    except Refused as refusal:
        # Somebody took the card in hand at this very moment.
        raise Refused("too_late_to_withdraw") from refusal


def in_production(application_id: UUID) -> bool:
    """Whether a card has been taken in hand: from then on there is no way back."""
    order = production_selectors.order_of(application_id)
    if order is None or order.state == OrderState.CANCELLED:
        return False
    return order.state != OrderState.QUEUED or bool(production_selectors.cards_of(order.id))


def remind_and_lapse(*, today: date | None = None) -> tuple[int, int]:
    """Remind those whose time is running out, end those whose time is over; returns how many of each."""
    day = today or clock.today()
    latest = max(deadlines_on(day).reminder_days)
    ids = selectors.lapsing(before=_days_after(day, latest + 1))
    done = each(ids, lambda application_id: _look_at(application_id, day=day))
    return done.count("reminded"), done.count("lapsed")


def _look_at(application_id: UUID, *, day: date) -> Literal["reminded", "lapsed", ""]:
    with transaction.atomic():
        row = services.locked(application_id)
        if row.state not in (State.DRAFT, State.OPEN) or services.clock_alone_awaited(row):
            return ""
        if day > row.lapses_on:
            _lapse(row, today=day)
            return "lapsed"
        return "reminded" if _remind(row, today=day) else ""


def _days_after(day: date, days: int) -> date:
    return date.fromordinal(day.toordinal() + days)


def _lapse(row: Application, *, today: date) -> None:
    was_draft = row.state == State.DRAFT
    institution_paid_application.end_with(row, by=SYSTEM)
    services.lapse(row, today=today, by=SYSTEM)
    fees.give_back(row, by=SYSTEM)
    _tell(row, "application_draft_lapsed" if was_draft else "application_lapsed", "1")


def _remind(row: Application, *, today: date) -> bool:
    due = deadlines_on(today).reminders_due(lapses_on=row.lapses_on, today=today)
    if due <= row.reminders:
        return False
    notice = "application_draft_waits" if row.state == State.DRAFT else "application_waits"
    notice = institution_paid_application.notice_for(row, notice)
    _tell(row, notice, f"{row.lapses_on}:{due}", until=f"{row.lapses_on:%d.%m.%Y}")
    services.count_reminder(row, sent=due)
    return True


def _tell(row: Application, notice: str, once: str, **facts: str) -> None:
    tell(
        person=row.person,
        notice=notice,
        subject=("application", str(row.id)),
        dedupe=f"{notice}:{row.id}:{once}",
        reference=row.reference,
        **facts,
    )
