"""The PIN's page: hand-over, fresh login, code to the phone, then PIN and PUK once, never kept by a browser."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from divit.delivery.models import PinRequest, SealedPin
from divit.flows import card_delivery, card_production
from divit.identity.models import Person
from divit.kernel.actors import Actor
from divit.portal.delivery import views
from divit.production.models import CardOrder
from tests.fixtures_cards import DISPATCHER, INSPECTOR, PRODUCER, ScriptedCourier, ScriptedStation, digits_of
from tests.fixtures_pki import holder_of
from tests.integration.console.conftest import log_in

pytestmark = pytest.mark.usefixtures("pin_recipient")
Jobs = Callable[..., None]


@pytest.fixture
def order(
    make_order: Callable[..., CardOrder], station: ScriptedStation, courier: ScriptedCourier, run_jobs: Jobs
) -> CardOrder:
    """A card on its way."""
    order = make_order()
    card_production.take(order.pk, by=PRODUCER)
    run_jobs()
    card_production.inspect(order.pk, digits=digits_of(order), by=INSPECTOR)
    card_delivery.dispatch(order.pk, digits=digits_of(order), by=DISPATCHER)
    run_jobs()
    return order


@pytest.fixture
def delivered(order: CardOrder, courier: ScriptedCourier) -> CardOrder:
    """A card in its holder's hand."""
    (number,) = courier.parcels.values()
    courier.happened(number, "delivered", checked=True)
    card_delivery.read_events(courier=courier)
    return order


@pytest.fixture
def holder(order: CardOrder) -> Actor:
    return holder_of(order.person, session=f"session-of-{order.person_id}")


def _address(order: CardOrder) -> str:
    return reverse("portal:pin", kwargs={"application_id": order.application_id})


def _show(client: Client, order: CardOrder, run_jobs: Jobs) -> Any:
    """The button, while the signer works beside."""
    signer = threading.Thread(target=_sign_when_asked, args=(run_jobs,))
    signer.start()
    try:
        return client.post(_address(order), {"act": "show"})
    finally:
        signer.join()


def _sign_when_asked(run_jobs: Jobs) -> None:
    try:
        for _time in range(100):
            if PinRequest.objects.filter(answer=None).exists():
                run_jobs("signing")
                return
            threading.Event().wait(0.05)
    finally:
        connections.close_all()


def test_the_whole_way(
    delivered: CardOrder,
    holder: Actor,
    station: ScriptedStation,
    run_jobs: Jobs,
    prove_phone: Callable[..., None],
) -> None:
    client = log_in(delivered.person)
    page = client.get(_address(delivered))
    assert "doğrulama kodu göndereceğiz" in page.content.decode()
    assert client.post(_address(delivered), {"act": "show"}).status_code == 409
    sent = client.post(_address(delivered), {"act": "code"})
    assert sent.status_code == 302
    assert "/dogrulama/" in sent.headers["Location"]
    prove_phone(holder, purpose="pin_release", subject_id=str(delivered.application_id), live=True)
    assert "PIN ve PUK'u göster" in client.get(_address(delivered)).content.decode().replace("&#x27;", "'")
    shown = _show(client, delivered, run_jobs)
    ((pin, puk),) = station.pins.values()
    assert shown.status_code == 200
    assert pin in shown.content.decode()
    assert puk in shown.content.decode()
    assert "no-store" in shown.headers["Cache-Control"]
    closed = client.post(_address(delivered), {"act": "close"})
    assert closed.status_code == 303
    assert SealedPin.objects.get().state == "released"
    after = client.get(_address(delivered)).content.decode()
    assert "daha önce verildi" in after
    assert pin not in after


def test_a_signer_that_does_not_answer_costs_nothing(
    delivered: CardOrder, holder: Actor, prove_phone: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "WAIT_SECONDS", 0.3)
    prove_phone(holder, purpose="pin_release", subject_id=str(delivered.application_id))
    answer = log_in(delivered.person).post(_address(delivered), {"act": "show"})
    assert answer.status_code == 503
    assert "PIN&#x27;iniz güvende" in answer.content.decode()
    assert SealedPin.objects.get().state == "sealed"


def test_before_the_hand_over_the_page_says_when(order: CardOrder) -> None:
    client = log_in(order.person)
    assert "teslim edildikten sonra" in client.get(_address(order)).content.decode()
    assert client.post(_address(order), {"act": "show"}).status_code == 409


def test_an_old_login_is_asked_to_come_again(delivered: CardOrder) -> None:
    client = log_in(delivered.person)
    session = client.session
    session["login"] = {**session["login"], "at": "2026-01-01T00:00:00+00:00"}
    session.save()
    answer = client.get(_address(delivered))
    assert answer.status_code == 302
    assert "giris" in answer.headers["Location"]


def test_it_is_nobody_elses_page(delivered: CardOrder, make_person: Callable[..., Person]) -> None:
    stranger = log_in(make_person())
    assert stranger.get(_address(delivered)).status_code == 404
    for act in ("code", "show", "close", ""):
        assert stranger.post(_address(delivered), {"act": act}).status_code == 404
    assert Client().get(_address(delivered)).status_code == 302
