"""Carrying messages: at least once, never for ever, and no program holds up another."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from divit.audit import selectors as audit
from divit.flows import webhook_delivery, webhook_endpoints
from divit.kernel import clock
from divit.kernel.errors import Invalid, Refused
from divit.launcher.postgres import Cluster
from divit.notifications.models import Message as Notice
from divit.webhooks import outbox, schedule, selectors, services
from divit.webhooks.models import Delivery, Message, Webhook
from divit.webhooks.ports import Answer
from tests.integration.webhooks.conftest import Line, Receiver

pytestmark = pytest.mark.django_db(transaction=True)
DOWN = (500, {})


_WORKER = """
import django, sys, uuid
django.setup()
from divit import wiring
from divit.flows import webhook_delivery
webhook_delivery.deliver(uuid.UUID(sys.argv[1]), sender=wiring.webhooks())
"""


def test_a_worker_that_dies_between_sending_and_recording(line: Callable[..., Line], receiver: Receiver) -> None:
    """kill -9 of a process of its own, in the worker's role, at the instant in which the program has the message."""
    told = line("request")
    told.happens()
    worker = subprocess.Popen([sys.executable, "-c", _WORKER, str(told.webhook.pk)], env=_of_worker(receiver))
    receiver.on_call = worker.kill
    assert worker.wait(60) == -signal.SIGKILL
    receiver.on_call = None
    assert told.states() == [("request.created", "waiting", 0)]
    told.deliver()
    assert len(receiver.got) == 1  # leased: whoever sent it may still be about to say so
    assert selectors.due(at=clock.now()) == []
    assert selectors.due(at=clock.now() + outbox.LEASE) == [told.webhook.pk]
    told.later()
    told.deliver()
    first, second = receiver.events(told.secret)
    assert first == second  # the same id: a program that has had it knows
    assert told.states() == [("request.created", "delivered", 0)]


def _of_worker(receiver: Receiver) -> dict[str, str]:
    database = Cluster(Path(os.environ["DIVIT_HOME"])).url(
        "divit_worker", database=str(connection.settings_dict["NAME"])
    )
    return os.environ | {
        "DATABASE_URL": database,
        "DJANGO_SETTINGS_MODULE": "divit.project.settings",
        "DIVIT_WEBHOOK_ORIGINS": receiver.origin,
    }


