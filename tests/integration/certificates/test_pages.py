"""The pages as a person walks them: tables, buttons, confirmations, the proof, and nothing of anybody else's."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup, Tag
from django.test import Client
from django.urls import reverse

from divit.certificates import services
from divit.certificates.models import Certificate, StatusChange, StatusReceipt
from divit.flows import phone_proof, suspension
from divit.identity.models import Person
from divit.kernel import clock
from divit.kernel.actors import Actor, Role
from tests.factories import people
from tests.fixtures_pki import holder_of

COLUMNS = [
    "Sertifika Seri No", "Sertifika Sahibi", "Sertifika Tipi", "Kart Seri No", "Sertifika Durumu",
    "Sertifika Başlangıç Tarihi", "Sertifika Bitiş Tarihi", "İşlem",
]  # fmt: skip
LISTS = ["suspend", "reinstate", "revoke"]
ONES = ["suspend_one", "reinstate_one", "revoke_one"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def mine(make_person: Callable[..., Person], make_certificate: Callable[..., Certificate]) -> Certificate:
    return make_certificate(make_person())


@pytest.fixture
def me(client: Client, mine: Certificate) -> Client:
    return people.log_in(client, mine.person)


@pytest.fixture
def proven_phone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The code page has its own tests."""
    monkeypatch.setattr(phone_proof, "fresh_proof", lambda **_: True)


def see(client: Client, address: str) -> BeautifulSoup:
    answer = client.get(address)
    assert answer.status_code == 200, answer.headers
    return BeautifulSoup(answer.content, "html.parser")


def link(page: BeautifulSoup, text: str) -> Tag | None:
    """The link that begins with these words."""
    return next((a for a in page.select("main a") if a.get_text().startswith(text)), None)


@pytest.mark.parametrize("name", LISTS)
def test_the_table_has_the_columns_that_people_know(me: Client, mine: Certificate, name: str) -> None:
    page = see(me, reverse(f"portal:{name}"))
    assert [th.get_text() for th in page.select("thead th")] == COLUMNS
    row = page.select("tbody tr")
    assert len(row) == 1
    text = row[0].get_text(" ")
    for part in (mine.serial, "Ayşe Işıl Gökçe", "Nitelikli Elektronik Sertifika", mine.card_serial, "Geçerli"):
        assert part in text
    assert f"{clock.local(mine.not_after):%d/%m/%Y}" in text


def test_links_are_drawn_from_the_law(me: Client, mine: Certificate) -> None:
    assert link(see(me, reverse("portal:suspend")), "Kullanıma Kapat")
    assert not link(see(me, reverse("portal:reinstate")), "Kullanıma Aç")
    assert link(see(me, reverse("portal:revoke")), "İptal Et")
    suspension.suspend(mine.pk, by=holder_of(mine.person))
    assert not link(see(me, reverse("portal:suspend")), "Kullanıma Kapat")
    assert link(see(me, reverse("portal:reinstate")), "Kullanıma Aç")


def test_from_the_home_page_to_suspended_in_three_clicks(me: Client, mine: Certificate) -> None:
    home = see(me, "/")
    lost = home.select_one("a.lost-card")
    assert lost is not None  # first click
    wizard = see(me, str(lost["href"]))
    assert "Kartınızı bulma ihtimaliniz var mı?" in wizard.get_text()
    form = next(f for f in wizard.select("main form") if "Askıya al" in f.get_text())
    answer = me.post(str(form["action"]))  # second click
    change = StatusChange.objects.get(act="suspend")
    assert answer.status_code == 302
    assert answer.headers["Location"] == reverse("portal:certificate_act", args=[change.pk])
    mine.refresh_from_db()
    assert mine.state == "suspended"
    proof = see(me, answer.headers["Location"])
    assert "Sertifika askıya alındı" in proof.get_text()
    assert proof.select_one("[data-live]")
    assert "refresh" in str(proof.select_one("noscript"))


