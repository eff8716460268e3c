"""Gecikenler: what lies on a desk for longer than its target, and the reminders of those who are waited for.

The alarm is a look at what is there now; nothing is stored for it. Targets: stages/reference/targets.yaml.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from uuid import UUID

from django.db import transaction

from divit.applications import selectors as applications
from divit.applications.models import Application
from divit.applications.requirements import RequirementKind
from divit.delivery import selectors as delivery
from divit.delivery.lifecycle import State as ParcelState
from divit.flows.notices import tell
from divit.institutions import selectors as institutions
from divit.institutions.models import Appointment, InstitutionRule
from divit.kernel import clock, working_days
from divit.kernel.actors import Role
from divit.production import selectors as production
from divit.production.lifecycle import State as OrderState
from divit.stages.names import Stage
from divit.stages.targets import targets_on

MOST = 200


@dataclass(frozen=True, kw_only=True)
class Late:
    """One thing on a desk that has waited for longer than the target."""

    reference: str
    stage: Stage
    since: datetime
    days: float
    target: float
    trouble: str  # a code that the room has words for
    application_id: UUID
    order_id: UUID | None = None
    parcel_id: UUID | None = None


def late_at(role: Role, *, institution_id: UUID | None = None) -> list[Late]:
    """What is late on a desk, the longest waiting first, at most 200; an institution's desk names its institution."""
    if role in _FOR_INSTITUTIONS:
        return list(_FOR_INSTITUTIONS[role](institution_id)) if institution_id else []
    return sorted(_FOR_STAFF[role](), key=lambda late: late.since)[:MOST] if role in _FOR_STAFF else []


def _orders(states: Iterable[OrderState], stage: Stage) -> Iterator[Late]:
    for order in production.in_states(states).filter(changed_at__lt=_limit(stage)).order_by("changed_at", "id")[:MOST]:
        yield _late(
            order.application,
            stage,
            since=order.changed_at,
            trouble=order.trouble,
            order_id=order.pk,
        )


def _parcels(states: Iterable[ParcelState], stage: Stage) -> Iterator[Late]:
    for parcel in delivery.in_states(states).filter(changed_at__lt=_limit(stage)).order_by("changed_at", "id")[:MOST]:
        yield _late(
            parcel.application,
            stage,
            since=parcel.changed_at,
            trouble=parcel.trouble,
            parcel_id=parcel.pk,
        )


def _producer() -> Iterator[Late]:
    yield from _orders([OrderState.QUEUED], Stage.QUEUE)
    yield from _orders(
        [OrderState.PERSONALISING, OrderState.CERTIFYING, OrderState.LOADING, OrderState.SPOILED], Stage.MAKING
    )


def _inspector() -> Iterator[Late]:
    yield from _orders([OrderState.PRODUCED], Stage.MAKING)


def _dispatcher() -> Iterator[Late]:
    yield from _orders([OrderState.INSPECTED], Stage.PACKING)
    yield from _parcels([ParcelState.PACKED, ParcelState.RETURNED], Stage.PACKING)
    yield from _parcels([ParcelState.HANDED_OVER, ParcelState.ON_THE_WAY], Stage.TRAVEL)


def _registrar() -> Iterator[Late]:
    """Forms that come to the centre."""
    rows = applications.waiting_for(RequirementKind.FORM_RECEIVED, submitted_before=_limit(Stage.FORM))
    yield from islice(_forms(rows.iterator(chunk_size=MOST), InstitutionRule.FormTarget.CENTRE), MOST)


def _representative(institution_id: UUID) -> Iterator[Late]:
    rows = applications.waiting_for(
        RequirementKind.FORM_RECEIVED, submitted_before=_limit(Stage.FORM), institution_id=institution_id
    )
    yield from islice(_forms(rows.iterator(chunk_size=MOST), InstitutionRule.FormTarget.INSTITUTION), MOST)


def _officer(institution_id: UUID) -> Iterator[Late]:
    rows = applications.waiting_for(
        RequirementKind.INSTITUTION_APPROVED, submitted_before=_limit(Stage.APPROVAL), institution_id=institution_id
    )
    yield from (_late(row, Stage.APPROVAL, since=_submitted(row)) for row in rows[:MOST])


def _forms(rows: Iterable[Application], target: InstitutionRule.FormTarget) -> Iterator[Late]:
    for row in rows:
        rule = institutions.rule_for(row.institution_id, on=clock.local(_submitted(row)).date())
        if rule.form_target == target:
            yield _late(row, Stage.FORM, since=_submitted(row))


_FOR_STAFF: Mapping[Role, Callable[[], Iterator[Late]]] = {
    Role.REGISTRAR: _registrar,
    Role.PRODUCER: _producer,
    Role.INSPECTOR: _inspector,
    Role.DISPATCHER: _dispatcher,
}
_FOR_INSTITUTIONS: Mapping[Role, Callable[[UUID], Iterator[Late]]] = {
    Role.REPRESENTATIVE: _representative,
    Role.OFFICER: _officer,
}


def _limit(stage: Stage) -> datetime:
    """What began before this instant is late."""
    return working_days.before(clock.now(), targets_on(clock.today())[stage])


def _late(
    row: Application,
    stage: Stage,
    *,
    since: datetime,
    trouble: str = "",
    order_id: UUID | None = None,
    parcel_id: UUID | None = None,
) -> Late:
    return Late(
        reference=row.reference,
        stage=stage,
        since=since,
        days=working_days.between(since, clock.now()),
        target=targets_on(clock.today())[stage],
        trouble=trouble,
        application_id=row.pk,
        order_id=order_id,
        parcel_id=parcel_id,
    )


def _submitted(row: Application) -> datetime:
    """Nothing that is awaited of an open application was awaited before it was sent off."""
    return row.submitted_at or row.created_at


def remind() -> int:
    """One mail a working day to everybody of an institution on whom applications wait for too long; returns how many.

    The person is reminded by `flows/withdrawal.py`, before the application lapses.
    """
    if working_days.weight(clock.today()) == 0:
        return 0
    return sum(
        _remind(institution_id, role, people_of(institution_id))
        for role, people_of in (
            (Role.REPRESENTATIVE, institutions.representatives_of),
            (Role.OFFICER, institutions.officers_of),
        )
        for institution_id in institutions.with_appointments()
    )


def _remind(institution_id: UUID, role: Role, people: list[Appointment]) -> int:
    late = late_at(role, institution_id=institution_id) if people else []
    if not late:
        return 0
    with transaction.atomic():
        for one in people:
            tell(
                person=one.person,
                notice=f"institution_{late[0].stage}_late",
                subject=("institution", str(institution_id)),
                dedupe=f"institution_late:{institution_id}:{role}:{one.person_id}:{clock.today()}",
                channel="email",
                institution=institutions.institution(institution_id).name,
                count=len(late),
                oldest=int(late[0].days),
            )
    return len(people)