def test_two_workers_at_one_address_do_not_send_the_same(line: Callable[..., Line], receiver: Receiver) -> None:
    told = line("request")
    for number in (50, 51, 52, 53):
        told.happens(number)
    threads = [threading.Thread(target=_turn, args=(told,)) for _each in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({message_id for message_id, _content in receiver.events(told.secret)}) == len(receiver.got) == 4


def _turn(told: Line) -> None:
    try:
        told.deliver()
    finally:
        connection.close()


def test_one_bad_message_does_not_hold_up_the_others(line: Callable[..., Line], receiver: Receiver) -> None:
    told = line("request")
    for number in (50, 51, 52):
        told.happens(number)
    receiver.answers = [DOWN]
    told.deliver()
    assert told.states() == [
        ("request.created", "waiting", 1),
        ("request.created", "delivered", 0),
        ("request.created", "delivered", 0),
    ]
    row = Delivery.objects.get(state="waiting")
    assert timedelta(seconds=3) < row.next_try_at - timezone.now() < timedelta(seconds=6)
    assert (row.status, row.problem) == (500, "")
    assert told.reload().failures == 0
    told.later()
    told.deliver()
    assert {state for _type, state, _tries in told.states()} == {"delivered"}


def test_a_program_that_never_answers_costs_one_call_and_is_left_alone(
    line: Callable[..., Line], receiver: Receiver
) -> None:
    receiver.hangs = threading.Event()
    told = line("request", seconds=0.3)
    for number in (50, 51, 52):
        told.happens(number)
    told.deliver()
    assert len(receiver.got) == 1
    row = told.reload()
    assert row.rests_until is not None
    assert row.rests_until > timezone.now()
    assert selectors.due(at=clock.now()) == []
    assert sorted(tries for _type, _state, tries in told.states()) == [0, 0, 1]
    for _round in range(2):  # the third failure in a row: the others count as tried with it
        told.later()
        told.deliver()
    assert len(receiver.got) == 3
    assert min(tries for _type, _state, tries in told.states()) == 1
    receiver.hangs.set()
    told.later()
    told.deliver()
    assert {state for _type, state, _tries in told.states()} == {"delivered"}
    assert told.reload().rests_until is None


def test_it_stays_away_as_long_as_it_is_asked_to(line: Callable[..., Line], receiver: Receiver) -> None:
    told = line("request")
    for number in (50, 51, 52):
        told.happens(number)
    receiver.answers = [(429, {"Retry-After": "3600"})]
    told.deliver()
    assert len(receiver.got) == 1
    row = told.reload()
    assert row.rests_until is not None
    assert timedelta(minutes=59) < row.rests_until - timezone.now() <= timedelta(minutes=60)
    told.happens(53)
    told.deliver()
    assert len(receiver.got) == 1  # not even for what happens meanwhile
    assert sorted(tries for _type, _state, tries in told.states()) == [0, 0, 0, 1]


def test_after_the_last_try_the_officers_hear_and_can_send_it_again(
    line: Callable[..., Line], receiver: Receiver
) -> None:
    told = line("request")
    told.happens()
    receiver.answers = [DOWN] * 10
    for _try in range(10):
        assert told.states()[0][1] == "waiting"
        told.later()
        told.deliver()
    assert told.states() == [("request.created", "failed", 10)]
    officers = {told.desk.uploader.id, told.desk.approver.id}
    notices = Notice.objects.filter(notice="webhook_given_up")
    assert {str(one.person_id) for one in notices} == officers
    assert "Personel sistemi" in notices.order_by("id")[0].text
    told.later()
    told.deliver()
    assert len(receiver.got) == 10
    failed = Delivery.objects.get()
    webhook_endpoints.replay_one(told.webhook.pk, failed.pk, by=told.officer)
    told.deliver()
    assert told.states() == [("request.created", "delivered", 0)]
    assert len({message_id for message_id, _content in receiver.events(told.secret)}) == 1
    acts = [entry.act for entry in audit.entries_of("webhook", str(told.webhook.pk))]
    assert acts == ["webhook.replay", "webhook.begin"]


def test_a_test_that_failed_is_sent_again_at_once(line: Callable[..., Line], receiver: Receiver) -> None:
    told = line("request")
    receiver.answers = [DOWN] * 3
    webhook_endpoints.test(told.webhook.pk, by=told.officer)
    with pytest.raises(Refused, match="webhook_test_waits"):
        webhook_endpoints.test(told.webhook.pk, by=told.officer)
    for _try in range(3):
        told.later()
        told.deliver()
    assert told.states() == [("endpoint.test", "waiting", 3)]
    webhook_endpoints.test(told.webhook.pk, by=told.officer)
    told.deliver()
    assert told.states() == [("endpoint.test", "delivered", 0)]


class _Surprise:
    """A sender that fails as nobody foresaw."""

    def send(self, **_what: object) -> Answer:
        raise OverflowError


def test_what_nobody_foresaw_is_a_try_as_well(line: Callable[..., Line], receiver: Receiver) -> None:
    told = line("request")
    told.happens()
    for _try in range(10):
        told.later()
        with pytest.raises(OverflowError):
            webhook_delivery.deliver(told.webhook.pk, sender=_Surprise())
    assert told.states() == [("request.created", "failed", 10)]
    assert Delivery.objects.get().problem == "garbage"


def test_what_fails_while_the_address_closes_is_nobodys_failure(
    line: Callable[..., Line], receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    told = line("request")
    told.happens()

    def close() -> None:
        webhook_endpoints.close(told.webhook.pk, by=told.officer)
        connection.close()  # the receiver's thread's own

    receiver.on_call, receiver.answers = close, [DOWN]
    told.deliver()
    assert (told.reload().state, told.webhook.failures, told.webhook.rests_until) == ("closed", 0, None)
    assert told.states() == [("request.created", "dropped", 0)]
    assert [one for one in caplog.records if one.levelname == "ERROR"] == []


def test_nothing_waits_for_ever(line: Callable[..., Line], receiver: Receiver) -> None:
    """A program that always says «later» does not keep its messages alive."""
    told = line("request")
    told.happens(50)
    told.happens(51)
    Delivery.objects.update(since=timezone.now() - schedule.LONGEST - timedelta(hours=1))
    receiver.answers = [(429, {"Retry-After": "60"})]
    told.deliver()
    states = [state for _type, state, _tries in told.states()]
    assert sorted(states) == ["failed", "waiting"]  # the one that was tried has its own count


def test_gone_is_gone(line: Callable[..., Line], receiver: Receiver) -> None:
    told = line("request")
    told.happens(50)
    told.happens(51)
    receiver.answers = [(410, {})]
    told.deliver()
    row = told.reload()
    assert row.state == "closed"
    assert bytes(row.secret) == b""
    assert [state for _type, state, _tries in told.states()] == ["dropped", "dropped"]
    assert Notice.objects.filter(notice="webhook_vanished").count() == 2
    told.happens(52)
    told.later()
    told.deliver()
    assert len(receiver.got) == 1
    with pytest.raises(Refused, match="not_from_this_state"):
        webhook_endpoints.test(row.pk, by=told.officer)


def test_what_was_written_while_it_closed_goes_nowhere(line: Callable[..., Line], receiver: Receiver) -> None:
    """A follower may have read the address as open a moment before."""
    told = line("request")
    webhook_endpoints.close(told.webhook.pk, by=told.officer)
    message = Message.objects.create(
        institution=told.desk.institution, type="request.created", topic="request", body="{}", at=timezone.now()
    )
    Delivery.objects.create(webhook=told.webhook, message=message, since=timezone.now(), next_try_at=timezone.now())
    told.deliver()
    assert receiver.got == []
    assert told.states() == [("request.created", "dropped", 0)]


def test_secrets_overlap_for_a_day_and_are_sealed(line: Callable[..., Line], receiver: Receiver) -> None:
    told = line("request")
    _row, new = webhook_endpoints.rotate(told.webhook.pk, secret_no=1, by=told.officer)
    with pytest.raises(Refused, match="webhook_secret_changed"):
        webhook_endpoints.rotate(told.webhook.pk, secret_no=1, by=told.officer)
    told.happens(50)
    told.deliver()
    assert receiver.events(new, told.secret)
    stored = told.reload()
    for secret in (new, told.secret):
        assert secret.encode() not in bytes(stored.secret) + bytes(stored.old_secret)
    Webhook.objects.update(old_until=timezone.now() - timedelta(seconds=1))
    assert services.forget_old_secrets() == 1
    told.happens(51)
    receiver.got.clear()
    told.deliver()
    assert receiver.events(new)
    assert len(receiver.got[0][0]["webhook-signature"].split()) == 1
    assert bytes(told.reload().old_secret) == b""


def test_a_secret_that_cannot_be_read_is_said_and_waits(line: Callable[..., Line], receiver: Receiver) -> None:
    """The installation's own secret was changed, or rows were exchanged: a new secret of the address mends it."""
    told, other = line("request"), line("request", path="/obur")
    told.happens()
    Webhook.objects.filter(pk=told.webhook.pk).update(secret=bytes(other.reload().secret))
    told.deliver()
    assert receiver.got == []
    assert Delivery.objects.get(webhook=told.webhook).problem == "secret"
    _row, new = webhook_endpoints.rotate(told.webhook.pk, secret_no=1, by=told.officer)
    Webhook.objects.filter(pk=told.webhook.pk).update(old_until=None)
    told.later()
    told.deliver()
    assert receiver.types(new) == ["request.created"]


def test_replay_also_brings_what_another_address_was_told_before(line: Callable[..., Line], receiver: Receiver) -> None:
    first = line("request", "roster")
    first.happens(50)
    first.deliver()
    before = len(receiver.got)
    second = line("request", path="/yeni")
    webhook_endpoints.test(second.webhook.pk, by=second.officer)
    second.deliver()
    with pytest.raises(Invalid, match="webhook_not_kept"):
        webhook_endpoints.replay(second.webhook.pk, since=clock.now() - timedelta(days=31), by=second.officer)
    count = webhook_endpoints.replay(second.webhook.pk, since=clock.now() - timedelta(hours=1), by=second.officer)
    assert count == 1  # requests alone, and no test
    second.deliver()
    told = [
        message_id
        for message_id, content in _later(receiver, before, second.secret)
        if content["type"] != "endpoint.test"
    ]
    assert told == [Message.objects.get(type="request.created").public_id]
    again = webhook_endpoints.replay(second.webhook.pk, since=clock.now() - timedelta(hours=1), by=second.officer)
    assert again == 1


def _later(receiver: Receiver, before: int, secret: str) -> list[tuple[str, dict[str, object]]]:
    return Receiver(got=receiver.got[before:]).events(secret)


def test_what_is_old_is_destroyed_unless_it_waits(line: Callable[..., Line], receiver: Receiver) -> None:
    told = line("request")
    told.happens(50)
    told.deliver()
    told.happens(51)
    Message.objects.update(at=timezone.now() - outbox.KEPT - timedelta(minutes=1))
    assert outbox.forget() == 1
    assert [state for _type, state, _tries in told.states()] == ["waiting"]
    assert outbox.forget() == 0
