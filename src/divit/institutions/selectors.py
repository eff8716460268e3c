"""Reading institutions: which there are, which rule and contract hold on a day, who may act for them."""

from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from divit.institutions.models import Appointment, Contract, Institution, InstitutionRule, QuotaDraw
from divit.kernel import clock
from divit.kernel.errors import NotFound


def active_institutions() -> list[Institution]:
    """The institutions that may be chosen and have a rule today, in the order of the Turkish alphabet."""
    today = clock.today()
    found = Institution.objects.filter(active=True, rules__valid_from__lte=today)
    return list(found.distinct().order_by("sort_key", "id"))


def institution(institution_id: UUID | str) -> Institution:
    """One institution, active or not. Raises `NotFound`."""
    try:
        return Institution.objects.get(id=institution_id)
    except (Institution.DoesNotExist, ValueError) as wrong:
        raise NotFound from wrong


def rule_for(institution_id: UUID | str, *, on: date) -> InstitutionRule:
    """The rule that holds for an institution on a day. Raises `NotFound`."""
    found = InstitutionRule.objects.filter(institution_id=institution_id, valid_from__lte=on)
    rule = found.select_related("institution").order_by("-valid_from").first()
    if rule is None:
        raise NotFound
    return rule


def appointments_of(person_id: UUID | str, *, on: date | None = None) -> list[Appointment]:
    """What a person may do for which institutions on a day (today when not said)."""
    return list(
        _in_force(on or clock.today())
        .filter(person_id=person_id, institution__active=True)
        .select_related("institution")
        .order_by("institution__sort_key", "role")
    )


def holds_appointment(*, person_id: UUID | str, institution_id: UUID | str, role: str, on: date | None = None) -> bool:
    """Whether a person acts in this role for this institution on a day (today when not said)."""
    return (
        _in_force(on or clock.today())
        .filter(person_id=person_id, institution_id=institution_id, role=role, institution__active=True)
        .exists()
    )


def representatives_of(institution_id: UUID | str, *, on: date | None = None) -> list[Appointment]:
    """The e-imza temsilcileri to whom a form may be handed today."""
    found = _in_force(on or clock.today()).filter(institution_id=institution_id, role="representative")
    return list(found.select_related("person").order_by("person__search_key", "id"))


def contract_for(institution_id: UUID | str, *, on: date) -> Contract:
    """The contract of an institution that is in force on a day. Raises `NotFound`."""
    found = Contract.objects.filter(institution_id=institution_id, starts__lte=on, ends__gte=on)
    contract = found.select_related("institution").order_by("starts").first()
    if contract is None:
        raise NotFound
    return contract


def quota_left(contract_id: UUID | str) -> int:
    """How many places of a contract are free. Raises `NotFound`."""
    contract = Contract.objects.filter(id=contract_id).order_by("id").first()
    if contract is None:
        raise NotFound
    return contract.quota - QuotaDraw.objects.filter(contract=contract, returned_at__isnull=True).count()


def officers_of(institution_id: UUID | str, *, on: date | None = None) -> list[Appointment]:
    """Those who may approve for an institution on a day (today when not said)."""
    found = _in_force(on or clock.today()).filter(institution_id=institution_id, role="officer")
    return list(found.select_related("person", "institution").order_by("person__search_key", "id"))


def _in_force(day: date) -> QuerySet[Appointment]:
    return Appointment.objects.filter(Q(ends__isnull=True) | Q(ends__gte=day), starts__lte=day)
