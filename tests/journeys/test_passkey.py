"""A passkey opens the desks by itself, in one step; the wrong one is refused in words that help."""

import base64
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from playwright.sync_api import Browser, CDPSession, Page, expect

from divit.cli.demo_people import AUDITOR, INSPECTOR, DemoStaff
from tests.journeys.browser import Walker, window
from tests.running_service import Service

pytestmark = [pytest.mark.journey, pytest.mark.service]
_PATIENCE_SECONDS = 40
REFUSED = "Bu geçiş anahtarı kabul edilmedi: bu hesaba ekli değil ya da kaldırılmış."
NOT_USED = "Geçiş anahtarı kullanılamadı."


class Keys:
    """The authenticator built into one browser window; it asks its owner for nothing and holds what it is given."""

    def __init__(self, page: Page) -> None:
        self._protocol: CDPSession = page.context.new_cdp_session(page)
        self._protocol.send("WebAuthn.enable")
        made = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        self._id = self._protocol.send("WebAuthn.addVirtualAuthenticator", {"options": made})["authenticatorId"]

    def held(self) -> list[dict[str, Any]]:
        """All passkeys in it."""
        told = self._protocol.send("WebAuthn.getCredentials", {"authenticatorId": self._id})
        return list(told["credentials"])

    def take(self, credential: dict[str, Any]) -> None:
        """Put a passkey in."""
        self._protocol.send("WebAuthn.addCredential", {"authenticatorId": self._id, "credential": credential})

    def drop(self) -> None:
        """Forget them all."""
        self._protocol.send("WebAuthn.clearCredentials", {"authenticatorId": self._id})


