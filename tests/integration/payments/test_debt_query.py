"""Borç Sorgulama: a hit shows amounts and no name, every miss is one and the same (promise 7; T24)."""

import json
import random
import statistics
import time
from collections.abc import Callable
from datetime import date, timedelta

import pytest
import time_machine
from altcha import Challenge, Payload, solve_challenge
from bs4 import BeautifulSoup
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from stdnum.tr import tckimlik

from divit.audit.models import Entry
from divit.flows import debt_query
from divit.institutions.models import Institution
from divit.kernel import clock
from divit.kernel.actors import Actor, Role
from divit.kernel.errors import Refused
from divit.kernel.tckn import Tckn, Vkn
from divit.payments.models import Charge
from tests.factories import people

pytestmark = pytest.mark.django_db
Owe = Callable[..., Charge]
VISITOR = Actor(role=Role.VISITOR, id="visitor")
BIRTH = {"birth_place": "Şişli", "birth_date": date(1986, 4, 23)}
TOO_MANY = 5


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debt_query, "STEADY_SECONDS", 0.0)


def ask(tckn: str = "10000000146", *, address: str = "192.0.2.1", **birth: object) -> list[Charge]:
    return debt_query.by_birth(tckn=Tckn(tckn), address=address, by=VISITOR, **{**BIRTH, **birth})  # type: ignore[arg-type]


class TestAsking:
    @pytest.mark.parametrize("place", ["Şişli", "ŞİŞLİ", "sisli", " Şişli "])
    def test_found_as_people_write(self, owe: Owe, place: str) -> None:
        charge = owe()
        assert ask(birth_place=place) == [charge]

    @pytest.mark.parametrize("wrong", [{"birth_place": "Ordu"}, {"birth_date": date(1986, 4, 24)}, {"birth_place": ""}])
    def test_a_wrong_detail_finds_nothing(self, owe: Owe, wrong: dict[str, object]) -> None:
        owe()
        assert ask(**wrong) == []

    def test_by_reference(self, owe: Owe) -> None:
        charge, other = owe(), owe("11111111110")
        reference = charge.application.reference
        given = {"address": "192.0.2.1", "by": VISITOR}
        assert debt_query.by_reference(reference=reference, tckn=Tckn("10000000146"), **given) == [charge]
        assert debt_query.by_reference(reference=reference, tckn=Tckn("11111111110"), **given) == []
        assert debt_query.by_reference(reference="D222-222222", tckn=Tckn("10000000146"), **given) == []
        assert other.id != charge.id

    def test_an_institution_pays(self, owe: Owe) -> None:
        charge = owe()
        Institution.objects.filter(pk=charge.application.institution_id).update(vkn="4540536920")
        given = {"reference": charge.application.reference, "address": "192.0.2.1", "by": VISITOR}
        assert debt_query.by_institution(vkn=Vkn("4540536920"), **given) == [charge]
        assert debt_query.by_institution(vkn=Vkn("1234567890"), **given) == []

    def test_the_look_is_in_the_ledger_without_the_number(self, owe: Owe) -> None:
        charge = owe()
        ask()
        look = Entry.objects.get(act="look")
        assert look.person_id == str(charge.person_id)
        assert "10000000146" not in look.payload

    def test_five_a_day_for_one_number_wherever_asked_from(self, owe: Owe) -> None:
        owe()
        for number in range(TOO_MANY):
            ask(address=f"192.0.2.{number}", birth_place="Ordu")
        with pytest.raises(Refused, match="debt_queries_too_many"):
            ask(address="192.0.2.99")
        with time_machine.travel(clock.now() + timedelta(days=1, seconds=1)):
            assert len(ask()) == 1

    def test_an_unknown_number_is_counted_just_the_same(self, owe: Owe) -> None:
        for _ in range(TOO_MANY):
            ask("22222222220")
        with pytest.raises(Refused, match="debt_queries_too_many"):
            ask("22222222220")

    def test_every_miss_does_the_same_work(self, owe: Owe) -> None:
        owe()
        people.person(Tckn("11111111110"))
        queries = set()
        for wrong in ({"tckn": "22222222220"}, {"tckn": "11111111110"}, {"birth_place": "Ordu"}):
            with CaptureQueriesContext(connection) as asked:
                ask(**wrong)  # type: ignore[arg-type]
            queries.add(len(asked))
        assert len(queries) == 1

    def test_no_answer_comes_sooner_than_the_others(self, owe: Owe, monkeypatch: pytest.MonkeyPatch) -> None:
        owe()
        slept: list[float] = []
        monkeypatch.setattr(debt_query, "STEADY_SECONDS", 30.0)
        monkeypatch.setattr(time, "sleep", slept.append)
        ask()
        ask("22222222220")
        assert statistics.mean(slept) > 25.0
        assert len(slept) == 2