def test_the_lost_card_page_tells_a_stranger_what_to_do(client: Client) -> None:
    page = see(client, reverse("portal:lost_card"))
    entry = link(page, "Giriş yap ve devam et")
    assert entry is not None
    assert reverse("portal:lost_card") in str(entry["href"])


def test_revoking_says_what_cannot_be_undone_and_asks_for_it(me: Client, mine: Certificate) -> None:
    address = reverse("portal:revoke_one", args=[mine.pk])
    assert "Bu işlem geri alınamaz" in see(me, address).get_text()
    for incomplete in ({}, {"reason": "keyCompromise"}, {"understood": "on"}, {"reason": "superseded"}):
        answer = me.post(address, incomplete)
        assert answer.status_code == 200
        assert b"Hata:" in answer.content
    mine.refresh_from_db()
    assert mine.state == "valid"
    answer = me.post(address, {"reason": "keyCompromise", "understood": "on"})
    mine.refresh_from_db()
    assert (mine.state, mine.reason) == ("revoked", "keyCompromise")
    assert "Sertifika iptal edildi" in see(me, answer.headers["Location"]).get_text()


def test_who_comes_from_the_lost_card_page_has_said_why(me: Client, mine: Certificate) -> None:
    page = see(me, reverse("portal:revoke_one", args=[mine.pk]) + "?neden=kayip")
    chosen = page.select_one("input[name=reason][checked]")
    assert chosen is not None
    assert chosen["value"] == "keyCompromise"


@pytest.mark.parametrize("name", ["reinstate_one", "revoke_one"])
def test_opening_and_ending_need_a_fresh_login(client: Client, mine: Certificate, name: str) -> None:
    people.log_in(client, mine.person, ago=timedelta(minutes=6))
    address = reverse(f"portal:{name}", args=[mine.pk])
    for answer in (client.get(address), client.post(address, {"reason": "keyCompromise", "understood": "on"})):
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(reverse("portal:sign_in_again"))
    mine.refresh_from_db()
    assert mine.state == "valid"


def test_suspending_needs_no_fresh_login(client: Client, mine: Certificate) -> None:
    people.log_in(client, mine.person, ago=timedelta(minutes=14))
    assert client.post(reverse("portal:suspend_one", args=[mine.pk])).status_code == 302
    mine.refresh_from_db()
    assert mine.state == "suspended"


def test_reinstating_leads_over_the_code_page(me: Client, mine: Certificate) -> None:
    suspension.suspend(mine.pk, by=holder_of(mine.person))
    address = reverse("portal:reinstate_one", args=[mine.pk])
    assert mine.person.phone[-4:] in see(me, address).get_text()
    answer = me.post(address)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/dogrulama/")
    mine.refresh_from_db()
    assert mine.state == "suspended"


def test_reinstated_after_the_code(me: Client, mine: Certificate, proven_phone: None) -> None:
    suspension.suspend(mine.pk, by=holder_of(mine.person))
    address = reverse("portal:reinstate_one", args=[mine.pk])
    assert "Telefonunuz doğrulandı" in see(me, address).get_text()
    answer = me.post(address)
    mine.refresh_from_db()
    assert mine.state == "valid"
    assert "Sertifika askıdan indirildi" in see(me, answer.headers["Location"]).get_text()


def test_without_a_proven_phone_it_says_what_to_do(me: Client, mine: Certificate) -> None:
    suspension.suspend(mine.pk, by=holder_of(mine.person))
    Person.objects.filter(pk=mine.person_id).update(phone="", phone_proven_at=None)
    page = see(me, reverse("portal:reinstate_one", args=[mine.pk]))
    assert link(page, "Telefonunuzu ekleyin")
    assert me.post(reverse("portal:reinstate_one", args=[mine.pk])).status_code == 302
    mine.refresh_from_db()
    assert mine.state == "suspended"


