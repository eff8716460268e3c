"""From the ledger to messages: each entry once, for whom it is meant, without anything about people."""

import threading
import time
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connection, transaction

from divit.applications.models import Application
from divit.audit import ledger
from divit.audit import selectors as audit
from divit.flows import roster_approval, webhook_endpoints, webhook_following
from divit.identity.models import Person
from divit.institutions.models import Institution
from divit.kernel.actors import SYSTEM, Actor, Role
from divit.rosters.models import Request
from divit.webhooks import outbox
from divit.webhooks.models import Cursor, Delivery, Message
from tests.integration.applications.conftest import Way
from tests.integration.rosters.conftest import Desk, row_of
from tests.integration.webhooks.conftest import Line, Receiver

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_list_from_upload_to_approval_reaches_the_program(
    line: Callable[..., Line],
    receiver: Receiver,
    run_jobs: Callable[..., None],
    begin: Callable[[Request], Application],
) -> None:
    told = line()
    request = told.desk.invited(50)
    application = begin(request)
    told.desk.approve(request)
    webhook_following.tick()
    run_jobs("default")
    events = receiver.events(told.secret)
    assert [content["type"] for _id, content in events] == [
        "roster.checked",
        "request.created",
        "roster.taken_in",
        "request.answered",
        "request.approved",
    ]
    assert len({message_id for message_id, _content in events}) == len(events)
    approved = events[-1][1]
    assert approved["timestamp"].endswith("Z")
    assert approved["data"] == {
        "institution_id": str(told.desk.institution.pk),
        "request_id": str(request.pk),
        "roster_id": str(request.roster_id),
        "application_id": str(application.pk),
        "application_reference": application.reference,
    }
    everything = b" ".join(body for _headers, body in receiver.got).decode()
    person = Person.objects.get(pk=request.person_id)
    for secret in (person.tckn, person.surname, person.given_names, request.email or "@", "0505", str(person.pk)):
        assert secret not in everything
    webhook_following.tick()
    run_jobs("default")
    assert len(receiver.got) == len(events)
    assert {state for _type, state, _tries in told.states()} == {"delivered"}


def test_only_what_was_chosen_only_the_own_and_only_from_then_on(
    line: Callable[..., Line],
    receiver: Receiver,
    desk: Desk,
    treasury: Institution,
    appoint: Callable[..., Actor],
    way: Way,
    make_person: Callable[..., Person],
) -> None:
    before = desk.invited(50)
    assert not Cursor.objects.exists()
    requests = line("request")
    theirs, _secret = webhook_endpoints.add(
        url=f"{receiver.origin}/baska",
        name="Başka",
        topics=["application", "certificate", "request"],
        by=appoint(treasury, Role.OFFICER),
    )
    desk.approve(before)
    after = desk.invited(51)
    # What a person pays for is not told step by step, though it goes through the institution.
    way.submitted(make_person(), desk.institution)
    while webhook_following.follow():
        pass
    assert [(kind, state) for kind, state, _tries in requests.states()] == [
        ("request.approved", "waiting"),
        ("request.created", "waiting"),
    ]
    assert str(after.pk) in Message.objects.get(type="request.created").body
    assert not Delivery.objects.filter(webhook=theirs).exists()
    assert Message.objects.count() == 2


def test_two_followers_at_once_write_each_message_once(line: Callable[..., Line], desk: Desk) -> None:
    told = line("request")
    request = desk.invited(50)
    lines = [
        ledger.Line(act="request.approve", subject=("request", str(request.pk)), facts={"n": number})
        for number in range(300)
    ]
    with transaction.atomic():
        ledger.record_all(lines, by=SYSTEM)
    Delivery.objects.all().delete()
    Message.objects.all().delete()
    together = threading.Barrier(3)
    read: list[int] = []

    def follow() -> None:
        together.wait()
        try:
            read.append(webhook_following.follow())
        finally:
            connection.close()

    threads = [threading.Thread(target=follow) for _each in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while webhook_following.follow():
        pass
    assert Message.objects.filter(type="request.approved").count() == 300
    assert Delivery.objects.filter(webhook=told.webhook).count() == Message.objects.count()
    assert Cursor.objects.get().seq == audit.newest_seq()
    assert len(read) == 3


def test_a_follower_that_dies_has_read_nothing(
    line: Callable[..., Line], desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = line("request")
    at = Cursor.objects.get().seq
    desk.invited(50)
    write = outbox.write

    class Killed(BaseException):
        pass

    def killed(events: object) -> set[object]:
        write(events)  # type: ignore[arg-type]
        raise Killed

    monkeypatch.setattr(outbox, "write", killed)
    with pytest.raises(Killed):
        webhook_following.follow()
    monkeypatch.setattr(outbox, "write", write)
    assert Cursor.objects.get().seq == at
    assert not Message.objects.exists()
    webhook_following.follow()
    assert told.states() == [("request.created", "waiting", 0)]


def test_entries_of_things_that_are_not_there_hold_nothing_up(line: Callable[..., Line]) -> None:
    told = line()
    with transaction.atomic():
        ledger.record(by=SYSTEM, act="request.approve", subject=("request", str(uuid4())))
    told.happens(52)
    assert "request.created" in [kind for kind, _state, _tries in told.states()]


def test_five_thousand_at_once(line: Callable[..., Line], receiver: Receiver, desk: Desk) -> None:
    """Read in seconds; a program that is down costs one call a round, and none of them is forgotten."""
    told = line("request")
    request = desk.invited(50)
    some = 5_000
    for begun in range(0, some, 250):
        with transaction.atomic():
            ledger.record_all(
                [
                    ledger.Line(
                        act="request.approve", subject=("request", str(request.pk)), facts={"n": begun + number}
                    )
                    for number in range(250)
                ],
                by=SYSTEM,
            )
    begun_at = time.monotonic()
    while webhook_following.follow():
        pass
    assert time.monotonic() - begun_at < 10
    waiting = Delivery.objects.filter(webhook=told.webhook, state="waiting")
    assert waiting.count() == some + 1
    receiver.answers = [(500, {})] * 10
    told.deliver()
    assert len(receiver.got) == 3  # after three in a row it is out of reach
    assert waiting.filter(tries=1).count() == some + 1
    told.deliver()
    assert len(receiver.got) == 3  # and is left alone for a while


def test_approval_by_the_page_is_told_in_the_order_of_the_ledger(line: Callable[..., Line], desk: Desk) -> None:
    told = line("request")
    roster = desk.confirmed([row_of(60), row_of(61), row_of(62)])
    roster_approval.approve_all(roster.pk, by=desk.approver)
    while webhook_following.follow():
        pass
    kinds = [kind for kind, _state, _tries in told.states()]
    assert kinds == ["request.created"] * 3 + ["request.approved"] * 3