def solved(client: Client) -> str:
    page = BeautifulSoup(client.get("/odeme/").content, "html.parser")
    place = page.select_one("[data-proof]")
    assert place is not None
    challenge = Challenge.from_dict(json.loads(str(place["data-proof"])))
    solution = solve_challenge(challenge)
    assert solution is not None
    return Payload(challenge, solution).to_base64()


class TestPage:
    def test_found_shown_and_payable_without_a_name(self, owe: Owe, client: Client) -> None:
        charge = owe()
        form = {"tckn": "100 000 00146", "birth_place": "Şişli", "birth_date": "23.04.1986", "proof": solved(client)}
        answer = client.post("/odeme/", form, follow=True)
        page = answer.content.decode()
        assert answer.redirect_chain == [("/odeme/borc/", 302)]
        assert "324,00 TL" in page
        assert f"/odeme/bankaya/{charge.id}/" in page
        for secret in ("Ayşe", "Öğüt", "10000000146", "0505", "ayse@"):
            assert secret not in page

    def test_without_the_proof_it_is_not_asked(self, owe: Owe, client: Client) -> None:
        owe()
        form = {"tckn": "10000000146", "birth_place": "Şişli", "birth_date": "23.04.1986", "proof": ""}
        page = client.post("/odeme/", form).content.decode()
        assert "Tarayıcınızın denetimi tamamlanmadı" in page
        assert not Entry.objects.filter(act="look").exists()

    def test_a_proof_is_good_for_once(self, owe: Owe, client: Client) -> None:
        owe()
        form = {"tckn": "10000000146", "birth_place": "Şişli", "birth_date": "23.04.1986", "proof": solved(client)}
        assert client.post("/odeme/", form).status_code == 302
        assert "Tarayıcınızın denetimi tamamlanmadı" in client.post("/odeme/", form).content.decode()

    def test_by_reference_no_proof_is_needed(self, owe: Owe, client: Client) -> None:
        charge = owe()
        form = {"reference": charge.application.reference.lower(), "tckn": "10000000146"}
        assert "324,00 TL" in client.post("/odeme/?tip=basvuru", form, follow=True).content.decode()

    def test_four_hundred_numbers_and_one_answer(self, owe: Owe) -> None:
        """Fifty people with debts are hidden among them; without their birth data they cannot be told apart."""
        numbers = [_number(place) for place in random.sample(range(100_000), 400)]
        for number in numbers[::8]:
            owe(number)
        bodies = set()
        for place, number in enumerate(numbers):
            address = f"2001:db8:{place:x}::1"
            found = debt_query.by_birth(
                tckn=Tckn(number), birth_place="Ordu", birth_date=date(1990, 1, 1), address=address, by=VISITOR
            )
            bodies.add(len(found))
        assert bodies == {0}

    def test_the_page_of_every_miss_is_one_page(self, owe: Owe) -> None:
        owe()
        people.person(Tckn("11111111110"))
        bodies = set()
        for tckn in ("11111111110", "22222222220", "33333333330", "10000000146"):
            client = Client()
            form = {"tckn": tckn, "birth_place": "Ordu", "birth_date": "01.01.1990", "proof": solved(client)}
            answer = client.post("/odeme/", form, follow=True)
            soup = BeautifulSoup(answer.content, "html.parser")
            for token in soup.select("[name=csrfmiddlewaretoken]"):
                token.decompose()
            bodies.add((answer.status_code, str(soup)))
        assert len(bodies) == 1

    def test_limit_is_told_in_words(self, owe: Owe, client: Client) -> None:
        form = {"reference": owe().application.reference, "tckn": "22222222220"}
        for _ in range(TOO_MANY):
            client.post("/odeme/?tip=basvuru", form)
        page = client.post("/odeme/?tip=basvuru", form)
        assert "olunca yeniden deneyin" in page.content.decode()

    @pytest.mark.parametrize("language", ["tr", "en"])
    @pytest.mark.parametrize("way", ["gercek", "basvuru", "tuzel", "<script>"])
    def test_every_way_in_both_languages(self, client: Client, language: str, way: str) -> None:
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        answer = client.get("/odeme/", {"tip": way})
        assert answer.status_code == 200
        assert "<script>alert" not in answer.content.decode()

    def test_nothing_asked_nothing_found(self, client: Client) -> None:
        assert client.get("/odeme/borc/")["Location"] == "/odeme/"


def _number(place: int) -> str:
    """A synthetic number: all of them begin with 1000."""
    digits = f"1000{place:05d}"
    return digits + str(tckimlik.calc_check_digits(digits))
