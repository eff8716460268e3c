"""What the registry desk asks of applications: whose they are, what they wait for, which forms went back."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.db.models import Case, Count, Exists, F, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Upper

from divit.applications.lifecycle import State
from divit.applications.models import Application, FormVisit, Requirement
from divit.applications.requirements import RequirementKind
from divit.kernel.phone import Phone


class Waiting(Protocol):
    """A requirement that an open application waits for, and since when."""

    application: Application
    kind: str
    since: datetime


def _submitted() -> QuerySet[Application]:
    """What was never submitted is nobody's business but the person's."""
    return Application.objects.exclude(submitted_at=None)


def by_reference(reference: str) -> Application | None:
    """The submitted application with this canonical reference."""
    return _submitted().filter(reference=reference).first()


def applicants_by_phone(phone: Phone) -> QuerySet[Application, UUID]:
    """Who gave this number in an application that was submitted."""
    return _submitted().filter(phone=str(phone)).order_by().values_list("person_id", flat=True)


def applicants_by_email(email: str) -> QuerySet[Application, UUID]:
    """Who gave this mailbox, however it was typed, in an application that was submitted."""
    return _submitted().filter(email_key=Upper(Value(email))).order_by().values_list("person_id", flat=True)


def applicants_at(institution_ids: Iterable[UUID]) -> QuerySet[Application, UUID]:
    """Who submitted an application at one of these institutions: for a question about people."""
    found = _submitted().filter(institution_id__in=list(institution_ids)).order_by()
    return found.values_list("person_id", flat=True)


def applicants(person_ids: Iterable[UUID]) -> set[UUID]:
    """Those of these people who submitted an application."""
    found = _submitted().filter(person_id__in=list(person_ids)).order_by("person_id")
    return set(found.values_list("person_id", flat=True))


def newest_of(person_ids: Iterable[UUID]) -> dict[UUID, Application]:
    """By person the application that was submitted last."""
    found = _submitted().filter(person_id__in=list(person_ids)).select_related("institution", "person")
    found = found.order_by("person_id", "-submitted_at", "-id").distinct("person_id")
    return {row.person_id: row for row in found}


def submitted_of(person_id: UUID) -> list[Application]:
    """What one person submitted, newest first."""
    return list(_submitted().filter(person_id=person_id).select_related("institution").order_by("-submitted_at", "-id"))


def awaited_by(application_ids: Iterable[UUID]) -> dict[UUID, list[RequirementKind]]:
    """By application what is not closed yet, in the order in which people meet it."""
    rows = Requirement.objects.filter(application_id__in=list(application_ids), closed_at=None).order_by("id")
    awaited: dict[UUID, list[RequirementKind]] = {}
    for row in rows:
        awaited.setdefault(row.application_id, []).append(RequirementKind(row.kind))
    return {key: sorted(kinds, key=list(RequirementKind).index) for key, kinds in awaited.items()}


def waiting(*, kind: str = "", institution_id: UUID | None = None) -> QuerySet[Requirement]:
    """What open applications wait for (see `Waiting`), the longest submitted first.

    A requirement waits from the submission on; a form that was given back, from then.
    """
    given_back = FormVisit.objects.filter(application=OuterRef("application_id"), outcome=FormVisit.Outcome.RETURNED)
    submitted = F("application__submitted_at")
    last = Subquery(given_back.order_by("-id").values("at")[:1])
    found = Requirement.objects.filter(application__state=State.OPEN, closed_at=None)
    if kind:
        found = found.filter(kind=kind)
    if institution_id:
        found = found.filter(application__institution_id=institution_id)
    since = Case(When(kind=RequirementKind.FORM_RECEIVED, then=Coalesce(last, submitted)), default=submitted)
    return (
        found.annotate(since=since)
        .select_related("application__person", "application__institution")
        .order_by("application__submitted_at", "application_id", "id")
    )


def forms_given_back(*, institution_id: UUID | None = None) -> QuerySet[FormVisit]:
    """Forms that were given back and have not come again, the longest ago first."""
    later = FormVisit.objects.filter(application=OuterRef("application_id"), id__gt=OuterRef("id"))
    found = FormVisit.objects.filter(application__state=State.OPEN, outcome=FormVisit.Outcome.RETURNED)
    if institution_id:
        found = found.filter(application__institution_id=institution_id)
    found = found.filter(~Exists(later)).select_related("application__person", "application__institution")
    return found.order_by("at", "id")


def totals(states: Iterable[State]) -> dict[tuple[UUID, str], int]:
    """By institution and state how many applications there are; read from the index of institutions alone."""
    found = Application.objects.filter(state__in=list(states)).order_by("institution_id", "state")
    counted = found.values("institution_id", "state").annotate(n=Count("*"))
    return {(row["institution_id"], row["state"]): row["n"] for row in counted}
