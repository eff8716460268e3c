"""The pages of paying: to the bank and back over HTTP, with and without a session, one's own and others'."""

import io
from collections.abc import Callable, Iterator
from datetime import timedelta

import pypdf
import pytest
import time_machine
from bs4 import BeautifulSoup
from django.conf import settings as conf
from django.test import Client
from pydantic import SecretStr
from pytest_django import Settings

from divit import wiring
from divit.flows import payment, withdrawal
from divit.kernel import clock
from divit.kernel.tckn import Tckn
from divit.payments.models import Attempt, BankMessage, Charge
from divit.payments.ports import HostedPage
from tests.contract.conftest import KEYS, RunningWorld
from tests.factories import people
from tests.integration.payments.conftest import POOR, Payer

pytestmark = pytest.mark.django_db
Owe = Callable[..., Charge]
Pairs = list[tuple[str, str]]
OK, SEE_OTHER, BAD, GONE = 200, 303, 400, 404


@pytest.fixture(autouse=True)
def _wired(world: RunningWorld, settings: Settings) -> Iterator[None]:
    settings.DIVIT = settings.DIVIT.model_copy(
        update={
            "bank_url": f"{world.url}/bank/fim/est3Dgate",
            "bank_api_url": f"{world.url}/bank/fim/api",
            "bank_client_id": "190100000",
            "bank_store_key": SecretStr(KEYS.bank),
            "bank_api_user": "divit",
            "bank_api_password": SecretStr(KEYS.bank_password),
        }
    )
    wiring.bank.cache_clear()
    yield
    wiring.bank.cache_clear()


@pytest.fixture
def mine(owe: Owe) -> Charge:
    return owe()


@pytest.fixture
def me(client: Client, mine: Charge) -> Client:
    return people.log_in(client, mine.person)


def hosted(client: Client, charge: Charge) -> HostedPage:
    """Press «Kredi kartıyla öde»: the form that takes the browser to the bank."""
    answer = client.post(f"/odeme/bankaya/{charge.id}/")
    assert answer.status_code == OK, answer.content.decode()
    form = BeautifulSoup(answer.content, "html.parser").select_one("form[data-go]")
    assert form is not None
    fields = {str(i["name"]): str(i["value"]) for i in form.select("input[type=hidden]")}
    return HostedPage(url=str(form["action"]), fields=fields)


def come_back(pairs: Pairs) -> str:
    """The bank's page posts across sites: no cookie of ours comes with it."""
    answer = Client(enforce_csrf_checks=True).post("/odeme/banka/donus/", _multi(pairs))
    assert answer.status_code == SEE_OTHER
    assert not answer.cookies
    return str(answer["Location"])


def worker_asks(charge: Charge) -> None:
    for attempt in Attempt.objects.filter(charge=charge).order_by("number"):
        payment.inquire(attempt.id, bank=wiring.bank())


def _multi(pairs: Pairs) -> dict[str, list[str]]:
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        given.setdefault(name, []).append(value)
    return given


class TestTheWay:
    def test_one_click_from_the_application_and_back(self, me: Client, mine: Charge, payer: Payer) -> None:
        page = me.get(f"/odeme/basvuru/{mine.application_id}/").content.decode()
        assert "324,00 TL" in page
        back = come_back(payer.at_bank(hosted(me, mine)))
        waiting = me.get(back).content.decode()
        assert "Bankadan yanıt bekliyoruz" in waiting
        assert "Lütfen yeniden ödemeyin" in waiting
        worker_asks(mine)
        done = me.get(back).content.decode()
        assert "Ödemeniz alındı" in done
        assert "yeniden ödemeyin" not in done
        assert f"/odeme/makbuz/{mine.id}/" in done

    def test_the_live_piece_leads_on_when_the_bank_has_answered(self, me: Client, mine: Charge, payer: Payer) -> None:
        back = come_back(payer.at_bank(hosted(me, mine)))
        piece = back.replace("/?", "/durum/?")
        assert "X-Live" not in me.get(piece).headers
        worker_asks(mine)
        answer = me.get(piece)
        assert answer["X-Live"] == "done"
        assert answer["X-Live-Location"] == back

    def test_a_refused_card_may_try_again_and_nothing_says_do_not(self, me: Client, mine: Charge, payer: Payer) -> None:
        back = come_back(payer.at_bank(hosted(me, mine), POOR))
        worker_asks(mine)
        page = me.get(back).content.decode()
        assert "kartınızdan para çekilmedi" in page
        assert "Yeniden öde" in page
        assert "yeniden ödemeyin" not in page

    def test_paid_already(self, me: Client, mine: Charge, payer: Payer) -> None:
        come_back(payer.at_bank(hosted(me, mine)))
        worker_asks(mine)
        answer = me.post(f"/odeme/bankaya/{mine.id}/", follow=True)
        assert "Ödemeniz alındı" in answer.content.decode()
        assert "yeniden ödemeniz gerekmiyor" in me.get(f"/odeme/basvuru/{mine.application_id}/").content.decode()

    def test_while_being_checked_there_is_no_way_to_pay_again(
        self, me: Client, mine: Charge, payer: Payer, world: RunningWorld
    ) -> None:
        come_back(payer.at_bank(hosted(me, mine)))
        page = me.get(f"/odeme/basvuru/{mine.application_id}/").content.decode()
        assert "Önceki ödemenizi bankaya soruyoruz" in page
        assert "/odeme/bankaya/" not in page

    def test_the_bank_is_down(self, me: Client, mine: Charge, payer: Payer, world: RunningWorld) -> None:
        hosted(me, mine)
        world.fail("bank", "down")
        answer = me.post(f"/odeme/bankaya/{mine.id}/")
        assert answer.status_code == 503
        assert Attempt.objects.filter(charge=mine).count() == 1

    def test_a_forged_return_says_what_is_true(
        self, mine: Charge, me: Client, payer: Payer, world: RunningWorld
    ) -> None:
        world.fail("bank", "forged_hash")
        back = come_back(payer.at_bank(hosted(me, mine)))
        assert back == "/odeme/belirsiz/"
        assert "lütfen yeniden ödemeyin" in me.get(back).content.decode()
        with time_machine.travel(clock.now() + timedelta(seconds=61)):
            assert payment.ask_about_all() == 1
        worker_asks(mine)
        mine.refresh_from_db()
        assert mine.state == "paid"


