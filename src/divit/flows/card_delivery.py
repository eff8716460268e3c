"""From an inspected card to its holder's hand: packed, announced, followed, delivered with the identity checked.

The courier is called outside every transaction: that we ask is written before, what came back after. Its list of
events is read by cursor; an event is kept once, and what the law does not follow is kept with the reason.
"""

import uuid
from datetime import timedelta

from django.db import transaction

from divit.applications import selectors as applications
from divit.applications import services as application_services
from divit.applications.lifecycle import Act as ApplicationAct
from divit.applications.models import Application
from divit.audit import ledger
from divit.certificates import selectors as certificates
from divit.delivery import selectors
from divit.delivery.lifecycle import Act, State
from divit.delivery.models import ADDRESS_REFUSED, NO_SUCH_PARCEL, Consignment, CourierReport, Parcel
from divit.delivery.ports import Courier, CourierEvent, Recipient
from divit.delivery.services import consignments, parcels
from divit.flows import card_production, collective_dispatch
from divit.flows.jobs import each, later
from divit.flows.notices import tell
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor, Level, Role
from divit.kernel.errors import NeighbourFailed, Refused
from divit.production import services as production
from divit.production.lifecycle import Act as OrderAct

COURIER = Actor(role=Role.COURIER, id="courier", level=Level.SUBSTANTIAL)
REFUSED = ADDRESS_REFUSED
_PATIENCE = timedelta(minutes=2)
_ACT_OF = {"on_the_way": Act.DEPART, "delivered": Act.DELIVER, "returned": Act.RETURN}
_NOTICE_OF = {
    Act.DEPART: "parcel_on_the_way",
    Act.DELIVER: "parcel_delivered",
    Act.COLLECT: "parcel_delivered",
    Act.RETURN: "parcel_returned",
}


def dispatch(order_id: uuid.UUID, *, digits: str, by: Actor) -> Parcel:
    """Pack an inspected card, whose number ends in `digits`, for the courier (Kuryeye hazırla).

    Raises `Refused("goes_to_representative")` for a card that travels in its institution's box.
    """
    with transaction.atomic():
        order = production.locked(order_id)
        if applications.application(order.application_id).goes_to_representative:
            raise Refused("goes_to_representative")
        production.check_in_hand(order, digits)
        earlier = parcels.locked_of_order(order.pk)
        standing = card_production.stands(order)
        production.carry_out(order, OrderAct.DISPATCH, by=by, living_certificate=standing, now=clock.now())
        parcel = parcels.pack(
            earlier,
            order_id=order.pk,
            application_id=order.application_id,
            person_id=order.person_id,
            produced_by=order.produced_by,
            by=by,
            now=clock.now(),
        )
        announce_later(parcel)
        return parcel


def retry(parcel_id: uuid.UUID, *, by: Actor) -> None:
    """Ask the courier again for a parcel that it refused; the job itself decides whether anything is left to do."""
    with transaction.atomic():
        parcel = parcels.locked(parcel_id)
        if (parcel.state, parcel.trouble) == (State.PACKED, REFUSED):
            # From here on the courier may take it to the old address: another one would send a second courier.
            parcels.note_trouble(parcel.pk, "")
        ledger.record(by=by, act="parcel.retry", subject=("parcel", str(parcel.pk)), person_id=str(parcel.person_id))
        announce_later(parcel)


def announce(parcel_id: uuid.UUID, *, courier: Courier) -> None:
    """Tell the courier and get the tracking number. Raises `NeighbourFailed` to be tried again.

    A clear no is shown at the desk and not asked for again by itself: somebody must put it right.
    """
    parcel = selectors.parcel(parcel_id)
    if parcel.state != State.PACKED:
        return
    parcels.record_asking(parcel.pk, now=clock.now())
    application = applications.application(parcel.application_id)
    try:
        tracking_no = courier.create(
            parcel_id=parcel.courier_parcel_id,
            recipient=_recipient(application),
            address=destination(parcel, application),
            reference=application.reference,
        )
    except NeighbourFailed as failure:
        if failure.how == "refused":
            _say_refused(parcel)
            return
        parcels.note_trouble(parcel.pk, "courier_down")
        raise
    with transaction.atomic():
        current = parcels.locked(parcel.pk)
        if current.state == State.PACKED and current.journey == parcel.journey:
            parcels.carry_out(current, Act.ANNOUNCE, by=SYSTEM, now=clock.now(), tracking_no=tracking_no)
            _tell(current, "parcel_handed_over")
    follow_early_reports()


def _say_refused(parcel: Parcel) -> None:
    """At the desk, and to the holder, who alone may name another address; not when that was done meanwhile."""
    with transaction.atomic():
        current = parcels.locked(parcel.pk)
        if (current.state, current.journey) == (State.PACKED, parcel.journey):
            parcels.note_trouble(parcel.pk, REFUSED)
            _tell(current, "parcel_address_refused")


def read_events(*, courier: Courier) -> int:
    """Read on in the courier's list and apply each event once; returns how many were new.

    Each event is a transaction of its own, and the cursor moves last: what is read again is known already.
    """
    before = parcels.feed_cursor()
    events, after = courier.events(before)
    new = sum(_apply(event) for event in events)
    if after != before:
        parcels.advance_feed(before=before, after=after)
    return new


