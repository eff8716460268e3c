"""BAŞVURU İŞLEMLERİ in a mine without scripts: the whole way, back and forward, hostile text, strangers."""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from divit.applications import selectors
from divit.applications.kinds import Kind
from divit.applications.lifecycle import State
from divit.applications.models import Application
from divit.applications.steps import Step
from divit.certificates.models import Certificate
from divit.flows import form_receipt
from divit.identity.models import Person
from divit.institutions.models import Institution
from divit.kernel.actors import Actor
from divit.verification import codes
from divit.verification.models import PhoneCode
from tests.factories.people import log_in
from tests.integration.applications.conftest import TYPED, Way

pytestmark = pytest.mark.django_db
SESSION = "session-1"


def soup(answer: HttpResponse) -> BeautifulSoup:
    assert answer.status_code == 200, (answer.status_code, answer.headers)
    return BeautifulSoup(answer.content, "html.parser")


def text(answer: HttpResponse) -> str:
    main = soup(answer).find("main")
    assert main is not None
    return " ".join(main.get_text(" ").split())


def post(mine: Client, address: str, fields: dict[str, Any]) -> HttpResponse:
    return mine.post(address, fields)


def test_from_the_menu_to_a_submitted_application(mine: Client, ayse: Person, ministry: Institution) -> None:
    menu = text(mine.get(reverse("portal:applications")))
    assert "KİŞİ ÖDEMELİ BAŞVURU" in menu
    assert "Henüz bir başvurunuz yok." in menu

    choice = text(mine.get(reverse("portal:application_new")))
    assert "bu menüden işlem yapmayınız" in choice
    assert "ücret iadesi yapılamaz" in choice
    choice = text(mine.get(reverse("portal:application_new"), {"institution": str(ministry.id)}))
    assert "Hangi türde başvuracaksınız?" in choice
    assert ministry.name in choice
    answer = post(mine, reverse("portal:application_new"), {"institution": str(ministry.id), "kind": "first"})
    row = Application.objects.get(person=ayse)
    assert answer.headers["Location"] == reverse("portal:application_step", args=[row.id, "sertifika"])

    for number, (step, typed) in enumerate(TYPED.items(), start=1):
        address = reverse("portal:application_step", args=[row.id, step])
        page = text(mine.get(address))
        assert f"4 adımdan {number}." in page
        answer = post(mine, address, typed | {"act": "next"})
        assert answer.status_code == 302, text(answer)
    summary = reverse("portal:application_summary", args=[row.id])
    assert answer.headers["Location"] == summary
    page = text(mine.get(summary))
    for told in ("ERZİNCAN MERKEZ", "719. Sokak", "Mini Kart Okuyucu", "324,00 TL", "Hemen üretilir."):
        assert told in page, told
    assert ayse.tckn not in page

    answer = post(mine, summary, {"confirmed": "on"})
    code = PhoneCode.objects.get(person=ayse)
    assert answer.headers["Location"] == reverse("portal:phone_proof", args=[code.id])
    answer = post(mine, answer.headers["Location"], {"code": codes.code_of(code.id)})
    phone = reverse("portal:application_phone", args=[row.id])
    assert answer.headers["Location"] == phone
    assert "doğrulandı" in text(mine.get(phone))
    answer = post(mine, phone, {"act": "submit"})
    done = reverse("portal:application_submitted", args=[row.id])
    assert answer.headers["Location"] == done
    page = soup(mine.get(done))
    assert page.find("a", href=reverse("portal:application_form_pdf", args=[row.id]))
    assert page.find("a", href=reverse("portal:pay", args=[row.id]))
    assert row.reference in page.get_text()


def test_prices_stand_beside_the_choices(mine: Client, ayse: Person, ministry: Institution, way: Way) -> None:
    row = way.begin(ayse, ministry)
    page = text(mine.get(reverse("portal:application_step", args=[row.id, "sertifika"])))
    assert "3 Yıl (170,00 TL + KDV)" in page
    assert "Mini Kart Okuyucu (100,00 TL + KDV)" in page
    no = soup(mine.get(reverse("portal:application_step", args=[row.id, "sertifika"]))).find(
        "input", {"name": "publish", "value": "no"}
    )
    assert no is not None
    assert no.has_attr("checked")


