"""Reading parcels, consignments and the standing of PINs: for the desks, for the status page and for flows."""

import uuid
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, Q, QuerySet, When

from divit.audit.selectors import moves_of
from divit.delivery.lifecycle import CONSIGNMENT, PARCEL, ConsignmentState, PinState, State
from divit.delivery.models import NO_SUCH_PARCEL, Consignment, CourierReport, Parcel, PinRequest, SealedPin
from divit.kernel.errors import NotFound
from divit.kernel.turkish import sort_key

IN_HAND = frozenset({State.DELIVERED, State.COLLECTED})
_WAITS_FOR_DESK = [State.RETURNED, State.RETURNING, State.MISSING]


def parcel_of(application_id: uuid.UUID) -> Parcel | None:
    """The parcel of an application, once its card was dispatched."""
    return Parcel.objects.filter(application_id=application_id).first()


def parcels_of_many(application_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """For each of the applications that have one, the id of its parcel."""
    rows = Parcel.objects.filter(application_id__in=list(application_ids)).order_by("id")
    return dict(rows.values_list("application_id", "id"))


def boxes_of_many(application_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """For each of the applications whose card travels, or travelled, with others the id of its (latest) consignment."""
    rows = Parcel.objects.filter(application_id__in=list(application_ids), consignment__isnull=False).order_by("id")
    return {application_id: box for application_id, box in rows.values_list("application_id", "consignment_id") if box}


def standing_of(application_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, tuple[State, ConsignmentState | None]]:
    """For each of the applications that have one, where its parcel is, and where the box in which it travelled."""
    rows = Parcel.objects.filter(application_id__in=list(application_ids)).order_by("id")
    return {
        application_id: (State(state), ConsignmentState(box) if box else None)
        for application_id, state, box in rows.values_list("application_id", "state", "consignment__state")
    }


def count_by_standing(
    application_ids: QuerySet[Any, uuid.UUID],
) -> Counter[tuple[State, ConsignmentState | None]]:
    """How many of these applications' parcels are where, and where their boxes, in one question."""
    found = Parcel.objects.filter(application_id__in=application_ids)
    counted = found.values_list("state", "consignment__state").annotate(n=Count("id"))
    return Counter(
        {
            (State(state), ConsignmentState(box) if box else None): n
            for state, box, n in counted.order_by("state", "consignment__state")
        }
    )


def parcel(parcel_id: uuid.UUID) -> Parcel:
    """Raises `NotFound`."""
    found = Parcel.objects.select_related("person", "application", "consignment").filter(pk=parcel_id).first()
    if found is None:
        raise NotFound("parcel")
    return found


def parcel_by_number(tracking_no: str) -> Parcel | None:
    """The parcel with this tracking number; None when the courier speaks of somebody else's."""
    return Parcel.objects.filter(tracking_no=tracking_no).first() if tracking_no else None


def in_states(states: Iterable[State]) -> QuerySet[Parcel]:
    """The parcels of the dispatch desk: what waits for the desk before what is with the courier, oldest first."""
    waits_for_desk = Case(When(Q(state__in=_WAITS_FOR_DESK) | ~Q(trouble=""), then=0), default=1)
    return (
        Parcel.objects.filter(state__in=list(states))
        .select_related("person", "application")
        .order_by(waits_for_desk, "packed_at", "id")
    )


def consignment(consignment_id: uuid.UUID) -> Consignment:
    """Raises `NotFound`."""
    found = _boxes().filter(pk=consignment_id).first()
    if found is None:
        raise NotFound("consignment")
    return found


def consignment_by_number(tracking_no: str) -> Consignment | None:
    """The consignment with this tracking number."""
    return Consignment.objects.filter(tracking_no=tracking_no).first() if tracking_no else None


def consignment_by_reference(reference: str) -> Consignment | None:
    """The consignment with this number on the box, typed in either case."""
    return Consignment.objects.filter(reference__iexact=reference.strip()).first()


def consignments_in(states: Iterable[ConsignmentState]) -> QuerySet[Consignment]:
    """The consignments of the dispatch desk, the longest waiting first."""
    return _boxes().filter(state__in=list(states)).order_by("packed_at", "id")


def consignments_of(institution_id: uuid.UUID | str) -> QuerySet[Consignment]:
    """The consignments of one institution, the newest first."""
    return _boxes().filter(institution_id=institution_id).order_by("-packed_at", "id")


def whose(consignment_ids: Iterable[uuid.UUID]) -> list[tuple[uuid.UUID, uuid.UUID, str]]:
    """(consignment, institution, number on the box) of each of these consignments."""
    found = Consignment.objects.filter(id__in=list(consignment_ids)).order_by("id")
    return list(found.values_list("id", "institution_id", "reference"))


def latest_to(appointment_id: uuid.UUID) -> Consignment | None:
    """The last consignment to a representative: where it went, the next one goes."""
    return Consignment.objects.filter(appointment_id=appointment_id).order_by("-packed_at", "-id").first()


def pieces_of(consignment_id: uuid.UUID) -> list[Parcel]:
    """The cards of a consignment in the order of their holders' names."""
    found = Parcel.objects.filter(consignment_id=consignment_id).select_related("person", "application", "consignment")
    return sorted(found, key=lambda piece: (sort_key(f"{piece.person.surname} {piece.person.given_names}"), piece.pk))


def parcels_of_institution(institution_id: uuid.UUID | str) -> QuerySet[Parcel]:
    """Every card that went to an institution's representative, by name."""
    found = Parcel.objects.filter(consignment__institution_id=institution_id)
    return found.select_related("person", "application", "consignment").order_by("person__search_key", "id")


def _boxes() -> QuerySet[Consignment]:
    return Consignment.objects.select_related("institution", "appointment__person")


def box_steps_of(consignment_id: uuid.UUID) -> dict[str, datetime]:
    """When each state of a consignment was last entered, for the status page."""
    return {move.target: move.at for move in moves_of(CONSIGNMENT.name, str(consignment_id))}


def steps_of(parcel_id: uuid.UUID) -> dict[str, datetime]:
    """When each state was last entered, for the status page."""
    moves = moves_of(PARCEL.name, str(parcel_id))
    return {move.target: move.at for move in moves if move.source != move.target}


def reports_of(tracking_no: str) -> list[CourierReport]:
    """What the courier told of a parcel, oldest first."""
    return list(CourierReport.objects.filter(tracking_no=tracking_no).order_by("at", "id")) if tracking_no else []


def early_reports() -> list[CourierReport]:
    """Reports that came before the number of their parcel or box was known here, oldest first."""
    parcels = Parcel.objects.exclude(tracking_no="").values("tracking_no")
    boxes = Consignment.objects.exclude(tracking_no="").values("tracking_no")
    known = Q(tracking_no__in=parcels) | Q(tracking_no__in=boxes)
    found = CourierReport.objects.filter(known, refused=NO_SUCH_PARCEL)
    return list(found.order_by("at", "id"))


def card_in_hand(application_id: uuid.UUID) -> bool:
    """Whether the card was handed over with the identity checked."""
    found = parcel_of(application_id)
    return found is not None and found.state in IN_HAND


def pin_of(application_id: uuid.UUID, *, person_id: uuid.UUID | str | None = None) -> SealedPin | None:
    """The PIN of the application's living card; with `person_id`, only that person's."""
    found = SealedPin.objects.filter(application_id=application_id).exclude(state=PinState.DISCARDED)
    if person_id is not None:
        found = found.filter(person_id=person_id)
    return found.first()


def pin_request(request_id: uuid.UUID) -> PinRequest | None:
    """A waiting page, if it still waits."""
    return PinRequest.objects.select_related("pin").filter(pk=request_id).first()


def pins_to_close(*, shown_before: datetime) -> list[SealedPin]:
    """PINs that were shown long enough ago to be erased without the holder's word."""
    found = SealedPin.objects.filter(state=PinState.RELEASING, first_shown_at__lt=shown_before)
    return list(found.order_by("first_shown_at", "id"))


def pins_to_take_back(*, asked_before: datetime) -> list[SealedPin]:
    """PINs that were asked for by pages that never showed them."""
    found = SealedPin.objects.filter(state=PinState.RELEASING, shown=0, changed_at__lt=asked_before)
    return list(found.order_by("changed_at", "id"))
