"""What representative, staff and courier do in the lost-card journey."""

import re
import time

import httpx2

from divit.cli.browser import Browser, Page, WalkFailed
from divit.cli.demo_people import DemoStaff
from divit.cli.journey import Person, Places, until


class Staff:
    """A member of the staff: a browser, a mailbox and an authenticator."""

    def __init__(self, told: DemoStaff, places: Places) -> None:
        self.told = told
        self.places = places
        self.browser = Browser()

    def open(self, path: str) -> Page:
        """A page of the desks."""
        return self.browser.open(f"{self.places.web}{path}")

    def sign_in(self) -> Page:
        """Code by e-mail, then the authenticator."""
        before = {message["id"] for message in self._mailbox()}
        page = self.open("/masa/hesap/giris/").press("Kod gönder", {"login": self.told.email})
        page = page.press("Devam", {"code": self._mailed_code(before)})
        used = self._authenticator_code()
        answer = page.press("Giriş yap", {"code": used})
        if answer.answer.url.path.startswith("/masa/hesap/"):
            # A code opens once; whoever signed in with it a moment ago waits for the next.
            while (fresh := self._authenticator_code()) == used:
                time.sleep(0.5)
            answer = answer.press("Giriş yap", {"code": fresh})
        return answer.expect("Masalar")

    def _mailbox(self) -> list[dict[str, str]]:
        answer = httpx2.get(f"{self.places.world}/inbox.json", params={"to": self.told.email}, timeout=10)
        return list(answer.json()["messages"])

    def _mailed_code(self, before: set[str]) -> str:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            for message in self._mailbox():
                found = re.search(r": ([A-Z0-9]+-[A-Z0-9]+)", message["text"])
                if message["id"] not in before and found:
                    return found[1]
            time.sleep(0.2)
        raise WalkFailed(f"no sign-in code came to {self.told.email}")

    def _authenticator_code(self) -> str:
        """The code of this account; one that is about to end, or was used just now, is waited out."""
        while True:
            told = httpx2.get(f"{self.places.world}/authenticator.json", timeout=10).json()["codes"]
            mine = next(code for code in told if code["label"].endswith(self.told.email))
            if mine["seconds_left"] > 1:
                return str(mine["code"])
            time.sleep(1.1)

    def close(self) -> None:
        """Shut the browser."""
        self.browser.close()


def take_form_in(representative: Person, reference: str) -> Page:
    """The representative finds the application, compares and takes the signed form in."""
    page = representative.open("/masa/").follow("E-imza temsilcisi masası")
    page = page.press("Ara", {"text": reference}).follow(reference)
    return page.press("Formu teslim al", {"compared": "on"})


def produce(producer: Staff, reference: str) -> Page:
    """Take the order into production and wait until the card is made."""
    page = producer.open("/masa/uretim/").follow(reference).press("Üretime al")
    return until(lambda: producer.browser.open(page.url), "denetim bekliyor")


def card_in_hand(page: Page, places: Places) -> str:
    """The number on the plastic; the desk's page hides its last four digits, so they are read off the card."""
    shown = re.search(r"(\d{12})••••", page.text)
    cards = httpx2.get(f"{places.world}/card-station/", timeout=10).text
    found = re.search(rf"{shown[1]}\d{{4}}", cards) if shown else None
    if not found:
        raise WalkFailed(f"the card of {page.url} is not at the station")
    return found[0]


def inspect(inspector: Staff, reference: str) -> str:
    """A second person looks at the card; its number."""
    page = inspector.open("/masa/denetim/").follow(reference)
    card = card_in_hand(page, inspector.places)
    page.press("Denetimden geçir", {"digits": card[-4:]})
    return card


def dispatch(dispatcher: Staff, reference: str, card: str) -> str:
    """Hand the card to the courier; the tracking number."""
    dispatcher.open("/masa/sevkiyat/").follow(reference).press("Kuryeye hazırla", {"digits": card[-4:]})
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        told = httpx2.get(f"{dispatcher.places.world}/courier/parcels.json", timeout=10).json()["parcels"]
        mine = [parcel["tracking_no"] for parcel in told if parcel["reference"] == reference]
        if mine:
            return str(mine[0])
        time.sleep(0.2)
    raise WalkFailed("the courier never heard of the parcel")


def deliver(places: Places, tracking_no: str, *, last4: str) -> None:
    """The courier takes, carries and hands over against the identity card."""
    courier = Browser()
    for act in ("picked_up", "on_the_way", "delivered"):
        given = {"tracking_no": tracking_no, "act": act, "last4": last4, "identity_seen": "1"}
        courier.send(f"{places.world}/courier/act", given)
    courier.open(f"{places.world}/courier/").expect(f"{tracking_no} · Teslim edildi")
    courier.close()
