"""The centre's side of a simulated year: cards are made, inspected, packed, and dealt with when they come back."""

import math
import random
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from divit.cli.simulation.house import House
from divit.delivery import selectors as delivery
from divit.delivery.lifecycle import ConsignmentState
from divit.delivery.lifecycle import State as ParcelState
from divit.delivery.models import Parcel
from divit.flows import card_delivery, card_production, collective_dispatch, lost_cards
from divit.institutions import selectors as institutions
from divit.production import selectors as production
from divit.production.lifecycle import State
from divit.production.models import CardOrder

_ADDRESS = "Bilgi İşlem Dairesi, Hakkı Turayliç Caddesi 5, Çankaya, Ankara"
_SHIFT, _SHIFT_IN_SEPTEMBER, _SEPTEMBER = 0.7, 0.45, 9
_SPOILT_AT_STATION, _SPOILT_AT_INSPECTION = 0.015, 0.006


@dataclass
class CentreDesks:
    """Producer, inspector and dispatcher."""

    house: House

    def produce(self) -> None:
        """The oldest orders first, as many as the shift can make; spoiled cards are made anew before all others."""
        by = self.house.cast.producer
        for order in self._orders(State.SPOILED):
            self.house.attempt("makes a card anew", partial(card_production.requeue, order.pk, by=by))
        queue = self._orders(State.QUEUED)
        for order in queue[: math.ceil(len(queue) * self._share())]:
            self.house.clock.wait(seconds=30)
            if self._dice("station", order).random() < _SPOILT_AT_STATION:
                self.house.neighbours.fail("card_station", "spoil", times=1)
            self.house.attempt("takes an order", partial(card_production.take, order.pk, by=by))
            self.house.workers.carry_out()

    def _share(self) -> float:
        """How much of the queue a day's shift makes: less when somebody is ill, and in September, when all come."""
        day = self.house.clock().date()
        usual = _SHIFT_IN_SEPTEMBER if day.month == _SEPTEMBER else _SHIFT
        return usual * self.house.dice("shift", day).choices((1.0, 0.4), (92, 8))[0]

    def inspect(self) -> None:
        """A second person looks at every card; some are scratched."""
        by = self.house.cast.inspector
        for order in self._orders(State.PRODUCED):
            self.house.clock.wait(seconds=20)
            scratched = self._dice("inspection", order).random() < _SPOILT_AT_INSPECTION
            if scratched or not card_production.stands(order):
                act = partial(card_production.spoil, order.pk, why="damaged", by=by)
            else:
                act = partial(card_production.inspect, order.pk, digits=_digits(order), by=by)
            self.house.attempt("inspects a card", act)

    def dispatch(self) -> None:
        """Cards for the courier, each for itself; and boxes for the representative."""
        by, together = self.house.cast.dispatcher, []
        for order in self._orders(State.INSPECTED):
            if not card_production.stands(order):
                act = partial(card_production.spoil, order.pk, why="damaged", by=by)
                self.house.attempt("gives a card up", act)
            elif order.application.goes_to_representative:
                together.append(order)
            else:
                self.house.attempt(
                    "packs a card", partial(card_delivery.dispatch, order.pk, digits=_digits(order), by=by)
                )
        self._pack(together)

    def _pack(self, orders: list[CardOrder]) -> None:
        institution_id = self.house.cast.institution_id
        new = {one.pk for one in orders}
        back = [one for one in collective_dispatch.packable(institution_id) if one.pk not in new]
        fit = [*orders, *(one for one in self._in_order(back) if card_production.stands(one))]
        to = institutions.representatives_of(institution_id)[0]
        for begin in range(0, len(fit), collective_dispatch.MOST_PIECES):
            box = fit[begin : begin + collective_dispatch.MOST_PIECES]
            act = partial(
                collective_dispatch.pack,
                institution_id,
                appointment_id=to.pk,
                address=_ADDRESS,
                digits={one.pk: _digits(one) for one in box},
                by=self.house.cast.dispatcher,
            )
            self.house.attempt("packs a box", act)

    def deal_with_returns(self) -> None:
        """What came back is sent again; what a representative sent back is taken in; what is missing is given up."""
        by = self.house.cast.dispatcher
        for box in delivery.consignments_in([ConsignmentState.RETURNED]):
            self.house.attempt("sends a box again", partial(collective_dispatch.send_again, box.pk, by=by))
        for parcel in self._parcels(ParcelState.RETURNED):
            if card_delivery.certificate_stands(parcel) and not parcel.application.goes_to_representative:
                self.house.attempt("sends a card again", partial(card_delivery.send_again, parcel.pk, by=by))
        for parcel in self._parcels(ParcelState.RETURNING):
            digits = _digits(parcel.order)
            self.house.attempt(
                "takes a card back", partial(collective_dispatch.take_back, parcel.pk, digits=digits, by=by)
            )
        for parcel in self._parcels(ParcelState.MISSING):
            self.house.attempt("gives a lost card up", partial(lost_cards.give_up, parcel.pk, by=by))

    def _orders(self, state: State) -> list[CardOrder]:
        return self._in_order(production.in_states([state]))

    def _in_order(self, orders: Iterable[CardOrder]) -> list[CardOrder]:
        """The oldest first; where several began together, by person: ids differ from one run to the next."""
        ours = [one for one in orders if one.application_id in self.house.applicants]
        return sorted(ours, key=lambda one: (one.queued_at, self._number(one.application_id)))

    def _parcels(self, state: ParcelState) -> list[Parcel]:
        ours = [one for one in delivery.in_states([state]) if one.application_id in self.house.applicants]
        return sorted(ours, key=lambda one: (one.packed_at, self._number(one.application_id)))

    def _number(self, application_id: UUID) -> int:
        return self.house.applicants[application_id].employee.number

    def _dice(self, what: str, order: CardOrder) -> random.Random:
        made = len(production.cards_of(order.pk))
        return self.house.dice(what, self._number(order.application_id), order.queued_at, made)


def _digits(order: CardOrder) -> str:
    """What whoever has the card in hand reads from it."""
    card = production.living_card_of(order.pk)
    return card.card_serial[-4:] if card else ""
