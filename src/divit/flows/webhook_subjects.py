"""What an event is about, in the words of the outside: whose it is, and the opaque ids by which a program asks on."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from divit.applications import selectors as applications
from divit.applications.kinds import Payer
from divit.certificates import selectors as certificates
from divit.delivery import selectors as delivery
from divit.payments import accounts
from divit.production import selectors as production
from divit.rosters import selectors as rosters
from divit.webhooks.events import Topic


@dataclass(frozen=True)
class Subject:
    """Whose it is, and its ids; no name, no number of a person or of a certificate."""

    institution_id: UUID
    data: Mapping[str, str] = field(default_factory=dict)


Found = dict[UUID, Subject]


def subjects(topic: str, ids: Iterable[UUID]) -> Found:
    """Those of these things that an institution is told of, in few questions however many they are."""
    return _OF[Topic(topic)](set(ids))


def _rosters(ids: set[UUID]) -> Found:
    return {one: Subject(own, {"roster_id": str(one)}) for one, own in rosters.whose(ids).items()}


def _requests(ids: set[UUID]) -> Found:
    found = rosters.whose_requests(ids)
    references = _references({application for _id, _own, _roster, application in found if application})
    return {
        one: Subject(own, {"request_id": str(one), "roster_id": str(roster), **references.get(application, {})})
        for one, own, roster, application in found
    }


def _applications(ids: set[UUID]) -> Found:
    """An application that the person pays for is the person's: the institution is not told of it step by step."""
    found = [row for row in applications.by_ids(ids) if row.payer == Payer.INSTITUTION]
    answered = rosters.requests_answered_by([row.id for row in found])
    return {
        row.id: Subject(
            row.institution_id,
            {"application_id": str(row.id), "application_reference": row.reference, **_request(answered.get(row.id))},
        )
        for row in found
    }


def _certificates(ids: set[UUID]) -> Found:
    found = certificates.whose(ids)
    ordered = production.applications_of(order for _id, _own, order in found)
    references = _references(set(ordered.values()))
    return {
        one: Subject(own, {"certificate_id": str(one), **references.get(ordered.get(order), {})})
        for one, own, order in found
    }


def _consignments(ids: set[UUID]) -> Found:
    return {
        one: Subject(own, {"consignment_id": str(one), "consignment_reference": reference})
        for one, own, reference in delivery.whose(ids)
    }


def _statements(ids: set[UUID]) -> Found:
    return {
        one: Subject(own, {"statement_id": str(one), "statement_reference": reference, "month": f"{month:%Y-%m}"})
        for one, own, reference, month in accounts.whose(ids)
    }


def _references(ids: set[UUID]) -> dict[UUID | None, dict[str, str]]:
    return {
        row.id: {"application_id": str(row.id), "application_reference": row.reference}
        for row in applications.by_ids(ids)
    }


def _request(request_id: UUID | None) -> dict[str, str]:
    return {"request_id": str(request_id)} if request_id else {}


_OF: Mapping[Topic, Callable[[set[UUID]], Found]] = {
    Topic.ROSTER: _rosters,
    Topic.REQUEST: _requests,
    Topic.APPLICATION: _applications,
    Topic.CERTIFICATE: _certificates,
    Topic.CONSIGNMENT: _consignments,
    Topic.STATEMENT: _statements,
}
