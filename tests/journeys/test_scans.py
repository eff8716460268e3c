"""Scanned forms in a real browser: a file is chosen and its pages compared one by one, with and without script."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from divit.applications import services
from divit.flows import scan_upload
from divit.identity import selectors as identity
from divit.identity.models import Person
from divit.institutions.models import Institution
from divit.kernel.actors import Actor
from divit.scans import selectors
from tests import paper
from tests.factories import people
from tests.integration.applications.conftest import *  # noqa: F403
from tests.integration.applications.conftest import Way
from tests.integration.scans.conftest import printed
from tests.journeys.browser import NARROW, window

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("language", "script"), [("tr", True), ("en", False)])
def test_a_pile_on_the_screen(
    chrome: Browser,
    live_server: LiveServer,
    representative_of: Callable[[Institution], Actor],
    way: Way,
    make_person: Callable[..., Person],
    ministry: Institution,
    tmp_path: Path,
    language: str,
    script: bool,
) -> None:
    first, second = (way.submitted(make_person("Ayşe Işıl", name), ministry) for name in ("Öğüt", "Şimşek"))
    pages = [printed(first), paper.without_codes(printed(second)), paper.beside(printed(first), printed(second))]
    file = tmp_path / "tarama.pdf"
    file.write_bytes(paper.as_pdf(*pages, dpi=130))
    client = people.log_in(Client(), identity.person(representative_of(ministry).id))
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    size = {} if script else {"size": NARROW}
    with window(chrome, base_url=live_server.url, script=script, language=language, **size) as walker:
        walker.page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])
        walker.open(reverse("console:representative", kwargs={"institution_id": ministry.pk}))
        walker.follow("Taranmış formlar")
        walker.press("Yükle ve oku").expect("En az bir dosya seçin.")
        walker.page.set_input_files("input[type=file]", file)
        walker.press("Yükle ve oku")
        for upload_id in selectors.unread():
            scan_upload.read(upload_id)
        if script:  # the page goes on by itself
            walker.link("İlkinden başla").wait_for()
            walker.page.wait_for_load_state("load")
        else:
            walker.open(reverse("console:representative_scans", kwargs={"institution_id": ministry.pk}))
        walker.follow("İlkinden başla").expect("Ayşe Işıl Öğüt")
        if script:
            assert walker.page.locator(".divit-compare img").evaluate("one => one.naturalWidth") > 900
        walker.press("Formu teslim al").expect("Form teslim alındı, taraması saklandı.")
        walker.fill("reference", second.reference)
        walker.press("Başvuruyu göster").expect("Ayşe Işıl Şimşek")
        walker.press("Formu teslim al").expect("Bu sayfada birden çok form var")
        walker.press("Taramayı sil").expect("Bekleyen sayfa yok.")
        here = {"institution_id": ministry.pk, "application_id": first.pk}
        walker.open(reverse("console:representative_application", kwargs=here))
        walker.follow("Saklanan tarama")
        walker.page.locator("input[name=neden]").first.check()
        walker.press("Taramayı göster").expect("Bakma nedeniniz:")
        assert walker.faults == [], "\n".join(walker.faults)
    assert services.form_is_in(first)
    assert services.form_is_in(second)
