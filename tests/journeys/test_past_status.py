"""«O anda geçerli miydi?» in a real browser: with and without script, wide and narrow, in both languages."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from divit.certificates.models import Certificate, PastStatus
from divit.flows import suspension
from divit.identity.models import Person
from divit.kernel.serials import Serial
from tests.factories import people
from tests.fixtures_pki import authority, ceremony_held, holder_of, keystore, make_certificate, make_person
from tests.integration.certificates.test_past_status import Story
from tests.journeys.browser import NARROW, WIDE, Walker, window

__all__ = ["authority", "ceremony_held", "keystore", "make_certificate", "make_person"]
pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("language", "script", "size"), [("tr", True, WIDE), ("en", False, NARROW)])
def test_asked_by_a_stranger_and_by_the_holder(
    chrome: Browser,
    live_server: LiveServer,
    make_person: Callable[..., Person],
    make_certificate: Callable[..., Certificate],
    language: str,
    script: bool,
    size: dict[str, int],
) -> None:
    story = Story(make_certificate(people.reachable(make_person())))
    mine = story.certificate
    with story.at(30):
        suspension.suspend(mine.pk, by=holder_of(mine.person))
    own, public = story.ask(35, language=language), story.ask_public(Serial.from_hex(mine.serial), language=language)
    with window(chrome, base_url=live_server.url, language=language, script=script, size=size) as walker:
        walker.open(reverse("portal:public_status_ask"))
        walker.press("Durumunu göster").expect("Sertifikanın seri numarasını yazın.")
        for name, value in {"serial": "ab:cd:ef", "day": "01.02.2026", "time": "14:30"}.items():
            walker.fill(name, value)
        walker.press("Durumunu göster", after="networkidle" if script else "load")
        walker.expect("Bu numarayla sertifika üretilmedi", "Başka bir soru sor")
        assert PastStatus.objects.filter(serial=Serial(0xABCDEF).hex).count() == 1
        walker.open(reverse("portal:public_status", args=[public.pk])).expect("Evet, geçerliydi", "Bütün dönemler")
        _enter(walker, live_server, people.log_in(Client(), mine.person))
        walker.open(reverse("portal:certificate", args=[mine.pk]))
        walker.follow("Geçmişte bir anda geçerli miydi? Sorun, belgesini alın").expect("Durumunu göster")
        walker.open(reverse("portal:past_status", args=[own.pk])).expect("Hayır, askıdaydı", "sorulan an")
        assert walker.faults == [], "\n".join(walker.faults)


def _enter(walker: Walker, live_server: LiveServer, client: Client) -> None:
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    walker.page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])
