"""Writing parcels and what the courier told."""

import uuid
from datetime import datetime

from django.db import transaction

from divit.audit import moves
from divit.delivery.lifecycle import PARCEL, Act, ConsignmentState, Facts, State
from divit.delivery.models import ADDRESS_REFUSED, NO_SUCH_PARCEL, Consignment, CourierFeed, CourierReport, Parcel
from divit.delivery.ports import CourierEvent
from divit.kernel.actors import Actor
from divit.kernel.errors import NotFound

_FEED = "courier"
_OPEN = frozenset({ConsignmentState.ARRIVED, ConsignmentState.RECEIVED})
_GIVEN_UP = frozenset({ConsignmentState.UNPACKED, ConsignmentState.LOST})


def pack(
    earlier: Parcel | None,
    *,
    order_id: uuid.UUID,
    application_id: uuid.UUID,
    person_id: uuid.UUID | str,
    produced_by: str,
    by: Actor,
    now: datetime,
) -> Parcel:
    """A parcel for a card that passed inspection.

    A card that was made anew in place of a lost one takes the next journey of the `earlier` parcel, which is locked.
    """
    if earlier is not None:
        earlier.produced_by = produced_by
        carry_out(earlier, Act.PACK, by=by, now=now)
        return earlier
    parcel = Parcel.objects.create(
        order_id=order_id, application_id=application_id, person_id=person_id, produced_by=produced_by
    )
    moves.born(parcel, law=PARCEL, by=by, note={"order": str(order_id)})
    return parcel


def enclose(
    consignment: Consignment,
    *,
    order_id: uuid.UUID,
    application_id: uuid.UUID,
    person_id: uuid.UUID | str,
    produced_by: str,
    by: Actor,
    now: datetime,
) -> Parcel:
    """One card of a consignment; a card that came back, or was made anew, keeps its parcel and lies in another box."""
    parcel = locked_of_order(order_id)
    if parcel is None:
        parcel = Parcel.objects.create(
            order_id=order_id,
            application_id=application_id,
            person_id=person_id,
            produced_by=produced_by,
            consignment=consignment,
            state=State.ENCLOSED,
        )
        moves.born(parcel, law=PARCEL, by=by, note={"order": str(order_id), "consignment": str(consignment.pk)})
        return parcel
    changes = {"consignment_id": consignment.pk, "produced_by": produced_by, "returned_why": "", "trouble": ""}
    moves.move(
        parcel,
        Act.ENCLOSE,
        law=PARCEL,
        by=by,
        facts=Facts(acting=by.id, produced_by=produced_by),
        changes=changes | {"changed_at": now},
        note={"consignment": str(consignment.pk)},
    )
    return parcel


def locked_pieces(consignment: Consignment) -> list[Parcel]:
    """Every parcel of a locked consignment, locked in the order of their ids."""
    found = Parcel.objects.select_for_update(of=("self",), no_key=True).filter(consignment=consignment).order_by("pk")
    pieces = list(found)
    for piece in pieces:
        piece.consignment = consignment
    return pieces


def locked_of_order(order_id: uuid.UUID) -> Parcel | None:
    """The parcel of an order whose card was on its way before, locked until the end of the transaction."""
    return Parcel.objects.select_for_update(of=("self",), no_key=True).filter(order_id=order_id).first()


def locked(parcel_id: uuid.UUID) -> Parcel:
    """The parcel, locked until the end of the transaction. Raises `NotFound`."""
    parcel = Parcel.objects.select_for_update(of=("self",), no_key=True).filter(pk=parcel_id).first()
    if parcel is None:
        raise NotFound("parcel")
    return parcel


def facts_of(
    parcel: Parcel,
    *,
    by: Actor,
    identity_checked: bool = False,
    has_address: bool = True,
    certificate_stands: bool = False,
) -> Facts:
    """What the law's guards want to know."""
    box = parcel.consignment
    opened = box is not None and box.state in _OPEN
    return Facts(
        identity_checked=identity_checked,
        acting=by.id,
        produced_by=parcel.produced_by,
        acting_for=by.institution_id or "",
        institution=str(box.institution_id) if box else "",
        holder=str(parcel.person_id),
        # The law lets a consignment be opened only after the courier has seen the identity of its addressee.
        seen_by_courier=str(box.appointment.person_id) if box and opened else "",
        consignment_open=opened,
        consignment_given_up=box is not None and box.state in _GIVEN_UP,
        has_address=has_address,
        address_refused=parcel.trouble == ADDRESS_REFUSED,
        certificate_stands=certificate_stands,
    )


