"""The frame of every page: what is on it, in which language, and what the server says besides."""

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from divit.identity.models import Person
from divit.notifications.models import Message
from tests.factories import people

pytestmark = pytest.mark.django_db
PUBLIC = ["home", "sign_in", "prices", "help", "accessibility", "privacy", "status"]
OWN = ["transactions", "nes", "individual", "messages", "my_data", "contact"]


@pytest.fixture
def ayse() -> Person:
    return people.person()


def page(client: Client, name: str) -> BeautifulSoup:
    answer = client.get(reverse(f"portal:{name}"))
    assert answer.status_code == 200, answer.headers
    return BeautifulSoup(answer.content, "html.parser")


@pytest.mark.parametrize("name", PUBLIC)
def test_public_pages_open_without_login(client: Client, name: str) -> None:
    seen = page(client, name)
    assert seen.select_one("h1")
    assert seen.select_one("a.lost-card")
    assert seen.find("a", string="Online İşlemler")
    assert seen.find("a", string="GİRİŞ")


@pytest.mark.parametrize("name", OWN)
def test_own_pages_send_a_stranger_to_sign_in_and_back(client: Client, name: str) -> None:
    address = reverse(f"portal:{name}")
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{reverse('portal:sign_in')}?next={address.replace('/', '%2F')}"


@pytest.mark.parametrize("name", OWN)
def test_own_pages_have_the_way_back_the_name_and_the_lost_card_button(client: Client, ayse: Person, name: str) -> None:
    seen = page(people.log_in(client, ayse), name)
    assert seen.find("a", string="Geri")
    assert seen.find("a", string="Ana Sayfa")
    assert seen.select_one("a.lost-card")
    assert "Ayşe Işıl Öğüt" in seen.select_one("header").get_text()  # type: ignore[union-attr]
    assert seen.find("button", string="Çıkış")


@pytest.mark.parametrize("name", PUBLIC + OWN)
def test_pages_in_english_hold_no_turkish_sentence(client: Client, ayse: Person, name: str) -> None:
    client.cookies["divit-language"] = "en"
    if name != "sign_in":
        people.log_in(client, ayse)
    seen = page(client, name)
    assert seen.html is not None
    assert seen.html["lang"] == "en"
    for own in seen.select("[lang=tr], .page-person, dd"):
        own.extract()
    text = seen.get_text().replace("Ayşe Işıl Öğüt", "")
    assert not set("ığşİŞĞ") & set(text), [line for line in text.splitlines() if set("ığşİŞĞ") & set(line)]


def test_no_page_has_inline_script_or_style(client: Client, ayse: Person) -> None:
    people.log_in(client, ayse)
    for name in PUBLIC[:1] + PUBLIC[2:] + OWN:
        seen = page(client, name)
        assert not seen.select("style, [style], script:not([src])")
        assert not [tag for tag in seen.find_all(True) for attribute in tag.attrs if attribute.startswith("on")]


def test_headers_forbid_inline_code_framing_and_keeping(client: Client) -> None:
    headers = client.get("/").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_language_is_kept_in_the_browser_and_with_the_person(client: Client, ayse: Person) -> None:
    people.log_in(client, ayse)
    answer = client.post(reverse("portal:choose_language"), {"language": "en", "next": "/nes/"})
    assert answer.headers["Location"] == "/nes/"
    assert page(client, "nes").h1.get_text() == "QUALIFIED CERTIFICATES (NES)"  # type: ignore[union-attr]
    ayse.refresh_from_db()
    assert ayse.language == "en"


@pytest.mark.parametrize(("chosen", "shown"), [("dark", "dark"), ("light", "light"), ("auto", "auto"), ("x", "auto")])
def test_appearance_is_kept_without_script(client: Client, chosen: str, shown: str) -> None:
    client.post(reverse("portal:choose_appearance"), {"appearance": chosen, "next": "/"})
    assert page(client, "home").html["data-color-scheme"] == shown  # type: ignore[index]


@pytest.mark.parametrize("aim", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:1", ""])
def test_nobody_is_led_away_after_a_choice(client: Client, aim: str) -> None:
    answer = client.post(reverse("portal:choose_language"), {"language": "en", "next": aim})
    assert answer.headers["Location"] == "/"


def test_an_unknown_address_gets_a_plain_page(client: Client) -> None:
    answer = client.get("/yok/boyle/bir/sayfa/")
    assert answer.status_code == 404
    assert "Bu sayfa yok" in answer.content.decode()


def test_a_form_from_elsewhere_is_refused_in_words() -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(reverse("portal:choose_appearance"), {"appearance": "dark"})
    assert answer.status_code == 403
    assert "Sayfanın süresi doldu" in answer.content.decode()


def test_contact_form_says_what_is_wrong_and_then_saves(client: Client, ayse: Person) -> None:
    people.log_in(client, ayse)
    address = reverse("portal:contact")
    seen = BeautifulSoup(client.post(address, {"email": "olmaz", "channel": ""}).content, "html.parser")
    assert seen.title is not None
    assert seen.title.get_text().startswith("Hata: ")
    links = {a["href"]: a.get_text() for a in seen.select("[data-error-summary] a")}
    assert set(links) == {"#id_email", "#id_channel_0"}
    assert seen.select_one("#id_channel_0")
    field = seen.select_one("#id_email")
    assert field is not None
    assert field["aria-invalid"] == "true"
    assert field["aria-describedby"] == "id_email_error"
    assert seen.select_one("#id_email_error")
    assert client.post(address, {"email": "ayse@divit.example", "channel": "email"}).status_code == 302
    ayse.refresh_from_db()
    assert (ayse.email, ayse.channel) == ("ayse@divit.example", "email")


def test_the_old_address_hears_that_it_was_changed(client: Client, ayse: Person) -> None:
    people.log_in(client, people.reachable(ayse, channel="email"))
    old = Person.objects.get(pk=ayse.pk).email
    address = reverse("portal:contact")
    assert client.post(address, {"email": "baska@divit.example", "channel": "email"}).status_code == 302
    assert client.post(address, {"email": "baska@divit.example", "channel": "email"}).status_code == 302
    [told] = Message.objects.filter(person=ayse)
    assert (told.notice, told.address) == ("contact_changed", old)
