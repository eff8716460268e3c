"""The pages of bildirim adresleri in a real browser: from no address to one that arrives, and to its end."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils.translation import override
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from divit import wiring
from divit.flows import webhook_delivery
from divit.identity.models import Person
from divit.institutions.models import Institution
from divit.webhooks import words
from divit.webhooks.models import Webhook
from tests.integration.console.conftest import *  # noqa: F403
from tests.integration.console.conftest import log_in
from tests.integration.webhooks.conftest import Receiver
from tests.integration.webhooks.conftest import receiver as receiver
from tests.journeys.browser import NARROW, WIDE, Walker, window

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
_ON_ITS_WAY = "Deneme yola çıktı. Birkaç saniye sonra sayfayı yenileyip yanıtına bakın."
_UNDER_WAY = "Deneme yolda; sonucunu görmek için sayfayı yenileyin."


@pytest.mark.parametrize("language", ["tr", "en"])
def test_an_officer_adds_an_address_and_sees_it_arrive(
    chrome: Browser,
    live_server: LiveServer,
    receiver: Receiver,
    make_person: Callable[..., Person],
    appoint: Any,
    language: str,
) -> None:
    """In Turkish without a script and on a telephone, in English at a desk."""
    ministry = Institution.objects.create(name="T.C. Milli Eğitim Bakanlığı")
    officer = make_person("Şule", "Yetkin")
    appoint(officer, ministry, "officer", days=100)
    turkish = language == "tr"
    size = NARROW if turkish else WIDE
    with window(chrome, base_url=live_server.url, language=language, script=not turkish, size=size) as walker:
        key = log_in(officer).cookies[settings.SESSION_COOKIE_NAME].value
        walker.page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])
        walker.open(reverse("console:officer", kwargs={"institution_id": ministry.pk})).follow("Bildirim adresleri")
        walker.expect("Henüz bir adres eklenmedi.").follow("Yeni adres ekle")
        walker.press("Adresi ekle").expect("Bu alanı doldurun.", "En az birini işaretleyin.")
        walker.fill("name", "Personel sistemi")
        walker.fill("url", "https://192.168.1.20/bildirim")
        walker.page.locator("main [name='topics'][value='request']").check()
        with override("tr"):
            inside = str(words.REFUSALS["webhook_address_inside"])
        walker.press("Adresi ekle").expect(inside)
        walker.fill("url", f"{receiver.origin}/bildirim?no=7")
        walker.press("Adresi ekle").expect("Bu anahtarı şimdi alın", "whsec_")
        secret = walker.page.locator("main .serial", has_text="whsec_").inner_text()
        walker.follow("Anahtarı aldım").press("Deneme gönder").expect(_ON_ITS_WAY, _UNDER_WAY)
        _deliver()
        assert receiver.types(secret) == ["endpoint.test"]
        walker.page.reload()
        walker.arrive().expect("Ulaştı", "endpoint.test")
        receiver.answers = [(503, {})]
        walker.press("Yeniden gönder").expect("Bildirim yeniden yola çıktı.")
        _deliver()
        walker.page.reload()
        walker.arrive().expect("Bekliyor", "503")
        _close(walker)
        assert walker.faults == [], "\n".join(walker.faults)


def _deliver() -> None:
    """What the worker does: it cannot run beside the browser's own loop."""
    webhook_delivery.deliver(Webhook.objects.get().pk, sender=wiring.webhooks())


def _close(walker: Walker) -> None:
    walker.page.locator("details", has_text=walker.say("Adresi kapat")).last.locator("summary").click()
    walker.press("Adresi kapat").expect("Adres kapatıldı; artık bildirim gönderilmez.", "Kapalı")
