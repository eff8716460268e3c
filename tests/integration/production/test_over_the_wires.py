"""The card's way over the real wires: station and courier fail, our processes are killed at any instant."""

import os
import signal
import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from divit import wiring
from divit.adapters.bounded_http import Bounds
from divit.adapters.card_station import HttpCardStation
from divit.adapters.courier import HttpCourier
from divit.applications.models import Application
from divit.certificates.models import Certificate, Intent
from divit.delivery.models import Parcel, SealedPin
from divit.flows import card_delivery, card_production, collective_hand_over, issuance, pin_release
from divit.kernel import clock
from divit.pki.keystores import KeyStore
from divit.production.models import Card, CardOrder
from tests.contract.conftest import KEYS, RunningWorld, one_world, world
from tests.fixtures_cards import DISPATCHER, INSPECTOR, PRODUCER, digits_of
from tests.fixtures_consignments import TOGETHER, Office
from tests.fixtures_pki import holder_of

__all__ = ["one_world", "world"]

pytestmark = pytest.mark.usefixtures("pin_recipient")
Order = Callable[..., CardOrder]
Jobs = Callable[..., None]


@pytest.fixture(autouse=True)
def _wired(world: RunningWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker's jobs speak to the world."""
    bounds = Bounds(connect=1, total=2)
    station = HttpCardStation(url=f"{world.url}/card-station/api", api_key=KEYS.card_station, bounds=bounds)
    courier = HttpCourier(url=f"{world.url}/courier/api", api_key=KEYS.courier, bounds=bounds)
    monkeypatch.setattr(wiring, "card_station", lambda: station)
    monkeypatch.setattr(wiring, "courier", lambda: courier)


def _act(world: RunningWorld, tracking_no: str, kind: str, **given: str) -> None:
    """The courier presses a button."""
    data = {"tracking_no": tracking_no, "act": kind} | given
    assert httpx2.post(f"{world.url}/courier/act", data=data, trust_env=False).status_code == 303


def _until(order: CardOrder, state: str, run_jobs: Jobs) -> None:
    """Workers and clock do their part, as they would in some minutes."""
    for _pass in range(4):
        run_jobs()
        if CardOrder.objects.get(pk=order.pk).state == state:
            return
        long_ago = clock.now() - timedelta(minutes=10)
        CardOrder.objects.filter(pk=order.pk).update(changed_at=long_ago)
        Intent.objects.update(created_at=long_ago)
        _wake_sleeping_jobs()
        card_production.resume()
        issuance.watch()
    raise AssertionError(CardOrder.objects.get(pk=order.pk).state)


def _wake_sleeping_jobs() -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo'")


def test_from_the_queue_to_the_pin(
    world: RunningWorld, make_order: Order, run_jobs: Jobs, prove_phone: Callable[..., None]
) -> None:
    order = make_order()
    card_production.take(order.pk, by=PRODUCER)
    _until(order, "produced", run_jobs)
    digits = digits_of(order)
    card_production.inspect(order.pk, digits=digits, by=INSPECTOR)
    card_delivery.dispatch(order.pk, digits=digits, by=DISPATCHER)
    run_jobs()
    parcel = Parcel.objects.get(order=order)
    assert parcel.state == "handed_over"
    for kind in ("picked_up", "on_the_way"):
        _act(world, parcel.tracking_no, kind)
    _act(world, parcel.tracking_no, "delivered", last4=order.person.tckn[-4:], identity_seen="1")
    while card_delivery.read_events(courier=wiring.courier()):
        pass
    assert Application.objects.get(pk=order.application_id).state == "delivered"
    holder = holder_of(order.person)
    prove_phone(holder, purpose="pin_release", subject_id=str(order.application_id))
    page = pin_release.ask(order.application_id, by=holder)
    run_jobs("signing")
    shown = pin_release.show(page, by=holder)
    assert shown is not None
    assert shown.card_serial == Card.objects.get(order=order).card_serial
    assert shown.pin.isdigit()


def test_three_cards_in_one_box(
    world: RunningWorld, make_order: Order, make_person: Callable[..., Any], run_jobs: Jobs
) -> None:
    """The courier hands the box to the representative alone; what is told twice happens once."""
    office = Office(make_order=make_order, make_person=make_person, run_jobs=run_jobs, courier=wiring.courier())
    orders = [make_order(**TOGETHER) for _ in range(3)]
    for order in orders:
        card_production.take(order.pk, by=PRODUCER)
        _until(order, "produced", run_jobs)
        card_production.inspect(order.pk, digits=digits_of(order), by=INSPECTOR)
    omer = make_person("Ömer", "Yıldız")
    acting = office.appoint(omer, orders[0].institution)
    world.fail("courier", "accepted_but_500")
    box = office.pack(orders)
    for _pass in range(3):
        run_jobs()
        _wake_sleeping_jobs()
    box.refresh_from_db()
    assert box.state == "handed_over"
    for kind in ("picked_up", "on_the_way"):
        _act(world, box.tracking_no, kind)
    somebody = {"tracking_no": box.tracking_no, "act": "delivered", "last4": "0000", "identity_seen": "1"}
    assert httpx2.post(f"{world.url}/courier/act", data=somebody, trust_env=False).status_code == 422
    _act(world, box.tracking_no, "delivered", last4=omer.tckn[-4:], identity_seen="1")
    world.fail("courier", "events_twice")
    while card_delivery.read_events(courier=wiring.courier()):
        pass
    box.refresh_from_db()
    assert box.state == "arrived"
    parcels = [Parcel.objects.get(order=order) for order in orders]
    there = {parcel.pk for parcel in parcels}
    collective_hand_over.receive(box.pk, there=there, missing=set(), by=acting)
    collective_hand_over.hand_over(parcels[0].pk, identity_checked=True, by=acting)
    states = [Application.objects.get(pk=parcel.application_id).state for parcel in parcels]
    assert states == ["delivered", "produced", "produced"]


def test_old_readers_get_an_rsa_key(make_order: Order, run_jobs: Jobs, settings: Any) -> None:
    settings.DIVIT = settings.DIVIT.model_copy(update={"holder_key": "rsa-2048"})
    order = make_order()
    card_production.take(order.pk, by=PRODUCER)
    _until(order, "produced", run_jobs)
    certificate = x509.load_der_x509_certificate(bytes(Certificate.objects.get(card_order_id=order.pk).der))
    key = certificate.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    assert key.key_size == 2048


@pytest.mark.django_db
def test_a_card_that_was_not_ordered_here_changes_nothing() -> None:
    card_production.issued(uuid.uuid4(), uuid.uuid4())
    assert not CardOrder.objects.exists()


@pytest.mark.parametrize("failure", ["down", "slow", "hang", "garbage", "made_but_500", "load_fails"])
def test_a_failing_station_costs_time_only(
    world: RunningWorld, make_order: Order, run_jobs: Jobs, failure: str
) -> None:
    world.fail("card_station", failure, times=2)
    order = make_order()
    card_production.take(order.pk, by=PRODUCER)
    _until(order, "produced", run_jobs)
    assert Certificate.objects.filter(card_order_id=order.pk).count() == 1
    assert Card.objects.filter(order=order, spoiled_at=None).count() == 1


@pytest.mark.parametrize("failure", ["spoil", "wrong_proof"])
def test_a_card_that_breaks_in_the_station_is_replaced(
    world: RunningWorld, make_order: Order, run_jobs: Jobs, failure: str
) -> None:
    world.fail("card_station", failure)
    order = make_order()
    card_production.take(order.pk, by=PRODUCER)
    run_jobs()
    assert CardOrder.objects.get(pk=order.pk).state == "spoiled"
    card_production.requeue(order.pk, by=PRODUCER)
    card_production.take(order.pk, by=PRODUCER)
    _until(order, "produced", run_jobs)
    assert Certificate.objects.filter(card_order_id=order.pk).count() == 1


@pytest.mark.parametrize("failure", ["down", "slow", "hang", "garbage", "accepted_but_500"])
def test_a_failing_courier_costs_time_only(
    world: RunningWorld, make_order: Order, run_jobs: Jobs, failure: str
) -> None:
    order = make_order()
    card_production.take(order.pk, by=PRODUCER)
    _until(order, "produced", run_jobs)
    digits = digits_of(order)
    card_production.inspect(order.pk, digits=digits, by=INSPECTOR)
    world.fail("courier", failure)
    parcel = card_delivery.dispatch(order.pk, digits=digits, by=DISPATCHER)
    for _pass in range(3):
        run_jobs()
        _wake_sleeping_jobs()
    parcel.refresh_from_db()
    assert parcel.state == "handed_over"


def test_whatever_dies_there_is_one_certificate_and_one_card(
    make_order: Order, run_jobs: Jobs, keystore: KeyStore, pin_recipient: bytes
) -> None:
    """`kill -9` before and after every commit and every call out, one trial each, until a trial lives to the end."""
    point = 0
    while True:
        point += 1
        order = make_order()
        died = _dies(partial(_all_steps, order, keystore, pin_recipient), at=point)
        if CardOrder.objects.get(pk=order.pk).state == "queued":
            card_production.take(order.pk, by=PRODUCER)
        _until(order, "produced", run_jobs)
        certificate = Certificate.objects.get(card_order_id=order.pk)
        card = Card.objects.get(order=order)
        pin = SealedPin.objects.get(application_id=order.application_id)
        assert (certificate.state, card.certificate_id, card.spoiled_at) == ("valid", certificate.pk, None), point
        assert (pin.state, pin.card_serial) == ("sealed", card.card_serial), point
        assert Application.objects.get(pk=order.application_id).state == "produced", point
        if not died:
            break
    assert point > 15, "the trials did not reach all the steps"


def _all_steps(order: CardOrder, keystore: KeyStore, pin_recipient: bytes) -> None:
    """What producer, worker and signer do, one after the other."""
    card_production.take(order.pk, by=PRODUCER)
    card_production.personalise(order.pk, station=wiring.card_station(), pin_recipient=pin_recipient)
    intent = Intent.objects.get(card_order_id=order.pk)
    certificate = issuance.complete(intent.pk, keystore=keystore)
    card_production.issued(order.pk, certificate.pk)
    card_production.load(order.pk, station=wiring.card_station())


def _dies(work: Callable[[], None], *, at: int) -> bool:
    """Do the work in a process that is killed at its `at`-th point; False when it came to its end."""
    connections.close_all()  # a connection does not survive being shared
    child = os.fork()
    if child == 0:
        _plant(at)
        try:
            work()
        except BaseException:  # noqa: BLE001 - the outermost edge of this process
            os._exit(3)
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0, "the work failed by itself"
    return False


def _plant(at: int) -> None:
    """From here on each commit and each call to the station is two points: before it, and after it."""
    passed = 0

    def point() -> None:
        nonlocal passed
        passed += 1
        if passed == at:
            os.kill(os.getpid(), signal.SIGKILL)

    def guarded(work: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            point()
            done = work(*args, **kwargs)
            point()
            return done

        return run

    BaseDatabaseWrapper._commit = guarded(BaseDatabaseWrapper._commit)  # type: ignore[method-assign]
    HttpCardStation.make_key = guarded(HttpCardStation.make_key)  # type: ignore[method-assign]
    HttpCardStation.load_certificate = guarded(HttpCardStation.load_certificate)  # type: ignore[method-assign]
