"""Raporlar: what ends, what waits, what came back, and what there is at each institution."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from divit.applications import registry as applications
from divit.applications.lifecycle import State
from divit.certificates import registry as certificates
from divit.certificates.registry import Total
from divit.delivery import registry as delivery
from divit.institutions import selectors as institutions
from divit.institutions.models import Institution
from divit.kernel import clock
from divit.kernel.actors import Actor, Role
from divit.kernel.errors import NotFound

DAYS = 30
_UNDER_WAY = (State.RELEASED, State.PRODUCED)
_DONE = (State.DELIVERED, State.CLOSED)


class Report(StrEnum):
    """Lists of people; the value stands in their addresses."""

    ENDING = "bitecek"
    WAITING = "bekleyen"
    FORMS_RETURNED = "geri-verilen-form"
    PARCELS_RETURNED = "geri-gelen-gonderi"


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What a list is narrowed to; nothing in it is about a person."""

    days: int = DAYS
    requirement: str = ""
    institution_id: UUID | None = None

    def told(self) -> dict[str, str]:
        """For the ledger."""
        named = {"days": str(self.days), "requirement": self.requirement, "institution": str(self.institution_id or "")}
        return {name: value for name, value in named.items() if value}


def rows(report: Report, wanted: Filter, *, by: Actor) -> QuerySet[Any]:
    """The list, to be cut into pages. Raises `NotFound` for anybody but the registry."""
    _registry(by)
    here = wanted.institution_id
    if report is Report.ENDING:
        return certificates.ending(until=clock.today() + timedelta(days=wanted.days), institution_id=here)
    if report is Report.WAITING:
        return applications.waiting(kind=wanted.requirement, institution_id=here)
    if report is Report.FORMS_RETURNED:
        return applications.forms_given_back(institution_id=here)
    return delivery.returned(institution_id=here)


@dataclass(frozen=True, kw_only=True)
class Totals:
    """One institution in figures; no person stands in them."""

    institution: Institution
    waiting: int
    under_way: int
    done: int
    valid: int
    suspended: int
    ending: int
    returned: int


def totals(*, days: int = DAYS, by: Actor) -> list[Totals]:
    """Every institution of which there is something, by name. Raises `NotFound` for anybody but the registry."""
    _registry(by)
    submitted: Counter[tuple[UUID, str]] = Counter(applications.totals((State.OPEN, *_UNDER_WAY, *_DONE)))
    standing = certificates.totals(until=clock.today() + timedelta(days=days))
    returned = delivery.returned_by_institution()
    there = {institution_id for institution_id, _state in submitted} | set(standing)
    return [
        _totals(one, submitted, standing.get(one.pk, Total(valid=0, suspended=0, ending=0)), returned.get(one.pk, 0))
        for one in institutions.all_institutions()
        if one.pk in there
    ]


def _totals(one: Institution, submitted: Counter[tuple[UUID, str]], held: Total, returned: int) -> Totals:
    return Totals(
        institution=one,
        waiting=submitted[one.pk, State.OPEN],
        under_way=sum(submitted[one.pk, state] for state in _UNDER_WAY),
        done=sum(submitted[one.pk, state] for state in _DONE),
        valid=held.valid,
        suspended=held.suspended,
        ending=held.ending,
        returned=returned,
    )


def _registry(by: Actor) -> None:
    if by.role is not Role.REGISTRAR:
        raise NotFound("registry")