def test_mistakes_are_told_beside_the_fields_and_in_the_summary(
    mine: Client, ayse: Person, ministry: Institution, way: Way
) -> None:
    row = way.begin(ayse, ministry)
    way.fill(row)
    address = reverse("portal:application_step", args=[row.id, "iletisim"])
    answer = post(mine, address, {"email": "ayse", "phone": "0312 123 45 67", "operator": "x", "channel": "both"})
    page = soup(answer)
    assert page.title is not None
    assert page.title.get_text().startswith("Hata:")
    links = [link["href"] for link in page.select("[data-error-summary] a")]
    assert links == ["#id_email", "#id_phone", "#id_operator_0"]
    assert "ad@kurum.gov.tr biçiminde" in page.get_text()
    row.refresh_from_db()
    assert row.email == "ayse@okul.example"


def test_back_keeps_what_is_right_without_asking_for_the_rest(
    mine: Client, ayse: Person, ministry: Institution, way: Way
) -> None:
    row = way.begin(ayse, ministry)
    post(mine, reverse("portal:application_step", args=[row.id, "sertifika"]), TYPED[Step.CERTIFICATE])
    address = reverse("portal:application_step", args=[row.id, "iletisim"])
    answer = post(mine, address, {"email": "yeni@okul.example", "phone": "", "act": "back"})
    assert answer.headers["Location"] == reverse("portal:application_step", args=[row.id, "sertifika"])
    field = soup(mine.get(address)).find("input", {"name": "email"})
    assert field is not None
    assert field["value"] == "yeni@okul.example"


def test_a_step_that_is_too_early_leads_to_where_one_is(
    mine: Client, ayse: Person, ministry: Institution, way: Way
) -> None:
    row = way.begin(ayse, ministry)
    here = reverse("portal:application_step", args=[row.id, "sertifika"])
    for later in (
        reverse("portal:application_step", args=[row.id, "teslimat"]),
        reverse("portal:application_summary", args=[row.id]),
        reverse("portal:application_phone", args=[row.id]),
        reverse("portal:application_status", args=[row.id]),
    ):
        assert mine.get(later).headers["Location"] == here
    assert mine.get(reverse("portal:application_step", args=[row.id, "baska"])).status_code == 404


def test_places_without_a_script(mine: Client, ayse: Person, ministry: Institution, way: Way) -> None:
    row = way.begin(ayse, ministry)
    way.fill(row)
    address = reverse("portal:application_step", args=[row.id, "teslimat"])
    asked = {"province": "Erzincan", "act": "list", "street": "Yeni Cadde", "address_kind": "home"}
    page = soup(post(mine, address, asked))
    districts = [option.get_text() for option in page.select("select[name=district] option")]
    assert "ERZİNCAN MERKEZ" in districts
    assert not page.select("[data-error-summary]")
    street = page.find("input", {"name": "street"})
    assert street is not None
    assert street["value"] == "Yeni Cadde"
    page = soup(post(mine, address, asked | {"district": "Merkez"}))
    assert len(page.select("select[name=neighbourhood] option")) > 10


def test_places_for_a_script(client: Client) -> None:
    answer = client.get(reverse("portal:address_names"), {"il": "Erzincan"})
    assert ["Merkez", "ERZİNCAN MERKEZ"] in answer.json()["names"]
    names = client.get(reverse("portal:address_names"), {"il": "Erzincan", "ilce": "Merkez"}).json()["names"]
    assert len(names) > 10
    assert client.get(reverse("portal:address_names"), {"il": "Yok", "ilce": "<b>"}).json() == {"names": []}


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", "{{7*7}}", "=1+1", "a\u202eb", "a\x00b", "Аli", "{% debug %}", "x" * 9000]
)
def test_hostile_text_is_refused_and_shown_harmless(
    mine: Client, ayse: Person, ministry: Institution, way: Way, hostile: str
) -> None:
    row = way.begin(ayse, ministry)
    way.fill(row)
    address = reverse("portal:application_step", args=[row.id, "kurum"])
    answer = post(mine, address, {"unit": hostile, "job_title": hostile})
    page = soup(answer)
    assert len(page.select("[data-error-summary] a")) == 2
    assert "<script>alert" not in answer.content.decode()
    row.refresh_from_db()
    assert (row.unit, row.job_title) == ("Bilgi İşlem", "Öğretmen")


