"""Cep Telefonu Doğrulama against a real database: counting, binding, limits, races."""

import json
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, connections

from divit.audit import selectors as audit
from divit.flows import phone_proof
from divit.identity.models import Person
from divit.kernel import clock
from divit.kernel.actors import Actor
from divit.kernel.errors import Invalid, NeighbourFailed, NotFound, Refused
from divit.kernel.phone import Phone
from divit.verification import codes, services, windows
from divit.verification.lifecycle import State
from divit.verification.models import PhoneCode, RateWindow

PHONE = Phone("0505 123 45 67")


@pytest.fixture
def person(make_person: Callable[..., Person]) -> Person:
    return make_person()


@pytest.fixture
def by(person: Person, actor_of: Callable[[Person], Actor]) -> Actor:
    return actor_of(person)


def send(person: Person, by: Actor, **more: Any) -> PhoneCode:
    given = {"phone": PHONE, "purpose": "application", "subject_id": "app-1", "session": by.session}
    return phone_proof.send(**{**given, "person": person, "by": by, "address": "192.0.2.1", **more})


def prove(code: PhoneCode, by: Actor, typed: str | None = None, session: str = "session-1") -> PhoneCode:
    return phone_proof.prove(code.id, typed=typed or codes.code_of(code.id), session=session, by=by)


def wrong(code: PhoneCode, number: int = 1) -> str:
    return f"{(int(codes.code_of(code.id)) + number) % 1_000_000:06d}"


def refused(code: str) -> Any:
    return pytest.raises(Refused, match=f"^{code}$")


def _later(**passed: int) -> Any:
    return time_machine.travel(clock.now() + timedelta(**passed), tick=True)