def test_what_the_institution_suspended_has_no_button(me: Client, mine: Certificate, proven_phone: None) -> None:
    officer = Actor(role=Role.OFFICER, id="o", institution_id=str(mine.institution_id))
    suspension.suspend(mine.pk, by=officer)
    assert not link(see(me, reverse("portal:reinstate")), "Kullanıma Aç")
    answer = me.post(reverse("portal:reinstate_one", args=[mine.pk]), follow=True)
    assert "Bu sertifikayı kurumunuz veya merkez askıya almış" in answer.content.decode()
    mine.refresh_from_db()
    assert mine.state == "suspended"


def test_twice_is_told_plainly(me: Client, mine: Certificate) -> None:
    address = reverse("portal:suspend_one", args=[mine.pk])
    me.post(address)
    answer = me.post(address, follow=True)
    assert "durumu bu arada değişmiş" in answer.content.decode()
    assert StatusChange.objects.filter(act="suspend").count() == 1


@pytest.mark.parametrize("name", [*ONES, "certificate"])
def test_somebody_elses_certificate_is_not_there(
    client: Client, mine: Certificate, make_person: Callable[..., Person], name: str
) -> None:
    people.log_in(client, make_person("Başka", "Biri"))
    known, unknown = (reverse(f"portal:{name}", args=[pk]) for pk in (mine.pk, uuid.uuid4()))
    got, got_unknown = client.get(known), client.get(unknown)
    assert got.status_code == got_unknown.status_code == 404
    assert mine.serial not in got.content.decode()
    if name in ONES:
        assert client.post(known, {"reason": "keyCompromise", "understood": "on"}).status_code == 404
    mine.refresh_from_db()
    assert mine.state == "valid"


@pytest.mark.parametrize("name", ["certificate_act", "certificate_act_live", "certificate_receipt"])
def test_somebody_elses_act_is_not_there(
    client: Client, mine: Certificate, make_person: Callable[..., Person], name: str
) -> None:
    change = suspension.suspend(mine.pk, by=holder_of(mine.person))
    receipt = StatusReceipt.objects.get(change=change)
    services.seal_receipt(receipt, pdf=b"%PDF-1.7 sealed", by=holder_of(mine.person))
    address = reverse(f"portal:{name}", args=[change.pk])
    people.log_in(client, make_person("Başka", "Biri"))
    assert client.get(address).status_code == 404
    people.log_in(client, mine.person)
    assert client.get(address).status_code == 200


def test_a_receipt_that_is_not_sealed_yet_is_not_there(me: Client, mine: Certificate) -> None:
    change = suspension.suspend(mine.pk, by=holder_of(mine.person))
    assert me.get(reverse("portal:certificate_receipt", args=[change.pk])).status_code == 404


def test_the_certificate_page_tells_its_whole_life(me: Client, mine: Certificate) -> None:
    suspension.suspend(mine.pk, by=holder_of(mine.person))
    page = see(me, reverse("portal:certificate", args=[mine.pk]))
    told = [h3.get_text() for h3 in page.select("ol h3")]
    assert told == ["Sertifika askıya alındı", "Sertifika üretildi"]


@pytest.mark.parametrize("name", [*LISTS, "lost_card", *ONES, "certificate", "certificate_act"])
def test_pages_in_english_hold_no_turkish_sentence(me: Client, mine: Certificate, name: str) -> None:
    arguments = []
    if name == "certificate_act":
        arguments = [suspension.suspend(mine.pk, by=holder_of(mine.person)).pk]
    elif name in (*ONES, "certificate"):
        arguments = [mine.pk]
    me.cookies["divit-language"] = "en"
    page = see(me, reverse(f"portal:{name}", args=arguments))
    for own in page.select("[lang=tr], .page-person"):
        own.extract()
    text = page.select_one("main").get_text().replace("Ayşe Işıl Gökçe", "")  # type: ignore[union-attr]
    assert not set("ığşİŞĞ") & set(text), [line for line in text.splitlines() if set("ığşİŞĞ") & set(line)]
