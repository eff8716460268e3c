"""Stretches of the road that several journeys share, each by the words on the page."""

import re
import time
from typing import Any

import httpx2
from django.utils import translation

from divit.applications import labels
from divit.cli.demo_people import INSTITUTION, DemoPerson, DemoStaff
from tests.journeys.browser import Walker
from tests.running_service import Service

_PATIENCE_SECONDS = 40
# A card of the simulated bank that is always approved, and the phone of its owner.
CARD, CARD_PHONE = "4242424242424242", "+905550000001"


class Post:
    """What arrives on the simulated phones and in the mailboxes."""

    def __init__(self, service: Service) -> None:
        self._url = f"{service.addresses.world_url}/inbox.json"

    def received(self, to: str) -> list[dict[str, str]]:
        """Newest first."""
        return list(httpx2.get(self._url, params={"to": to}, timeout=10).json()["messages"])

    def known(self, to: str) -> set[str]:
        """The ids of what has come so far."""
        return {message["id"] for message in self.received(to)}

    def code(self, to: str, *, after: set[str]) -> str:
        """The six digits that the next message begins with or names."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            for message in self.received(to):
                found = re.search(r"\b(\d{6})\b", message["text"])
                if message["id"] not in after and found:
                    return found[1]
            time.sleep(0.2)
        raise AssertionError(f"no code came to {to}")


def identify(walker: Walker, person: DemoPerson, *, method: str = "sifre") -> Walker:
    """From the page of the central sign-in through e-Devlet and back."""
    walker.press("e-Devlet Kapısına Git")
    if method == "sifre":
        walker.fill("trid", person.tckn)
        walker.fill("egp", person.password)
    else:
        walker.follow("T.C. Kimlik Kartı" if walker.language == "tr" else "T.C. identity card")
        walker.fill("trid", person.tckn)
        walker.fill("pin", "123456")
    return walker.press("Giriş Yap" if walker.language == "tr" else "Sign in")


def sign_in(walker: Walker, person: DemoPerson) -> Walker:
    """Home page, GİRİŞ, e-Devlet."""
    walker.open("/").follow("GİRİŞ", within="header")
    walker.expect("Merkezi Kimlik Doğrulama Sistemi", "Giriş Yapılacak Adres", "Giriş Yapılacak Uygulama")
    return identify(walker, person)


def until(walker: Walker, *sentences: str) -> Walker:
    """Wait until the page shows this: by itself with a script, by its own «Yenile» or refresh without."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        shown = " ".join(walker.page.locator("main").inner_text().split())
        if all(walker.say(sentence) in shown for sentence in sentences):
            return walker.arrive()
        if time.monotonic() > deadline:
            return walker.expect(*sentences)
        time.sleep(0.3)


def prove_phone(walker: Walker, post: Post, phone: str, known: set[str]) -> Walker:
    """The code page: read the SMS, type the code."""
    walker.expect("Cep Telefonu Doğrulama", "Kod gelmedi mi?")
    walker.fill("code", post.code(phone, after=known))
    return walker.press("Devam")


# -- the application --------------------------------------------------------------------------------------------


def choose_institution(walker: Walker, kind: str) -> Walker:
    """Kurum Seçimi: the institution, unless it can only be one, then the kind."""
    walker.expect("Kurum Seçimi", "DİKKAT")
    if walker.page.locator("main select[name=institution]").count():
        walker.choose("institution", INSTITUTION)
        walker.press("Devam")
    walker.expect("Hangi türde başvuracaksınız?", INSTITUTION)
    walker.choose("kind", kind)
    return walker.press("Devam")


def fill_in_certificate(walker: Walker, *, reader: str = "Mini Kart Okuyucu") -> Walker:
    """1. Sertifika Bilgisi."""
    walker.expect("Sertifika Bilgisi", "VPN/Logon")
    with translation.override(walker.language):
        walker.choose("years", str(labels.years(3)))
    walker.choose("reader", reader)
    walker.choose("publish", "Hayır")
    return walker.press("Devam")


def fill_in_contact(walker: Walker, person: DemoPerson) -> Walker:
    """2. İletişim Bilgisi."""
    walker.expect("İletişim Bilgisi")
    walker.fill("email", person.email)
    walker.fill("phone", f"0{person.phone[3:]}")
    walker.choose("operator", "Türk Telekom")
    walker.choose("channel", "Her İkisi")
    return walker.press("Devam")