class TestTheBanksCall:
    def test_it_reads_exactly_approved(self, me: Client, mine: Charge, payer: Payer) -> None:
        pairs = payer.at_bank(hosted(me, mine))
        for _ in range(3):
            answer = Client(enforce_csrf_checks=True).post("/odeme/banka/bildirim/", _multi(pairs))
            assert (answer.status_code, answer.content) == (OK, b"Approved")
        assert not answer.cookies

    def test_forged_or_unknown_it_reads_otherwise(self, me: Client, mine: Charge, payer: Payer) -> None:
        pairs = payer.at_bank(hosted(me, mine))
        for altered in ([*pairs, pairs[0]], [], [("oid", "x")]):
            answer = Client().post("/odeme/banka/bildirim/", _multi(altered))
            assert (answer.status_code, answer.content) == (BAD, b"Rejected")

    def test_a_flood_of_forgeries_is_not_kept(self, mine: Charge) -> None:
        for number in range(40):
            Client().post("/odeme/banka/bildirim/", {"oid": str(number)})
        assert BankMessage.objects.count() == 30

    @pytest.mark.parametrize("address", ["/odeme/banka/bildirim/", "/odeme/banka/donus/"])
    def test_by_get_nothing_happens(self, mine: Charge, address: str) -> None:
        assert Client().get(address).status_code in {302, 405}
        assert BankMessage.objects.count() == 0


class TestOfOthers:
    def test_nobody_else_sees_or_pays(self, mine: Charge, me: Client, payer: Payer) -> None:
        back = come_back(payer.at_bank(hosted(me, mine)))
        worker_asks(mine)
        attempt = Attempt.objects.get(charge=mine)
        other = people.log_in(Client(), people.person(Tckn("11111111110")))
        for browser in (other, Client()):
            for answer in (
                browser.get(f"/odeme/sonuc/{attempt.id}/"),
                browser.get(f"/odeme/sonuc/{attempt.id}/durum/"),
                browser.get(f"/odeme/sonuc/{attempt.id}/?izin=x:y"),
                browser.get(f"/odeme/makbuz/{mine.id}/"),
                browser.post(f"/odeme/bankaya/{mine.id}/"),
            ):
                assert answer.status_code == GONE
                assert "324,00" not in answer.content.decode()
        assert other.get(f"/odeme/basvuru/{mine.application_id}/").status_code == GONE
        stranger = Client()
        assert stranger.get(back).status_code == OK  # with the permit that the bank's return was given
        assert stranger.get(f"/odeme/makbuz/{mine.id}/").status_code == GONE
        with time_machine.travel(clock.now() + timedelta(minutes=31)):
            assert stranger.get(back).status_code == GONE

    def test_a_visitor_who_found_a_debt_pays_it(self, mine: Charge, payer: Payer) -> None:
        visitor = Client()
        visitor.post("/odeme/?tip=basvuru", {"reference": mine.application.reference, "tckn": "10000000146"})
        back = come_back(payer.at_bank(hosted(visitor, mine)))
        worker_asks(mine)
        page = visitor.get(back).content.decode()
        assert "Ödemeniz alındı" in page
        assert "Öğüt" not in page
        again = visitor.get("/odeme/borc/").content.decode()
        assert "ödenmeyi bekleyen bir borç bulunamadı" in again
        assert "Kredi kartıyla öde" not in again
        text = _text(visitor.get(f"/odeme/makbuz/{mine.id}/").content)
        assert "324,00 TL" in text
        assert "Öğüt" not in text


class TestReceipt:
    @pytest.mark.parametrize(("language", "words"), [("tr", "Ödeme makbuzu"), ("en", "Payment receipt")])
    def test_it_says_what_was_paid(self, me: Client, mine: Charge, payer: Payer, language: str, words: str) -> None:
        come_back(payer.at_bank(hosted(me, mine)))
        worker_asks(mine)
        me.cookies[conf.LANGUAGE_COOKIE_NAME] = language
        answer = me.get(f"/odeme/makbuz/{mine.id}/")
        assert answer["Content-Type"] == "application/pdf"
        assert "10000000146" not in answer["Content-Disposition"]
        text = _text(answer.content)
        for part in (words, "Ayşe Işıl Öğüt", mine.application.reference, "270,00 TL", "54,00 TL", "324,00 TL"):
            assert part in text
        assert "10000000146" not in text

    def test_before_paying_there_is_none(self, me: Client, mine: Charge) -> None:
        assert me.get(f"/odeme/makbuz/{mine.id}/").status_code == GONE

    def test_after_a_refund_it_says_so(self, me: Client, mine: Charge, payer: Payer) -> None:
        come_back(payer.at_bank(hosted(me, mine)))
        worker_asks(mine)
        withdrawal.withdraw(mine.application_id, by=people.actor_of(mine.person))
        assert "iade edilmiştir" in _text(me.get(f"/odeme/makbuz/{mine.id}/").content)


def _text(document: bytes) -> str:
    reader = pypdf.PdfReader(io.BytesIO(document))
    return " ".join(" ".join(page.extract_text().split()) for page in reader.pages)
