"""The registration desk in a real browser: search, file, reports, a certificate opened by two; no page has a fault."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from divit.certificates.models import Certificate
from divit.flows import registry_search, suspension
from divit.identity.models import Person, StaffAccount
from divit.identity.staff import create_staff
from divit.institutions.models import Institution
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor, Role
from tests.integration.applications.conftest import *  # noqa: F403
from tests.integration.applications.conftest import Way
from tests.integration.console.conftest import seat
from tests.journeys.browser import NARROW, Walker, window

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
DESK = "/masa/kayit/"


def sit_down(walker: Walker, live_server: LiveServer, account: StaffAccount) -> None:
    """The browser of this member of staff."""
    key = seat(account).cookies[settings.SESSION_COOKIE_NAME].value
    walker.page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])


@pytest.mark.parametrize("language", ["tr", "en"])
def test_the_registry(
    chrome: Browser,
    live_server: LiveServer,
    ministry: Institution,
    make_person: Callable[..., Person],
    make_certificate: Callable[..., Certificate],
    way: Way,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
) -> None:
    monkeypatch.setattr(registry_search, "PAGE", 2)
    first, second = (
        create_staff(f"kayit{n}@merkez.example", name=f"Kayıtçı {n}", desks=[Role.REGISTRAR], by=SYSTEM)[0]
        for n in (1, 2)
    )
    people = [make_person("Deniz", f"{letter}rıcı") for letter in "AEI"]
    for person in people:
        way.submitted(person, ministry)
    held = make_certificate(people[0], institution=ministry, until=clock.now() + timedelta(days=20))
    officer = Actor(role=Role.OFFICER, id="1", name="Ferit Yetkin", institution_id=str(ministry.pk))
    suspension.suspend(held.pk, by=officer)
    size = {"size": NARROW} if language == "en" else {}

    with window(chrome, base_url=live_server.url, language=language, **size) as walker:

        def look() -> None:
            if language == "tr":
                walker.look_everywhere()
            else:
                walker.faults += walker.look()

        def go(path: str) -> None:
            walker.page.goto(path)
            look()

        sit_down(walker, live_server, first)
        go(DESK)
        walker.page.locator("main [name=text]").fill("milli egitim")
        walker.press("Ara").expect("Bu adla kurumlar")
        walker.page.locator("main [name=text]").fill("deniz")
        walker.press("Ara").expect("Bulunanlar")
        look()
        walker.page.locator("main [name=neden]").select_option("file_request")
        walker.page.locator("main button[formaction]").first.click()
        walker.expect("Kişi dosyası")
        look()
        go(f"{DESK}kisi/{people[0].pk}/")
        for path in ("", "bitecek/", "bekleyen/", "geri-verilen-form/", "geri-gelen-gonderi/"):
            go(f"{DESK}raporlar/{path}")
        go(f"{DESK}sertifika/{held.pk}/")
        walker.press("İsteği gönder")
        walker.faults += walker.look()
        walker.page.locator("main [name=reason]").fill("Kurumun yazısı geldi")
        walker.press("İsteği gönder").expect("Karar bekleyenler")
        look()
        sit_down(walker, live_server, second)
        walker.page.goto(f"{DESK}istekler/")
        walker.page.locator("main td.act a").first.click()
        walker.expect("Kararınız")
        look()
        walker.press("Onayla ve aç").expect("Son kararlar")
        look()
    held.refresh_from_db()
    assert held.state == "valid"
    assert walker.faults == []
