"""Üretime verme: an application goes to production the moment nothing is left to wait for, and never twice."""

from uuid import UUID

from django.db import transaction

from divit.applications import selectors, services
from divit.applications.kinds import RULES, Kind, window_opens
from divit.applications.lifecycle import State
from divit.applications.models import Application
from divit.applications.requirements import RequirementKind
from divit.audit import walls
from divit.flows import institution_paid_application
from divit.flows.holdings import held_for
from divit.flows.jobs import each
from divit.flows.notices import tell
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor
from divit.production import services as production


def advance(application_id: UUID | str, *, by: Actor = SYSTEM) -> bool:
    """Look at what is left; release when nothing is. Called after any requirement closes, as often as one likes.

    `by` is whoever closed the last requirement; the release itself is an act of the system. True when it released.
    """
    with transaction.atomic():
        row = services.locked(application_id)
        if row.state != State.OPEN:
            return False
        _look(row)
        if selectors.open_requirements(row):
            return False
        services.release(row, by=SYSTEM)
        production.enqueue(
            application_id=row.id,
            person_id=row.person_id,
            institution_id=row.institution_id,
            product=f"nes-{row.years}y",
            replaces=RULES[Kind(row.kind)].replaces,
            by=SYSTEM,
        )
        tell(
            person=row.person,
            notice=institution_paid_application.notice_for(row, "application_released"),
            subject=("application", str(row.id)),
            dedupe=f"application_released:{row.id}",
            reference=row.reference,
        )
    return True


def _look(row: Application) -> None:
    """Observe again what only observation can tell: certificates that may have been closed or opened, and the clock."""
    kinds = {RequirementKind(requirement.kind) for requirement in selectors.requirements_of(row)}
    if not kinds & {RequirementKind.NO_CERTIFICATE_OPEN, RequirementKind.RENEWAL_WINDOW}:
        return
    # Whoever closed the last requirement may act for one institution: the rule asks what the person holds anywhere,
    # and nothing of it is told.
    with walls.lifted():
        held = held_for(row)
    if RequirementKind.NO_CERTIFICATE_OPEN in kinds:
        _set(row, RequirementKind.NO_CERTIFICATE_OPEN, met=not held.valid, why="certificates observed")
    if RequirementKind.RENEWAL_WINDOW in kinds:
        opens = window_opens(Kind(row.kind), held)
        _set(row, RequirementKind.RENEWAL_WINDOW, met=opens is None or opens <= clock.today(), why=f"opens {opens}")


def _set(row: Application, kind: RequirementKind, *, met: bool, why: str) -> None:
    if met:
        services.close_requirement(row, kind, by=SYSTEM, proof=why)
    else:
        services.reopen_requirement(row, kind, by=SYSTEM, why=why)


def look_again(*, person_id: UUID | str | None = None) -> int:
    """Advance every open application that may be ready without anybody's act; returns how many were released."""
    return sum(each(selectors.to_look_at(person_id=person_id), advance))
