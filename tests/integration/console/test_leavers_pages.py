"""The officer's pages: find, tick, close, see what became of it; whose certificate ends; and what the holder sees."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from divit.audit import selectors as audit
from divit.certificates.models import Certificate
from divit.flows import card_production, suspension
from divit.identity.models import Person
from divit.institutions.models import Institution
from divit.kernel import clock
from divit.production.models import CardOrder
from tests.fixtures_cards import PRODUCER
from tests.fixtures_pki import holder_of
from tests.integration.console.conftest import log_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("pin_recipient")]
Make = Callable[..., Any]
CLOSED = {"act": "close", "how": "revoke", "reason": "Kurumdan ayrıldı", "last_day": "2026-11-20", "checked": "on"}


@pytest.fixture
def office(make_person: Make, make_certificate: Make, appoint: Make) -> tuple[Client, Institution]:
    """A browser of the officer, and the institution."""
    institution, _new = Institution.objects.get_or_create(name="T.C. Örnek Bakanlığı")
    boss = make_person("Ferit", "Yetkin")
    appoint(boss, institution, "officer")
    return log_in(boss), institution


def _at(name: str, institution: Institution, **more: Any) -> str:
    return reverse(f"console:{name}", kwargs={"institution_id": institution.pk, **more})


def _soup(answer: Any, status: int = 200) -> BeautifulSoup:
    assert answer.status_code == status, answer.status_code
    return BeautifulSoup(answer.content, "html.parser")


def _text(page: BeautifulSoup) -> str:
    return " ".join(page.get_text(" ").split())


def _purposes(person: Person) -> list[str]:
    return [one.facts["purpose"] for one in audit.entries_about(str(person.pk)) if one.act == "look"]


def test_from_the_search_to_what_became_of_each(
    office: tuple[Client, Institution], make_person: Make, make_certificate: Make
) -> None:
    client, institution = office
    leaver, stays = make_person("Deniz", "Ayrılan"), make_person("Kemal", "Kalan")
    gone, other = make_certificate(leaver), make_certificate(stays)
    page = _soup(client.post(_at("officer", institution), {"text": "ayrilan", "act": "search"}))
    assert [box["value"] for box in page.select("input[name=certificate]")] == [str(gone.pk)]
    page = _soup(client.post(_at("officer_leavers", institution), {"certificate": [gone.pk, other.pk], "act": "look"}))
    for words in ("Deniz Ayrılan", gone.serial, "İşlem şimdi geçerli olur", "İptal geri alınamaz"):
        assert words in _text(page)
    page = _soup(client.post(_at("officer_leavers", institution), {"certificate": gone.pk, "act": "close"}), 409)
    links = [link["href"] for link in page.select("[data-error-summary] a")]
    assert links == ["#id_how_0", "#id_reason", "#id_checked"]
    gone.refresh_from_db()
    assert gone.state == "valid"

    suspension.suspend(other.pk, by=holder_of(stays))
    told = CLOSED | {"how": "suspend", "certificate": [gone.pk, other.pk]}
    page = _soup(client.post(_at("officer_leavers", institution), told))
    assert "1 sertifika kapatıldı Deniz Ayrılan" in _text(page)
    assert "1 sertifikada işlem yapılamadı Kemal Kalan" in _text(page)
    assert "zaten askıda" in _text(page)
    gone.refresh_from_db()
    assert (gone.state, gone.hold_cause) == ("suspended", "institution")
    assert {"institution_certificates", "institution_leavers"} <= set(_purposes(leaver))

    # It was a mistake: the officer withdraws the cause on the certificate's own page.
    address = _at("officer_certificate", institution, certificate_id=gone.pk)
    assert "«Kurumdan ayrıldı»" in _text(_soup(client.get(address)))
    assert client.post(address, {"reason": ""}).status_code == 409
    assert client.post(address, {"reason": "Ayrılmadı"}).status_code == 303
    gone.refresh_from_db()
    assert (gone.state, gone.hold_cause) == ("suspended", "holder")
    page = _soup(client.get(address))
    assert not page.select("input[name=reason]")
    refused = client.post(address, {"reason": "Bir daha"})
    assert "kurumunuz askıya almamış" in _text(_soup(refused, 409))


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"reason": "<b>"}, "reason", "kullanılamaz"),
        ({"reason": "10000000146 ayrıldı"}, "reason", "kimlik numarası yazmayın"),
        ({"last_day": "dün"}, "last_day", "31.12.2026 biçiminde"),
        ({"last_day": "1999-01-01"}, "last_day", "en çok bir yıl"),
        ({"how": "forget"}, "how", "geçerli"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_done(
    office: tuple[Client, Institution],
    make_person: Make,
    make_certificate: Make,
    changed: dict[str, str],
    field: str,
    words: str,
) -> None:
    client, institution = office
    certificate = make_certificate(make_person())
    answer = client.post(_at("officer_leavers", institution), CLOSED | {"certificate": certificate.pk} | changed)
    page = _soup(answer, 409)
    assert page.select(f"[data-error-summary] a[href^='#id_{field}']")
    assert words in _text(page)
    certificate.refresh_from_db()
    assert certificate.state == "valid"


def test_a_leavers_application_is_shown_and_rejected(
    office: tuple[Client, Institution], make_order: Callable[..., CardOrder], make_certificate: Make
) -> None:
    client, institution = office
    order = make_order()
    certificate = make_certificate(order.person, institution=institution)
    page = _soup(client.post(_at("officer_leavers", institution), {"certificate": certificate.pk, "act": "look"}))
    (box,) = page.select("input[name=reject]")
    assert order.application.reference in _text(page)
    assert not box.has_attr("checked")
    told = CLOSED | {"certificate": certificate.pk, "reject": box["value"]}
    page = _soup(client.post(_at("officer_leavers", institution), told))
    assert f"{order.application.reference} : reddedildi" in _text(page)
    order.application.refresh_from_db()
    order.refresh_from_db()
    assert (order.application.state, order.state) == ("rejected", "cancelled")


def test_ticks_outlive_pages_and_searches(
    office: tuple[Client, Institution], make_person: Make, make_certificate: Make
) -> None:
    client, institution = office
    rows = [make_certificate(make_person(surname=f"Kişi{chr(97 + n)}")) for n in range(23)]
    rows += [make_certificate(rows[0].person) for _ in range(4)]
    address = _at("officer", institution)
    first = _soup(client.get(address))
    ids = [str(box["value"]) for box in first.select("input[type=checkbox][name=certificate]")]
    assert len(ids) == 25
    assert "Sayfa 1 / 2" in _text(first)
    second = _soup(client.post(address, {"text": "", "certificate": ids[:2], "page": "2"}))
    assert [box["value"] for box in second.select("input[type=hidden][name=certificate]")] == ids[:2]
    assert len(second.select("input[type=checkbox][name=certificate]")) == 2
    back = _soup(client.post(address, {"text": "", "certificate": ids[:2], "page": "1"}))
    assert [box["value"] for box in back.select("input[name=certificate][checked]")] == ids[:2]
    found = _soup(client.post(address, {"text": "Kimse Yok", "certificate": ids[:2], "act": "search"}))
    assert "Bu sayfada görünmeyen 2 seçiminiz daha var." in _text(found)
    for odd in ("x", "0", "999"):
        assert client.post(address, {"text": "", "page": odd}).status_code == 200


def test_nothing_chosen_or_too_much_goes_back_to_the_list(office: tuple[Client, Institution]) -> None:
    client, institution = office
    address = _at("officer_leavers", institution)
    assert client.get(address).status_code == 303
    for chosen in ([], [str(uuid4()) for _ in range(101)]):
        answer = client.post(address, {"certificate": chosen, "act": "look"})
        assert answer.status_code == 303
        page = _soup(client.get(answer.headers["Location"]))
        assert "en az bir, en çok 100" in _text(page)
    for odd in ("x", str(uuid4())):
        assert client.post(address, {"certificate": odd, **CLOSED}).status_code == 404


def test_another_institutions_certificates_are_not_there(
    office: tuple[Client, Institution], make_person: Make, make_certificate: Make, appoint: Make
) -> None:
    client, institution = office
    elsewhere = Institution.objects.create(name="T.C. Başka Kurum")
    theirs = make_certificate(
        make_person("Gizli", "Kişi"), institution=elsewhere, until=clock.now() + timedelta(days=9)
    )
    for name in ("officer", "officer_ending"):
        assert theirs.serial not in client.get(_at(name, institution)).content.decode()
    assert theirs.serial not in client.post(_at("officer", institution), {"text": "gizli"}).content.decode()
    told = CLOSED | {"certificate": theirs.pk}
    assert client.post(_at("officer_leavers", institution), told).status_code == 404
    assert client.post(_at("officer_leavers", elsewhere), told).status_code == 404
    mine = make_certificate(make_person())
    both = CLOSED | {"certificate": [mine.pk, theirs.pk]}
    assert client.post(_at("officer_leavers", institution), both).status_code == 404
    for row in (mine, theirs):
        row.refresh_from_db()
        assert row.state == "valid"


def test_what_ends_soon_page_by_page_with_looks_and_no_dearer_for_many(
    office: tuple[Client, Institution], make_person: Make, make_certificate: Make
) -> None:
    client, institution = office
    person = make_person("İpek", "Son")
    soon = clock.now() + timedelta(days=20)
    make_certificate(person, until=soon)
    address = _at("officer_ending", institution)

    def questions() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(address).status_code == 200
        return len([one for one in seen if "audit_entry" not in one["sql"] and "SAVEPOINT" not in one["sql"]])

    few = questions()
    page = _text(_soup(client.get(address)))
    assert "İpek Son" in page
    assert "Başvuru yok" in page
    assert _purposes(person) == ["institution_renewals"] * 2
    for n in range(26):
        make_certificate(make_person(surname=f"Son{chr(97 + n)}"), until=soon + timedelta(hours=n))
    # Each look is a transaction of its own, which begins and ends.
    assert questions() - few <= 2 * 25
    page = _soup(client.get(address))
    assert "Sayfa 1 / 2" in _text(page)
    assert page.find("a", href="?sayfa=2")
    assert len(_soup(client.get(f"{address}?sayfa=2")).select("tbody tr")) == 2


@pytest.mark.parametrize("how", ["suspend", "revoke"])
@pytest.mark.parametrize("language", ["tr", "en"])
def test_the_holder_sees_who_and_why_and_whom_to_ask(
    office: tuple[Client, Institution], make_person: Make, make_certificate: Make, how: str, language: str
) -> None:
    client, institution = office
    certificate: Certificate = make_certificate(make_person())
    client.post(_at("officer_leavers", institution), CLOSED | {"certificate": certificate.pk, "how": how})
    holder = log_in(certificate.person)
    holder.cookies["divit-language"] = language
    page = _text(_soup(holder.get(reverse("portal:certificate", args=[certificate.pk]))))
    assert "Ferit Yetkin" in page
    assert "«Kurumdan ayrıldı»" in page
    if how == "suspend":
        page = _text(_soup(holder.get(reverse("portal:reinstate_one", args=[certificate.pk]))))
        assert "Ferit Yetkin" in page
        assert ("gerekçesini kaldırmasını isteyin" if language == "tr" else "withdraw the cause") in page
        assert "Kodu gönder" not in page


def test_an_application_without_a_certificate_is_found_by_name_and_ended(
    office: tuple[Client, Institution], make_order: Callable[..., CardOrder], make_certificate: Make
) -> None:
    client, institution = office
    order = make_order()
    application, person = order.application, order.person
    desk = _soup(client.get(_at("officer", institution)))
    search = str(desk.find("a", string="Ayrılanların başvuruları")["href"])  # type: ignore[index]
    assert application.reference not in _text(_soup(client.get(search)))
    for nobody in ("", "Kimse Yok"):
        assert application.reference not in _text(_soup(client.post(search, {"text": nobody})))
    found = _soup(client.post(search, {"text": person.surname}))
    address = str(found.find("a", string=application.reference)["href"])  # type: ignore[index]
    page = _soup(client.get(address))
    for words in (person.name, "Kişi ödemeli", "iade edilir", "kart üretilmez"):
        assert words in _text(page)
    assert "Sertifikasıyla birlikte kapat" not in _text(page)
    wrong = _soup(client.post(address, {"reason": ""}), 409)
    assert [link["href"] for link in wrong.select("[data-error-summary] a")] == ["#id_reason", "#id_checked"]
    told = {"reason": "10000000146 ayrıldı", "checked": "on"}
    assert "kimlik numarası yazmayın" in _text(_soup(client.post(address, told), 409))
    assert client.post(address, told | {"reason": "Kurumdan ayrıldı"}).status_code == 303
    application.refresh_from_db()
    order.refresh_from_db()
    assert (application.state, application.ending, order.state) == ("rejected", "Kurumdan ayrıldı", "cancelled")
    assert set(_purposes(person)) == {"institution_leavers_application"}
    again = _soup(client.post(address, told | {"reason": "Bir daha"}), 409)
    assert "artık sonlandırılamaz" in _text(again)
    assert not again.select("input[name=reason]")
    assert application.reference not in _text(_soup(client.post(search, {"text": person.surname})))


def test_who_holds_a_certificate_too_is_led_to_where_both_are_closed(
    office: tuple[Client, Institution], make_order: Callable[..., CardOrder], make_certificate: Make
) -> None:
    client, institution = office
    order = make_order()
    held = make_certificate(order.person, institution=institution)
    address = _at("officer_application", institution, application_id=order.application_id)
    page = _soup(client.get(address))
    both = page.select_one("form[action$='ayrilan/']")
    assert both is not None
    assert [box["value"] for box in both.select("input[name=certificate]")] == [str(held.pk)]
    page = _soup(client.post(str(both["action"]), {"certificate": held.pk, "act": "look"}))
    assert order.application.reference in _text(page)
    card_production.take(order.pk, by=PRODUCER)
    page = _soup(client.get(address))
    assert "artık sonlandırılamaz" in _text(page)
    refused = _soup(client.post(address, {"reason": "Kurumdan ayrıldı", "checked": "on"}), 409)
    assert "üretim" in _text(refused).lower()
