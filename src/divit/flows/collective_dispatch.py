"""Toplu gönderi, the centre's side: cards of one institution in one box, announced, followed, taken back or given up.

As with a single parcel the courier is called outside every transaction, and what it tells is applied once. What the
courier says of the box moves the box alone; each card moves when somebody has seen it, or has given the box up.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet

from divit.applications.parts import AddressKind
from divit.audit import ledger
from divit.certificates import selectors as certificates
from divit.delivery import selectors
from divit.delivery.lifecycle import Act, ConsignmentAct, ConsignmentState, State
from divit.delivery.models import Consignment, CourierReport, Parcel
from divit.delivery.ports import Courier, Recipient
from divit.delivery.services import consignments, parcels
from divit.flows import card_production, lost_cards
from divit.flows.jobs import each, later
from divit.flows.notices import tell
from divit.institutions import selectors as institutions
from divit.institutions.models import Appointment
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor
from divit.kernel.errors import Invalid, NeighbourFailed, NotFound, Refused
from divit.kernel.writing import line
from divit.production import selectors as production_selectors
from divit.production import services as production
from divit.production.lifecycle import Act as OrderAct
from divit.production.lifecycle import State as OrderState
from divit.production.models import CardOrder

MOST_PIECES = 100
_LONGEST_ADDRESS = 200
REFUSED = "address_refused"
_PATIENCE = timedelta(minutes=2)
_ACT_OF = {
    "on_the_way": ConsignmentAct.DEPART,
    "delivered": ConsignmentAct.DELIVER,
    "returned": ConsignmentAct.RETURN,
}


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """How many cards of an institution wait for a box."""

    institution_id: uuid.UUID
    name: str
    count: int


def waiting() -> list[Waiting]:
    """The institutions whose cards wait for a box, the longest waiting first."""
    found: dict[uuid.UUID, list[CardOrder]] = {}
    for order in [*_inspected(), *_come_back()]:
        found.setdefault(order.institution_id, []).append(order)
    return [
        Waiting(institution_id=institution_id, name=orders[0].institution.name, count=len(orders))
        for institution_id, orders in found.items()
    ]


def packable(institution_id: uuid.UUID) -> list[CardOrder]:
    """The cards of an institution that may go into a box now: inspected ones, and those that came back."""
    return [order for order in [*_inspected(), *_come_back()] if order.institution_id == institution_id]


def _inspected() -> QuerySet[CardOrder]:
    found = production_selectors.in_states([OrderState.INSPECTED])
    return found.filter(application__address_kind=AddressKind.REPRESENTATIVE)


def _come_back() -> QuerySet[CardOrder]:
    found = production_selectors.in_states([OrderState.DISPATCHED])
    back = selectors.in_states([State.RETURNED]).values("order_id").order_by()
    return found.filter(application__address_kind=AddressKind.REPRESENTATIVE, pk__in=back)


def closed_among(orders: Iterable[CardOrder]) -> list[CardOrder]:
    """Those of these cards whose certificate was closed, by its holder or by a later application: they go nowhere."""
    asked = list(orders)
    standing = certificates.standing_of_orders(order.pk for order in asked)
    return [order for order in asked if order.pk not in standing]


def check_cards(digits: Mapping[uuid.UUID, str]) -> list[uuid.UUID]:
    """The orders whose card is not the one in the hand; `digits` are the ends of the numbers, read from the cards."""
    cards = production_selectors.living_cards_of(digits)
    return [
        order_id
        for order_id, typed in digits.items()
        if order_id not in cards or typed.strip() != cards[order_id].card_serial[-4:]
    ]


def pack(
    institution_id: uuid.UUID,
    *,
    appointment_id: uuid.UUID | None,
    address: str,
    digits: Mapping[uuid.UUID, str],
    by: Actor,
) -> Consignment:
    """Close a box with these cards, each with the end of its number as read from it, addressed to a representative.

    A card whose certificate was closed meanwhile is left out (`left_out`); the others go. Raises `Invalid` with the
    field, and `Refused` when no card is left, or one may not go for another reason: then none goes.
    """
    where = line(address, field="address", longest=_LONGEST_ADDRESS)
    appointment = _addressee(institution_id, appointment_id)
    if not digits:
        raise Refused("consignment_empty")
    if len(digits) > MOST_PIECES:
        raise Refused("consignment_too_full", most=MOST_PIECES)
    with transaction.atomic():
        orders = [production.locked(order_id) for order_id in sorted(digits)]
        fit = {order.pk for order in packable(institution_id)}
        if not fit.issuperset(order.pk for order in orders):
            raise NotFound("card order")
        for order in orders:
            production.check_in_hand(order, digits[order.pk])
        going = _standing(orders)
        consignment = consignments.pack(
            institution_id=institution_id, appointment_id=appointment.pk, address=where, by=by
        )
        for order in going:
            _enclose(consignment, order, by=by)
        _announce_later(consignment)
    return consignment


def _standing(orders: list[CardOrder]) -> list[CardOrder]:
    closed = {order.pk for order in closed_among(orders)}
    going = [order for order in orders if order.pk not in closed]
    if not going:
        raise Refused("certificate_does_not_stand")
    return going


def left_out(consignment: Consignment, order_ids: Iterable[uuid.UUID]) -> list[CardOrder]:
    """Which of the cards that were meant for a box do not lie in it."""
    enclosed = {piece.order_id for piece in selectors.pieces_of(consignment.pk)}
    return [production_selectors.order(order_id) for order_id in order_ids if order_id not in enclosed]


def _addressee(institution_id: uuid.UUID, appointment_id: uuid.UUID | None) -> Appointment:
    acting = {one.pk: one for one in institutions.representatives_of(institution_id)}
    chosen = acting.get(appointment_id) if appointment_id else None
    if chosen is None:
        raise Invalid("representative_not_chosen", field="appointment")
    if not chosen.person.phone:
        raise Invalid("representative_without_phone", field="appointment")
    return chosen


def _enclose(consignment: Consignment, order: CardOrder, *, by: Actor) -> None:
    now = clock.now()
    if order.state == OrderState.INSPECTED:
        production.carry_out(
            order,
            OrderAct.DISPATCH,
            by=by,
            living_certificate=card_production.stands(order),
            now=now,
            consignment=str(consignment.pk),
        )
    elif not card_production.stands(order):
        raise Refused("certificate_does_not_stand")
    parcels.enclose(
        consignment,
        order_id=order.pk,
        application_id=order.application_id,
        person_id=order.person_id,
        produced_by=order.produced_by,
        by=by,
        now=now,
    )


def announce(consignment_id: uuid.UUID, *, courier: Courier) -> None:
    """Tell the courier and get the tracking number. Raises `NeighbourFailed` to be tried again.

    A clear no is shown at the desk and not asked for again by itself. What the courier told of the number too early
    is followed by the clock.
    """
    box = selectors.consignment(consignment_id)
    if box.state != ConsignmentState.PACKED:
        return
    consignments.record_asking(box.pk, now=clock.now())
    person = box.appointment.person
    try:
        tracking_no = courier.create(
            parcel_id=box.courier_parcel_id,
            recipient=Recipient(name=person.name, phone=person.phone, tckn_last4=person.tckn[-4:]),
            address=f"{box.institution.name}, {box.address}",
            reference=box.reference,
        )
    except NeighbourFailed as failure:
        if failure.how == "refused":
            consignments.note_trouble(box.pk, REFUSED)
            return
        consignments.note_trouble(box.pk, "courier_down")
        raise
    with transaction.atomic():
        current = consignments.locked(box.pk)
        if current.state == ConsignmentState.PACKED and current.journey == box.journey:
            consignments.carry_out(
                current, ConsignmentAct.ANNOUNCE, by=SYSTEM, now=clock.now(), tracking_no=tracking_no
            )
            _tell_addressee(current, "consignment_sent")
            for piece in selectors.pieces_of(current.pk):
                tell_holder(piece, "card_to_representative", once=f"{current.pk}:{current.journey}")


def follow(consignment: Consignment, report: CourierReport, *, by: Actor) -> None:
    """On a locked box: do what the law follows, and keep with the report why it did not."""
    act = _ACT_OF.get(report.kind)
    refused = ""
    try:
        if act is not None:
            with transaction.atomic():
                _move(consignment, act, by=by, identity_checked=report.identity_checked)
    except Refused as refusal:
        refused = refusal.code
        _note_refusal(consignment, refused)
    parcels.judge_report(report, refused)


def _move(consignment: Consignment, act: ConsignmentAct, *, by: Actor, identity_checked: bool) -> None:
    consignments.carry_out(consignment, act, by=by, now=clock.now(), identity_checked=identity_checked)
    if act is ConsignmentAct.DELIVER:
        _tell_addressee(consignment, "consignment_arrived")


def _note_refusal(consignment: Consignment, code: str) -> None:
    """A report that the law did not follow, where somebody must do something about it."""
    if consignment.state == ConsignmentState.LOST:
        consignments.note_trouble(consignment.pk, "turned_up")
    elif code == "consignment_identity_not_checked":
        consignments.note_trouble(consignment.pk, code)


def retry(consignment_id: uuid.UUID, *, by: Actor) -> None:
    """Ask the courier again for a box that it refused; the job itself decides whether anything is left to do."""
    with transaction.atomic():
        box = consignments.locked(consignment_id)
        ledger.record(by=by, act="consignment.retry", subject=("consignment", str(box.pk)))
        _announce_later(box)


def send_again(consignment_id: uuid.UUID, *, by: Actor) -> None:
    """A returned box goes on its next journey, to the same representative."""
    with transaction.atomic():
        box = consignments.locked(consignment_id)
        acts = institutions.holds_appointment(
            person_id=box.appointment.person_id,
            institution_id=box.institution_id,
            role=Appointment.Capacity.REPRESENTATIVE,
        )
        consignments.carry_out(box, ConsignmentAct.SEND_AGAIN, by=by, now=clock.now(), addressee_acts=acts)
        _announce_later(box)


def unpack(consignment_id: uuid.UUID, *, by: Actor) -> None:
    """A box that is at the centre is opened; its cards wait for another one."""
    with transaction.atomic():
        box = consignments.locked(consignment_id)
        pieces = parcels.locked_pieces(box)
        consignments.carry_out(box, ConsignmentAct.UNPACK, by=by, now=clock.now())
        for piece in _enclosed(pieces):
            parcels.carry_out(piece, Act.TAKE_BACK, by=by, now=clock.now())


def lose(consignment_id: uuid.UUID, *, by: Actor) -> None:
    """The courier has lost the box: every card in it is given up, each in a transaction of its own."""
    with transaction.atomic():
        box = consignments.locked(consignment_id)
        pieces = parcels.locked_pieces(box)
        consignments.carry_out(box, ConsignmentAct.LOSE, by=by, now=clock.now())
        for piece in _enclosed(pieces):
            parcels.carry_out(piece, Act.MISS, by=by, now=clock.now())
            _give_up_later(piece)


def _enclosed(pieces: Iterable[Parcel]) -> list[Parcel]:
    return [piece for piece in pieces if piece.state == State.ENCLOSED]


def give_up(parcel_id: uuid.UUID) -> None:
    """A card of a lost box: its certificate ends and a new card is made. Done already, nothing happens."""
    if selectors.parcel(parcel_id).state == State.MISSING:
        lost_cards.give_up(parcel_id, by=SYSTEM)


def take_back(parcel_id: uuid.UUID, *, digits: str, by: Actor) -> None:
    """A card that a representative sent back, or that never left, lies at the centre: its number is read from it."""
    with transaction.atomic():
        parcel, order = lost_cards.locked(parcel_id)
        production.check_in_hand(order, digits)
        parcels.carry_out(parcel, Act.TAKE_BACK, by=by, now=clock.now())
        tell_holder(parcel, "card_back_at_centre", once=f"{parcel.consignment_id}")


def resume() -> int:
    """Put back the jobs of boxes without a number, and of cards in lost boxes; returns how many there were."""
    before = clock.now() - _PATIENCE
    packed = selectors.consignments_in([ConsignmentState.PACKED])
    boxes = [box for box in packed if box.changed_at < before and box.trouble != REFUSED]
    lost = selectors.in_states([State.MISSING]).filter(consignment__state=ConsignmentState.LOST)
    pieces = list(lost.filter(changed_at__lt=before))
    each(boxes, _announce_again)
    each(pieces, _give_up_again)
    return len(boxes) + len(pieces)


def _announce_again(box: Consignment) -> None:
    with transaction.atomic():
        _announce_later(box)


def _give_up_again(piece: Parcel) -> None:
    with transaction.atomic():
        _give_up_later(piece)


def tell_holder(parcel: Parcel, notice: str, *, once: str, **facts: str) -> None:
    """The holder hears of the card; `once` is what makes this time another one."""
    tell(
        person=parcel.person,
        notice=notice,
        subject=("application", str(parcel.application_id)),
        dedupe=f"{notice}:{parcel.pk}:{once}",
        **facts,
    )


def _tell_addressee(box: Consignment, notice: str) -> None:
    tell(
        person=box.appointment.person,
        notice=notice,
        subject=("consignment", str(box.pk)),
        dedupe=f"{notice}:{box.pk}:{box.journey}",
        reference=box.reference,
        tracking_no=box.tracking_no,
        count=len(selectors.pieces_of(box.pk)),
    )


def _announce_later(box: Consignment) -> None:
    later(
        "delivery.announce_consignment",
        queueing_lock=f"delivery.announce_consignment:{box.pk}",
        consignment_id=str(box.pk),
    )


def _give_up_later(piece: Parcel) -> None:
    later("delivery.give_up", queueing_lock=f"delivery.give_up:{piece.pk}", parcel_id=str(piece.pk))
