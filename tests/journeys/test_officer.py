"""The officer's pages in a real browser: find, tick, close, see what became of it; no page has a fault."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from divit.certificates.models import Certificate
from divit.identity.models import Person
from divit.institutions import services as institutions
from divit.institutions.models import Institution
from divit.kernel import clock
from divit.kernel.actors import SYSTEM
from tests.integration.applications.conftest import *  # noqa: F403
from tests.integration.applications.conftest import Way
from tests.journeys.browser import NARROW, window
from tests.journeys.test_application import enter

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("language", ["tr", "en"])
def test_closing_what_leavers_hold(
    chrome: Browser,
    live_server: LiveServer,
    ministry: Institution,
    make_person: Callable[..., Person],
    make_certificate: Callable[..., Certificate],
    way: Way,
    language: str,
) -> None:
    boss, leaver = make_person("Ferit", "Yetkin"), make_person("Deniz", "Ayrılan")
    institutions.appoint(institution_id=ministry.id, person_id=boss.id, role="officer", starts=clock.today(), by=SYSTEM)
    gone = make_certificate(leaver, institution=ministry, until=clock.now() + timedelta(days=40))
    way.submitted(leaver, ministry)
    waiting = way.submitted(make_person("Çağla", "Giden"), ministry)
    for _ in range(26):
        make_certificate(boss, institution=ministry, until=clock.now() + timedelta(days=50))
    desk = f"/masa/yetkili/{ministry.id}/"
    size = {"size": NARROW} if language == "en" else {}

    with window(chrome, base_url=live_server.url, language=language, **size) as walker:
        enter(walker, live_server, boss)

        def look() -> None:
            if language == "tr":
                walker.look_everywhere()
            else:
                walker.faults += walker.look()

        for path in (f"{desk}bitecek/", f"{desk}{gone.pk}/", desk):
            walker.page.goto(path)
            look()
        walker.page.locator("main [name=text]").fill("ayrilan")
        walker.press("Ara")
        walker.page.locator("main input[type=checkbox][name=certificate]").check()
        walker.press("Seçtiklerimle devam et").expect("Seçtikleriniz", "DİKKAT")
        look()
        walker.press("Onayla")
        walker.faults += walker.look()
        walker.page.locator("main [name=how]").first.check()
        walker.page.locator("main [name=reason]").fill("Kurumdan ayrıldı")
        walker.page.locator("main [name=reject]").check()
        walker.page.locator("main [name=checked]").check()
        walker.press("Onayla").expect("Ne yapıldı?")
        walker.faults += walker.look()
        walker.page.goto(f"{desk}{gone.pk}/")
        look()
        walker.open(desk).follow("Ayrılanların başvuruları")
        walker.page.locator("main [name=text]").fill("giden")
        walker.press("Ara").follow(waiting.reference)
        walker.press("Başvuruyu sonlandır").expect("Bu alanı doldurun.")
        walker.page.locator("main [name=reason]").fill("Kurumdan ayrıldı")
        walker.page.locator("main [name=checked]").check()
        walker.press("Başvuruyu sonlandır").expect("Ayrılanların başvuruları", waiting.reference)
    gone.refresh_from_db()
    waiting.refresh_from_db()
    assert waiting.state == "rejected"
    assert (gone.state, gone.hold_cause) == ("suspended", "institution")
    assert walker.faults == []
