"""A person at a browser: looks at a page in every width, colour and language, asks axe about it, keeps pictures."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from divit.launcher.home import CHECKOUT

PICTURES = CHECKOUT / "docs" / "journeys"
NARROW, WIDE = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def chromium() -> str:
    """The browser of the system; journeys fail without one, they are never left out."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return found
    raise AssertionError("no Chromium on this machine: apt-get install chromium fonts-dejavu-core fonts-noto-core")


ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]


@dataclass
class Walker:
    """One browser window; `faults` collects what axe and the console said."""

    page: Page
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("pageerror", lambda error: self.faults.append(f"{self.page.url}: script error {error}"))
        self.page.on("console", self._hear)

    def _hear(self, message: object) -> None:
        text = str(getattr(message, "text", ""))
        # A refused page (400, 404, 409) is told by the browser as an error too; a broken policy is a fault.
        if getattr(message, "type", "") == "error" and "Failed to load resource" not in text:
            self.faults.append(f"{self.page.url}: {text}")

    def look(self) -> list[str]:
        """What axe finds on this page, and whether anything sticks out sideways."""
        found = []
        for violation in Axe().run(self.page, options=RULES).response["violations"]:
            nodes = [node["target"] for node in violation["nodes"]][:3]
            found.append(f"{self.page.url}: {violation['id']} ({violation['help']}) at {nodes}")
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            found.append(f"{self.page.url}: {wide} px stick out at {self.page.viewport_size}")
        return found

    def look_everywhere(self) -> None:
        """The page as it is, narrow and wide, light and dark, and at 200 % text; faults are collected."""
        before = self.page.viewport_size
        for size in (NARROW, WIDE):
            self.page.set_viewport_size(size)  # type: ignore[arg-type]
            for scheme in ("light", "dark"):
                self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                self.faults += [f"{size['width']} px {scheme}: {fault}" for fault in self.look()]
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        self.page.evaluate("document.documentElement.style.setProperty('font-size', '200%')")
        self.faults += [f"200 % text: {fault}" for fault in self.look() if "stick out" in fault]
        self.page.evaluate("document.documentElement.style.removeProperty('font-size')")
        if before:
            self.page.set_viewport_size(before)

    def picture(self, journey: str, step: str) -> Path:
        """A picture of the whole page, in docs/journeys/<journey>/<step>.png."""
        name = re.sub(r"[^a-z0-9-]+", "-", step)
        path = PICTURES / journey / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=path, full_page=True)
        return path


@contextmanager
def window(
    browser: Browser, *, base_url: str, script: bool = True, language: str = "tr", size: dict[str, int] | None = None
) -> Iterator[Walker]:
    """A fresh browser window without cookies but the language; with `script=False` JavaScript is off."""
    context: BrowserContext = browser.new_context(
        base_url=base_url,
        java_script_enabled=script,
        viewport=size or WIDE,  # type: ignore[arg-type]
        locale="tr-TR",
        reduced_motion="reduce",
    )
    context.set_default_timeout(10_000)
    if language != "tr":
        context.add_cookies([{"name": "divit-language", "value": language, "url": base_url}])
    try:
        yield Walker(context.new_page())
    finally:
        context.close()
