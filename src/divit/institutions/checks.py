"""Whether what a proposal would change can be done on a day: asked when it is put forward and again when decided."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from divit.institutions.contents import Appoint, Content, Deputise, EndAppointment, NewContract, NewRule
from divit.institutions.lifecycle import AppointmentState
from divit.institutions.limits import limits_on
from divit.institutions.models import Appointment, Contract, InstitutionRule
from divit.kernel.errors import Invalid, NotFound, Refused

LARGEST_QUOTA = 1_000_000
RULE_CHOICES = {
    "form_target": InstitutionRule.FormTarget,
    "pay_gate": InstitutionRule.PayGate,
    "born_state": InstitutionRule.BornState,
    "delivery": InstitutionRule.Delivery,
}


@dataclass(frozen=True, kw_only=True)
class Offered:
    """What the rest of the house offers today, told by the flow: things with a price, and certificate profiles."""

    prices: frozenset[str]
    profiles: frozenset[str]


def check(content: Content, *, institution_id: UUID, on: date, offered: Offered) -> None:
    """Raises `Invalid` with the field, `Refused`, or `NotFound` for an appointment that is not this institution's."""
    if isinstance(content, Appoint):
        _appoint(content, institution_id=institution_id, on=on)
    elif isinstance(content, Deputise):
        _deputise(content, institution_id=institution_id, on=on)
    elif isinstance(content, EndAppointment):
        _end(content, institution_id=institution_id, on=on)
    elif isinstance(content, NewRule):
        _rule(content, institution_id=institution_id, on=on, offered=offered)
    elif isinstance(content, NewContract):
        _contract(content, institution_id=institution_id, on=on, offered=offered)


def _appoint(content: Appoint, *, institution_id: UUID, on: date) -> None:
    appointment(role=content.role, starts=content.starts, ends=content.ends)
    if content.starts < on:
        raise Invalid("appointment_starts_in_past", field="starts")
    if content.role == Appointment.Capacity.OFFICER:
        latest = limits_on(on).officer_until(content.starts)
        if content.ends is None:
            raise Invalid("officer_needs_an_end", field="ends", latest=_written(latest))
        if content.ends > latest:
            raise Invalid("officer_ends_too_late", field="ends", latest=_written(latest))
    _free(content, institution_id=institution_id)


def _deputise(content: Deputise, *, institution_id: UUID, on: date) -> None:
    appointment(role=content.role, starts=content.starts, ends=content.ends)
    if content.starts < on:
        raise Invalid("appointment_starts_in_past", field="starts")
    officer = Appointment.Capacity.OFFICER
    own = Appointment.objects.filter(
        id=content.appointment_id, institution_id=institution_id, role=officer, deputises_for=None
    ).first()
    if own is None or content.role != officer:
        raise NotFound("appointment")
    if own.person_id == content.person_id:
        raise Invalid("deputy_is_oneself", field="tckn")
    latest = limits_on(on).deputy_until(content.starts)
    latest = latest if own.ends is None else min(latest, own.ends)
    if content.ends > latest:
        raise Invalid("deputy_ends_too_late", field="ends", latest=_written(latest))
    _free(content, institution_id=institution_id)
    if _meets(Appointment.objects.filter(deputises_for=own), content):
        raise Refused("deputy_already_named")


def _free(content: Appoint | Deputise, *, institution_id: UUID) -> None:
    held = Appointment.objects.filter(institution_id=institution_id, person_id=content.person_id, role=content.role)
    if _meets(held, content):
        raise Refused("already_appointed")


def _meets(held: QuerySet[Appointment], content: Appoint | Deputise) -> bool:
    standing = held.filter(state=AppointmentState.STANDING).order_by("starts")
    return any(_overlap(row.starts, row.ends, content.starts, content.ends) for row in standing)


def appointment(*, role: str, starts: date, ends: date | None) -> None:
    """What holds for every appointment, whoever makes it."""
    if role not in Appointment.Capacity.values:
        raise Invalid("appointment_role_unknown", field="role")
    if ends is not None and ends < starts:
        raise Invalid("appointment_ends_before_start", field="ends")


def _end(content: EndAppointment, *, institution_id: UUID, on: date) -> None:
    held = Appointment.objects.filter(id=content.appointment_id, institution_id=institution_id, role=content.role)
    row = held.order_by("id").first()
    if row is None:
        raise NotFound("appointment")
    if content.ends < on:
        raise Invalid("appointment_end_in_past", field="ends")
    if content.ends < row.starts:
        raise Invalid("appointment_ends_before_start", field="ends")
    if row.state != AppointmentState.STANDING or (row.ends is not None and row.ends <= content.ends):
        raise Refused("appointment_already_ended")


def _rule(content: NewRule, *, institution_id: UUID, on: date, offered: Offered) -> None:
    rule_values(content.model_dump())
    if content.profile not in offered.profiles:
        raise Invalid("rule_value_unknown", field="profile")
    if content.valid_from <= on:
        # Cases of today have been decided by the rule of today.
        raise Invalid("rule_not_ahead", field="valid_from")
    if InstitutionRule.objects.filter(institution_id=institution_id, valid_from=content.valid_from).exists():
        raise Invalid("rule_day_taken", field="valid_from")


def rule_values(wanted: dict[str, object]) -> None:
    """Raises `Invalid("rule_value_unknown")` for a value that no rule can have."""
    for name, choices in RULE_CHOICES.items():
        if wanted[name] not in choices.values:
            raise Invalid("rule_value_unknown", field=name)


def _contract(content: NewContract, *, institution_id: UUID, on: date, offered: Offered) -> None:
    _contract_alone(content, on=on, offered=offered)
    for other in Contract.objects.filter(institution_id=institution_id).order_by("starts"):
        if other.number == content.number:
            raise Invalid("contract_number_taken", field="number")
        if _overlap(other.starts, other.ends, content.starts, content.ends):
            raise Invalid("contract_overlaps", field="starts", number=other.number)


def _contract_alone(content: NewContract, *, on: date, offered: Offered) -> None:
    if not content.number.strip() or len(content.number) > 40:
        raise Invalid("contract_number_missing", field="number")
    if content.ends < content.starts:
        raise Invalid("contract_ends_before_start", field="ends")
    if content.ends < on:
        raise Invalid("contract_over", field="ends")
    if not 1 <= content.quota <= LARGEST_QUOTA:
        raise Invalid("contract_quota_impossible", field="quota")
    wanted = {f"nes-{content.years}y": "years", f"reader-{content.reader}": "reader"}
    for code, field in wanted.items():
        if code not in offered.prices:
            raise Invalid("contract_not_offered", field=field)
    for code, net in content.prices.items():
        if code not in offered.prices or not 0 <= net < 10**9:
            raise Invalid("contract_price_impossible", field=code)


def _overlap(starts: date, ends: date | None, first: date, last: date | None) -> bool:
    return (ends is None or first <= ends) and (last is None or starts <= last)


def _written(day: date) -> str:
    return day.strftime("%d.%m.%Y")
