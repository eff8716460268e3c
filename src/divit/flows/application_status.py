"""Durum: one time-line from draft to hand-over, put together from what every room knows of an application."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from divit.applications import selectors, services
from divit.applications.kinds import Kind, ProductionRule, Transfer, rule_for, window_opens
from divit.applications.lifecycle import LAW, Act, Facts, State
from divit.applications.models import Application, FormVisit, Requirement
from divit.applications.requirements import RequirementKind
from divit.audit import selectors as audit
from divit.delivery import selectors as delivery
from divit.delivery.models import ADDRESS_REFUSED, Parcel
from divit.flows import withdrawal
from divit.flows.holdings import held_for
from divit.institutions import selectors as institutions
from divit.institutions.models import InstitutionRule
from divit.kernel import clock
from divit.kernel.actors import Actor
from divit.payments import selectors as payments
from divit.payments.models import Charge
from divit.production import selectors as production

Place = Literal["done", "now", "next", "stopped"]
ENDED = frozenset({State.WITHDRAWN, State.REJECTED, State.LAPSED})


class Waits(StrEnum):
    """Who is waited for."""

    PERSON = "person"
    PERSON_THEN_INSTITUTION = "person_then_institution"
    PERSON_THEN_CENTRE = "person_then_centre"
    INSTITUTION = "institution"
    BANK = "bank"
    CLOCK = "clock"
    CENTRE = "centre"
    COURIER = "courier"
    REPRESENTATIVE = "representative"


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One entry of the time-line; `what` and `detail` are codes that pages have words for."""

    what: str
    place: Place
    at: datetime | None = None
    waits: Waits | None = None
    since: datetime | None = None  # since when it is waited for
    detail: str = ""
    said: str = ""  # words of somebody: why the form was given back
    day: date | None = None


@dataclass(frozen=True, kw_only=True)
class Status:
    """Everything that the page says."""

    row: Application
    rule: InstitutionRule
    production_rule: ProductionRule
    transfer: Transfer | None
    stages: tuple[Stage, ...]
    acts: frozenset[Act]
    charge: Charge | None
    production_awaited: bool
    form_awaited: bool
    form_needed: bool
    approval_awaited: bool
    certificate_open: bool
    something_missing: bool


def status(person_id: UUID, application_id: UUID, *, by: Actor) -> Status:
    """The status of one of the person's own applications. Raises `NotFound`."""
    row = selectors.application_of(person_id, application_id)
    day = clock.local(row.submitted_at).date() if row.submitted_at else clock.today()
    rule = institutions.rule_for(row.institution_id, on=day)
    requirements = selectors.requirements_of(row)
    waiting = {RequirementKind(one.kind) for one in requirements if one.closed_at is None}
    charge = payments.charge_for(row.id)
    stages = tuple(_stages(row, rule=rule, charge=charge))
    running = row.state == State.OPEN
    held = held_for(row)
    return Status(
        row=row,
        rule=rule,
        production_rule=rule_for(Kind(row.kind), held),
        transfer=held.transfer,
        stages=stages,
        acts=_open_acts(row, by=by),
        charge=charge,
        production_awaited=_production_awaited(row, waiting),
        form_awaited=running and RequirementKind.FORM_RECEIVED in waiting,
        form_needed=any(one.kind == RequirementKind.FORM_RECEIVED for one in requirements),
        approval_awaited=running and RequirementKind.INSTITUTION_APPROVED in waiting,
        certificate_open=running and RequirementKind.NO_CERTIFICATE_OPEN in waiting,
        something_missing=running and not services.clock_alone_awaited(row),
    )


def _open_acts(row: Application, *, by: Actor) -> frozenset[Act]:
    facts = Facts(form_in=services.form_is_in(row), in_production=withdrawal.in_production(row.id))
    return frozenset(Act(act) for act in LAW.open_to(role=by.role, state=State(row.state), facts=facts))


def _production_awaited(row: Application, waiting: set[RequirementKind]) -> bool:
    """«Üretim Bekleniyor!»: the form has reached us, the card is not yet in hand."""
    if row.state == State.OPEN:
        return not waiting & {RequirementKind.FORM_RECEIVED, RequirementKind.INSTITUTION_APPROVED}
    return row.state == State.RELEASED and not withdrawal.in_production(row.id)


def _stages(row: Application, *, rule: InstitutionRule, charge: Charge | None) -> Iterator[Stage]:
    times = {move.target: move.at for move in audit.moves_of(LAW.name, str(row.id))}
    if row.submitted_at is None:
        yield Stage(what="draft", place="stopped" if row.state in ENDED else "now", waits=Waits.PERSON)
    else:
        yield Stage(what="submitted", place="done", at=row.submitted_at)
    for requirement in selectors.requirements_of(row):
        yield _requirement(row, requirement, rule=rule, charge=charge)
    if row.state in ENDED:
        called_off = row.state == State.WITHDRAWN and bool(row.ending)
        what = "called_off" if called_off else row.state
        yield Stage(what=what, place="stopped", at=times.get(row.state), said=row.ending)
        return
    yield from _after_release(row, times)


def _requirement(row: Application, one: Requirement, *, rule: InstitutionRule, charge: Charge | None) -> Stage:
    kind = RequirementKind(one.kind)
    if one.closed_at is not None:
        return Stage(what=kind, place="done", at=one.closed_at)
    if row.state in ENDED:
        return Stage(what=kind, place="stopped", detail="not_any_more")
    if kind is RequirementKind.FEE_PAID:
        return _fee(charge)
    if kind is RequirementKind.FORM_RECEIVED:
        return _form(row, rule)
    if kind is RequirementKind.INSTITUTION_APPROVED:
        return Stage(what=kind, place="now", waits=Waits.INSTITUTION, since=row.submitted_at)
    if kind is RequirementKind.RENEWAL_WINDOW:
        opens = window_opens(Kind(row.kind), held_for(row))
        return Stage(what=kind, place="now", waits=Waits.CLOCK, day=opens)
    return Stage(what=kind, place="now", waits=Waits.PERSON, since=row.submitted_at)


