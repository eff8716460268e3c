"""Writing parcels and what the courier told."""

import uuid
from datetime import datetime

from django.db import transaction

from divit.audit import moves
from divit.delivery.lifecycle import PARCEL, Act, Facts, State
from divit.delivery.models import NO_SUCH_PARCEL, CourierFeed, CourierReport, Parcel
from divit.delivery.ports import CourierEvent
from divit.kernel.actors import Actor
from divit.kernel.errors import NotFound

_FEED = "courier"


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


def locked_of_order(order_id: uuid.UUID) -> Parcel | None:
    """The parcel of an order whose card was on its way before, locked until the end of the transaction."""
    return Parcel.objects.select_for_update(of=("self",), no_key=True).filter(order_id=order_id).first()


def locked(parcel_id: uuid.UUID) -> Parcel:
    """The parcel, locked until the end of the transaction. Raises `NotFound`."""
    parcel = Parcel.objects.select_for_update(of=("self",), no_key=True).filter(pk=parcel_id).first()
    if parcel is None:
        raise NotFound("parcel")
    return parcel


def check(parcel: Parcel, act: Act, *, by: Actor) -> None:
    """Ask the law before anything else is done for an act. Raises `Refused`."""
    facts = Facts(acting=by.id, produced_by=parcel.produced_by)
    PARCEL.decide(act, role=by.role, state=State(parcel.state), facts=facts)


def carry_out(
    parcel: Parcel,
    act: Act,
    *,
    by: Actor,
    now: datetime,
    identity_checked: bool = False,
    tracking_no: str | None = None,
    **note: object,
) -> None:
    """Do one act on a locked parcel."""
    changes: dict[str, object] = {"trouble": "", "changed_at": now}
    if tracking_no is not None:
        changes["tracking_no"] = tracking_no
    if act in (Act.SEND_AGAIN, Act.PACK):
        changes |= {"journey": parcel.journey + 1, "asked_at": None, "tracking_no": ""}
        changes["produced_by"] = parcel.produced_by
    facts = Facts(identity_checked=identity_checked, acting=by.id, produced_by=parcel.produced_by)
    moves.move(parcel, act, law=PARCEL, by=by, facts=facts, changes=changes, note=dict(note))


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
