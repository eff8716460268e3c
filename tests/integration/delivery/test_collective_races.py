"""Two at once at the representative's desk: one of them is refused, and nothing happens twice."""

from collections.abc import Callable

import pytest

from divit.applications.models import Application
from divit.delivery.models import Consignment, Parcel
from divit.flows import collective_hand_over, lost_cards
from divit.identity.models import Person
from divit.kernel.actors import Actor
from divit.kernel.errors import DivitError
from divit.notifications.models import Message
from divit.production.models import CardOrder
from tests.fixtures_cards import DISPATCHER, digits_of
from tests.fixtures_consignments import Office
from tests.integration.applications.test_races import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("pin_recipient")]


@pytest.fixture
def both(office: Office, make_person: Callable[..., Person]) -> tuple[list[CardOrder], Actor, Actor]:
    """Two cards, two representatives of one institution."""
    orders = office.inspected(2)
    first, second = (office.appoint(make_person(surname), orders[0].institution) for surname in ("Yıldız", "Çınar"))
    return orders, first, second


def _refused(results: list[object]) -> list[str]:
    return sorted(str(one) for one in results if isinstance(one, DivitError))


def test_two_representatives_hand_over_the_same_card(
    office: Office, both: tuple[list[CardOrder], Actor, Actor]
) -> None:
    orders, omer, su = both
    for parcel in office.received(orders, by=omer):
        results = at_once(
            *[
                lambda p=parcel, by=by: collective_hand_over.hand_over(p.pk, identity_checked=True, by=by)
                for by in (omer, su)
            ]
        )
        assert _refused(results) == ["not_from_this_state"]
        assert Application.objects.get(pk=parcel.application_id).state == "delivered"
        assert Message.objects.filter(notice="parcel_delivered", person_id=parcel.person_id).count() == 2


def test_hand_over_against_return(office: Office, both: tuple[list[CardOrder], Actor, Actor]) -> None:
    orders, omer, su = both
    for parcel in office.received(orders, by=omer):
        results = at_once(
            lambda p=parcel: collective_hand_over.hand_over(p.pk, identity_checked=True, by=omer),
            lambda p=parcel: collective_hand_over.return_to_centre(p.pk, why="never_came", by=su),
        )
        assert _refused(results) == ["not_from_this_state"]
        state = Parcel.objects.get(pk=parcel.pk).state
        delivered = Application.objects.get(pk=parcel.application_id).state == "delivered"
        assert (state, delivered) in {("delivered", True), ("returning", False)}


def test_two_count_the_same_box(office: Office, both: tuple[list[CardOrder], Actor, Actor]) -> None:
    orders, omer, su = both
    box = office.arrived(orders)
    keys = {Parcel.objects.get(order=order).pk for order in orders}
    results = at_once(
        lambda: collective_hand_over.receive(box.pk, there=keys, missing=set(), by=omer),
        lambda: collective_hand_over.receive(box.pk, there=set(), missing=keys, by=su),
    )
    assert _refused(results) == ["not_from_this_state"]
    assert len(set(Parcel.objects.values_list("state", flat=True))) == 1


def test_found_against_given_up(office: Office, both: tuple[list[CardOrder], Actor, Actor]) -> None:
    orders, omer, _su = both
    for parcel in office.received(orders, by=omer, missing=orders):
        results = at_once(
            lambda p=parcel: collective_hand_over.find_later(p.pk, by=omer),
            lambda p=parcel: lost_cards.give_up(p.pk, by=DISPATCHER),
        )
        assert _refused(results) == ["not_from_this_state"]
        state = Parcel.objects.get(pk=parcel.pk).state
        order = CardOrder.objects.get(pk=parcel.order_id).state
        assert (state, order) in {("with_representative", "dispatched"), ("lost", "spoiled")}


def test_the_same_cards_into_two_boxes(office: Office, both: tuple[list[CardOrder], Actor, Actor]) -> None:
    orders, _omer, _su = both
    digits = {order.pk: digits_of(order) for order in orders}
    results = at_once(*[lambda: office.pack(orders, digits=digits) for _ in range(3)])
    assert len(_refused(results)) == 2
    assert Consignment.objects.count() == 1
    assert Parcel.objects.filter(state="enclosed").count() == 2