def fill_in_workplace(walker: Walker) -> Walker:
    """3. Kurum Bilgisi."""
    walker.expect("Kurum Bilgisi", INSTITUTION)
    walker.fill("unit", "Strateji Geliştirme Şubesi")
    walker.fill("job_title", "Öğretmen")
    walker.fill("work_phone", "0446 214 10 00")
    walker.fill("extension", "112")
    return walker.press("Devam")


def fill_in_delivery(walker: Walker, *, script: bool) -> Walker:
    """4. Teslimat Bilgisi: the lists follow from one another, by themselves or by a button."""
    walker.expect("Teslimat Bilgisi")
    walker.choose("address_kind", "İş")
    walker.fill("company", "Erzincan Lisesi")
    for name, words, button in (
        ("province", "Erzincan", "İlçeleri getir"),
        ("district", "MERKEZ", "Mahalle ve köyleri getir"),
        ("neighbourhood", "Atatürk", ""),
    ):
        if script:
            option = walker.page.locator(f"main select[name={name}] option", has_text=re.compile(words, re.IGNORECASE))
            option.first.wait_for(state="attached")
        walker.choose(name, words)
        if button and not script:
            walker.press(button)
    walker.fill("street", "Ordu Caddesi")
    walker.fill("building", "7")
    walker.fill("flat", "3")
    return walker


def confirm(walker: Walker, post: Post, phone: str) -> Walker:
    """The check page, the phone and «Başvuruyu Gönder»."""
    walker.expect("Bilgilerinizi kontrol edin", "Toplam")
    for box in walker.page.locator("main input[type=checkbox]").all():
        box.check()
    known = post.known(phone)
    walker.press("Onayla ve telefonumu doğrula")
    prove_phone(walker, post, phone, known)
    return walker.press("Başvuruyu Gönder").expect("Başvurunuz alındı")


# -- the bank ---------------------------------------------------------------------------------------------------


def at_bank(walker: Walker, post: Post, *, script: bool, card: str = CARD) -> Walker:
    """From «Kredi kartıyla öde» to the bank's 3-D page."""
    if script:
        with walker.page.expect_navigation(url=re.compile("/bank/fim/odeme")):
            walker.button("Kredi kartıyla öde").click(no_wait_after=True)
        walker.arrive()
    else:
        walker.press("Kredi kartıyla öde").expect("Bankanın ödeme sayfasına gidiyorsunuz")
        walker.press("Bankanın sayfasına git")
    walker.follow(card)
    known = post.known(CARD_PHONE)
    walker.press(spoken(walker, "Öde", "Pay"))
    walker.fill("kod", post.code(CARD_PHONE, after=known))
    return walker


def back_from_bank(walker: Walker, *, script: bool) -> Walker:
    """Confirm at the bank, and come back."""
    if script:
        with walker.page.expect_navigation(url=re.compile("/odeme/")):
            walker.button(spoken(walker, "Onayla", "Confirm")).click(no_wait_after=True)
        # The page that waits for the bank's answer leads on by itself: look where it leads.
        walker.page.get_by_role("heading", name=walker.say("Ödemeniz alındı")).wait_for()
        return walker.arrive()
    walker.press(spoken(walker, "Onayla", "Confirm"))
    return walker.press(spoken(walker, "Mağazaya dön", "Back to the shop"))


def spoken(walker: Walker, turkish: str, english: str) -> str:
    """The neighbours speak for themselves: their words are in no catalogue of ours."""
    return english if walker.language == "en" else turkish


# -- the desks --------------------------------------------------------------------------------------------------


class Door:
    """Signs staff in: once per account and run, for a code of the authenticator opens only once."""

    def __init__(self, service: Service) -> None:
        self._world = service.addresses.world_url
        self._post = Post(service)
        self._opened: dict[str, list[Any]] = {}

    def enter(self, walker: Walker, staff: DemoStaff) -> Walker:
        """Code by e-mail, then the authenticator; later with the cookies of the first time."""
        if staff.email in self._opened:
            walker.page.context.add_cookies(self._opened[staff.email])
            return walker.open("/masa/")
        known = self._post.known(staff.email)
        walker.open("/masa/").follow("Çalışan girişi")
        walker.fill("login", staff.email)
        walker.press("Kod gönder")
        walker.fill("code", self._mailed(staff.email, known))
        walker.press("Devam").expect("İkinci adım")
        self._second_step(walker, staff)
        cookies = walker.page.context.cookies()
        self._opened[staff.email] = [one for one in cookies if one["name"] not in ("divit-language", "world_lang")]
        return walker

    def _mailed(self, email: str, known: set[str]) -> str:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            for message in self._post.received(email):
                found = re.search(r": ([A-Z0-9]+-[A-Z0-9]+)", message["text"])
                if message["id"] not in known and found:
                    return found[1]
            time.sleep(0.2)
        raise AssertionError(f"no sign-in code came to {email}")

    def _second_step(self, walker: Walker, staff: DemoStaff) -> None:
        """A code that somebody has used a moment ago is refused: the next one opens."""
        walker.fill("code", self._one_time(staff.email))
        with walker.page.expect_navigation():
            walker.button("Giriş yap").click(no_wait_after=True)
        while walker.button("Giriş yap").count():
            time.sleep(1)
            walker.fill("code", self._one_time(staff.email))
            with walker.page.expect_navigation():
                walker.button("Giriş yap").click(no_wait_after=True)
        walker.arrive().expect("Masalar")

    def _one_time(self, email: str) -> str:
        codes = httpx2.get(f"{self._world}/authenticator.json", timeout=10).json()["codes"]
        return str(next(code["code"] for code in codes if code["label"].endswith(email)))


