"""How long it takes, in a real browser: for everybody, and for the people of one institution at their own desk."""

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from divit.flows import stages
from divit.identity.models import Person
from divit.institutions.models import Appointment, Institution
from divit.kernel import clock
from tests.integration.applications.conftest import *  # noqa: F403
from tests.integration.console.conftest import appoint
from tests.integration.stages.conftest import keep_cases
from tests.journeys.browser import NARROW, WIDE, window
from tests.journeys.test_application import enter

__all__ = ["appoint", "keep_cases"]
pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
TITLE = "Nitelikli Elektronik Sertifika Üretim Aşamaları ve Süreleri"

NOTHING = (
    "Henüz yayımlanacak kadar başvuru teslim edilmedi. Süreler tahmin edilmez; ilk ay bittiğinde ölçülmüş olarak "
    "burada yer alır."
)
ONE_INSTITUTION = (
    "Tek bir kurumun süreleri herkese üç aylık dönemlerle ve bütün başvuruları birlikte gösterilir; ödeyene, türe ve "
    "sürece göre ayrılmaz."
)
TOO_FEW = "Seçtiğiniz grupta çok az başvuru var. Kimse tanınmasın diye onu içeren daha geniş bir grup gösteriliyor."


def months() -> list[date]:
    """The six months of two quarters that are surely over and settled."""
    today = clock.today()
    quarter = today.year * 4 + (today.month - 1) // 3 - 3
    return [date((quarter * 3 + month) // 12, (quarter * 3 + month) % 12 + 1, 5) for month in range(6)]


@pytest.mark.parametrize(("language", "script", "size"), [("tr", True, WIDE), ("en", False, NARROW)])
def test_for_everybody_and_for_the_own_people(
    chrome: Browser,
    live_server: LiveServer,
    ministry: Institution,
    treasury: Institution,
    make_person: Callable[..., Person],
    appoint: Callable[..., Appointment],
    keep_cases: Callable[..., None],
    language: str,
    script: bool,
    size: dict[str, int],
) -> None:
    officer = make_person("Ferit", "Yetkin")
    for role in ("officer", "representative"):
        appoint(officer, ministry, role)
    with window(chrome, base_url=live_server.url, language=language, script=script, size=size) as walker:
        walker.open("/").follow(TITLE).expect(NOTHING)
        for month in months():
            for institution in (ministry, treasury):
                keep_cases(institution, month, 20, payer="institution", approval=1.0)
                keep_cases(institution, month, 15, fee=0.5)
                keep_cases(institution, month, 11, lane="delayed", total=14.5, travel=9.0)
            keep_cases(treasury, month, 1, kind="lost")
        stages.publish()
        walker.open("/").follow(TITLE).expect("Normal Süreç", "Gecikmeli Süreç", "Kuryeyle teslim")
        assert walker.page.locator(".divit-stages svg[role=img]").count() == 1
        walker.choose("odeyen", "Kurum ödemeli")
        walker.press("Göster").expect("Kurum onayı")
        walker.choose("tur", "Kayıp / Çalıntı")
        walker.press("Göster").expect(TOO_FEW)
        walker.choose("tur", "Hepsi")
        walker.choose("kurum", "T.C. Hazine ve Maliye Bakanlığı")
        walker.press("Göster").expect("İki süreç birlikte", ONE_INSTITUTION)
        enter(walker, live_server, officer)
        for desk in ("temsilci", "yetkili"):
            walker.open(f"/masa/{desk}/{ministry.pk}/").follow(TITLE)
            walker.expect("Kurumunuzun teslim edilmiş başvuruları, kişi ödemeli ve kurum ödemeli.", "Gecikmeli Süreç")
        walker.choose("tur", "İlk sertifika")
        walker.press("Göster").expect("Normal Süreç")
    assert walker.faults == [], "\n".join(walker.faults)