def _fee(charge: Charge | None) -> Stage:
    what = RequirementKind.FEE_PAID
    if charge is None:
        return Stage(what=what, place="next", detail="opens_with_form")
    attempt = payments.open_attempt_of(charge.id)
    if attempt is not None and attempt.state == "unknown":
        return Stage(what=what, place="now", waits=Waits.BANK, since=attempt.started_at, detail="being_checked")
    return Stage(what=what, place="now", waits=Waits.PERSON, since=charge.accrued_at, detail="due")


def _form(row: Application, rule: InstitutionRule) -> Stage:
    to_institution = rule.form_target == InstitutionRule.FormTarget.INSTITUTION
    waits = Waits.PERSON_THEN_INSTITUTION if to_institution else Waits.PERSON_THEN_CENTRE
    visits = selectors.form_visits(row)
    returned = visits[-1] if visits and visits[-1].outcome == FormVisit.Outcome.RETURNED else None
    if returned is not None:
        return Stage(
            what=RequirementKind.FORM_RECEIVED,
            place="now",
            waits=Waits.PERSON,
            since=returned.at,
            detail="returned",
            at=returned.at,
            said=returned.reason,
        )
    return Stage(
        what=RequirementKind.FORM_RECEIVED,
        place="now",
        waits=waits,
        since=row.submitted_at,
        detail="to_institution" if to_institution else "to_centre",
    )


def _after_release(row: Application, times: dict[str, datetime]) -> Iterator[Stage]:
    order = production.order_of(row.id)
    steps = production.steps_of(order.id) if order else {}
    parcel = delivery.parcel_of(row.id)
    journey = delivery.steps_of(parcel.id) if parcel else {}
    begun, made = steps.get("personalising"), steps.get("inspected")
    yield _stage("released", times.get(State.RELEASED), after=None, waits=None)
    yield _stage("production_begun", begun, after=times.get(State.RELEASED), waits=Waits.CENTRE)
    yield _stage("card_made", made, after=begun, waits=Waits.CENTRE)
    if row.goes_to_representative:
        yield from _by_representative(parcel, made=made, arrived=times.get(State.DELIVERED))
    else:
        yield from _by_courier(parcel, journey, made=made, arrived=times.get(State.DELIVERED))
    arrived = times.get(State.DELIVERED)
    yield _stage("pin_taken", times.get(State.CLOSED), after=arrived, waits=Waits.PERSON)


def _by_courier(
    parcel: Parcel | None, journey: dict[str, datetime], *, made: datetime | None, arrived: datetime | None
) -> Iterator[Stage]:
    sent = journey.get("handed_over")
    if parcel is not None and parcel.state == "packed" and parcel.trouble == ADDRESS_REFUSED:
        since = journey.get("packed")
        yield Stage(what="on_the_way", place="now", since=since, waits=Waits.PERSON, detail="address_refused")
    else:
        yield _stage("on_the_way", sent, after=made, waits=Waits.CENTRE, said=parcel.tracking_no if parcel else "")
    returned = journey.get("returned")
    if parcel is not None and parcel.state == "returned":
        yield Stage(what="returned", place="now", at=returned, since=returned, waits=Waits.CENTRE)
    yield _stage("delivered", arrived, after=sent, waits=Waits.COURIER)


# Where the card is no longer with the institution: what is said, and who is waited for.
_ASTRAY = {
    "missing": ("card_missing", Waits.CENTRE),
    "returning": ("sent_back", Waits.CENTRE),
    "returned": ("returned", Waits.CENTRE),
    "lost": ("card_lost", Waits.CENTRE),
}


def _by_representative(parcel: Parcel | None, *, made: datetime | None, arrived: datetime | None) -> Iterator[Stage]:
    """With colleagues' cards in one box: sent, counted by the representative, taken there by its holder."""
    journey = delivery.steps_of(parcel.id) if parcel else {}
    box = delivery.box_steps_of(parcel.consignment_id) if parcel and parcel.consignment_id else {}
    sent, brought = box.get("handed_over"), box.get("arrived")
    there = parcel is not None and parcel.state in ("with_representative", "delivered")
    received = journey.get("with_representative") if there else None
    yield _stage("sent_together", sent, after=made, waits=Waits.CENTRE)
    if parcel is not None and parcel.state in _ASTRAY:
        what, waits = _ASTRAY[parcel.state]
        since = journey.get(parcel.state)
        yield Stage(what=what, place="now", at=since, since=since, waits=waits)
        yield _stage("with_representative", None, after=None, waits=None)
    elif parcel is None or parcel.state != "collected":
        carrier = Waits.REPRESENTATIVE if brought else Waits.COURIER
        yield _stage("with_representative", received, after=brought or sent, waits=carrier)
    yield _stage("delivered", arrived, after=received, waits=Waits.PERSON, detail="at_representative")


def _stage(
    what: str, at: datetime | None, *, after: datetime | None, waits: Waits | None, said: str = "", detail: str = ""
) -> Stage:
    """Done when it has happened; awaited now, and since then, when what comes before it has."""
    if at is not None:
        return Stage(what=what, place="done", at=at, said=said)
    if after is None or waits is None:
        return Stage(what=what, place="next")
    return Stage(what=what, place="now", waits=waits, since=after, detail=detail)
