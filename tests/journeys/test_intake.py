"""A pile of forms at the representative's desk in a real browser: by keyboard, with and without script, by camera."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from divit.applications import content, services
from divit.applications.models import Application
from divit.applications.reference import new_reference
from divit.applications.steps import Step
from divit.console.intake.wording import WHY_NOT
from divit.flows import self_paid_application
from divit.flows.form_intake import Standing
from divit.identity import selectors as identity
from divit.identity.models import Person
from divit.institutions.models import Institution
from divit.kernel.actors import Actor
from tests.factories import people
from tests.fixtures_pki import holder_of
from tests.integration.applications.conftest import *  # noqa: F403
from tests.integration.applications.conftest import PLACES, TYPED, Way
from tests.journeys.browser import NARROW, Walker, window

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
Sent = Callable[[str], Application]


@pytest.fixture
def sent(way: Way, make_person: Callable[..., Person], ministry: Institution) -> Sent:
    return lambda surname: way.submitted(make_person("Ayşe Işıl", surname), ministry)


@pytest.fixture
def address(ministry: Institution) -> str:
    return reverse("console:representative_intake", kwargs={"institution_id": ministry.pk})


@pytest.fixture
def omer(representative_of: Callable[[Institution], Actor], ministry: Institution) -> Person:
    return identity.person(representative_of(ministry).id)


def enter(walker: Walker, live_server: LiveServer, person: Person) -> None:
    client = people.log_in(Client(), person)
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    walker.page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])


def mark_of(row: Application) -> str:
    row.refresh_from_db()
    return content.mark(row.reference, row.content_hash)


def change(row: Application) -> None:
    typed = TYPED[Step.DELIVERY] | {"street": "720. Sokak"}
    self_paid_application.amend(row.id, Step.DELIVERY, typed, addresses=PLACES, by=holder_of(row.person))


def scan(walker: Walker, text: str) -> None:
    """As a scanner does: types where the focus is, ends with Enter."""
    expect(walker.page.locator("#id_scanned")).to_be_focused()
    with walker.page.expect_navigation():
        walker.page.keyboard.type(text)
        walker.page.keyboard.press("Enter")
    arrive(walker)


def yes(walker: Walker) -> None:
    """Enter on the empty field, by somebody who has looked."""
    walker.page.wait_for_timeout(800)
    expect(walker.page.locator("#id_scanned")).to_be_focused()
    with walker.page.expect_navigation():
        walker.page.keyboard.press("Enter")
    arrive(walker)


def arrive(walker: Walker) -> None:
    """The next page; what it says is said with the field that has the focus."""
    walker.arrive()
    expect(walker.page.locator("#intake-said")).to_have_count(1)
    assert "intake-said" in (walker.page.locator("#id_scanned").get_attribute("aria-describedby") or "")


@pytest.mark.parametrize(("language", "script"), [("tr", True), ("tr", False), ("en", True), ("en", False)])
def test_a_pile_by_keyboard_alone(
    chrome: Browser, live_server: LiveServer, omer: Person, sent: Sent, address: str, language: str, script: bool
) -> None:
    first, second, old = (sent(surname) for surname in ("Öğüt", "Şimşek", "Işık"))
    printed = mark_of(old)
    change(old)
    size = {} if script else {"size": NARROW}
    with window(chrome, base_url=live_server.url, script=script, language=language, by_keyboard=True, **size) as walker:
        enter(walker, live_server, omer)
        walker.open(address.removesuffix("toplu/")).follow("Toplu form teslimi")
        scan(walker, mark_of(first))
        walker.expect("Karşılaştırın", "QR kodu güncel formun kodu.")
        yes(walker)
        scan(walker, second.reference.lower())
        yes(walker)
        scan(walker, new_reference())
        scan(walker, printed)
        walker.expect(str(WHY_NOT[Standing.OUT_OF_DATE]))
        walker.press_key_on(walker.page.locator("main details > summary"))
        walker.press("Formu iade et")
        walker.expect("Bu alanı doldurun.")
        walker.fill("reason", "Formun yenisini yazdırıp imzalayın.")
        walker.press("Formu iade et")
        arrive(walker)
        walker.follow("Özeti göster ve yazdır")
        walker.expect("Alındı", "İade edildi", "Bulunamadı", "Ömer Yıldız")
        walker.press("Listeyi bitir")
        assert walker.faults == [], "\n".join(walker.faults)
    assert all(services.form_is_in(row) for row in (first, second))
    assert not services.form_is_in(old)


# The browser of this machine has no camera and reads no codes: both are given to it here; the page's script is real.
_CAMERA = """
  window.BarcodeDetector = class {
    static async getSupportedFormats() { return ["code_128", "qr_code"]; }
    async detect(video) { return video.videoWidth ? [{ rawValue: "MARK" }] : []; }
  };
  const canvas = document.createElement("canvas");
  const media = { getUserMedia: async () => {
    if (REFUSED) throw new DOMException("no", "NotAllowedError");
    const brush = canvas.getContext("2d");
    setInterval(() => brush.fillRect(0, 0, Math.random() * 300, 150), 30);
    return canvas.captureStream(25);
  } };
  Object.defineProperty(navigator, "mediaDevices", { value: media });
"""


def with_camera(page: Page, mark: str, *, refused: bool = False) -> None:
    page.add_init_script(_CAMERA.replace("MARK", mark).replace("REFUSED", "true" if refused else "false"))


def test_the_camera_types_for_the_hand(
    chrome: Browser, live_server: LiveServer, omer: Person, sent: Sent, address: str
) -> None:
    row = sent("Öğüt")
    with window(chrome, base_url=live_server.url, size=NARROW) as walker:
        enter(walker, live_server, omer)
        with_camera(walker.page, mark_of(row))
        walker.open(address)
        walker.press("Kamerayla oku").expect("Ayşe Işıl Öğüt")
        assert not services.form_is_in(row)
        walker.page.wait_for_timeout(800)
        walker.press("Formu teslim al")
        assert walker.faults == [], "\n".join(walker.faults)
    assert services.form_is_in(row)


def test_a_camera_that_may_not_be_used_is_said_and_without_one_there_is_no_button(
    chrome: Browser, live_server: LiveServer, omer: Person, address: str
) -> None:
    for refused in (True, False):
        with window(chrome, base_url=live_server.url) as walker:
            enter(walker, live_server, omer)
            if refused:
                with_camera(walker.page, "", refused=True)
            walker.open(address)
            button = walker.page.locator("[data-camera]")
            if refused:
                button.click()
                expect(walker.page.locator("[data-camera-said]")).to_contain_text("Kamera açılamadı")
                walker.faults += walker.look()
            else:
                expect(button).to_be_hidden()
            assert walker.faults == []
