"""Writing consignments: boxes of cards that travel together to an institution's representative."""

import secrets
import uuid
from datetime import datetime

from divit.audit import moves
from divit.delivery.lifecycle import CONSIGNMENT, ConsignmentAct, ConsignmentFacts
from divit.delivery.models import Consignment
from divit.kernel.actors import Actor
from divit.kernel.errors import NotFound

# Read aloud and written on a box: no letter that is taken for another.
_ALPHABET = "23456789ACDEFHJKMNPRTUVWXY"


def pack(*, institution_id: uuid.UUID, appointment_id: uuid.UUID, address: str, by: Actor) -> Consignment:
    """A new box, addressed to one representative at a work address."""
    consignment = Consignment.objects.create(
        reference=f"KL-{''.join(secrets.choice(_ALPHABET) for _ in range(7))}",
        institution_id=institution_id,
        appointment_id=appointment_id,
        address=address,
    )
    moves.born(consignment, law=CONSIGNMENT, by=by, note={"institution": str(institution_id)})
    return consignment


def locked(consignment_id: uuid.UUID) -> Consignment:
    """The consignment, locked until the end of the transaction. Raises `NotFound`."""
    found = Consignment.objects.select_for_update(of=("self",), no_key=True).filter(pk=consignment_id).first()
    if found is None:
        raise NotFound("consignment")
    return found


def carry_out(
    consignment: Consignment,
    act: ConsignmentAct,
    *,
    by: Actor,
    now: datetime,
    identity_checked: bool = False,
    uncounted: int = 0,
    addressee_acts: bool = False,
    tracking_no: str | None = None,
    trouble: str = "",
    **note: object,
) -> None:
    """Do one act on a locked consignment."""
    changes: dict[str, object] = {"trouble": trouble, "changed_at": now}
    if tracking_no is not None:
        changes["tracking_no"] = tracking_no
    if act is ConsignmentAct.SEND_AGAIN:
        changes |= {"journey": consignment.journey + 1, "asked_at": None, "tracking_no": ""}
    facts = ConsignmentFacts(
        identity_checked=identity_checked,
        acting_for=by.institution_id or "",
        institution=str(consignment.institution_id),
        uncounted=uncounted,
        addressee_acts=addressee_acts,
    )
    moves.move(consignment, act, law=CONSIGNMENT, by=by, facts=facts, changes=changes, note=dict(note))


def record_asking(consignment_id: uuid.UUID, *, now: datetime) -> None:
    """Written before the courier is called: from here on the journey may be known there."""
    Consignment.objects.filter(pk=consignment_id, asked_at__isnull=True).update(asked_at=now)


def note_trouble(consignment_id: uuid.UUID, trouble: str) -> None:
    """Say at the desk what stands in the way; the state does not change."""
    Consignment.objects.filter(pk=consignment_id).update(trouble=trouble)
