"""A list in a real browser: uploaded, its bad row corrected, invited, approved by another; no page has a fault."""

import io
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from divit.identity import selectors as people
from divit.kernel.actors import Actor
from divit.rosters.models import Request
from tests.integration.applications.conftest import *  # noqa: F403
from tests.integration.rosters.conftest import HEADINGS, Desk, appoint, contract, csv, desk, row_of
from tests.journeys.browser import NARROW, WIDE, Walker, window
from tests.journeys.test_application import enter

__all__ = ["appoint", "contract", "desk"]
pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
BAD = ("10000000000", "Ali1", "", "123", "yok", "Birim", "Memur", "İlk sertifika")
NO_TABLE = "Bu dosya bir tablo değil. Listeyi Excel (.xlsx) ya da CSV dosyası olarak yükleyin."
OWN_LIST = "Bu listeyi siz yüklediniz. Talepleri kurumunuzun başka bir yetkilisi onaylar."
REASON = "Görev yeri değişti."


def upload(walker: Walker, content: bytes, name: str) -> Walker:
    """Choose the file and have it checked."""
    file: Any = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    walker.page.set_input_files("main [name=file]", file)
    return walker.press("Yükle ve denetle")


def corrected(walker: Walker) -> bytes:
    """The file of faulty rows, with a good row typed over the bad one."""
    with walker.page.expect_download() as download:
        walker.link("Hatalı satırları indir (Excel)").click()
    book = load_workbook(io.BytesIO(download.value.path().read_bytes()))
    sheet = book.worksheets[0]
    headings = [cell.value for cell in sheet[1]]
    for heading, value in zip(HEADINGS, row_of(52, given_names="Çiğdem"), strict=True):
        sheet.cell(row=2, column=headings.index(heading) + 1, value=value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(("language", "script", "size"), [("tr", True, WIDE), ("en", False, NARROW)])
def test_from_the_file_to_the_approval(
    chrome: Browser, live_server: LiveServer, desk: Desk, language: str, script: bool, size: dict[str, int]
) -> None:
    def walking(by: Actor) -> Any:
        walker = window(chrome, base_url=live_server.url, language=language, script=script, size=size)
        return walker, people.person(by.id), f"/masa/yetkili/{desk.institution.pk}/"

    opened, uploader, office = walking(desk.uploader)
    with opened as walker:
        enter(walker, live_server, uploader)
        walker.open(office).follow("Sertifika listeleri")
        walker.press("Yükle ve denetle").expect("Bir liste dosyası seçin.")
        upload(walker, b"%PDF-1.4", "liste.pdf").expect(NO_TABLE)
        upload(walker, csv([row_of(50), BAD, row_of(51)]), "liste.csv")
        walker.expect("Düzeltilecek satırlar", "Davet edilecek kişiler", "Listeyi onayla, davetleri gönder")
        again = corrected(walker)
        walker.press("Listeyi onayla, davetleri gönder").expect("Davet edildi", OWN_LIST)
        walker.open(f"/masa/kurum/{desk.institution.pk}/listeler/")
        upload(walker, again, "liste.xlsx").expect("Çiğdem")
        assert walker.page.get_by_text(walker.say("Düzeltilecek satırlar")).count() == 0
        walker.press("Listeyi onayla, davetleri gönder")
        assert walker.button("Seçilenleri onayla").count() == 0
        assert walker.faults == [], "\n".join(walker.faults)

    opened, approver, office = walking(desk.approver)
    with opened as walker:
        enter(walker, live_server, approver)
        walker.open(office).expect("Kim bekleniyor?", f"{walker.say('Kurum yetkilisi')}: 3")
        walker.follow("Sertifika listeleri").follow("liste.csv")
        boxes = walker.page.locator("main input[type=checkbox][name=request]")
        boxes.first.check()
        walker.press("Seçilenleri onayla")
        walker.follow("Yalnız onay bekleyenleri göster")
        boxes.first.check()
        walker.page.locator("main details > summary").click()
        walker.press("Seçilenleri gerekçesiyle reddet").expect("Bu alanı doldurun.")
        assert boxes.first.is_checked()
        walker.fill("reason", REASON)
        walker.press("Seçilenleri gerekçesiyle reddet")
        walker.page.locator("main tbody a").nth(1).click()
        walker.arrive().expect(REASON)
        walker.open(f"/masa/kurum/{desk.institution.pk}/listeler/").follow("liste.xlsx")
        walker.press("Bekleyen 1 talebi onayla" if language == "tr" else "Approve")
        walker.open(office).expect("Sona erdi")
        assert walker.faults == [], "\n".join(walker.faults)
    told = list(Request.objects.order_by("roster__uploaded_at", "number").values_list("state", flat=True))
    assert told == ["approved", "refused", "approved"]
