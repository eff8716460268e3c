"""Davet: each accepted row of a confirmed list becomes a request, and its person hears of it.

Some hundred rows in one transaction, so that the ledger is never held for long; each batch orders the next one, so
that a worker may die anywhere.
"""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db import transaction

from divit.connections import selectors as connections
from divit.flows import institution_paid_application, roster_closed
from divit.flows.jobs import each, later
from divit.flows.notices import tell, tell_at
from divit.identity import services as identity
from divit.identity.services import Named
from divit.institutions import selectors as institutions
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor, Role
from divit.kernel.tckn import Tckn
from divit.rosters import selectors, services
from divit.rosters.deadlines import deadlines_on
from divit.rosters.lifecycle import STANDING, Act, Facts, RosterState
from divit.rosters.models import Request, Roster
from divit.rosters.services import Asked
from divit.rosters.stored import Wish

BATCH = 200


def take_in(roster_id: UUID) -> bool:
    """Make requests of the next rows of a confirmed roster and order the rest; True when none was left."""
    with transaction.atomic():
        row = services.locked_roster(roster_id)
        if row.state != RosterState.CONFIRMED:
            return True
        by = _confirmer(row)
        rows = selectors.wishes(row, begin=row.taken, most=BATCH)
        closed = roster_closed.closed_to(row.institution_id, {one.tckn: (one.kind,) for one in rows})
        fitting = [one for one in rows if not closed.to(one.tckn, one.kind)]
        made, unknown = _ask(row, fitting)
        numbers = {request.number for request in made}
        skipped = [one.number for one in rows if one.number not in numbers]
        services.note_taken(row, rows=len(rows), skipped=skipped)
        for request in made:
            _tell(request, "institution_invitation", "1")
        # Last: whoever holds the ledger must not wait for what another list is writing, nor let others wait for long.
        services.record_asked(row, made, by=by)
        identity.record_named(unknown, by=by)
        if row.taken < row.accepted:
            later("rosters.take_in", roster_id=str(roster_id))
            return False
        services.finish(row, by=by)
        _tell_officers(row)
    return True


def resume() -> int:
    """Go on with confirmed rosters whose worker died; returns how many."""
    ids = selectors.unfinished()
    for roster_id in ids:
        later("rosters.take_in", queueing_lock=f"roster:{roster_id}", roster_id=str(roster_id))
    return len(ids)


def _confirmer(row: Roster) -> Actor:
    """Whoever confirmed asked for all of it, whichever process writes it down."""
    role, _, person_id = row.confirmed_by.partition(":")
    return Actor(role=Role(role), id=person_id, institution_id=str(row.institution_id))


def _ask(row: Roster, wishes: Iterable[Wish]) -> tuple[list[Request], list[UUID]]:
    """The requests, and those of their people whom nobody knew before."""
    rows = list(wishes)
    named = [Named(tckn=Tckn(one.tckn), given_names=one.given_names, surname=one.surname) for one in rows]
    ids, unknown = identity.name(named)
    today = clock.today()
    asked = [Asked(wish=one, person_id=ids[one.tckn]) for one in rows]
    return services.ask(row, asked, expires_on=deadlines_on(today).request_until(today)), unknown


def _tell(row: Request, notice: str, once: str) -> None:
    """At the addresses that the institution wrote, and where the person is reached anyway."""
    tell_at(
        person=row.person,
        phone=row.phone,
        email=row.email,
        notice=notice,
        subject=("request", str(row.pk)),
        dedupe=f"{notice}:{row.pk}:{once}",
        institution=row.institution.name,
        until=f"{row.expires_on:%d.%m.%Y}",
    )


def _tell_officers(row: Roster) -> None:
    """Whoever may approve it hears that it waits; the uploader, and who held a key of the program that was, may
    not, nor whoever deputises for one of these or the reverse."""
    count = row.accepted - len(row.skipped)
    uploaders = {row.uploaded_by, *connections.key_holders(row.uploaded_by, at=row.uploaded_at)}
    day, where = clock.local(row.uploaded_at).date(), row.institution_id
    tied = (institutions.tied_by_deputation(one, institution_id=where, on=day) for one in sorted(uploaders))
    may_not = uploaders.union(*tied)
    for appointment in institutions.officers_of(row.institution_id) if count else ():
        if str(appointment.person_id) not in may_not:
            tell(
                person=appointment.person,
                notice="roster_waits_for_approval",
                subject=("roster", str(row.pk)),
                dedupe=f"roster_waits_for_approval:{row.pk}:{appointment.person_id}",
                institution=appointment.institution.name,
                count=count,
            )


def remind_and_expire(*, today: date | None = None) -> tuple[int, int]:
    """Remind those who have not begun, end the requests whose time is over; returns how many of each."""
    day = today or clock.today()
    latest = max(deadlines_on(day).reminder_days)
    ids = selectors.expiring(before=date.fromordinal(day.toordinal() + latest + 1))
    done = each(ids, lambda request_id: _look_at(request_id, day=day))
    return done.count("reminded"), done.count("expired")


def _look_at(request_id: UUID, *, day: date) -> str:
    with transaction.atomic():
        row = services.locked_request(request_id)
        if row.state not in STANDING or row.application_id is not None:
            return ""
        if day > row.expires_on:
            # While its addresses are still there.
            _tell(row, "institution_request_expired", "1")
            institution_paid_application.end(row, Act.EXPIRE, facts=Facts(deadline_passed=True), by=SYSTEM)
            return "expired"
        due = deadlines_on(day).reminders_due(expires_on=row.expires_on, today=day)
        if due <= row.reminders:
            return ""
        _tell(row, "institution_invitation_waits", str(due))
        services.count_reminder(row, sent=due)
        return "reminded"
