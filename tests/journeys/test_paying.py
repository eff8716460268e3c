"""Proving a phone, asking for a debt, and paying at the bank, in a real browser, with and without script."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from django.conf import settings as conf
from django.test import Client
from playwright.sync_api import Browser, Page
from pydantic import SecretStr
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from divit import wiring
from divit.flows import payment, phone_proof
from divit.kernel.phone import Phone
from divit.payments import selectors
from divit.payments.models import Charge
from divit.verification import codes
from tests.contract.conftest import KEYS, RunningWorld, one_world, world
from tests.factories import people
from tests.integration.payments.conftest import GOOD, owe
from tests.journeys.browser import NARROW, Walker, window

__all__ = ["one_world", "owe", "world"]
pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
Owe = Callable[..., Charge]
BOTH = pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])


@pytest.fixture(autouse=True)
def _at_home(world: RunningWorld, settings: Settings, live_server: LiveServer) -> Iterator[None]:
    """The bank is another site than ours, as in life: 127.0.0.1 and localhost."""
    own = settings.DIVIT.model_copy(
        update={
            "bank_url": f"{world.url}/bank/fim/est3Dgate",
            "bank_api_url": f"{world.url}/bank/fim/api",
            "bank_client_id": "190100000",
            "bank_store_key": SecretStr(KEYS.bank),
            "bank_api_user": "divit",
            "bank_api_password": SecretStr(KEYS.bank_password),
        }
    )
    settings.DIVIT = own
    settings.PUBLIC_URL = live_server.url
    policy = conf.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": policy | {"form-action": ["'self'", own.bank_url]}}
    wiring.bank.cache_clear()
    yield
    wiring.bank.cache_clear()


def enter(walker: Walker, live_server: LiveServer, charge: Charge) -> None:
    client = people.log_in(Client(), charge.person)
    key = client.cookies[conf.SESSION_COOKIE_NAME].value
    walker.page.context.add_cookies([{"name": conf.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])


def pay_at_bank(page: Page, world: RunningWorld, *, script: bool) -> None:
    if not script:
        page.get_by_role("button", name="Bankanın sayfasına git").click()
    page.locator("[name=pan]").fill(GOOD)
    page.locator("[name=ay]").fill("12")
    page.locator("[name=yil]").fill("2030")
    page.locator("[name=cv2]").fill("000")
    page.locator("main form button").first.click()
    page.locator("[name=kod]").fill(world.inbox("+905550000001")[0]["text"][:6])
    page.locator("main form button").first.click()
    if not script:
        page.locator("main form button").first.click()
    page.wait_for_url("**/odeme/**")


@BOTH
def test_found_paid_and_receipted_by_a_visitor(
    chrome: Browser, live_server: LiveServer, world: RunningWorld, owe: Owe, script: bool
) -> None:
    charge = owe()
    with window(chrome, base_url=live_server.url, script=script, size=NARROW) as walker:
        page = walker.page
        page.goto("/odeme/")
        if script:
            page.get_by_label("T.C. Kimlik No").fill("10000000146")
            page.get_by_label("Doğum Yeri").fill("Şişli")
            page.get_by_label("Doğum Tarihi").fill("23.04.1986")
        else:
            page.get_by_role("link", name="Başvuru numarasıyla sorgula").click()
            page.get_by_label("Başvuru numarası").fill(charge.application.reference)
            page.get_by_label("T.C. Kimlik No").fill("10000000146")
        page.get_by_role("button", name="Borç Sorgula").click()
        page.get_by_role("button", name="Kredi kartıyla öde").click()
        pay_at_bank(page, world, script=script)
        assert page.get_by_role("heading", name="Bankadan yanıt bekliyoruz").is_visible()
        assert page.get_by_text("Lütfen yeniden ödemeyin.").is_visible()
        attempt = selectors.open_attempt_of(charge.id)
        assert attempt is not None
        payment.inquire(attempt.id, bank=wiring.bank())
        if not script:
            page.get_by_role("link", name="Yenile").click()
        page.get_by_role("heading", name="Ödemeniz alındı").wait_for()
        with page.expect_download() as download:
            page.get_by_role("link", name="Makbuzu indir").click()
        assert download.value.suggested_filename.endswith(f"{charge.application.reference}.pdf")
    assert walker.faults == []


@BOTH
def test_the_phone_is_proven(chrome: Browser, live_server: LiveServer, owe: Owe, script: bool) -> None:
    charge = owe()
    by = people.actor_of(charge.person)
    code = phone_proof.send(
        person=charge.person,
        phone=Phone("0505 123 45 67"),
        purpose="application",
        subject_id="1",
        session=by.session,
        address="192.0.2.1",
        by=by,
    )
    with window(chrome, base_url=live_server.url, script=script, size=NARROW) as walker:
        enter(walker, live_server, charge)
        page = walker.page
        page.goto(f"/dogrulama/{code.id}/")
        assert page.get_by_text("Kalan süre:").count() == (1 if script else 0)
        page.get_by_label("Doğrulama kodu").fill("12345")
        page.get_by_role("button", name="Devam").click()
        assert str(page.title()).startswith("Hata:")
        digits = codes.code_of(code.id)
        page.get_by_label("Doğrulama kodu").fill(f"{digits[:3]} {digits[3:]}")
        page.get_by_role("button", name="Devam").click()
        assert urlsplit(page.url).path == "/islemler/"
    assert walker.faults == []


@pytest.mark.parametrize("language", ["tr", "en"])
def test_no_page_of_paying_has_a_fault(
    chrome: Browser, live_server: LiveServer, world: RunningWorld, owe: Owe, language: str
) -> None:
    charge = owe()
    by = people.actor_of(charge.person)
    code = phone_proof.send(
        person=charge.person,
        phone=Phone("0505 123 45 67"),
        purpose="application",
        subject_id="1",
        session=by.session,
        address="192.0.2.1",
        by=by,
    )
    begun = payment.begin(
        charge.id, by=by, bank=wiring.bank(), language="tr", return_url="http://x/", callback_url="http://x/"
    )
    paths = ["/odeme/", "/odeme/?tip=basvuru", "/odeme/?tip=tuzel", "/odeme/belirsiz/", f"/dogrulama/{code.id}/"]
    paths += [f"/odeme/basvuru/{charge.application_id}/", f"/odeme/sonuc/{begun.attempt.id}/"]
    with window(chrome, base_url=live_server.url, language=language) as walker:
        enter(walker, live_server, charge)
        for path in paths:
            walker.page.goto(path)
            walker.look_everywhere()
    assert walker.faults == []
