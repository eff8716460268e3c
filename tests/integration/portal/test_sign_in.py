"""Signing in through e-Devlet over its real wire, and everything that can be wrong with a return."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse

from divit.audit import selectors as audit
from divit.identity import selectors as identity
from divit.identity.models import LoginAttempt, LoginEvent, Person
from divit.kernel import clock
from divit.kernel.actors import Level
from divit.portal.sign_in.views import MARK_COOKIE
from tests.factories import people
from tests.integration.portal.conftest import Gate

pytestmark = pytest.mark.django_db


def session_key(client: Client) -> str:
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def refused(client: Client, path: str, words: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert "Kartınız kayıpsa" in answer.content.decode()
    assert not LoginEvent.objects.exists()
    assert client.get("/nes/").status_code == 302


def test_the_sign_in_page_says_where_one_is_going(client: Client) -> None:
    text = client.get(reverse("portal:sign_in")).content.decode()
    for label in (
        "Merkezi Kimlik Doğrulama Sistemi",
        "Giriş Yapılacak Adres",
        settings.PUBLIC_URL,
        "Giriş Yapılacak Uygulama",
        "Online İşlemler Sayfası",
        "e-Devlet Kapısına Git",
    ):
        assert label in text


def test_through_e_devlet_and_on_where_one_was_going(client: Client, gate: Gate) -> None:
    sent = client.get("/nes/bireysel/").headers["Location"]
    page = client.get(sent).content.decode()
    assert 'name="next" value="/nes/bireysel/"' in page
    answer = gate.sign_in(client, onward="/nes/bireysel/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/nes/bireysel/")
    assert "Ayşe Işıl Öğüt" in client.get("/nes/bireysel/").content.decode()
    person = Person.objects.get()
    assert (person.tckn, person.birth_place) == ("10000000146", "Şişli")
    event = identity.logins_of(person.id)[0]
    assert (event.method, event.level) == ("password", Level.LOW)
    assert len(event.raw_sha256) == 64
    entries = audit.entries_about(str(person.id))
    assert [entry.act for entry in entries] == ["person.login"]
    assert "10000000146" not in str(entries)


@pytest.mark.parametrize(
    ("method", "level"), [("kimlik-karti", Level.HIGH), ("internet-bankaciligi", Level.SUBSTANTIAL)]
)
def test_method_and_level_are_kept(client: Client, gate: Gate, method: str, level: Level) -> None:
    gate.sign_in(client, method=method)
    assert client.session["login"]["level"] == level


def test_the_request_carries_state_and_pkce_and_no_secret(client: Client, gate: Gate) -> None:
    query = parse_qs(urlsplit(gate.leave(client)).query)
    assert len(query["state"][0]) >= 43
    assert query["code_challenge_method"] == ["S256"]
    attempt = LoginAttempt.objects.get()
    assert query["state"][0] not in (attempt.state_sha256, attempt.code_verifier)
    assert attempt.code_verifier not in str(query)
    cookie = client.cookies[MARK_COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert query["state"][0] not in cookie.value


def test_a_new_session_key_at_login_and_at_each_renewal(client: Client, gate: Gate) -> None:
    client.post(reverse("portal:choose_language"), {"language": "tr"})
    gate.sign_in(client)
    first, name = session_key(client), client.session["login"]["session"]
    gate.sign_in(client, method="kimlik-karti")
    assert session_key(client) != first
    assert client.session["login"]["session"] == name
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = first
    assert thief.get("/nes/").status_code == 302


def test_somebody_else_logging_in_here_begins_a_session_of_their_own(client: Client, gate: Gate) -> None:
    omer = people.person(people.OMER, given_names="Ömer", surname="Çağlı")
    people.log_in(client, omer, session="omers")
    gate.sign_in(client)
    assert client.session["login"]["session"] != "omers"
    assert "Ömer" not in client.get("/nes/").content.decode()


def test_no_state(client: Client, gate: Gate) -> None:
    refused(client, reverse("portal:sign_in_return") + "?code=x", "tanımıyoruz")


def test_a_state_of_another_browser(client: Client, gate: Gate) -> None:
    back = gate.pass_through(gate.leave(Client()))
    gate.leave(client)
    refused(client, back, "bu tarayıcıda başlatılmamış")


def test_a_state_that_nobody_gave(client: Client, gate: Gate) -> None:
    gate.leave(client)
    refused(client, reverse("portal:sign_in_return") + "?code=x&state=" + "A" * 43, "bu tarayıcıda başlatılmamış")


def test_a_state_comes_back_once(client: Client, gate: Gate) -> None:
    back = gate.pass_through(gate.leave(client))
    assert client.get(back).status_code == 302
    again = client.get(back)
    assert again.status_code == 400
    assert "bir kez kullanılmış" in again.content.decode()
    assert "Online İşlemler sayfasına dön" in again.content.decode()
    assert LoginEvent.objects.count() == 1


def test_a_state_lives_ten_minutes(client: Client, gate: Gate) -> None:
    back = gate.pass_through(gate.leave(client))
    with time_machine.travel(clock.now() + timedelta(minutes=10, seconds=1), tick=False):
        refused(client, back, "on dakikadan uzun")


def test_cancelled_at_e_devlet(client: Client, gate: Gate) -> None:
    refused(client, gate.pass_through(gate.leave(client), button="iptal"), "iptal ettiniz")


def test_another_error_at_e_devlet(client: Client, gate: Gate) -> None:
    state = parse_qs(urlsplit(gate.leave(client)).query)["state"][0]
    refused(client, f"{reverse('portal:sign_in_return')}?error=server_error&state={state}", "izin vermedi")


def test_no_code(client: Client, gate: Gate) -> None:
    state = parse_qs(urlsplit(gate.leave(client)).query)["state"][0]
    refused(client, f"{reverse('portal:sign_in_return')}?state={state}", "izin vermedi")


def test_a_code_of_another_login(client: Client, gate: Gate) -> None:
    mine = gate.pass_through(gate.leave(client))
    theirs = gate.pass_through(gate.leave(Client()))
    mixed = {**parse_qs(urlsplit(mine).query), "code": parse_qs(urlsplit(theirs).query)["code"]}
    path = f"{urlsplit(mine).path}?state={mixed['state'][0]}&code={mixed['code'][0]}"
    refused(client, path, "onaylamadı")


@pytest.mark.parametrize("failure", ["replayed_code", "expired_code"])
def test_a_dead_code(client: Client, gate: Gate, failure: str) -> None:
    gate.world.fail("edevlet", failure)
    refused(client, gate.pass_through(gate.leave(client)), "onaylamadı")


@pytest.mark.parametrize("failure", ["down", "garbage", "edv_error", "other_person"])
def test_trouble_at_the_gate_is_said_plainly_and_leaves_no_login(client: Client, gate: Gate, failure: str) -> None:
    back = gate.pass_through(gate.leave(client))
    gate.world.fail("edevlet", failure)
    answer = client.get(back)
    assert answer.status_code == 503
    assert "ulaşılamıyor" in answer.content.decode()
    assert not LoginEvent.objects.exists()
    assert client.get("/nes/").status_code == 302


def test_two_logins_in_two_tabs_both_come_back(client: Client, gate: Gate) -> None:
    first, second = gate.leave(client, onward="/nes/"), gate.leave(client, onward="/mesajlar/")
    assert client.get(gate.pass_through(second)).headers["Location"] == "/mesajlar/"
    assert client.get(gate.pass_through(first)).headers["Location"] == "/nes/"


@pytest.mark.parametrize("aim", ["https://evil.example/", "//evil.example", "/\\evil.example/", "/giris/", "/cikis/"])
def test_nobody_is_led_away_after_login(client: Client, gate: Gate, aim: str) -> None:
    assert gate.sign_in(client, onward=aim).headers["Location"] == reverse("portal:transactions")


def test_names_changed_at_the_registry_are_taken_over_and_told(client: Client, gate: Gate) -> None:
    people.person(given_names="Ayşe", surname="Yılmaz")
    gate.sign_in(client)
    person = Person.objects.get()
    assert (person.name, person.search_key) == ("Ayşe Işıl Öğüt", "ayse isil ogut")
    assert "person.data_changed" in [entry.act for entry in audit.entries_about(str(person.id))]


class TestSession:
    """How long it lasts, and how it ends."""

    def test_fifteen_idle_minutes_end_it_and_the_way_back_is_kept(self, client: Client) -> None:
        people.log_in(client, people.person())
        with time_machine.travel(clock.now() + timedelta(minutes=14), tick=False):
            assert client.get("/nes/").status_code == 200
        with time_machine.travel(clock.now() + timedelta(minutes=29, seconds=1), tick=False):
            answer = client.get("/nes/")
            assert answer.headers["Location"] == "/giris/?next=%2Fnes%2F&ended=1"
        assert "Oturumunuz güvenliğiniz için kapatıldı" in client.get(answer.headers["Location"]).content.decode()
        assert "login" not in client.session

    def test_eight_hours_end_it_however_busy(self, client: Client) -> None:
        people.log_in(client, people.person(), ago=timedelta(hours=8, seconds=1))
        assert client.get("/nes/").status_code == 302

    def test_a_page_that_asks_by_itself_keeps_nobody_logged_in(self, client: Client) -> None:
        people.log_in(client, people.person())
        with time_machine.travel(clock.now() + timedelta(minutes=14), tick=False):
            assert client.get("/nes/", headers={"X-Live": "yes"}).status_code == 200
        with time_machine.travel(clock.now() + timedelta(minutes=15, seconds=1), tick=False):
            assert client.get("/nes/").status_code == 302

    def test_staying_on_request(self, client: Client) -> None:
        people.log_in(client, people.person())
        with time_machine.travel(clock.now() + timedelta(minutes=14), tick=False):
            answer = client.post(reverse("portal:stay"), headers={"Accept": "application/json"})
            assert answer.json() == {"seconds": 900}

    def test_out_is_out(self, client: Client) -> None:
        people.log_in(client, people.person())
        before = session_key(client)
        assert client.get(reverse("portal:sign_out")).status_code == 405
        assert client.post(reverse("portal:sign_out")).headers["Location"] == "/"
        client.cookies[settings.SESSION_COOKIE_NAME] = before
        assert client.get("/nes/").status_code == 302


class TestFreshLogin:
    """A step that needs a login just made: the way through e-Devlet again and back to the same page."""

    STEP = "/verilerim/iletisim/"

    def test_a_recent_login_is_enough(self, client: Client) -> None:
        people.log_in(client, people.person(), ago=timedelta(minutes=4))
        assert client.get(self.STEP).status_code == 200

    def test_an_older_one_goes_through_e_devlet_and_comes_back(self, client: Client, gate: Gate) -> None:
        people.log_in(client, people.person(), ago=timedelta(minutes=6))
        for answer in (client.get(self.STEP), client.post(self.STEP, {"email": "x@y.example", "channel": "sms"})):
            assert answer.headers["Location"] == "/giris/yeniden/?next=%2Fverilerim%2Filetisim%2F&level=1"
        assert "Bu adım için yeniden giriş yapın" in client.get(answer.headers["Location"]).content.decode()
        assert gate.sign_in(client, onward=self.STEP).headers["Location"] == self.STEP
        assert client.get(self.STEP).status_code == 200
        assert Person.objects.get().email == ""

    def test_a_weak_login_is_told_which_ways_are_strong_enough(self, client: Client) -> None:
        people.log_in(client, people.person())
        text = client.get("/giris/yeniden/?next=/nes/&level=2").content.decode()
        assert "internet bankacılığı ile girmeniz gerekir" in text
        people.log_in(client, people.person(), level=Level.HIGH)
        assert "girmeniz gerekir" not in client.get("/giris/yeniden/?next=/nes/&level=2").content.decode()
