"""Yenileme: holders hear in time that a certificate ends, and their institution sees whose does; nothing is revoked."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from divit.applications import selectors as applications
from divit.applications.kinds import RULES, Kind, months_before
from divit.applications.lifecycle import State as ApplicationState
from divit.applications.models import Application
from divit.applications.terms import renewal_terms_on
from divit.certificates import selectors as certificates
from divit.certificates.lifecycle import HoldCause, State
from divit.certificates.models import Certificate
from divit.flows.holdings import last_day
from divit.flows.jobs import each
from divit.flows.notices import tell
from divit.flows.officers import own_institution
from divit.institutions import selectors as institutions
from divit.kernel import clock
from divit.kernel.actors import Actor
from divit.notifications import selectors as notifications

LISTED_DAYS = 90
_AT_A_TIME = 500


def remind(*, today: date | None = None) -> int:
    """Tell every holder whose day has come, each of them once for each day of the terms; returns how many were told.

    Nobody is told for whom a new certificate is already there, or under way by an application that was sent off.
    """
    day = today or clock.today()
    return sum(each(_due(day), lambda certificate_id: _tell(certificate_id, day=day)))


def _due(day: date) -> Iterator[UUID]:
    """Those that have not been told yet of the notice whose day came last."""
    latest = max(renewal_terms_on(day).notice_days)
    rows = certificates.ending(until=day + timedelta(days=latest))
    for start in range(0, len(rows), _AT_A_TIME):
        dedupes = {pk: _dedupe(pk, not_after, day=day) for pk, not_after in rows[start : start + _AT_A_TIME]}
        told = notifications.told_already(dedupes.values())
        yield from (pk for pk, dedupe in dedupes.items() if dedupe and dedupe not in told)


def _dedupe(certificate_id: UUID, not_after: datetime, *, day: date) -> str:
    due = renewal_terms_on(day).notice_due(ends=clock.local(not_after).date(), today=day)
    return f"certificate_ends:{certificate_id}:{due}" if due is not None else ""


def _tell(certificate_id: UUID, *, day: date) -> bool:
    with transaction.atomic():
        row = certificates.certificate(certificate_id)
        if row.state == State.REVOKED or applications.is_under_way(row.person_id, row.institution_id):
            return False
        tell(
            person=row.person,
            notice=_notice(row),
            subject=("certificate", str(row.pk)),
            dedupe=_dedupe(row.pk, row.not_after, day=day),
            **_facts(row, day=day),
        )
    return True


def _notice(row: Certificate) -> str:
    if row.state == State.VALID:
        return "certificate_ends"
    by_others = row.hold_cause in (HoldCause.INSTITUTION, HoldCause.CENTRE)
    return "certificate_ends_held_by_others" if by_others else "certificate_ends_on_hold"


def _facts(row: Certificate, *, day: date) -> dict[str, Any]:
    ends = last_day(row)
    window = months_before(ends, RULES[Kind.RENEWAL].months_left or 0)
    return {
        "institution": institutions.institution(row.institution_id).name,
        "until": f"{ends:%d.%m.%Y}",
        "apply_from": f"{max(day, renewal_terms_on(day).applied_for_from(ends)):%d.%m.%Y}",
        "produced_from": f"{max(day, window):%d.%m.%Y}",
        "link": renewal_link(row.institution_id),
    }


def renewal_link(institution_id: UUID) -> str:
    """Kurum Seçimi, filled in for a renewal; it names the institution and nobody's person."""
    chosen = urlencode({"kind": str(Kind.RENEWAL), "institution": str(institution_id)})
    return f"{settings.DIVIT.public_url}{reverse('portal:application_new')}?{chosen}"


class Stands(StrEnum):
    """How far the renewal of a certificate has come."""

    NOT_BEGUN = "not_begun"
    ON_HOLD = "on_hold"  # askıda: it cannot be renewed while it is
    UNDER_WAY = "under_way"  # an application was sent off
    IN_PRODUCTION = "in_production"
    RENEWED = "renewed"  # a certificate that lasts longer is there


@dataclass(frozen=True, kw_only=True)
class Ending:
    """A certificate that ends soon, for the institution's list."""

    certificate: Certificate
    stands: Stands
    ends: date
    days_left: int


def ending_soon(*, by: Actor) -> QuerySet[Certificate]:
    """«Süresi dolmak üzere olanlar» of the own institution, the first to end first. Raises `NotFound`."""
    until = clock.today() + timedelta(days=LISTED_DAYS)
    return certificates.ending_of(own_institution(by), until=until)


def with_state(rows: Iterable[Certificate]) -> list[Ending]:
    """The same with the state of each one's renewal; one question for all of them to each room."""
    listed = list(rows)
    people = {row.person_id for row in listed}
    newest = certificates.newest_ends(people)
    sent_off = {(row.person_id, row.institution_id): row for row in applications.under_way(people)}
    return [
        Ending(
            certificate=row,
            stands=_stands(
                row,
                renewed=newest[row.person_id, row.institution_id] > row.not_after,
                application=sent_off.get((row.person_id, row.institution_id)),
            ),
            ends=last_day(row),
            days_left=(last_day(row) - clock.today()).days,
        )
        for row in listed
    ]


def _stands(row: Certificate, *, renewed: bool, application: Application | None) -> Stands:
    if renewed:
        return Stands.RENEWED
    if application is not None:
        return Stands.UNDER_WAY if application.state == ApplicationState.OPEN else Stands.IN_PRODUCTION
    return Stands.ON_HOLD if row.state == State.SUSPENDED else Stands.NOT_BEGUN
