"""The pages that frame every journey: no axe violation at any width, colour or language; all of it without script."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from divit.identity.staff import create_staff
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Role
from divit.portal.status.views import KEPT
from divit.probe.findings import Finding, Service
from divit.watching import announcements, services
from tests.factories import people
from tests.integration.console.conftest import seat
from tests.journeys.browser import NARROW, Walker, window

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
PUBLIC = [
    "/",
    "/giris/",
    "/yardim/",
    "/erisilebilirlik/",
    "/kvkk/",
    "/ucretler/",
    "/durum/",
    "/api/",
    "/yok/",
    "/o-anda-gecerli-miydi/",
]
OWN = [
    "/islemler/",
    "/nes/",
    "/nes/bireysel/",
    "/mesajlar/",
    "/verilerim/",
    "/verilerim/iletisim/",
    "/giris/yeniden/?next=/nes/&level=2",
]


def enter(walker: Walker, live_server: LiveServer) -> None:
    """Be logged in already: how one logs in is another journey."""
    client = people.log_in(Client(), people.reachable(people.person()))
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    walker.page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])


def some_outages() -> None:
    """An outage that goes on, one that is over, and days without a look: everything that the status page can show."""
    now = clock.now()
    late = [Finding(service=Service.OCSP, code="ocsp_old", facts={"age": 700})]
    away = [Finding(service=Service.CLOSING, code="needs_sign_in")]
    with transaction.atomic():
        for ago, findings in ((2882, late), (2881, late), (2880, []), (2879, []), (2, away), (1, away), (0, away)):
            services.keep(findings, at=now - timedelta(minutes=ago), slowest_ms={})
    KEPT.forget()


def test_no_page_of_the_frame_has_a_fault(chrome: Browser, live_server: LiveServer) -> None:
    some_outages()
    with window(chrome, base_url=live_server.url) as walker:
        for path in PUBLIC:
            walker.page.goto(path)
            walker.look_everywhere()
        enter(walker, live_server)
        for path in OWN:
            walker.page.goto(path)
            walker.look_everywhere()
    assert walker.faults == []


def test_nor_in_english(chrome: Browser, live_server: LiveServer) -> None:
    some_outages()
    with window(chrome, base_url=live_server.url, language="en", size=NARROW) as walker:
        enter(walker, live_server)
        for path in PUBLIC + OWN:
            walker.page.goto(path)
            walker.faults += walker.look()
    assert walker.faults == []


def test_nor_where_staff_announce(chrome: Browser, live_server: LiveServer) -> None:
    some_outages()
    account, _secret = create_staff("kayit@merkez.example", name="Kaya", desks=[Role.REGISTRAR], by=SYSTEM)
    key = seat(account).cookies[settings.SESSION_COOKIE_NAME].value
    begins = clock.now() + timedelta(hours=1)
    announcements.announce(
        list(Service), begins_at=begins, ends_at=None, turkish="Bakım var.", english="Maintenance.", by=SYSTEM
    )
    with window(chrome, base_url=live_server.url) as walker:
        walker.page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])
        for path in ("/masa/", "/durum/"):
            walker.page.goto(path)
            walker.faults += walker.look()
        walker.page.goto("/masa/kayit/duyurular/")
        walker.page.get_by_role("button", name="Yayımla").click()
        walker.look_everywhere()
    assert walker.faults == []


def test_axe_finds_a_planted_fault(chrome: Browser, live_server: LiveServer) -> None:
    with window(chrome, base_url=live_server.url) as walker:
        walker.page.goto("/")
        walker.page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=\"x.png\">')")
        assert any("image-alt" in fault for fault in walker.look())


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_refused_form_leads_to_its_fields(chrome: Browser, live_server: LiveServer, script: bool) -> None:
    with window(chrome, base_url=live_server.url, script=script, size=NARROW) as walker:
        enter(walker, live_server)
        page = walker.page
        page.goto("/verilerim/iletisim/")
        page.get_by_label("e-Posta").first.fill("olmaz")
        page.get_by_role("button", name="Kaydet").click()
        assert str(page.locator("title").text_content()).startswith("Hata: ")
        if script:
            assert page.evaluate("document.activeElement.hasAttribute('data-error-summary')")
        page.get_by_role("link", name="e-Posta adresini ad@kurum.gov.tr biçiminde yazın.").click()
        assert page.locator(":focus").get_attribute("id") == "id_email"
        page.get_by_label("e-Posta").first.fill("ayse@divit.example")
        page.get_by_role("button", name="Kaydet").click()
        assert page.get_by_text("İletişim bilgileriniz kaydedildi.").is_visible()


def test_language_and_appearance_without_script(chrome: Browser, live_server: LiveServer) -> None:
    with window(chrome, base_url=live_server.url, script=False) as walker:
        page = walker.page
        page.goto("/yardim/")
        page.get_by_role("button", name="Karanlık").click()
        assert page.url.endswith("/yardim/")
        assert page.locator("html").get_attribute("data-color-scheme") == "dark"
        page.locator("footer").get_by_role("button", name="English").click()
        assert page.get_by_role("heading", level=1).inner_text() == "Frequently asked questions"
        assert page.locator("html").get_attribute("data-color-scheme") == "dark"


def test_the_keyboard_reaches_the_content_first(chrome: Browser, live_server: LiveServer) -> None:
    with window(chrome, base_url=live_server.url) as walker:
        page = walker.page
        page.goto("/")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "İçeriğe geç"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "icerik"


def test_the_first_view_is_light(chrome: Browser, live_server: LiveServer, tmp_path: Path) -> None:
    sizes: list[int] = []
    with window(chrome, base_url=live_server.url) as walker:
        walker.page.on("response", lambda answer: sizes.append(len(answer.body())))
        walker.page.goto("/")
        walker.page.wait_for_load_state("networkidle")
    # Uncompressed here; the style sheet shrinks six-fold on the wire (see test_frontend for that size).
    assert sum(sizes) < 200_000


def test_the_session_is_kept_open_by_one_key_or_closes(chrome: Browser, live_server: LiveServer) -> None:
    with window(chrome, base_url=live_server.url) as walker:
        enter(walker, live_server)
        page = walker.page
        page.clock.install()
        page.goto("/nes/")
        page.clock.fast_forward("12:50")
        assert page.get_by_role("dialog").count() == 0
        page.clock.fast_forward("00:20")
        dialog = page.get_by_role("dialog", name="Oturumunuz iki dakika içinde kapanacak")
        assert dialog.is_visible()
        walker.faults += walker.look()
        page.keyboard.press("Enter")
        dialog.wait_for(state="hidden")
        page.clock.fast_forward("13:10")
        assert dialog.is_visible()
        # For the server not a second has passed: what counts is that the page asks to sign in again.
        with page.expect_request("**/giris/?ended=1&next=/nes/"):
            page.clock.fast_forward("02:10")
        assert walker.faults == []
