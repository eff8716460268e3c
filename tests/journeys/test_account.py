"""The institution's account in a real browser: what is billed, the month's statement, paid at the bank, receipted."""

import re
from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from divit import wiring
from divit.flows import payment
from divit.identity.models import Person
from divit.institutions.models import Appointment, Institution
from divit.kernel.actors import Role
from divit.payments import selectors
from divit.payments.models import Bill, Charge
from tests.contract.conftest import RunningWorld, one_world, world
from tests.integration.accounts.conftest import *  # noqa: F403
from tests.integration.accounts.conftest import _books_balance_after_every_test
from tests.integration.accounts.test_paying import charge
from tests.integration.console.conftest import *  # noqa: F403
from tests.integration.console.conftest import log_in
from tests.integration.payments.conftest import GOOD
from tests.journeys.browser import NARROW, WIDE, Walker, window
from tests.journeys.test_paying import _at_home

__all__ = ["_at_home", "_books_balance_after_every_test", "charge", "one_world", "world"]
pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def enter(walker: Walker, live_server: LiveServer, client: Client) -> None:
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    walker.page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])


def kept(walker: Walker, link: str) -> str:
    """The name under which a file is offered."""
    with walker.page.expect_download() as download:
        walker.link(link).click()
    return download.value.suggested_filename


def pay(walker: Walker, world: RunningWorld, *, script: bool) -> None:
    """From the statement to the bank's own pages and back; without script each hand-over is a button."""
    page = walker.page
    walker.button("Kredi kartıyla öde").click()
    if not script:
        walker.button("Bankanın sayfasına git").click()
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


@pytest.mark.parametrize(("language", "script", "size"), [("tr", True, WIDE), ("en", False, NARROW)])
def test_read_paid_and_receipted(
    chrome: Browser,
    live_server: LiveServer,
    world: RunningWorld,
    ministry: Institution,
    charge: Charge,
    billed: Callable[..., Bill],
    make_person: Callable[..., Person],
    appoint: Callable[..., Appointment],
    at_desk: Callable[..., Client],
    language: str,
    script: bool,
    size: dict[str, int],
) -> None:
    billed(ministry)
    officer = make_person("Şule", "Yetkin")
    appoint(officer, ministry, "officer")
    month = "Mart 2026" if language == "tr" else "March 2026"
    with window(chrome, base_url=live_server.url, language=language, script=script, size=size) as walker:
        enter(walker, live_server, log_in(officer))
        walker.open(f"/masa/yetkili/{ministry.pk}/").follow("Hesap özetleri")
        walker.expect("Özeti henüz çıkmayanlar", "Ödeme bekliyor", charge.reference)
        walker.follow(month).expect("Hesaba işlenenler", "108,00 TL" if language == "tr" else "108")
        assert kept(walker, "Belge olarak indir (PDF)") == "divit-hesap-ozeti-2026-03.pdf"
        assert kept(walker, "Tablo olarak indir (Excel)") == "divit-hesap-ozeti-2026-03.xlsx"
        statement = walker.page.url
        pay(walker, world, script=script)
        walker.arrive().expect("Bankadan yanıt bekliyoruz")
        attempt = selectors.open_attempt_of(charge.id)
        assert attempt is not None
        walker.open(statement).expect(
            "Önceki ödemeyi bankaya soruyoruz. Sonuç belli olana kadar yeniden ödemeyin."
        ).follow("Ödemenin durumuna bak")
        payment.inquire(attempt.id, bank=wiring.bank())
        walker.open(reverse("portal:payment_result", args=[attempt.id])).expect("Ödemeniz alındı")
        walker.page.locator(f"main a[href='{statement.removeprefix(live_server.url)}']").first.click()
        walker.arrive().expect("Bu özetin tutarı ödendi.")
        assert re.fullmatch(rf"divit-makbuz-{charge.reference}\.pdf", kept(walker, "Makbuzu indir (PDF)"))
        walker.open(f"/masa/yetkili/{ministry.pk}/hesap/").expect("Ödendi")
        enter(walker, live_server, at_desk(Role.LIAISON))
        walker.open(f"/masa/kurumlar/{ministry.pk}/hesap/").follow(month).expect("Bu özetin tutarı ödendi.")
        assert walker.link("Makbuzu indir (PDF)").count() == 0
    assert walker.faults == [], "\n".join(walker.faults)
