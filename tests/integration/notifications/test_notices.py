"""Notices: queued with the act, delivered at least once over the real wires, never in the act's way."""

import secrets
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from pydantic import SecretStr
from pytest_django import Settings

from divit import wiring
from divit.adapters.bounded_http import Bounds
from divit.adapters.mail import SmtpMail
from divit.adapters.sms import HttpSms
from divit.flows import notices
from divit.identity.models import Person
from divit.kernel import clock
from divit.notifications import texts
from divit.notifications.models import Message, State
from divit.notifications.texts.notice import Notice
from tests.contract.conftest import RunningWorld, one_world, world
from tests.factories import people

__all__ = ["one_world", "world"]

pytestmark = pytest.mark.django_db(transaction=True)
HELLO = Notice(
    sms_tr="Merhaba {name}, iş tamam.",
    sms_en="Hello {name}, done.",
    subject_tr="İş tamam",
    subject_en="Done",
    mail_tr="Sayın {name},\nişiniz «tamam».",
    mail_en="Dear {name},\nit is done.",
)


@pytest.fixture(autouse=True)
def _hello(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "all_notices", lambda: {"hello": HELLO})


@pytest.fixture
def wires(world: RunningWorld, settings: Settings) -> Iterator[RunningWorld]:
    key = secrets.token_hex()
    world.post("/clients", [{"kind": "sms", "api_key": key, "name": "Divit"}])
    settings.DIVIT = settings.DIVIT.model_copy(
        update={
            "sms_url": f"{world.url}/sms/send",
            "sms_api_key": SecretStr(key),
            "smtp_host": "127.0.0.1",
            "smtp_port": world.smtp_port,
        }
    )
    wiring.sms.cache_clear()
    wiring.mail.cache_clear()
    yield world
    wiring.sms.cache_clear()
    wiring.mail.cache_clear()


def told(person: Person, *, dedupe: str = "hello:1") -> None:
    with transaction.atomic():
        notices.tell(person=person, notice="hello", subject=("person", str(person.pk)), dedupe=dedupe, name="Ayşe {x}")


def phones(wires: RunningWorld, token: str) -> list[dict[str, str]]:
    return [message for message in wires.inbox("+905051234567") if token in message["text"]]


def test_both_channels_are_told_once(wires: RunningWorld, run_jobs: Callable[..., None]) -> None:
    person = people.reachable(people.person())
    before = len(phones(wires, "Merhaba"))
    told(person)
    told(person)
    run_jobs()
    assert list(Message.objects.order_by("channel").values_list("channel", "state", "tries")) == [
        ("email", "sent", 1),
        ("sms", "sent", 1),
    ]
    assert len(phones(wires, "Merhaba")) == before + 1
    assert phones(wires, "Merhaba")[0]["text"] == "Merhaba Ayse ?x?, is tamam."
    mail = wires.inbox("ayse@divit.example")[0]
    assert mail["text"].strip() == "Sayın Ayşe {x},\nişiniz «tamam»."


def test_the_language_and_the_channel_are_the_persons(wires: RunningWorld, run_jobs: Callable[..., None]) -> None:
    person = people.reachable(people.person(), channel="email")
    person.language = "en"
    told(person, dedupe="hello:en")
    assert Message.objects.get().text == "Dear Ayşe {x},\nit is done."


def test_somebody_without_phone_and_mailbox_finds_it_on_the_page() -> None:
    told(people.person())
    message = Message.objects.get()
    assert (message.channel, message.state) == ("portal", State.SENT)


def test_an_act_that_is_rolled_back_tells_nobody(wires: RunningWorld, run_jobs: Callable[..., None]) -> None:
    person = people.reachable(people.person())
    with transaction.atomic():
        notices.tell(person=person, notice="hello", subject=("x", "1"), dedupe="x", name="x")
        transaction.set_rollback(True)
    run_jobs()
    assert not Message.objects.exists()


class TestTrouble:
    """The operator fails; the act stands, and the message arrives later."""

    @pytest.fixture
    def person(self) -> Person:
        return people.reachable(people.person(), channel="sms")

    def gateways(self, wires: RunningWorld) -> tuple[HttpSms, SmtpMail]:
        sms = wiring.sms()
        return HttpSms(url=sms.url, api_key=sms.api_key, bounds=Bounds(connect=1, total=1)), wiring.mail()

    def test_down_then_up(self, wires: RunningWorld, person: Person) -> None:
        sms, mail = self.gateways(wires)
        told(person)
        key = str(Message.objects.get().pk)
        wires.fail("sms", "down")
        notices.deliver(key, sms=sms, mail=mail)
        message = Message.objects.get()
        assert (message.state, message.tries) == (State.QUEUED, 1)
        notices.deliver(key, sms=sms, mail=mail)
        assert Message.objects.get().tries == 1, "not before its time"
        with time_machine.travel(clock.now() + timedelta(seconds=20), tick=False):
            notices.deliver(key, sms=sms, mail=mail)
        assert Message.objects.get().state == State.SENT

    def test_an_unknown_outcome_is_repeated_three_times_at_most(self, wires: RunningWorld, person: Person) -> None:
        sms, mail = self.gateways(wires)
        told(person)
        key = str(Message.objects.get().pk)
        wires.fail("sms", "hang", times=9)
        at = clock.now()
        for _ in range(5):
            at += timedelta(hours=6)
            with time_machine.travel(at, tick=True):
                notices.deliver(key, sms=sms, mail=mail)
        message = Message.objects.get()
        assert (message.state, message.tries) == (State.UNCONFIRMED, 3)

    def test_a_worker_that_died_on_the_way_is_followed_by_another(
        self, wires: RunningWorld, person: Person, run_jobs: Callable[..., None]
    ) -> None:
        told(person)
        Message.objects.update(tries=1, maybe_sent=1, next_try_at=clock.now() - timedelta(minutes=3))
        notices.sweep()
        run_jobs()
        message = Message.objects.get()
        assert (message.state, message.tries) == (State.SENT, 2)

    def test_a_number_that_can_take_nothing_is_given_up(self, wires: RunningWorld, person: Person) -> None:
        told(person)
        Message.objects.update(address="+15551234567")
        sms, mail = self.gateways(wires)
        notices.deliver(str(Message.objects.get().pk), sms=sms, mail=mail)
        assert Message.objects.get().state == State.FAILED
