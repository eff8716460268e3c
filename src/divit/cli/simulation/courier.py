"""The courier of a simulated year: fetches parcels, brings most of them, and finds some doors closed."""

from dataclasses import dataclass, field
from functools import partial

from divit.cli.simulation.house import House
from divit.delivery import selectors as delivery
from divit.delivery.lifecycle import ConsignmentState
from divit.delivery.lifecycle import State as ParcelState
from divit.delivery.models import Consignment, Parcel

_COMES_BACK, _BOX_COMES_BACK = 0.05, 0.02


@dataclass
class CourierOnTheRoad:
    """Plays the simulated courier's page."""

    house: House
    fetched: set[str] = field(default_factory=set)

    def fetch(self) -> None:
        """The van comes in the evening: everything with a new tracking number goes with it."""
        parcels = [one for one in delivery.in_states([ParcelState.HANDED_OVER]) if one.tracking_no not in self.fetched]
        for parcel in sorted((one for one in parcels if one.application_id in self.house.applicants), key=self._place):
            self._take_along(parcel.tracking_no)
            dice = self.house.dice("parcel", *self._place(parcel), parcel.journey)
            back = dice.random() < _COMES_BACK
            self.house.soon(0.3 + dice.gammavariate(3, 0.6), "brings a card", partial(self._bring, parcel, back=back))
        boxes = [
            one
            for one in delivery.consignments_in([ConsignmentState.HANDED_OVER])
            if one.tracking_no not in self.fetched
        ]
        for box in sorted(boxes, key=self._place_of_box):
            self._take_along(box.tracking_no)
            dice = self.house.dice("box", *self._place_of_box(box), box.journey)
            back = dice.random() < _BOX_COMES_BACK
            self.house.soon(0.5 + dice.gammavariate(3, 0.4), "brings a box", partial(self._bring_box, box, back=back))
        self.tell()

    def _place(self, parcel: Parcel) -> tuple[object, ...]:
        """For one order whatever the ids are."""
        return parcel.packed_at, self.house.applicants[parcel.application_id].employee.number

    def _place_of_box(self, box: Consignment) -> tuple[object, ...]:
        inside = delivery.pieces_of(box.pk)
        return box.packed_at, min(self.house.applicants[one.application_id].employee.number for one in inside)

    def _take_along(self, tracking_no: str) -> None:
        self.fetched.add(tracking_no)
        self.house.neighbours.carry(tracking_no, "picked_up")
        self.house.neighbours.carry(tracking_no, "on_the_way")

    def _bring(self, parcel: Parcel, *, back: bool) -> None:
        life = self.house.applicants[parcel.application_id]
        if back or life.has_left:
            self.house.neighbours.carry(parcel.tracking_no, "returned", note="Adreste bulunamadı")
            self.tell()
            return
        self.house.neighbours.carry(parcel.tracking_no, "delivered", last4=life.employee.tckn[-4:])
        self.tell()
        if delivery.parcel(parcel.pk).state == ParcelState.DELIVERED:
            life.have_card(parcel.application_id)

    def _bring_box(self, box: Consignment, *, back: bool) -> None:
        if back:
            self.house.neighbours.carry(box.tracking_no, "returned", note="Temsilci yerinde yoktu")
        else:
            last4 = self.house.cast.representative_last4
            self.house.neighbours.carry(box.tracking_no, "delivered", last4=last4)
        self.tell()

    def tell(self) -> None:
        """The worker, who asks every ten seconds, has heard of it."""
        self.house.workers.do("delivery.read_events")
