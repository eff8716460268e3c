"""The public page, the institution's own, and what the status page says of the future."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from divit.flows import expected_dates, stages
from divit.identity.models import Person
from divit.institutions.models import Institution
from divit.kernel import clock
from divit.stages.models import Case, Promise
from tests.factories.histories import Year, as_the_triggers_would, some_institutions
from tests.factories.people import log_in
from tests.integration.applications.conftest import Way
from tests.integration.console.conftest import log_in as at_institution

pytestmark = pytest.mark.django_db(transaction=True)

TITLE = "Nitelikli Elektronik Sertifika Üretim Aşamaları ve Süreleri"


def page(client: Client, address: str, **question: str) -> BeautifulSoup:
    answer = client.get(address, question)
    assert answer.status_code == 200, answer
    return BeautifulSoup(answer.content, "html.parser")


def said(soup: BeautifulSoup) -> str:
    assert soup.main is not None
    return " ".join(soup.main.get_text(" ").split())


def test_reached_by_its_name_and_says_that_there_is_nothing_yet(client: Client) -> None:
    home = page(client, reverse("portal:home"))
    assert home.find("a", string=TITLE)["href"] == reverse("portal:stages")  # type: ignore[index]
    soup = page(client, reverse("portal:stages"))
    assert soup.h1 is not None
    assert soup.h1.get_text() == TITLE
    assert "Henüz yayımlanacak kadar başvuru teslim edilmedi" in said(soup)
    assert soup.find("svg", role="img") is None


def test_the_public_page_of_a_year(client: Client, a_year: Year) -> None:
    """One year, read in every way: to live it takes longer than all that is asked of it."""
    stages.publish()
    two_lanes_as_a_picture_and_as_a_table(client)
    filters_choose_a_group_and_say_when_it_is_too_small(client)
    for strange in ("\x00", "'; --", "x" * 3000, "İ"):
        question = dict.fromkeys(("odeyen", "tur", "kurum", "donem"), strange)
        assert "Son bir yıl" in said(page(client, reverse("portal:stages"), **question))
    in_english_the_same(client)


def two_lanes_as_a_picture_and_as_a_table(client: Client) -> None:
    soup = page(client, reverse("portal:stages"))
    text = said(soup)
    for told in ("Normal Süreç", "Gecikmeli Süreç", "Son bir yıl", "Kuryeyle teslim", "iş günü"):
        assert told in text, told
    picture = soup.select_one(".divit-stages svg[role=img]")
    assert picture is not None
    assert {rect["data-lane"] for rect in picture.find_all("rect")} == {"normal", "delayed"}
    assert not soup.select("main [style], main script")
    rows = soup.select(".divit-beside tbody tr")
    assert len(rows) >= 7
    assert all(len(row.find_all("td")) == 4 for row in rows)
    assert "," in rows[-1].find_all("td")[0].get_text()  # the decimal comma
    assert "." in picture.find("rect", class_="ninety")["width"]  # type: ignore[operator, index]


def in_english_the_same(client: Client) -> None:
    client.cookies["divit-language"] = "en"
    text = said(page(client, reverse("portal:stages")))
    assert "Stages of Qualified Electronic Certificate Production and Their Durations" in text
    assert "Delivery by courier" in text
    assert "The last year" in text


def filters_choose_a_group_and_say_when_it_is_too_small(client: Client) -> None:
    soup = page(client, reverse("portal:stages"), odeyen="institution")
    assert soup.select_one("#suz-odeyen option[selected]")["value"] == "institution"  # type: ignore[index]
    assert "çok az başvuru var" not in said(soup)
    assert "Ücretin ödenmesi" not in soup.select_one(".divit-beside table").get_text()  # type: ignore[union-attr]
    small = page(client, reverse("portal:stages"), tur="renewal")
    assert "çok az başvuru var" in said(small)
    named = soup.select("#suz-kurum option")
    assert [option.get_text() for option in named][1:] == ["Kalabalık Kurum", "Küçük Kurum"]
    one = page(client, reverse("portal:stages"), kurum=str(named[1]["value"]))
    assert "İki süreç birlikte" in said(one)


def test_an_institution_sees_its_own(a_year: Year, make_person: Any, appoint: Callable[..., Any]) -> None:
    stages.publish()
    person = make_person()
    institution = Institution.objects.get(name="Küçük Kurum")
    appoint(person, institution, "representative")
    appoint(person, institution, "officer")
    browser = at_institution(person)
    for role in ("representative", "officer"):
        desk = page(browser, reverse(f"console:{role}", args=[institution.pk]))
        address = desk.find("a", string=TITLE)["href"]  # type: ignore[index]
        soup = page(browser, str(address))
        assert "Küçük Kurum" in said(soup)
        assert soup.find("svg", role="img") is not None
        assert soup.select_one("#suz-kurum") is None
    other = Institution.objects.get(name="Kalabalık Kurum")
    assert browser.get(reverse("console:officer_stages", args=[other.pk])).status_code == 404


@pytest.fixture
def ayse(make_person: Callable[..., Person]) -> Person:
    return make_person("Ayşe Işıl", "Öğüt")


def test_without_cases_no_date_is_invented(client: Client, ayse: Person, ministry: Institution, way: Way) -> None:
    row = way.submitted(ayse, ministry)
    expected_dates.promise()
    text = said(page(log_in(client, ayse), reverse("portal:application_status", args=[row.id])))
    assert "henüz söyleyemiyoruz" in text
    assert "uydurmuyoruz" in text
    assert "Ücreti ödemeniz" in text
    assert "gününden beri" in text
    assert "0 iş günü" not in text
    assert not Promise.objects.exists()


def test_a_range_is_promised_and_kept_on_record(
    client: Client, ayse: Person, ministry: Institution, way: Way, keep_cases: Callable[..., None]
) -> None:
    other = some_institutions("Başka Kurum")[0]
    with time_machine.travel(clock.now().replace(year=2026, month=11, day=23, hour=6), tick=True):
        keep_cases(other, date(2026, 11, 2), 30)
        keep_cases(other, date(2026, 11, 3), 10, travel=6.0, total=10.0)
        row = way.submitted(ayse, ministry)
        assert expected_dates.promise() == 1
        assert expected_dates.promise() == 0  # the word stands
        browser = log_in(client, ayse)
        text = said(page(browser, reverse("portal:application_status", args=[row.id])))
        assert "Beklenen teslim: 1–7 Aralık 2026" in text
        assert "40 benzer başvurunun süresiyle hesaplandı" in text
        assert "Bunlar bugün tamamlanırsa" in text
        promised = Promise.objects.get()
        assert (promised.compared, promised.cases, promised.stage) == ("payer", 40, "conditions")
    with time_machine.travel(clock.now().replace(year=2026, month=12, day=8, hour=6), tick=True):
        text = said(page(log_in(client, ayse), reverse("portal:application_status", args=[row.id])))
        assert "Söylediğimiz tarih geçti" in text
        assert "Neden uzuyor? Beklenenlerin tamamlanması benzer başvurulardakinden uzun sürüyor." in text
        browser.cookies["divit-language"] = "en"
        text = said(page(browser, reverse("portal:application_status", args=[row.id])))
        assert "We expected delivery by 7 December 2026; that was not kept." in text


def test_the_public_page_says_how_many_dates_were_kept(
    client: Client, ministry: Institution, ayse: Person, way: Way, keep_cases: Callable[..., None]
) -> None:
    row = way.submitted(ayse, ministry)
    today = clock.today()
    with as_the_triggers_would():
        Promise.objects.bulk_create(
            Promise(
                application_id=row.id,
                given_at=clock.now(),
                stage="queue",
                earliest=today - timedelta(days=20),
                until=today - timedelta(days=number),
                compared="all",
                cases=30,
            )
            for number in range(1, 13)
        )
        Case.objects.create(
            application_id=row.id,
            institution=ministry,
            payer="person",
            kind="other",
            lane="normal",
            reasons=[],
            month=today.replace(day=1),
            delivered_on=today - timedelta(days=3),
        )
    text = said(page(client, reverse("portal:stages")))
    assert "günü gelen 12 tarihin tutulma oranı %25" in text
