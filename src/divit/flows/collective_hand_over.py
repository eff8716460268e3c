"""Toplu gönderi, the representative's side: the box counted piece by piece, each card handed over against identity.

Everything is confined to the institution for which the actor is e-imza temsilcisi today; of other institutions'
boxes and cards it is not even said that they exist.
"""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from divit.applications import content
from divit.applications import services as application_services
from divit.applications.lifecycle import Act as ApplicationAct
from divit.certificates import selectors as certificates
from divit.delivery import selectors, words
from divit.delivery.lifecycle import PARCEL, Act, ConsignmentAct, ConsignmentState, State
from divit.delivery.models import Consignment, Parcel
from divit.delivery.services import consignments, parcels
from divit.flows.collective_dispatch import tell_holder
from divit.identity import selectors as people
from divit.institutions import selectors as institutions
from divit.institutions.models import Appointment
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor, Role
from divit.kernel.errors import Invalid, NotFound
from divit.production import selectors as production

MOST_FOUND = 20
# What the centre keeps or takes back is no longer the representative's business.
VISIBLE_BOXES = (
    ConsignmentState.HANDED_OVER,
    ConsignmentState.ON_THE_WAY,
    ConsignmentState.ARRIVED,
    ConsignmentState.RECEIVED,
    ConsignmentState.LOST,
)
VISIBLE = (State.ENCLOSED, State.WITH_REPRESENTATIVE, State.MISSING, State.RETURNING, State.DELIVERED, State.LOST)


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One card as the representative compares it with what lies on the table; `closed` when its certificate is."""

    parcel: Parcel
    card_end: str
    closed: bool
    acts: frozenset[Act]


def boxes(*, by: Actor) -> list[Consignment]:
    """The boxes of the own institution, the newest first."""
    return list(selectors.consignments_of(own_institution(by)).filter(state__in=VISIBLE_BOXES)[:100])


def waiting(*, by: Actor) -> list[Piece]:
    """The cards that wait for their holders, by name."""
    return _pieces(_own(by).filter(state=State.WITH_REPRESENTATIVE)[:200], by=by)


def find(text: str, *, by: Actor) -> list[Piece]:
    """Cards of the own institution by the end of the card's number, by the application's reference, or by name."""
    mine = _own(by)
    typed = "".join(text.split())
    if typed.isdecimal() and typed.isascii() and 4 <= len(typed) <= 16:
        return _pieces(mine.filter(order_id__in=production.orders_by_card_end(typed).order_by())[:MOST_FOUND], by=by)
    try:
        reference, _token = content.read_mark(text)
    except Invalid:
        named = people.search(text).values("id").order_by()
        return _pieces(mine.filter(person_id__in=named)[:MOST_FOUND], by=by)
    return _pieces(mine.filter(application__reference=reference), by=by)


def box(consignment_id: uuid.UUID, *, by: Actor) -> Consignment:
    """A box of the own institution. Raises `NotFound` for any other."""
    found = selectors.consignment(consignment_id)
    if str(found.institution_id) != own_institution(by) or found.state not in VISIBLE_BOXES:
        raise NotFound("consignment")
    return found


def pieces_of(found: Consignment, *, by: Actor) -> list[Piece]:
    """What is, or was, in a box."""
    return _pieces(selectors.pieces_of(found.pk), by=by)


def piece(parcel_id: uuid.UUID, *, by: Actor) -> Piece:
    """A card of the own institution. Raises `NotFound` for any other."""
    found = _own(by).filter(pk=parcel_id).first()
    if found is None:
        raise NotFound("parcel")
    return _pieces([found], by=by)[0]


def receive(
    consignment_id: uuid.UUID, *, there: Collection[uuid.UUID], missing: Collection[uuid.UUID], by: Actor
) -> None:
    """The box was opened and counted: of every card it is said whether it was there.

    Raises `Refused("pieces_not_counted")` when of one nothing, or both, is said.
    """
    own = own_institution(by)
    with transaction.atomic():
        found = consignments.locked(consignment_id)
        if str(found.institution_id) != own:
            raise NotFound("consignment")
        inside = [one for one in parcels.locked_pieces(found) if one.state == State.ENCLOSED]
        uncounted = sum((one.pk in there) == (one.pk in missing) for one in inside)
        gone = [one for one in inside if one.pk in missing]
        consignments.carry_out(
            found,
            ConsignmentAct.RECEIVE,
            by=by,
            now=clock.now(),
            uncounted=uncounted,
            trouble="pieces_missing" if gone else "",
            there=len(inside) - len(gone),
            missing=len(gone),
        )
        for one in inside:
            if one in gone:
                parcels.carry_out(one, Act.MISS, by=by, now=clock.now(), trouble="not_in_the_box")
                tell_holder(one, "card_missing", once=str(found.pk))
            else:
                _arrived(one, by=by)


def find_later(parcel_id: uuid.UUID, *, by: Actor) -> None:
    """A card that was said to be missing turned up after all."""
    with transaction.atomic():
        _arrived(_locked(parcel_id, by=by), by=by)


def _arrived(parcel: Parcel, *, by: Actor) -> None:
    parcels.carry_out(parcel, Act.RECEIVE, by=by, now=clock.now())
    tell_holder(parcel, "card_with_representative", once=f"{parcel.consignment_id}")


def hand_over(parcel_id: uuid.UUID, *, identity_checked: bool, by: Actor) -> None:
    """The holder takes the card and shows who they are: from here on it counts as delivered, and the PIN may follow."""
    with transaction.atomic():
        parcel = _locked(parcel_id, by=by)
        application = application_services.locked(parcel.application_id)
        parcels.carry_out(
            parcel,
            Act.HAND_OVER,
            by=by,
            now=clock.now(),
            identity_checked=identity_checked,
            certificate_stands=certificates.standing_of_order(parcel.order_id) is not None,
        )
        application_services.carry_out(application, ApplicationAct.DELIVER, by=SYSTEM)
        tell_holder(parcel, "parcel_delivered", once="representative")


def return_to_centre(parcel_id: uuid.UUID, *, why: str, by: Actor) -> None:
    """The holder has left or never came: the card goes back to the centre, and the holder hears why."""
    if why not in words.RETURNED_WHY:
        raise Invalid("return_reason_unknown", field="why")
    with transaction.atomic():
        parcel = _locked(parcel_id, by=by)
        parcels.carry_out(parcel, Act.RETURN_TO_CENTRE, by=by, now=clock.now(), returned_why=why, why=why)
        tell_holder(parcel, "card_sent_back", once=f"{parcel.consignment_id}")


def own_institution(by: Actor) -> str:
    """The institution for which the actor is e-imza temsilcisi today: asked anew each time, appointments end."""
    if by.role is not Role.REPRESENTATIVE or by.institution_id is None:
        raise NotFound
    if not institutions.holds_appointment(
        person_id=by.id, institution_id=by.institution_id, role=Appointment.Capacity.REPRESENTATIVE
    ):
        raise NotFound
    return by.institution_id


def _own(by: Actor) -> QuerySet[Parcel]:
    return selectors.parcels_of_institution(own_institution(by)).filter(state__in=VISIBLE)


def _locked(parcel_id: uuid.UUID, *, by: Actor) -> Parcel:
    """Application first, then parcel, and only one of the own institution."""
    known = piece(parcel_id, by=by).parcel
    application_services.locked(known.application_id)
    return parcels.locked(parcel_id)


def _pieces(found: Iterable[Parcel], *, by: Actor) -> list[Piece]:
    rows = list(found)
    cards = production.living_cards_of(row.order_id for row in rows)
    standing = certificates.standing_of_orders(row.order_id for row in rows)
    return [
        Piece(
            parcel=row,
            card_end=cards[row.order_id].card_serial[-4:] if row.order_id in cards else "",
            closed=row.order_id not in standing,
            acts=_acts(row, by, certificate_stands=row.order_id in standing),
        )
        for row in rows
    ]


def _acts(row: Parcel, by: Actor, *, certificate_stands: bool) -> frozenset[Act]:
    facts = parcels.facts_of(row, by=by, identity_checked=True, certificate_stands=certificate_stands)
    return frozenset(Act(act) for act in PARCEL.open_to(role=by.role, state=State(row.state), facts=facts))