def _apply(event: CourierEvent) -> bool:
    with transaction.atomic():
        sent = _sent_under(event.tracking_no)
        report = parcels.hear(event)
        if report is None:
            return False
        _heed(sent, report)
        return True


def _sent_under(tracking_no: str) -> Parcel | Consignment | None:
    """What goes under this number, locked: a single parcel, or a box of cards."""
    parcel = selectors.parcel_by_number(tracking_no)
    if parcel is not None:
        return _locked(parcel.pk)
    box = selectors.consignment_by_number(tracking_no)
    return consignments.locked(box.pk) if box else None


def _heed(sent: Parcel | Consignment | None, report: CourierReport) -> None:
    if sent is None:
        parcels.judge_report(report, NO_SUCH_PARCEL)
    elif isinstance(sent, Consignment):
        collective_dispatch.follow(sent, report, by=COURIER)
    else:
        _follow(sent, report)


def follow_early_reports() -> int:
    """Follow what the courier told of a number before it had told us that number; returns how many reports there were.

    Called after the number was kept, and by the clock: a report that is being heard in the very moment is found then.
    """
    return len(each(selectors.early_reports(), _follow_early))


def _follow_early(report: CourierReport) -> None:
    with transaction.atomic():
        sent = _sent_under(report.tracking_no)
        if sent is not None and sent.tracking_no == report.tracking_no and parcels.is_unheard(report):
            _heed(sent, report)


def _follow(parcel: Parcel, report: CourierReport) -> None:
    """On a locked parcel: do what the law follows, and keep with the report why it did not."""
    act = _ACT_OF.get(report.kind)
    refused = ""
    try:
        if act is not None:
            with transaction.atomic():
                _move(parcel, act, by=COURIER, identity_checked=report.identity_checked)
    except Refused as refusal:
        refused = refusal.code
        if refused == "identity_not_checked":
            parcels.note_trouble(parcel.pk, refused)
    parcels.judge_report(report, refused)


def collect(parcel_id: uuid.UUID, *, identity_checked: bool, by: Actor) -> None:
    """A returned card is handed to its holder at the centre's counter, identity checked."""
    with transaction.atomic():
        _move(_locked(parcel_id), Act.COLLECT, by=by, identity_checked=identity_checked)


def send_again(parcel_id: uuid.UUID, *, by: Actor) -> None:
    """A returned card goes on its next journey."""
    with transaction.atomic():
        parcel = _locked(parcel_id)
        has_address = not applications.application(parcel.application_id).goes_to_representative
        parcels.carry_out(
            parcel,
            Act.SEND_AGAIN,
            by=by,
            now=clock.now(),
            has_address=has_address,
            certificate_stands=certificate_stands(parcel),
        )
        announce_later(parcel)


def certificate_stands(parcel: Parcel) -> bool:
    """Whether the certificate on the card was not closed while it was on its way or waited."""
    return certificates.standing_of_order(parcel.order_id) is not None


def resume() -> int:
    """For every parcel that still has no tracking number put its job back; returns how many there were.

    Reports that came before their parcel's number are followed.
    """
    before = clock.now() - _PATIENCE
    packed = selectors.in_states([State.PACKED])
    waiting = [parcel for parcel in packed if parcel.changed_at < before and parcel.trouble != REFUSED]
    each(waiting, _announce_again)
    follow_early_reports()
    return len(waiting)


def _announce_again(parcel: Parcel) -> None:
    with transaction.atomic():
        announce_later(parcel)


def _locked(parcel_id: uuid.UUID) -> Parcel:
    """Application first, then parcel: every flow locks in this order, and before it writes the ledger."""
    application_services.locked(selectors.parcel(parcel_id).application_id)
    return parcels.locked(parcel_id)


def _move(parcel: Parcel, act: Act, *, by: Actor, identity_checked: bool) -> None:
    parcels.carry_out(
        parcel,
        act,
        by=by,
        now=clock.now(),
        identity_checked=identity_checked,
        certificate_stands=certificate_stands(parcel),
    )
    if parcel.state in selectors.IN_HAND:
        application = application_services.locked(parcel.application_id)
        application_services.carry_out(application, ApplicationAct.DELIVER, by=SYSTEM)
    _tell(parcel, _NOTICE_OF[act])


def _tell(parcel: Parcel, notice: str) -> None:
    tell(
        person=parcel.person,
        notice=notice,
        subject=("application", str(parcel.application_id)),
        dedupe=f"{notice}:{parcel.pk}:{parcel.journey}",
        tracking_no=parcel.tracking_no,
    )


def announce_later(parcel: Parcel) -> None:
    """Ask the courier, once the act that this belongs to has lasted."""
    later("delivery.announce", queueing_lock=f"delivery.announce:{parcel.pk}", parcel_id=str(parcel.pk))


def _recipient(application: Application) -> Recipient:
    person = application.person
    return Recipient(name=person.name, phone=application.phone, tckn_last4=person.tckn[-4:])


def destination(parcel: Parcel | None, application: Application) -> str:
    """Where the card goes, as one line: what its holder said last, also for a card made anew."""
    return (parcel.address if parcel else "") or address_of(application)


def address_of(application: Application) -> str:
    """The delivery address of an application as one line, as the courier prints it."""
    parts = [
        application.company,
        application.neighbourhood,
        application.street,
        application.building,
        application.flat,
        f"{application.postal_code} {application.district_label} / {application.province}".strip(),
    ]
    return ", ".join(part for part in parts if part)