def check(parcel: Parcel, act: Act, *, by: Actor) -> None:
    """Ask the law before anything else is done for an act. Raises `Refused`."""
    PARCEL.decide(act, role=by.role, state=State(parcel.state), facts=facts_of(parcel, by=by))


def carry_out(
    parcel: Parcel,
    act: Act,
    *,
    by: Actor,
    now: datetime,
    identity_checked: bool = False,
    has_address: bool = True,
    certificate_stands: bool = False,
    tracking_no: str | None = None,
    trouble: str = "",
    returned_why: str = "",
    **note: object,
) -> None:
    """Do one act on a locked parcel; `trouble` is shown at the desk until the next act."""
    changes: dict[str, object] = {"trouble": trouble, "changed_at": now}
    if tracking_no is not None:
        changes["tracking_no"] = tracking_no
    if returned_why:
        changes["returned_why"] = returned_why
    if act in (Act.SEND_AGAIN, Act.PACK):
        changes |= {"journey": parcel.journey + 1, "asked_at": None, "tracking_no": ""}
        changes["produced_by"] = parcel.produced_by
    facts = facts_of(
        parcel,
        by=by,
        identity_checked=identity_checked,
        has_address=has_address,
        certificate_stands=certificate_stands,
    )
    moves.move(parcel, act, law=PARCEL, by=by, facts=facts, changes=changes, note=dict(note))


def readdress(
    parcel: Parcel, *, address: str, has_address: bool, certificate_stands: bool, by: Actor, now: datetime
) -> None:
    """A locked parcel goes to `address` from now on. Raises `Refused`.

    What the courier has refused is asked for as another journey: an answer that is on its way here speaks of the old.
    A card that came back goes on waiting since the day on which it did.
    """
    changes: dict[str, object] = {"address": address, "trouble": ""}
    if parcel.state == State.PACKED:
        changes |= {"journey": parcel.journey + 1, "asked_at": None, "changed_at": now}
    facts = facts_of(parcel, by=by, has_address=has_address, certificate_stands=certificate_stands)
    moves.move(parcel, Act.READDRESS, law=PARCEL, by=by, facts=facts, changes=changes)


def record_asking(parcel_id: uuid.UUID, *, now: datetime) -> None:
    """Written before the courier is called: from here on the journey may be known there."""
    Parcel.objects.filter(pk=parcel_id, asked_at__isnull=True).update(asked_at=now)


def note_trouble(parcel_id: uuid.UUID, trouble: str) -> None:
    """Say at the desk what stands in the way; the state does not change."""
    Parcel.objects.filter(pk=parcel_id).update(trouble=trouble)


def feed_cursor() -> str:
    """How far the courier's events were read."""
    feed = CourierFeed.objects.filter(name=_FEED).first()
    return feed.cursor if feed else ""


def advance_feed(*, before: str, after: str) -> None:
    """Move the cursor on after the events were applied; not when another reader has moved it meanwhile."""
    CourierFeed.objects.get_or_create(name=_FEED)
    CourierFeed.objects.filter(name=_FEED, cursor=before).update(cursor=after)


def hear(event: CourierEvent) -> CourierReport | None:
    """Keep what the courier told; None when it was told before."""
    with transaction.atomic():
        report, new = CourierReport.objects.get_or_create(
            tracking_no=event.tracking_no[:40],
            kind=event.kind,
            at=event.at,
            identity_checked=event.identity_checked,
            defaults={"note": event.note[:200]},
        )
    return report if new else None


def judge_report(report: CourierReport, refused: str) -> None:
    """Why the law did not follow this report, or nothing when it did; either way it stays in the books."""
    if report.refused != refused:
        report.refused = refused
        report.save(update_fields=["refused"])


def is_unheard(report: CourierReport) -> bool:
    """Whether this report of a parcel that the caller has locked still waits to be followed."""
    return CourierReport.objects.filter(pk=report.pk, refused=NO_SUCH_PARCEL).exists()
