"""Cards of an institution that travel together: inspected ones, a representative, and a box at any point of its way.

Use in a conftest beside fixtures_cards: `from tests.fixtures_consignments import *`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from divit.delivery.models import Consignment, Parcel
from divit.flows import card_delivery, card_production, collective_dispatch, collective_hand_over
from divit.identity.models import Person
from divit.institutions import services as institutions
from divit.institutions.models import Appointment, Institution
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor, Level, Role
from divit.production.models import CardOrder
from tests.fixtures_cards import DISPATCHER, INSPECTOR, PRODUCER, ScriptedCourier, ScriptedStation, digits_of

__all__ = ["TOGETHER", "Office", "office"]

# What an application says where the institution has its cards sent to its representative.
TOGETHER = dict.fromkeys(
    ["company", "province", "district", "neighbourhood", "postal_code", "street", "building", "flat"], ""
) | {"address_kind": "rep"}
ADDRESS = "Bilgi İşlem Daire Başkanlığı, Atatürk Bulvarı 98, Çankaya / Ankara"


@dataclass
class Office:
    """One institution's side, with the centre's desks at hand."""

    make_order: Callable[..., CardOrder]
    make_person: Callable[..., Person]
    run_jobs: Callable[..., None]
    courier: ScriptedCourier
    appointments: list[Appointment] = field(default_factory=list)

    def inspected(self, count: int = 2, *, people: Sequence[Person | None] = ()) -> list[CardOrder]:
        """Cards of this institution that wait for a box."""
        orders = [self.make_order(person, **TOGETHER) for person in people or [None] * count]
        for order in orders:
            card_production.take(order.pk, by=PRODUCER)
        self.run_jobs()
        for order in orders:
            card_production.inspect(order.pk, digits=digits_of(order), by=INSPECTOR)
        return orders

    def appoint(self, person: Person, institution: Institution) -> Actor:
        """The person becomes e-imza temsilcisi."""
        row = institutions.appoint(
            institution_id=institution.pk,
            person_id=person.pk,
            role="representative",
            starts=clock.today(),
            by=SYSTEM,
        )
        self.appointments.append(row)
        return self.acting(person, institution)

    @staticmethod
    def acting(person: Person, institution: Institution) -> Actor:
        level = Level.SUBSTANTIAL
        return Actor(role=Role.REPRESENTATIVE, id=str(person.pk), level=level, institution_id=str(institution.pk))

    def pack(self, orders: Sequence[CardOrder], *, by: Actor = DISPATCHER, **more: Any) -> Consignment:
        """A closed box, addressed to the representative who was appointed first."""
        told: dict[str, Any] = {
            "appointment_id": self.appointments[0].pk,
            "address": ADDRESS,
            "digits": {order.pk: digits_of(order) for order in orders},
        }
        return collective_dispatch.pack(orders[0].institution_id, by=by, **(told | more))

    def sent(self, orders: Sequence[CardOrder]) -> Consignment:
        """A box with a tracking number."""
        box = self.pack(orders)
        self.run_jobs()
        box.refresh_from_db()
        return box

    def arrived(self, orders: Sequence[CardOrder]) -> Consignment:
        """A box that the courier has handed to the representative."""
        box = self.sent(orders)
        self.courier.happened(box.tracking_no, "delivered", checked=True)
        card_delivery.read_events(courier=self.courier)
        box.refresh_from_db()
        return box

    def received(self, orders: Sequence[CardOrder], *, by: Actor, missing: Sequence[CardOrder] = ()) -> list[Parcel]:
        """Counted: the parcels in the order of `orders`."""
        box = self.arrived(orders)
        parcels = [Parcel.objects.get(order=order) for order in orders]
        gone = {parcel.pk for parcel in parcels if parcel.order_id in {order.pk for order in missing}}
        there = {parcel.pk for parcel in parcels} - gone
        collective_hand_over.receive(box.pk, there=there, missing=gone, by=by)
        for parcel in parcels:
            parcel.refresh_from_db()
        return parcels


@pytest.fixture
def office(
    make_order: Callable[..., CardOrder],
    make_person: Callable[..., Person],
    run_jobs: Callable[..., None],
    station: ScriptedStation,
    courier: ScriptedCourier,
) -> Office:
    """The desks of the centre and of one institution."""
    return Office(make_order=make_order, make_person=make_person, run_jobs=run_jobs, courier=courier)
