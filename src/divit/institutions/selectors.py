"""Reading institutions: which there are, which rule and contract hold on a day, who may act for them, what waits."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from divit.institutions.lifecycle import AppointmentState, State
from divit.institutions.models import (
    Appointment,
    Contract,
    ContractPrice,
    Institution,
    InstitutionRule,
    Proposal,
    QuotaDraw,
)
from divit.kernel import clock
from divit.kernel.actors import Actor, Role
from divit.kernel.errors import NotFound
from divit.kernel.money import Money
from divit.kernel.turkish import tr_fold


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


def all_institutions() -> list[Institution]:
    """Every institution, also those that can no longer be chosen, in the order of the Turkish alphabet."""
    return list(Institution.objects.order_by("sort_key", "id"))


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
        .select_related("institution", "deputises_for__person")
        .order_by("institution__sort_key", "role")
    )


def holds_appointment(*, person_id: UUID | str, institution_id: UUID | str, role: str, on: date | None = None) -> bool:
    """Whether a person acts in this role for this institution on a day (today when not said)."""
    return (
        _in_force(on or clock.today())
        .filter(person_id=person_id, institution_id=institution_id, role=role, institution__active=True)
        .exists()
    )


def office_of(person_id: UUID | str, *, institution_id: UUID | str) -> Appointment | None:
    """The appointment by which a person is an officer of this institution today, in their own right or as a deputy."""
    found = _in_force(clock.today()).filter(person_id=person_id, institution_id=institution_id, role="officer")
    return found.filter(institution__active=True).select_related("deputises_for").order_by("id").first()


def acts_as_officer(by: Actor) -> bool:
    """Whether the actor is what they say today: an officer of the institution, in the stead of whom they say."""
    if by.role is not Role.OFFICER or by.institution_id is None:
        return False
    office = office_of(by.id, institution_id=by.institution_id)
    return office is not None and office.in_stead_of == by.deputises_for


def deputies_of(appointment_id: UUID) -> list[Appointment]:
    """Those who act or will act in the stead of an officer, by the officer's appointment."""
    found = Appointment.objects.filter(deputises_for_id=appointment_id, state=AppointmentState.STANDING)
    return list(found.filter(ends__gte=clock.today()).select_related("person").order_by("starts", "id"))


def tied_by_deputation(person_id: UUID | str, *, institution_id: UUID | str, on: date) -> frozenset[str]:
    """Opaque ids of those who act in a person's stead, or the other way round, today or on a day that is past."""
    today = clock.today()
    of_these = Q(person_id=person_id) | Q(deputises_for__person_id=person_id)
    days = Q(starts__lte=today, ends__gte=today) | Q(starts__lte=on, ends__gte=on)
    found = Appointment.objects.filter(of_these, days, institution_id=institution_id, deputises_for__isnull=False)
    pairs = found.order_by("id").values_list("person_id", "deputises_for__person_id")
    return frozenset(str(one) for pair in pairs for one in pair if str(one) != str(person_id))


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


def contract_within(institution_id: UUID | str, *, first: date, last: date) -> Contract | None:
    """The latest contract of an institution that was in force on any of these days."""
    found = Contract.objects.filter(institution_id=institution_id, starts__lte=last, ends__gte=first)
    return found.order_by("-starts").first()


def with_contracts() -> set[UUID]:
    """Every institution that has or had a contract."""
    return set(Contract.objects.order_by("institution_id").values_list("institution_id", flat=True).distinct())


def quota_drawn_at(contract_id: UUID | str, instant: datetime) -> int:
    """How many places of a contract were taken at an instant that is past."""
    still = Q(returned_at__isnull=True) | Q(returned_at__gte=instant)
    return QuotaDraw.objects.filter(still, contract_id=contract_id, drawn_at__lt=instant).count()


def contract_prices(contract_id: UUID | str) -> Mapping[str, Money]:
    """What an institution pays before VAT, by price code; for what is not in it the list price holds."""
    rows = ContractPrice.objects.filter(contract_id=contract_id).order_by("code")
    return {row.code: Money(row.net) for row in rows}


def contracts_of(institution_id: UUID | str) -> list[Contract]:
    """Every contract of an institution, the newest first, each with `used` places of its quota."""
    used = Count("draws", filter=Q(draws__returned_at__isnull=True))
    found = Contract.objects.filter(institution_id=institution_id).annotate(used=used)
    return list(found.prefetch_related("prices").order_by("-starts"))


def rules_of(institution_id: UUID | str) -> list[InstitutionRule]:
    """Every rule of an institution, the newest first."""
    return list(InstitutionRule.objects.filter(institution_id=institution_id).order_by("-valid_from"))


def all_appointments_of(institution_id: UUID | str) -> list[Appointment]:
    """Everybody who acts, acted or will act for an institution; who still does comes first."""
    found = Appointment.objects.filter(institution_id=institution_id).select_related("person", "deputises_for__person")
    return list(found.order_by(F("ends").desc(nulls_first=True), "person__search_key", "role"))


def appointment(institution_id: UUID | str, appointment_id: UUID | str) -> Appointment:
    """One appointment at this institution. Raises `NotFound`, also for another institution's."""
    found = Appointment.objects.filter(institution_id=institution_id, id=appointment_id)
    row = found.select_related("person", "deputises_for__person").order_by("id").first()
    if row is None:
        raise NotFound("appointment")
    return row


def search(text: str) -> QuerySet[Institution]:
    """Institutions with every word in their name, with or without Turkish marks, or with this VKN; all for a blank."""
    named = Q()
    for word in tr_fold(text).split():
        named &= Q(search_key__contains=word)
    found = Institution.objects.order_by("sort_key", "id")
    return found.filter(named | Q(vkn=text.strip())) if text.strip() else found


def proposal(institution_id: UUID | str, proposal_id: UUID | str) -> Proposal:
    """One proposal of this institution. Raises `NotFound`, also for another institution's."""
    found = Proposal.objects.filter(institution_id=institution_id, id=proposal_id)
    row = found.select_related("institution", "person").order_by("id").first()
    if row is None:
        raise NotFound("proposal")
    return row


def proposals_of(institution_id: UUID | str) -> list[Proposal]:
    """The proposals of an institution, the newest first."""
    found = Proposal.objects.filter(institution_id=institution_id).select_related("person")
    return list(found.order_by("-proposed_at", "id"))


def with_appointments(*, on: date | None = None) -> list[UUID]:
    """The institutions for which somebody acts on a day (today when not said), in the order of the Turkish alphabet."""
    acting = set(_in_force(on or clock.today()).order_by("institution_id").values_list("institution_id", flat=True))
    return [one.id for one in active_institutions() if one.id in acting]


def open_proposals() -> QuerySet[Proposal]:
    """What waits for a second person anywhere, the longest waiting first."""
    found = Proposal.objects.filter(state=State.PROPOSED).select_related("institution", "person")
    return found.order_by("proposed_at", "id")


def _in_force(day: date) -> QuerySet[Appointment]:
    # A deputy acts on no day on which the officer does not.
    stead = Q(deputises_for__ends__isnull=True) | Q(deputises_for__ends__gte=day)
    return Appointment.objects.filter(
        Q(ends__isnull=True) | Q(ends__gte=day),
        Q(deputises_for__isnull=True) | stead & Q(deputises_for__starts__lte=day),
        starts__lte=day,
        state=AppointmentState.STANDING,
    )
