"""What the person does in the lost-card journey, page by page, by the words on the buttons."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx2

from divit.cli.browser import Browser, Page, WalkFailed
from divit.cli.demo_people import INSTITUTION, TOGETHER, DemoPerson
from divit.kernel import clock

_PATIENCE_SECONDS = 60.0
_DAY_SECONDS = 86_400
# The simulated bank's card that is approved, and the phone that its 3-D codes go to.
_CARD = {"pan": "4242424242424242", "ay": "12", "yil": "2030", "cv2": "000"}
_CARD_PHONE = "+905550000001"
_CODE_PAGE = "Cep Telefonu Doğrulama"
# Codes for one purpose are half a minute apart: a second walk soon after the first is told until when.
_TOO_SOON = re.compile(r"Yeni kodu saat (\d\d\.\d\d\.\d\d) olduğunda")


@dataclass(frozen=True)
class Places:
    """Where the demo and its simulated neighbours are."""

    web: str
    validation: str
    world: str


def until(look: Callable[[], Page], *words: str) -> Page:
    """Look at a page again and again until it says all of `words`."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        page = look()
        if all(word in page.text for word in words):
            return page
        if time.monotonic() > deadline:
            return page.expect(*words)
        time.sleep(0.3)


class Person:
    """Somebody with a browser, a phone and a bank card."""

    def __init__(self, told: DemoPerson, places: Places) -> None:
        self.told = told
        self.places = places
        self.browser = Browser()

    def open(self, path: str) -> Page:
        """A page of the portal."""
        return self.browser.open(f"{self.places.web}{path}")

    def log_in(self, page: Page | None = None) -> Page:
        """Through e-Devlet, from the home page or from wherever the portal asks for it."""
        page = page or self.open("/").follow("GİRİŞ")
        page = page.expect("Merkezi Kimlik Doğrulama Sistemi").press("e-Devlet Kapısına Git")
        page.expect("e-Devlet Kapısı Kimlik Doğrulama Sistemi", "Giriş Yapılacak Adres")
        page = page.press("Giriş Yap", {"trid": self.told.tckn, "egp": self.told.password})
        if not page.url.startswith(self.places.web):
            raise WalkFailed(f"e-Devlet did not let {self.told.name} in: {page.heading}")
        return page

    def newest_sms(self, pattern: str, *, after: set[str], phone: str = "") -> str:
        """What the first group of `pattern` matches in a message that came after those known."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            for message in self._messages(phone):
                found = re.search(pattern, message["text"])
                if message["id"] not in after and found:
                    return found[1]
            time.sleep(0.2)
        raise WalkFailed(f"no SMS like {pattern} came to {phone or self.told.phone}")

    def known_messages(self) -> set[str]:
        """The ids of what the phone has received so far."""
        return {message["id"] for message in self._messages()}

    def _messages(self, phone: str = "") -> list[dict[str, str]]:
        to = {"to": phone or self.told.phone}
        answer = httpx2.get(f"{self.places.world}/inbox.json", params=to, timeout=10)
        return list(answer.json()["messages"])

    def prove_phone(self, press: Callable[[], Page]) -> Page:
        """Press what sends the code, read it on the phone, type it."""
        before = self.known_messages()
        page = press()
        too_soon = _TOO_SOON.search(page.text)
        if too_soon and _CODE_PAGE not in page.heading:  # there the same sentence is only a hint
            _wait_until(too_soon[1])
            page = press()
        page.expect(_CODE_PAGE)
        return page.press("Devam", {"code": self.newest_sms(r"^(\d{6}) ", after=before)})

    def suspend(self) -> Page:
        """The lost-card button, then «Askıya al»: two clicks."""
        return self.open("/").follow("Kartım kayıp").press("Askıya al").expect("Sertifika askıya alındı")

    def see_proof(self, page: Page) -> Page:
        """Wait until the page shows that OCSP, the CRL and the sealed document are there."""
        return until(lambda: self.browser.open(page.url), "OCSP) bunu söylüyor", "CRL) yayımlandı", "belgeyi indir")

    def receipt(self, page: Page) -> bytes:
        """The sealed PDF."""
        content: bytes = self.browser.open(page.link("belgeyi indir")).answer.content
        if not content.startswith(b"%PDF"):
            raise WalkFailed("the receipt is not a PDF")
        return content

    def apply(self, start: Page, *, kind: str) -> Page:
        """The four parts, the check page, the phone, and «Başvuruyu Gönder»; ends on the status page."""
        page = start
        if page.soup.select("select[name=institution]"):  # not asked of who has certificates from one institution only
            page = page.press("Devam", {"institution": _option(page, "institution", INSTITUTION)})
        page = page.expect("Hangi türde başvuracaksınız?", INSTITUTION).press("Devam", {"kind": kind})
        page = page.expect("Sertifika Bilgisi").press("Devam", {"years": "3", "reader": "none", "publish": "no"})
        phone = f"0{self.told.phone[3:]}"
        contact = {"email": self.told.email, "phone": phone, "operator": "turkcell", "channel": "both"}
        page = page.expect("İletişim Bilgisi").press("Devam", contact)
        page = page.expect("Kurum Bilgisi").press("Devam", {"unit": "Bilgi İşlem Şubesi", "job_title": "Öğretmen"})
        page = self._deliver_to(page.expect("Teslimat Bilgisi"))
        return self._confirm(page.expect("Bilgilerinizi kontrol edin", "170,00 TL", "204,00 TL"))

    def accept_invitation(self) -> Page:
        """The institution has asked: what it does not know is completed; ends on the status page."""
        page = self.open("/basvuru/kurum-odemeli/").follow(TOGETHER).press("Başvuruya başla")
        page = page.expect("Sertifika Bilgisi").press("Devam", {"publish": "no"})
        page = page.expect("İletişim Bilgisi").press("Devam", {"operator": "turkcell"})
        page = page.expect("Kurum Bilgisi").press("Devam").expect("Teslimat Bilgisi").press("Devam")
        return self._confirm(page.expect("Bilgilerinizi kontrol edin"))

    def _confirm(self, page: Page) -> Page:
        ticked = {str(box["name"]): "on" for box in page.soup.select("main input[type=checkbox]")}
        return self.prove_phone(lambda: page.press("Onayla ve telefonumu doğrula", ticked)).press("Başvuruyu Gönder")

    def _deliver_to(self, page: Page) -> Page:
        work = {"address_kind": "work", "company": "Erzincan Lisesi", "province": "Erzincan"}
        page = page.press("İlçeleri getir", work)
        page = page.press("Mahalle ve köyleri getir", {"district": _option(page, "district", "ERZİNCAN MERKEZ")})
        address = {"street": "Ordu Caddesi", "building": "7", "flat": "3"}
        return page.press("Devam", {"neighbourhood": _option(page, "neighbourhood", "Atatürk"), **address})

    def reinstate(self, page: Page) -> Page:
        """«Kartımı buldum»: a code to the phone, then the certificate is open again."""
        page = page.follow("Kartımı buldum")
        page = self.prove_phone(lambda: page.press("Kodu gönder"))
        return page.press("Askıdan indir").expect("Sertifika askıdan indirildi")

    def revoke(self) -> Page:
        """There is no hope of finding it: closed for good."""
        page = self.open("/kayip/").follow("İptal et").expect("Bu işlem geri alınamaz")
        page = page.press("Sertifikamı iptal et", {"reason": "keyCompromise", "understood": "on"})
        return page.expect("Sertifika iptal edildi")

    def pay(self, page: Page) -> Page:
        """From the application in one click, over the bank's 3-D Secure page, back to the result."""
        page = page.follow("Öde").press("Kredi kartıyla öde").press("Bankanın sayfasına git").expect("204.00")
        before = {message["id"] for message in self._messages(_CARD_PHONE)}
        page = page.press("Öde", _CARD).expect("3-D Secure")
        code = self.newest_sms(r"^(\d{6}) 3-D", after=before, phone=_CARD_PHONE)
        page = page.press("Onayla", {"kod": code}).press("Mağazaya dön")
        return until(lambda: self.browser.open(page.url), "Ödemeniz alındı")

    def take_pin(self, page: Page) -> tuple[str, str]:
        """After delivery: a code to the phone, then PIN and PUK, once."""
        page = page.follow("PIN kodunu göster")
        page = self.prove_phone(lambda: page.press("Kod gönder"))
        page = page.press("göster")
        shown = re.search(r"PIN (\d{4,8})\b.*?PUK (\d{6,12})\b", page.text)
        if not shown:
            raise WalkFailed(f"no PIN on {page.url}: {page.text[:400]}")
        return shown[1], shown[2]

    def close(self) -> None:
        """Shut the browser."""
        self.browser.close()


def _wait_until(wall_clock: str) -> None:
    """Sleep until this time of the day in Türkiye, «14.05.30», is over; it may be tomorrow's, or just past."""
    now = clock.local(clock.now())
    hour, minute, second = map(int, wall_clock.split("."))
    left = (now.replace(hour=hour, minute=minute, second=second, microsecond=0) - now).total_seconds()
    if left < -_DAY_SECONDS / 2:
        left += _DAY_SECONDS
    time.sleep(max(left, 0) + 1)


def _option(page: Page, name: str, words: str) -> str:
    for option in page.soup.select(f"select[name={name}] option"):
        if words in option.get_text():
            return str(option["value"])
    raise WalkFailed(f"«{words}» is not offered as {name} on {page.url}")