def test_the_list_of_revocations_is_shown_and_must_be_accepted(
    mine: Client, ayse: Person, ministry: Institution, way: Way, make_certificate: Callable[..., Certificate]
) -> None:
    certificate = make_certificate(ayse, institution=ministry)
    row = way.begin(ayse, ministry, Kind.LOST)
    way.fill(row)
    address = reverse("portal:application_summary", args=[row.id])
    page = text(mine.get(address))
    assert certificate.serial in page
    assert certificate.card_serial in page
    assert "iptal edilir" in page
    page = soup(post(mine, address, {"confirmed": "on", "serial": certificate.serial}))
    assert page.select("[data-error-summary] a[href='#id_accepted']")
    page = soup(post(mine, address, {"confirmed": "on", "accepted": "on"}))
    assert "listesi değişti" in page.get_text()
    answer = post(mine, address, {"confirmed": "on", "accepted": "on", "serial": certificate.serial})
    assert answer.status_code == 302
    row.refresh_from_db()
    assert row.accepted_serials == [certificate.serial]


def test_a_second_application_leads_to_the_first(mine: Client, ayse: Person, ministry: Institution, way: Way) -> None:
    row = way.begin(ayse, ministry)
    answer = post(mine, reverse("portal:application_new"), {"institution": str(ministry.id), "kind": "other"})
    page = soup(answer)
    assert page.find("a", href=reverse("portal:application_status", args=[row.id]))
    assert row.reference in page.get_text()


def test_the_lost_card_wizard_fills_in_the_choice(
    mine: Client, ayse: Person, ministry: Institution, make_certificate: Callable[..., Certificate]
) -> None:
    """With certificates from one institution only, nobody is asked for it; with its name in the link neither."""
    make_certificate(ayse, institution=ministry)
    for query in ("?kind=lost", f"?kind=lost&institution={ministry.id}"):
        page = soup(mine.get(reverse("portal:application_new") + query))
        kind = page.find("input", {"name": "kind", "value": "lost"})
        assert kind is not None
        assert kind.has_attr("checked")
        assert page.select(f"input[name=institution][value='{ministry.id}']")


def test_status_says_who_is_waited_for_and_what_to_do(
    mine: Client,
    ayse: Person,
    ministry: Institution,
    way: Way,
    representative_of: Callable[[Institution], Actor],
    pay: Callable[[Application], None],
) -> None:
    row = way.submitted(ayse, ministry)
    address = reverse("portal:application_status", args=[row.id])
    page = text(mine.get(address))
    assert "Sizi bekliyor" in page
    assert "Önce sizi, sonra kurumunuzu bekliyor" in page
    assert "vazgeçebilirsiniz" in page
    assert soup(mine.get(address)).find("a", href=reverse("portal:pay", args=[row.id]))

    representative = representative_of(ministry)
    form_receipt.give_back(row.id, reason="İmza eksik.", by=representative)
    page = text(mine.get(address))
    assert "«İmza eksik.»" in page
    pay(row)
    form_receipt.take_in(row.id, by=representative)
    page = text(mine.get(address))
    assert "Üretim Bekleniyor!" in page
    assert "Hemen üretilir." in page
    assert "Sertifika merkezini bekliyor" in page


def test_pay_after_form_says_so(mine: Client, ayse: Person, treasury: Institution, way: Way) -> None:
    row = way.submitted(ayse, treasury)
    page = text(mine.get(reverse("portal:application_status", args=[row.id])))
    assert "Formunuz gelince ödeme açılır" in page
    assert reverse("portal:pay", args=[row.id]) not in page
    assert "formunuz teslim alınınca açılacak" in text(mine.get(reverse("portal:application_submitted", args=[row.id])))


