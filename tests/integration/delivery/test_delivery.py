"""From an inspected card to its holder: announced once, followed event by event, delivered to a checked identity."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction

from divit.applications.models import Application
from divit.certificates.models import Certificate
from divit.delivery.models import CourierReport, Parcel, SealedPin
from divit.flows import card_delivery, card_production, lost_cards
from divit.kernel import clock
from divit.kernel.actors import Actor, Role
from divit.kernel.errors import NeighbourFailed, Refused
from divit.notifications.models import Message
from divit.production.models import CardOrder
from tests.fixtures_cards import DISPATCHER, INSPECTOR, PRODUCER, ScriptedCourier, ScriptedStation, digits_of

pytestmark = pytest.mark.usefixtures("pin_recipient")
Jobs = Callable[..., None]


@pytest.fixture
def inspected(make_order: Callable[..., CardOrder], station: ScriptedStation, run_jobs: Jobs) -> CardOrder:
    """A card that waits for the courier."""
    order = make_order()
    card_production.take(order.pk, by=PRODUCER)
    run_jobs()
    card_production.inspect(order.pk, digits=digits_of(order), by=INSPECTOR)
    return order


@pytest.fixture
def parcel(inspected: CardOrder, courier: ScriptedCourier, run_jobs: Jobs) -> Parcel:
    """A parcel with a tracking number."""
    card_delivery.dispatch(inspected.pk, digits=digits_of(inspected), by=DISPATCHER)
    run_jobs()
    found = Parcel.objects.get(order=inspected)
    assert found.state == "handed_over"
    return found


def _state(parcel: Parcel) -> str:
    return Parcel.objects.get(pk=parcel.pk).state


def test_only_an_inspected_card_is_dispatched_and_not_by_its_producer(
    make_order: Callable[..., CardOrder], station: ScriptedStation, run_jobs: Jobs
) -> None:
    order = make_order()
    card_production.take(order.pk, by=PRODUCER)
    run_jobs()
    with pytest.raises(Refused, match="not_from_this_state"):
        card_delivery.dispatch(order.pk, digits=digits_of(order), by=DISPATCHER)
    card_production.inspect(order.pk, digits=digits_of(order), by=INSPECTOR)
    with pytest.raises(Refused, match="same_person_twice"):
        card_delivery.dispatch(order.pk, digits=digits_of(order), by=Actor(role=Role.DISPATCHER, id=PRODUCER.id))
    assert not Parcel.objects.exists()


def test_the_courier_learns_what_it_needs_and_nothing_more(parcel: Parcel, courier: ScriptedCourier) -> None:
    ((recipient, address, reference),) = courier.told
    assert recipient.tckn_last4 == parcel.person.tckn[-4:]
    assert parcel.person.tckn not in f"{recipient} {address} {reference}"
    assert address.startswith("Çelebiler Mah., 719. Sokak, 4, 7, 32040 ")
    assert reference == parcel.application.reference


def test_an_answer_that_was_lost_makes_no_second_parcel(inspected: CardOrder, courier: ScriptedCourier) -> None:
    row = card_delivery.dispatch(inspected.pk, digits=digits_of(inspected), by=DISPATCHER)
    courier.fails = 1
    with pytest.raises(NeighbourFailed):
        card_delivery.announce(row.pk, courier=courier)
    row.refresh_from_db()
    assert (row.state, row.trouble, row.asked_at is not None) == ("packed", "courier_down", True)
    card_delivery.announce(row.pk, courier=courier)
    card_delivery.announce(row.pk, courier=courier)
    assert len(courier.parcels) == 1
    assert _state(row) == "handed_over"


def test_delivered_with_the_identity_checked(parcel: Parcel, courier: ScriptedCourier) -> None:
    courier.happened(parcel.tracking_no, "picked_up")
    courier.happened(parcel.tracking_no, "on_the_way")
    assert card_delivery.read_events(courier=courier) == 2
    assert _state(parcel) == "on_the_way"
    courier.happened(parcel.tracking_no, "delivered", checked=True)
    assert card_delivery.read_events(courier=courier) == 1
    assert card_delivery.read_events(courier=courier) == 0
    assert _state(parcel) == "delivered"
    assert Application.objects.get(pk=parcel.application_id).state == "delivered"
    told = Message.objects.filter(person_id=parcel.person_id).values_list("notice", flat=True)
    assert {"parcel_handed_over", "parcel_on_the_way", "parcel_delivered"} <= set(told)


def test_left_with_somebody_unchecked_it_is_not_delivered(parcel: Parcel, courier: ScriptedCourier) -> None:
    courier.happened(parcel.tracking_no, "delivered", checked=False)
    assert card_delivery.read_events(courier=courier) == 1
    parcel.refresh_from_db()
    assert (parcel.state, parcel.trouble) == ("handed_over", "identity_not_checked")
    assert CourierReport.objects.get().refused == "identity_not_checked"
    assert Application.objects.get(pk=parcel.application_id).state == "produced"


def test_a_courier_who_corrects_himself_is_heard(parcel: Parcel, courier: ScriptedCourier) -> None:
    at = clock.now()
    courier.happened(parcel.tracking_no, "delivered", checked=False, at=at)
    card_delivery.read_events(courier=courier)
    assert _state(parcel) == "handed_over"
    courier.happened(parcel.tracking_no, "delivered", checked=True, at=at)
    assert card_delivery.read_events(courier=courier) == 1
    parcel.refresh_from_db()
    assert (parcel.state, parcel.trouble) == ("delivered", "")


def test_the_same_events_ten_times_have_one_effect(parcel: Parcel, courier: ScriptedCourier) -> None:
    courier.happened(parcel.tracking_no, "delivered", checked=True)
    courier.happenings *= 10
    assert card_delivery.read_events(courier=courier) == 1
    assert Message.objects.filter(notice="parcel_delivered").count() == 2  # one text, one mail


def test_events_of_strangers_and_out_of_order_are_kept_and_change_nothing(
    parcel: Parcel, courier: ScriptedCourier
) -> None:
    courier.happened("XX1", "delivered", checked=True)
    courier.happened("", "delivered", checked=True)
    courier.happened(parcel.tracking_no, "delivered", checked=True)
    courier.happened(parcel.tracking_no, "on_the_way", at=clock.now() - timedelta(hours=1))
    courier.happened(parcel.tracking_no, "returned")
    assert card_delivery.read_events(courier=courier) == 5
    assert _state(parcel) == "delivered"
    refused = list(CourierReport.objects.order_by("id").values_list("refused", flat=True))
    assert refused == ["no_such_parcel", "no_such_parcel", "", "not_from_this_state", "not_from_this_state"]


def test_what_the_courier_tells_before_the_number_is_known_here_is_followed_later(
    inspected: CardOrder, courier: ScriptedCourier
) -> None:
    row = card_delivery.dispatch(inspected.pk, digits=digits_of(inspected), by=DISPATCHER)
    courier.fails = 1  # the number is given out there, and its answer is lost
    with pytest.raises(NeighbourFailed):
        card_delivery.announce(row.pk, courier=courier)
    (number,) = courier.parcels.values()
    courier.happened(number, "on_the_way")
    courier.happened(number, "delivered", checked=True)
    card_delivery.read_events(courier=courier)
    assert _state(row) == "packed"
    card_delivery.announce(row.pk, courier=courier)
    assert _state(row) == "delivered"
    assert set(CourierReport.objects.values_list("refused", flat=True)) == {""}
    assert Application.objects.get(pk=row.application_id).state == "delivered"
    assert card_delivery.follow_early_reports() == 0


def test_a_report_that_was_heard_in_the_very_moment_is_followed_by_the_clock(
    parcel: Parcel, courier: ScriptedCourier
) -> None:
    """The reader looked before the number was kept, and wrote after it had been looked for."""
    event = {"kind": "delivered", "at": clock.now(), "identity_checked": True, "refused": "no_such_parcel"}
    CourierReport.objects.create(tracking_no=parcel.tracking_no, **event)
    card_delivery.resume()
    assert _state(parcel) == "delivered"


def test_a_reader_that_died_before_the_cursor_moved_reads_again_without_harm(
    parcel: Parcel, courier: ScriptedCourier
) -> None:
    courier.happened(parcel.tracking_no, "on_the_way")
    card_delivery.read_events(courier=courier)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE delivery_courierfeed SET cursor = ''")
    courier.happened(parcel.tracking_no, "delivered", checked=True)
    assert card_delivery.read_events(courier=courier) == 1
    assert _state(parcel) == "delivered"


def test_returned_it_is_sent_again_under_a_new_number(parcel: Parcel, courier: ScriptedCourier, run_jobs: Jobs) -> None:
    courier.happened(parcel.tracking_no, "returned")
    card_delivery.read_events(courier=courier)
    card_delivery.send_again(parcel.pk, by=DISPATCHER)
    run_jobs()
    again = Parcel.objects.get(pk=parcel.pk)
    assert (again.state, again.journey) == ("handed_over", 2)
    assert again.tracking_no != parcel.tracking_no
    courier.happened(parcel.tracking_no, "delivered", checked=True)  # of the first journey: nobody's any more
    card_delivery.read_events(courier=courier)
    assert _state(parcel) == "handed_over"


def test_returned_it_is_collected_with_the_identity_checked(parcel: Parcel, courier: ScriptedCourier) -> None:
    courier.happened(parcel.tracking_no, "returned")
    card_delivery.read_events(courier=courier)
    with pytest.raises(Refused, match="identity_not_checked"):
        card_delivery.collect(parcel.pk, identity_checked=False, by=DISPATCHER)
    with pytest.raises(Refused, match="producer_cannot_hand_over"):
        card_delivery.collect(parcel.pk, identity_checked=True, by=Actor(role=Role.DISPATCHER, id=PRODUCER.id))
    card_delivery.collect(parcel.pk, identity_checked=True, by=DISPATCHER)
    assert _state(parcel) == "collected"
    assert Application.objects.get(pk=parcel.application_id).state == "delivered"


def test_a_lost_job_is_put_back(inspected: CardOrder, courier: ScriptedCourier, run_jobs: Jobs) -> None:
    row = card_delivery.dispatch(inspected.pk, digits=digits_of(inspected), by=DISPATCHER)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    assert card_delivery.resume() == 0
    Parcel.objects.filter(pk=row.pk).update(changed_at=clock.now() - timedelta(minutes=10))
    assert card_delivery.resume() == 1
    run_jobs()
    assert _state(row) == "handed_over"


@pytest.mark.parametrize("where", ["packed", "handed_over", "on_the_way", "returned"])
def test_a_card_that_will_not_arrive_is_made_and_sent_anew(
    inspected: CardOrder, courier: ScriptedCourier, station: ScriptedStation, run_jobs: Jobs, where: str
) -> None:
    row = card_delivery.dispatch(inspected.pk, digits=digits_of(inspected), by=DISPATCHER)
    if where != "packed":
        run_jobs()
        (number,) = courier.parcels.values()
        if where != "handed_over":
            courier.happened(number, where)
            card_delivery.read_events(courier=courier)
    assert _state(row) == where
    lost_cards.give_up(row.pk, by=DISPATCHER)
    order = CardOrder.objects.get(pk=inspected.pk)
    assert (_state(row), order.state, order.trouble) == ("lost", "spoiled", "card_lost")
    assert Certificate.objects.get().state == "revoked"
    assert SealedPin.objects.get().state == "discarded"
    card_production.requeue(order.pk, by=PRODUCER)
    card_production.take(order.pk, by=PRODUCER)
    run_jobs()
    card_production.inspect(order.pk, digits=digits_of(order), by=INSPECTOR)
    again = card_delivery.dispatch(order.pk, digits=digits_of(order), by=DISPATCHER)
    run_jobs()
    again.refresh_from_db()
    assert (again.pk, again.state, again.journey) == (row.pk, "handed_over", 2)
    courier.happened(again.tracking_no, "delivered", checked=True)
    card_delivery.read_events(courier=courier)
    assert _state(row) == "delivered"
    assert Application.objects.get(pk=row.application_id).state == "delivered"


def test_a_card_in_its_holders_hand_is_not_given_up(parcel: Parcel, courier: ScriptedCourier) -> None:
    courier.happened(parcel.tracking_no, "delivered", checked=True)
    card_delivery.read_events(courier=courier)
    with pytest.raises(Refused, match="not_from_this_state"):
        lost_cards.give_up(parcel.pk, by=DISPATCHER)
    assert Certificate.objects.get().state == "valid"


def test_what_the_courier_refuses_waits_for_a_person(
    inspected: CardOrder, courier: ScriptedCourier, run_jobs: Jobs
) -> None:
    row = card_delivery.dispatch(inspected.pk, digits=digits_of(inspected), by=DISPATCHER)
    courier.refuses = 1
    run_jobs()
    row.refresh_from_db()
    assert (row.state, row.trouble) == ("packed", "address_refused")
    Parcel.objects.filter(pk=row.pk).update(changed_at=clock.now() - timedelta(minutes=10))
    assert card_delivery.resume() == 0
    card_delivery.retry(row.pk, by=DISPATCHER)
    run_jobs()
    row.refresh_from_db()
    assert (row.state, row.trouble) == ("handed_over", "")
