"""The code page, over HTTP."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.http import HttpRequest
from django.test import Client, RequestFactory

from divit.flows import phone_proof
from divit.identity.models import Person
from divit.kernel import clock
from divit.kernel.actors import Actor
from divit.kernel.phone import Phone
from divit.portal.client_address import client_address
from divit.portal.sessions import Login
from divit.verification import codes
from divit.verification.models import PhoneCode

pytestmark = pytest.mark.django_db
NOT_FOUND = 404


@pytest.fixture
def person(make_person: Callable[..., Person]) -> Person:
    return make_person()


@pytest.fixture
def log_in(client: Client) -> Callable[[Person], Client]:
    def enter(person: Person) -> Client:
        now = clock.now().isoformat()
        login = Login(
            person_id=str(person.id), session="session-1", method="password", level=1, at=now, began=now, seen=now
        )
        session = client.session
        session["login"] = asdict(login)
        session.save()
        client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
        return client

    return enter


@pytest.fixture
def code(person: Person, actor_of: Callable[[Person], Actor]) -> PhoneCode:
    return phone_proof.send(
        person=person,
        phone=Phone("0505 123 45 67"),
        purpose="application",
        subject_id="app-1",
        session="session-1",
        address="192.0.2.1",
        by=actor_of(person),
    )


def test_it_says_where_the_code_went_and_until_when(
    log_in: Callable[[Person], Client], person: Person, code: PhoneCode
) -> None:
    page = log_in(person).get(f"/dogrulama/{code.id}/").content.decode()
    assert "Sonu 4567 ile biten" in page
    assert "0505" not in page
    assert f"{clock.local(code.expires_at):%H.%M.%S}" in page
    assert 'autocomplete="one-time-code"' in page
    assert 'inputmode="numeric"' in page
    assert codes.code_of(code.id) not in page


def test_a_pasted_code_with_spaces_leads_on(
    log_in: Callable[[Person], Client], person: Person, code: PhoneCode
) -> None:
    digits = codes.code_of(code.id)
    answer = log_in(person).post(f"/dogrulama/{code.id}/", {"code": f" {digits[:3]} {digits[3:]} "})
    assert (answer.status_code, answer["Location"]) == (302, "/islemler/")


def test_a_wrong_code_is_said_beside_the_field(
    log_in: Callable[[Person], Client], person: Person, code: PhoneCode
) -> None:
    wrong = f"{(int(codes.code_of(code.id)) + 1) % 1_000_000:06d}"
    page = log_in(person).post(f"/dogrulama/{code.id}/", {"code": wrong}).content.decode()
    assert "<title>Hata:" in page
    assert "Kalan deneme hakkınız: 2." in page


def test_asking_too_soon_says_when(log_in: Callable[[Person], Client], person: Person, code: PhoneCode) -> None:
    page = log_in(person).post(f"/dogrulama/{code.id}/yeniden/", follow=True).content.decode()
    assert "olduğunda isteyebilirsiniz" in page
    assert PhoneCode.objects.count() == 1


def test_a_new_code_after_thirty_seconds(log_in: Callable[[Person], Client], person: Person, code: PhoneCode) -> None:
    client = log_in(person)
    with time_machine.travel(clock.now() + timedelta(seconds=31)):
        answer = client.post(f"/dogrulama/{code.id}/yeniden/", follow=True)
    [(address, _status)] = answer.redirect_chain
    assert str(code.id) not in address
    assert "Yeni kod gönderildi" in answer.content.decode()


def test_an_old_code_offers_a_new_one(log_in: Callable[[Person], Client], person: Person, code: PhoneCode) -> None:
    client = log_in(person)
    with time_machine.travel(clock.now() + timedelta(seconds=301)):
        page = client.get(f"/dogrulama/{code.id}/").content.decode()
    assert "Bu kod artık geçerli değil" in page
    assert "Yeni kod gönder" in page


def test_of_somebody_else_there_is_no_trace(
    log_in: Callable[[Person], Client], make_person: Callable[..., Person], code: PhoneCode
) -> None:
    client = log_in(make_person("10000000214"))
    for answer in (client.get(f"/dogrulama/{code.id}/"), client.post(f"/dogrulama/{code.id}/", {"code": "123456"})):
        assert answer.status_code == NOT_FOUND
        assert "4567" not in answer.content.decode()


def test_in_english(log_in: Callable[[Person], Client], person: Person, code: PhoneCode) -> None:
    client = log_in(person)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = client.get(f"/dogrulama/{code.id}/").content.decode()
    assert "ending in 4567" in page
    assert "Time left: %s seconds" in page


@pytest.mark.parametrize(
    ("hops", "forwarded", "remote", "counted"),
    [
        (0, "203.0.113.9", "192.0.2.1", "192.0.2.1"),
        (1, "203.0.113.9, 198.51.100.7", "127.0.0.1", "198.51.100.7"),
        (1, ", ".join(f"203.0.113.{n}" for n in range(50)) + ", 198.51.100.7", "127.0.0.1", "198.51.100.7"),
        (2, "203.0.113.9, 198.51.100.7, 10.0.0.2", "127.0.0.1", "198.51.100.7"),
        (0, "", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (0, "", "::ffff:192.0.2.1", "192.0.2.1"),
        (1, "nonsense", "127.0.0.1", "unknown"),
        (1, "", "127.0.0.1", "unknown"),
    ],
)
def test_a_forged_address_is_not_counted(
    hops: int, forwarded: str, remote: str, counted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings.DIVIT, "trusted_proxies", hops)
    request: HttpRequest = RequestFactory().get("/", REMOTE_ADDR=remote, HTTP_X_FORWARDED_FOR=forwarded)
    assert client_address(request) == counted
