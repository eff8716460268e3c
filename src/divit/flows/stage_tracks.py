"""The ways of many applications at once, put together from the histories that every room keeps."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from divit.applications import selectors as applications
from divit.applications.lifecycle import LAW, State
from divit.applications.models import Application
from divit.applications.requirements import RequirementKind
from divit.audit import selectors as audit
from divit.delivery import selectors as delivery
from divit.delivery.lifecycle import CONSIGNMENT, PARCEL, ConsignmentState
from divit.payments import selectors as payments
from divit.payments.lifecycle import ATTEMPT_LAW, AttemptState
from divit.production import selectors as production
from divit.production.lifecycle import CARD_ORDER
from divit.stages.names import Stage
from divit.stages.tracks import Track

_WINDOW = str(RequirementKind.RENEWAL_WINDOW)
_STAGE_OF: Mapping[str, Stage] = {
    RequirementKind.PHONE_PROVEN: Stage.PHONE,
    RequirementKind.FEE_PAID: Stage.FEE,
    RequirementKind.INSTITUTION_APPROVED: Stage.APPROVAL,
    RequirementKind.FORM_RECEIVED: Stage.FORM,
    RequirementKind.NO_CERTIFICATE_OPEN: Stage.CLOSING,
}

Moves = dict[str, list[tuple[str, datetime]]]


@dataclass(frozen=True, kw_only=True)
class Followed:
    """One application and its way."""

    row: Application
    track: Track


def follow(application_ids: Iterable[UUID]) -> list[Followed]:
    """The ways of submitted applications; a fixed number of queries, however many there are."""
    rows = [(row, row.submitted_at) for row in applications.by_ids(application_ids) if row.submitted_at is not None]
    known = _Known({row.id for row, _submitted in rows})
    return [Followed(row=row, track=_track(row, submitted, known)) for row, submitted in rows]


class _Known:
    """Everything that was asked for at once."""

    def __init__(self, ids: set[UUID]) -> None:
        self.moves = audit.moves_of_rows(LAW.name, map(str, ids))
        self.requirements = applications.requirements_of_many(ids)
        self.returned = applications.returned_forms(ids)
        self.accrued = payments.accrued_of_many(ids)
        self.unclear = self._unclear(ids)
        self.orders = production.orders_of_many(ids)
        self.order_moves = audit.moves_of_rows(CARD_ORDER.name, map(str, self.orders.values()))
        self.parcels = delivery.parcels_of_many(ids)
        self.parcel_moves = audit.moves_of_rows(PARCEL.name, map(str, self.parcels.values()))
        self.boxes = delivery.boxes_of_many(ids)
        self.box_moves = audit.moves_of_rows(CONSIGNMENT.name, map(str, set(self.boxes.values())))

    @staticmethod
    def _unclear(ids: set[UUID]) -> set[UUID]:
        attempts = payments.attempts_of_many(ids)
        moves = audit.moves_of_rows(ATTEMPT_LAW.name, attempts)
        return {
            attempts[attempt_id]
            for attempt_id, steps in moves.items()
            if any(state == AttemptState.UNKNOWN for state, _at in steps)
        }


def _track(row: Application, submitted: datetime, known: _Known) -> Track:
    moves = known.moves.get(str(row.id), [])
    entered = dict(reversed(moves))  # when each state was first entered
    requirements = known.requirements.get(row.id, {})
    met = {_STAGE_OF[kind]: at for kind, at in requirements.items() if at is not None and kind in _STAGE_OF}
    return Track(
        submitted=submitted,
        closed=met,
        open=frozenset(_STAGE_OF[kind] for kind, at in requirements.items() if at is None and kind in _STAGE_OF),
        window=requirements.get(_WINDOW),
        accrued=known.accrued.get(row.id),
        released=entered.get(State.RELEASED),
        order=_steps(known.orders, known.order_moves, row.id),
        parcel=_way_of_card(row.id, known),
        delivered=entered.get(State.DELIVERED),
        finished=entered.get(State.CLOSED),
        forms_returned=known.returned.get(row.id, 0),
        payment_unclear=row.id in known.unclear,
    )


def _way_of_card(application_id: UUID, known: _Known) -> tuple[tuple[str, datetime], ...]:
    """The steps of its parcel; a card in a box was handed to the courier when the box was."""
    own = _steps(known.parcels, known.parcel_moves, application_id)
    box = _steps(known.boxes, known.box_moves, application_id)
    handed = [step for step in box if step[0] == ConsignmentState.HANDED_OVER]
    return tuple(sorted([*own, *handed], key=lambda step: step[1])) if handed else own


def _steps(ids: Mapping[UUID, UUID], moves: Moves, application_id: UUID) -> tuple[tuple[str, datetime], ...]:
    return tuple(moves.get(str(ids.get(application_id)), ()))