def jobs() -> list[dict[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT args::text FROM procrastinate_jobs WHERE task_name = 'verification.send_code'")
        return [json.loads(row[0]) for row in cursor.fetchall()]


@pytest.mark.django_db
class TestOneCode:
    def test_the_right_code_proves_once(self, person: Person, by: Actor) -> None:
        code = send(person, by)
        assert not _fresh(person)
        assert prove(code, by).state == State.PROVEN
        assert _fresh(person)
        with refused("code_already_proven"):
            prove(code, by)
        assert [move.act for move in audit.moves_of("phone_code", str(code.id))] == ["begin", "prove"]

    def test_a_proof_is_for_this_act_this_session_and_some_minutes(self, person: Person, by: Actor) -> None:
        prove(send(person, by), by)
        assert not _fresh(person, purpose="reinstate")
        assert not _fresh(person, subject_id="app-2")
        assert not _fresh(person, session="session-2")
        with _later(minutes=11):
            assert not _fresh(person)

    def test_three_wrong_answers_lock(self, person: Person, by: Actor) -> None:
        code = send(person, by)
        for left in (2, 1):
            with refused("code_wrong") as refusal:
                prove(code, by, wrong(code))
            assert refusal.value.facts["left"] == left
        with refused("code_locked"):
            prove(code, by, wrong(code))
        with refused("code_locked"):
            prove(code, by)
        code.refresh_from_db()
        assert code.state == State.LOCKED

    def test_what_is_no_code_costs_no_try(self, person: Person, by: Actor) -> None:
        code = send(person, by)
        with pytest.raises(Invalid):
            prove(code, by, "12345")
        code.refresh_from_db()
        assert code.tries == 0

    def test_after_300_seconds_it_is_dead(self, person: Person, by: Actor) -> None:
        code = send(person, by)
        with _later(seconds=300), refused("code_expired"):
            prove(code, by)
        with _later(seconds=300):
            assert services.expire_overdue() == 1
        code.refresh_from_db()
        assert code.state == State.EXPIRED

    def test_nobody_else_and_no_other_session(
        self, person: Person, by: Actor, make_person: Callable[..., Person], actor_of: Callable[[Person], Actor]
    ) -> None:
        code = send(person, by)
        other = actor_of(make_person("10000000214"))
        with pytest.raises(NotFound):
            prove(code, other)
        with pytest.raises(NotFound):
            prove(code, by, session="session-2")
        code.refresh_from_db()
        assert code.tries == 0

    def test_a_code_answers_only_its_own_question(self, person: Person, by: Actor) -> None:
        one, two = send(person, by), send(person, by, subject_id="app-2", phone=Phone("0505 123 45 68"))
        with refused("code_wrong"):
            prove(two, by, codes.code_of(one.id))

    def test_a_new_code_ends_the_one_before(self, person: Person, by: Actor) -> None:
        first = send(person, by)
        with _later(seconds=31):
            second = phone_proof.send_again(first.id, session=by.session, address="192.0.2.1", by=by)
            with refused("code_expired"):
                prove(first, by)
            assert prove(second, by).state == State.PROVEN

    def test_the_clear_code_rests_nowhere(self, person: Person, by: Actor) -> None:
        code = send(person, by)
        with connection.cursor() as cursor:
            cursor.execute("SELECT row_to_json(c)::text FROM verification_phonecode c")
            row = cursor.fetchone()[0]
        assert codes.code_of(code.id) not in row.replace(str(code.id), "")
        assert jobs() == [{"code_id": str(code.id)}]

    def test_an_actor_is_needed_by_the_database_too(self, person: Person, by: Actor) -> None:
        code = send(person, by)
        with pytest.raises(Exception, match="needs an actor"):
            PhoneCode.objects.filter(pk=code.pk).update(state="proven", proven_at=clock.now())


@pytest.mark.django_db
class TestLimits:
    def test_a_new_code_only_after_thirty_seconds(self, person: Person, by: Actor) -> None:
        code = send(person, by)
        with refused("code_resend_too_soon") as refusal:
            send(person, by)
        assert clock.now() < refusal.value.facts["until"] <= clock.now() + timedelta(seconds=30)
        code.refresh_from_db()
        assert code.state == State.SENT

    def test_five_to_one_number_in_a_quarter_of_an_hour(
        self, make_person: Callable[..., Person], actor_of: Callable[[Person], Actor]
    ) -> None:
        people = [make_person(tckn) for tckn in _TCKNS]
        for person in people[:5]:
            send(person, actor_of(person))
        with refused("codes_too_many") as refusal:
            send(people[5], actor_of(people[5]))
        assert refusal.value.facts["limit"] == "code.receiver"
        assert PhoneCode.objects.count() == len(jobs()) == 5
        with _later(minutes=15, seconds=1):
            send(people[5], actor_of(people[5]))

    def test_a_refusal_uses_up_nothing_else(self, person: Person, by: Actor) -> None:
        send(person, by)
        before = {window.key: len(window.hits) for window in RateWindow.objects.order_by("key")}
        with refused("code_resend_too_soon"):
            send(person, by)
        assert {window.key: len(window.hits) for window in RateWindow.objects.order_by("key")} == before

    def test_ten_a_day_for_one_person(self, person: Person, by: Actor) -> None:
        for number in range(10):
            send(person, by, phone=Phone(f"0505 12{number} 45 67"), subject_id=str(number))
        with refused("codes_too_many") as refusal:
            send(person, by, phone=Phone("0532 123 45 67"), subject_id="11")
        assert refusal.value.facts["limit"] == "code.person"

    def test_windows_name_nobody(self, person: Person, by: Actor) -> None:
        send(person, by)
        text = " ".join(RateWindow.objects.order_by("key").values_list("key", flat=True))
        assert str(PHONE) not in text
        assert person.tckn not in text

    def test_a_window_slides(self) -> None:
        limit = windows.Limit(name="t", of="x", most=2, seconds=60)
        start = clock.now().replace(microsecond=0)
        for at, granted in [(0, True), (40, True), (59, False), (61, True), (99, False), (101, True)]:
            with time_machine.travel(start + timedelta(seconds=at), tick=False):
                if granted:
                    windows.take([limit], code="full")
                    continue
                with refused("full") as refusal:
                    windows.take([limit], code="full")
                seconds = (refusal.value.facts["until"] - start).total_seconds()
                assert seconds == {59: 60, 99: 100}[at]

    def test_idle_windows_are_forgotten(self) -> None:
        windows.take([windows.Limit(name="t", of="x", most=2, seconds=60)], code="full")
        assert windows.forget_before(clock.now() - timedelta(days=2)) == 0
        assert windows.forget_before(clock.now() + timedelta(seconds=1)) == 1


@pytest.mark.django_db
class TestSending:
    def test_the_message(self, person: Person, by: Actor, operator: Any) -> None:
        code = send(person, by)
        phone_proof.deliver(str(code.id), sms=operator, mail=operator)
        [(to, text, message_id)] = operator.sms
        digits = codes.code_of(code.id)
        assert to == PHONE
        assert text.startswith(digits)
        assert text.endswith(f"@localhost #{digits}")
        assert "sertifika başvurusu" in text
        assert f"{clock.local(code.expires_at):%H.%M}" in text
        assert person.tckn not in text
        assert len(text) <= 155
        assert message_id == f"code-{code.id}"

    def test_it_is_handed_over_once(self, person: Person, by: Actor, operator: Any) -> None:
        code = send(person, by)
        for _ in range(3):
            phone_proof.deliver(str(code.id), sms=operator, mail=operator)
        assert len(operator.sms) == 1

    def test_a_dead_code_is_not_sent(self, person: Person, by: Actor, operator: Any) -> None:
        code = send(person, by)
        with _later(seconds=301):
            phone_proof.deliver(str(code.id), sms=operator, mail=operator)
        phone_proof.deliver(str(uuid.uuid4()), sms=operator, mail=operator)
        assert operator.sms == []

    def test_after_five_failures_the_code_may_go_by_mail(self, person: Person, by: Actor, operator: Any) -> None:
        code = send(person, by)
        operator.failing = NeighbourFailed("sms", "down", outcome_known=True)
        for _ in range(5):
            assert not phone_proof.mail_offered(code)
            with pytest.raises(NeighbourFailed):
                phone_proof.deliver(str(code.id), sms=operator, mail=operator)
        operator.failing = None
        mailed = phone_proof.send_by_mail(code.id, session=by.session, address="192.0.2.1", by=by)
        phone_proof.deliver(str(mailed.id), sms=operator, mail=operator)
        [(to, text, _)] = operator.mails
        assert to == person.email
        assert codes.code_of(mailed.id) in text
        assert prove(mailed, by).channel == "email"

    @pytest.mark.parametrize("purpose", ["phone_change", "pin_release"])
    def test_not_for_acts_about_number_or_card(self, person: Person, by: Actor, operator: Any, purpose: str) -> None:
        code = send(person, by, purpose=purpose)
        PhoneCode.objects.filter(pk=code.pk).update(failures=9)
        with refused("code_mail_not_offered"):
            phone_proof.send_by_mail(code.id, session=by.session, address="192.0.2.1", by=by)


@pytest.mark.django_db
class TestANewNumber:
    """A number that has just replaced another opens neither a certificate nor a PIN for a day (T6)."""

    @pytest.mark.parametrize("purpose", ["reinstate", "pin_release"])
    def test_it_waits_a_day(self, person: Person, by: Actor, purpose: str) -> None:
        person.phone_replaced_at = clock.now()
        with refused("phone_too_new"):
            send(person, by, purpose=purpose)
        assert not PhoneCode.objects.exists()
        person.phone_replaced_at = clock.now() - timedelta(hours=24)
        assert send(person, by, purpose=purpose).state == "sent"

    def test_applying_does_not(self, person: Person, by: Actor) -> None:
        person.phone_replaced_at = clock.now()
        assert send(person, by, purpose="application").state == "sent"


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_of_fifty_guesses_at_once_three_are_evaluated(
        self, person: Person, by: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        code = send(person, by)
        evaluated: list[str] = []
        same = codes.same
        monkeypatch.setattr(codes, "same", lambda one, other: evaluated.append(one) or same(one, other))
        results = list(_at_once(50, lambda number: _code_of(prove, code, by, wrong(code, number + 1))))
        assert len(evaluated) == 3
        assert len(results) == 50
        assert set(results) <= {"code_wrong", "code_locked"}
        code.refresh_from_db()
        assert (code.tries, code.state) == (3, State.LOCKED)

    def test_the_right_code_in_many_tabs_proves_once(self, person: Person, by: Actor) -> None:
        code = send(person, by)
        results = sorted(_at_once(3, lambda _: _code_of(prove, code, by)))
        assert results == ["code_already_proven", "code_already_proven", "done"]

    def test_of_fifty_sendings_at_once_the_limit_holds(
        self, make_person: Callable[..., Person], actor_of: Callable[[Person], Actor]
    ) -> None:
        people = [make_person(tckn) for tckn in _TCKNS]
        results = list(_at_once(50, lambda n: _code_of(send, people[n % 10], actor_of(people[n % 10]))))
        assert results.count("done") == PhoneCode.objects.count() == 5
        sendings = {job["code_id"] for job in jobs()}
        assert {str(code.id) for code in PhoneCode.objects.order_by("id")} <= sendings

    def test_a_try_stays_counted_when_the_process_dies(
        self, person: Person, by: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        code = send(person, by)

        def dies(*_: object) -> bool:
            raise SystemExit

        monkeypatch.setattr(codes, "same", dies)
        with pytest.raises(SystemExit):
            prove(code, by)
        code.refresh_from_db()
        assert code.tries == 1


_TCKNS = [
    "10000000146",
    "10000000214",
    "10000000382",
    "10000000450",
    "10000000528",
    "10000000696",
    "10000000764",
    "10000000832",
    "10000000900",
    "10000001068",
]


def _fresh(person: Person, **other: Any) -> bool:
    given = {"purpose": "application", "subject_id": "app-1", "session": "session-1", "within_minutes": 10}
    return phone_proof.fresh_proof(person_id=person.id, **{**given, **other})


def _code_of(act: Callable[..., object], *args: Any) -> str:
    try:
        act(*args)
    except Refused as refusal:
        return refusal.code
    return "done"


def _at_once(number: int, act: Callable[[int], str]) -> Iterator[str]:
    """Run `act` in many threads that start together, at most 16 connections at a time."""
    width = min(number, 16)
    together = threading.Barrier(width)
    started = threading.local()

    def run(index: int) -> str:
        if not getattr(started, "yes", False):
            started.yes = True
            together.wait(10)
        try:
            return act(index)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(width) as pool:
        yield from pool.map(run, range(number))