def card_in_hand(walker: Walker, service: Service) -> str:
    """The last four digits, read from the card itself: the desk's page hides them."""
    shown = walker.page.locator("main .serial", has_text="••••").last.inner_text().removesuffix("••••")
    station = httpx2.get(f"{service.addresses.world_url}/card-station/", timeout=10).text
    found = re.search(rf"{shown}(\d{{4}})", station)
    assert found, f"no card that begins with {shown} at the station"
    return found[1]


def produce(walker: Walker, reference: str) -> Walker:
    """Üretim: take the order; the station, the signer and the station again do the rest."""
    walker.open("/masa/").follow("Üretim masası").follow(reference).press("Üretime al")
    order = walker.page.url
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while walker.page.locator("main", has_text=walker.say("Üretildi, denetim bekliyor")).count() == 0:
        assert time.monotonic() < deadline, f"{order}: no card was made"
        time.sleep(0.5)
        walker.page.goto(order)
    return walker.arrive()


def dispatch(walker: Walker, digits: str, reference: str) -> Walker:
    """Sevkiyat: into the parcel."""
    walker.open("/masa/").follow("Sevkiyat masası").follow(reference)
    walker.fill("digits", digits)
    return walker.press("Kuryeye hazırla")


def hand_over(walker: Walker, service: Service, reference: str, last4: str) -> Walker:
    """The courier's own page: picked up, on the way, handed over to whom the card belongs."""
    world = service.addresses.world_url
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not (mine := _parcel(world, reference)):
        assert time.monotonic() < deadline, f"the courier never heard of {reference}"
        time.sleep(0.3)
    number = mine["tracking_no"]
    walker.open(f"{world}/courier/")
    walker.press(f"{spoken(walker, 'Teslim aldım', 'Picked up')}: {number}")
    walker.press(f"{spoken(walker, 'Dağıtıma çıktım', 'On my way')}: {number}")
    walker.page.locator(f"#last4-{number}").fill(last4)
    walker.page.locator(f"form:has(#last4-{number}) [name=identity_seen]").check()
    return walker.press(f"{spoken(walker, 'Teslim ettim', 'Handed over')}: {number}")


def _parcel(world: str, reference: str) -> dict[str, str] | None:
    parcels = httpx2.get(f"{world}/courier/parcels.json", timeout=10).json()["parcels"]
    return next((one for one in parcels if one["reference"] == reference), None)


# -- waiting and files ------------------------------------------------------------------------------------------


def see_proof(walker: Walker) -> Walker:
    """OCSP, list and sealed document are there."""
    words = "Anlık sorgu (OCSP) bunu söylüyor", "İptal listesi (CRL) yayımlandı", "İşlem belgeniz hazır"
    return until(walker, *words)


def see_ocsp(walker: Walker) -> Walker:
    """OCSP says so; the list follows within the minute."""
    return until(walker, "Anlık sorgu (OCSP) bunu söylüyor")


def until_open(walker: Walker, address: str, link: str) -> Walker:
    """Open this page again and again until it offers the link."""
    deadline = time.monotonic() + 2 * _PATIENCE_SECONDS
    walker.page.goto(address)
    while walker.link(link).count() == 0:
        assert time.monotonic() < deadline, f"«{link}» never came to {address}"
        time.sleep(0.5)
        walker.page.goto(address)
    return walker.arrive()


def download(walker: Walker, link: str) -> bytes:
    """What a link gives as a file."""
    with walker.page.expect_download() as download_:
        walker.link(link).first.click(no_wait_after=True)
    return download_.value.path().read_bytes()