def test_withdrawing_is_asked_once_more(mine: Client, ayse: Person, ministry: Institution, way: Way) -> None:
    row = way.submitted(ayse, ministry)
    address = reverse("portal:application_withdraw", args=[row.id])
    assert "iade edilir" in text(mine.get(address))
    assert selectors.application(row.id).state == State.OPEN
    assert post(mine, address, {}).headers["Location"] == reverse("portal:applications")
    assert selectors.application(row.id).state == State.WITHDRAWN
    assert mine.get(address).headers["Location"] == reverse("portal:application_status", args=[row.id])
    assert "Başvurudan vazgeçtiniz" in text(mine.get(reverse("portal:application_status", args=[row.id])))


def test_correcting_the_address_afterwards(mine: Client, ayse: Person, ministry: Institution, way: Way) -> None:
    row = way.submitted(ayse, ministry)
    address = reverse("portal:application_amend", args=[row.id, "teslimat"])
    assert "yazdırdığınız form geçersiz olur" in text(mine.get(address))
    answer = post(mine, address, TYPED[Step.DELIVERY] | {"flat": "9"})
    assert answer.headers["Location"] == reverse("portal:application_status", args=[row.id])
    again = selectors.application(row.id)
    assert again.flat == "9"
    assert again.content_hash != row.content_hash
    assert mine.get(reverse("portal:application_amend", args=[row.id, "iletisim"])).status_code == 404


def test_the_form_is_the_persons_own(mine: Client, ayse: Person, ministry: Institution, way: Way) -> None:
    row = way.begin(ayse, ministry)
    address = reverse("portal:application_form_pdf", args=[row.id])
    assert mine.get(address).status_code == 404  # a draft has no form
    way.fill(row)
    way.confirm(row)
    way.prove(row)
    way.submit(row)
    answer = mine.get(address)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert row.reference in answer.headers["Content-Disposition"]
    assert ayse.tckn not in str(answer.headers)
    page = PdfReader(BytesIO(answer.content)).pages[0].extract_text()
    assert ayse.tckn in page
    assert "ERZİNCAN MERKEZ" in page


def test_to_everybody_else_it_does_not_exist(
    client: Client, ayse: Person, ministry: Institution, way: Way, make_person: Callable[..., Person]
) -> None:
    row = way.submitted(ayse, ministry)
    addresses = [
        reverse(f"portal:{name}", args=[row.id, *more])
        for name, *more in [
            ("application_status",),
            ("application_form_pdf",),
            ("application_withdraw",),
            ("application_amend", "teslimat"),
            ("application_choose",),
            ("application_step", "sertifika"),
            ("application_summary",),
            ("application_phone",),
            ("application_submitted",),
        ]
    ]
    for address in addresses:
        assert re.match(r"/giris/", client.get(address).headers["Location"]), address
    stranger = log_in(client, make_person("Ömer", "Yıldız"))
    for address in addresses:
        for answer in (stranger.get(address), stranger.post(address, {"act": "submit"})):
            assert answer.status_code in (404, 405), (address, answer.status_code)
            assert row.reference not in answer.content.decode()
    assert selectors.application(row.id).state == State.OPEN


@pytest.mark.parametrize("language", ["tr", "en"])
def test_every_page_in_both_languages(
    mine: Client, ayse: Person, ministry: Institution, treasury: Institution, way: Way, language: str
) -> None:
    mine.cookies["divit-language"] = language
    draft, sent = way.begin(ayse, ministry), way.submitted(ayse, treasury)
    way.fill(draft)
    way.confirm(draft)
    for address in (
        reverse("portal:applications"),
        reverse("portal:applications_institution_paid"),
        reverse("portal:application_new"),
        *(reverse("portal:application_step", args=[draft.id, step]) for step in TYPED),
        reverse("portal:application_choose", args=[draft.id]),
        reverse("portal:application_summary", args=[draft.id]),
        reverse("portal:application_phone", args=[draft.id]),
        reverse("portal:application_withdraw", args=[draft.id]),
        reverse("portal:application_submitted", args=[sent.id]),
        reverse("portal:application_status", args=[sent.id]),
        reverse("portal:application_amend", args=[sent.id, "kurum"]),
    ):
        answer = mine.get(address)
        page = soup(answer)
        assert page.html is not None
        assert page.html["lang"] == language
        words = text(answer)
        assert ("Back" in words) == (language == "en") or address.endswith("gonderildi/"), address