class Desk:
    """One member of staff at one window, and what reaches them from outside."""

    def __init__(self, walker: Walker, service: Service) -> None:
        self.walker, self.page = walker, walker.page
        self.keys = Keys(walker.page)
        self._world = service.addresses.world_url

    def letters(self, who: DemoStaff) -> list[dict[str, str]]:
        """Their mailbox."""
        answer = httpx2.get(f"{self._world}/inbox.json", params={"to": who.email}, timeout=10)
        return list(answer.json()["messages"])

    def as_far_as_second_factor(self, who: DemoStaff) -> None:
        """The code that comes by e-mail."""
        known = {letter["id"] for letter in self.letters(who)}
        self.page.goto("/masa/hesap/giris/")
        self.page.locator("[name=login]").fill(who.email)
        self.press("Kod gönder")
        self.page.locator("[name=code]").fill(self._mailed(who, known))
        self.press("Devam")
        self.see("İkinci adım")

    def _mailed(self, who: DemoStaff, known: set[str]) -> str:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            for letter in self.letters(who):
                found = re.search(r": ([A-Z0-9]+-[A-Z0-9]+)", letter["text"])
                if letter["id"] not in known and found:
                    return found[1]
            time.sleep(0.2)
        raise AssertionError(f"no sign-in code came to {who.email}")

    def type_code(self, who: DemoStaff, button: str) -> None:
        """The authenticator app's code; one that opened the door just now opens it no more, so the next is tried."""
        deadline = time.monotonic() + 2 * _PATIENCE_SECONDS
        while "ikinci-adim" in self.page.url and time.monotonic() < deadline:
            codes = httpx2.get(f"{self._world}/authenticator.json", timeout=10).json()["codes"]
            mine = next(code for code in codes if code["label"].endswith(who.email))
            self.page.locator("[name=code]").fill(mine["code"])
            self.press(button)
            if "ikinci-adim" in self.page.url:
                time.sleep(mine["seconds_left"] + 1)

    def press(self, words: str, *, within: str = "main") -> None:
        """A button; its answer is a page."""
        with self.page.expect_navigation():
            self.page.locator(within).get_by_role("button", name=words, exact=True).click(no_wait_after=True)
        self.walker.faults += self.walker.look()

    def follow(self, words: str, *, within: str = "main") -> None:
        """A link."""
        with self.page.expect_navigation():
            self.page.locator(within).get_by_role("link", name=words).first.click(no_wait_after=True)
        self.walker.faults += self.walker.look()

    def see(self, heading: str) -> None:
        """The page's heading."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)

    def told(self, words: str) -> None:
        """An alert says so, has the focus, and nobody is in."""
        alert = self.page.locator("main [role=alert]:visible")
        expect(alert).to_contain_text(words)
        expect(alert).to_be_focused()
        self.walker.faults += self.walker.look()
        assert self.page.request.get("/masa/defter/", max_redirects=0).status == 302

    def use_key_alone(self) -> None:
        """The sign-in page and its button."""
        self.page.goto("/masa/")
        self.follow("Çalışan girişi")
        self.press("Geçiş anahtarıyla gir")

    def sign_out(self) -> None:
        """«Çıkış», and nothing is left of it."""
        self.press("Çıkış", within="header")
        assert self.page.request.get("/masa/defter/", max_redirects=0).status == 302


@pytest.fixture
def sit_down(chrome: Browser, service: Service) -> Iterator[Callable[[], Desk]]:
    """A window with an authenticator of its own; at the end none of its pages may have had a fault."""
    walkers: list[Walker] = []
    with ExitStack() as windows:

        def opened() -> Desk:
            walkers.append(windows.enter_context(window(chrome, base_url=service.addresses.public_url)))
            return Desk(walkers[-1], service)

        yield opened
        assert [fault for walker in walkers for fault in walker.faults] == []


def _other_key(like: dict[str, Any], **changed: str) -> dict[str, Any]:
    """A passkey that says it is this one, and has another private key."""
    secret = ec.generate_private_key(ec.SECP256R1())
    der = secret.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return {**like, "privateKey": base64.b64encode(der).decode(), **changed}


def test_a_passkey_alone_opens_the_desks_and_only_to_whom_it_belongs(sit_down: Callable[[], Desk]) -> None:
    auditor = sit_down()
    auditor.as_far_as_second_factor(AUDITOR)
    auditor.type_code(AUDITOR, "Giriş yap")
    auditor.see("Masalar")

    # A key for signing in without a code is added.
    auditor.follow(AUDITOR.name, within="header")
    auditor.follow("Yönet")
    auditor.follow("Anahtar ekle")
    auditor.see("Siz olduğunuzu doğrulayın")
    auditor.type_code(AUDITOR, "Devam")
    auditor.see("Geçiş anahtarı ekle")
    auditor.page.locator("[name=name]").fill("Denetçinin anahtarı")
    auditor.page.locator("[name=passwordless]").check()
    auditor.press("Anahtar ekle")
    auditor.see("Kurtarma kodları")
    (key,) = auditor.keys.held()
    assert key["isResidentCredential"]
    auditor.sign_out()

    # It opens by itself: one step, no letter, no code.
    letters = auditor.letters(AUDITOR)
    auditor.use_key_alone()
    auditor.see("Masalar")
    auditor.follow("Defter masası")
    assert auditor.letters(AUDITOR) == letters
    auditor.sign_out()

    # Somebody else comes as far as the second step, and has the auditor's key instead of their own.
    inspector = sit_down()
    inspector.keys.take(auditor.keys.held()[0])
    inspector.as_far_as_second_factor(INSPECTOR)
    inspector.press("Geçiş anahtarı kullan")
    inspector.told(REFUSED)

    # A browser without any key says so by itself.
    stranger = sit_down()
    stranger.page.goto("/masa/hesap/giris/")
    stranger.page.get_by_role("button", name="Geçiş anahtarıyla gir").click()
    stranger.told(NOT_USED)
    # Keys that were never added, and one that only claims to be the auditor's.
    for pretended in (_other_key(key, credentialId=base64.b64encode(b"never added here").decode()), _other_key(key)):
        stranger.keys.drop()
        stranger.keys.take(pretended)
        stranger.use_key_alone()
        stranger.told(REFUSED)

    # Taken away, it opens nothing any more; the authenticator app, now the last second step, has to stay.
    auditor.use_key_alone()
    auditor.follow(AUDITOR.name, within="header")
    auditor.follow("Yönet")
    auditor.follow("Kaldır")
    auditor.see("Siz olduğunuzu doğrulayın")
    auditor.follow("Geçiş anahtarı kullan")
    auditor.press("Geçiş anahtarı kullan")
    auditor.see("Anahtarı kaldır")
    auditor.press("Kaldır")
    expect(auditor.page.locator("main")).to_contain_text("Henüz geçiş anahtarınız yok.")
    auditor.page.goto("/masa/hesap/guvenlik/uygulama/kaldir/")
    expect(auditor.page.locator("main [role=alert]")).to_contain_text("Son ikinci adımınız kaldırılamaz")
    assert auditor.page.locator("main").get_by_role("button", name="Kaldır").count() == 0
    auditor.sign_out()
    auditor.use_key_alone()
    auditor.told(REFUSED)
