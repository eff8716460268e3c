"""A person at a browser: presses what the page offers, looks at every page, asks axe about it, keeps pictures."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Response, Route

from tests.journeys.language import left_over, say
from tests.journeys.pictures import keep_picture
from tests.journeys.routes import route_of

NARROW, WIDE = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
# What passes need not be told one by one, nor styles fetched anew: that is most of what axe takes.
_BRIEF = {"resultTypes": ["violations"], "preload": False}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], **_BRIEF}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, **_BRIEF}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
_AXE = Axe()
# What this run has looked at in all widths and colours, and which pages it has reached at all.
looked_at: set[tuple[str, str]] = set()
_NOSCRIPT = re.compile(r"</?noscript>|<meta http-equiv=.refresh.[^>]*>")
_TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Which elements hold more than fits into them: where to mend.
_WHO_IS_WIDE = """() => [...document.body.querySelectorAll("*")]
  .filter((one) => one.scrollWidth > one.clientWidth && one.clientWidth)
  .slice(-3).map((one) => `<${one.tagName.toLowerCase()}> ${one.textContent.trim().slice(0, 40)}`)"""
_SCHEME = "matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'"
_STANDS = """() => {
  const element = document.activeElement, box = element.getBoundingClientRect(), style = getComputedStyle(element);
  const middle = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height / 2, 10));
  const drawn = [style, getComputedStyle(element.parentElement), getComputedStyle(element, "::after")];
  const marked = drawn.some((one) => one.outlineStyle !== "none" || one.boxShadow !== "none");
  return { marked, seen: box.width < 2 || !middle || element.contains(middle) || middle.contains(element) };
}"""


def chromium() -> str:
    """The browser of the system; journeys fail without one, they are never left out."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return found
    raise AssertionError("no Chromium on this machine: apt-get install chromium fonts-dejavu-core fonts-noto-core")


@dataclass
class Walker:
    """One browser window; `faults` collects all that no page may have."""

    page: Page
    language: str = "tr"
    by_keyboard: bool = False
    # Where axe looks: the page itself, or its likeness when it has no script, for axe is one.
    glass: Page | None = None
    faults: list[str] = field(default_factory=list)
    clicks: int = 0
    _is_shown: bool = False

    def __post_init__(self) -> None:
        self.page.on("pageerror", lambda error: self.faults.append(f"{self.page.url}: script error {error}"))
        self.page.on("console", self._hear)
        self.page.on("response", self._receive)

    def _hear(self, message: ConsoleMessage) -> None:
        # A refused page (400, 404, 409) is told by the browser as an error too: `_receive` judges that.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.faults.append(f"{self.page.url}: {message.text}")

    def _receive(self, answer: Response) -> None:
        refused = (400, 404, 409, 422) if answer.request.is_navigation_request() else ()
        if answer.status >= 400 and answer.status not in refused:
            self.faults.append(f"{answer.url}: HTTP {answer.status}")

    def say(self, sentence: str, *, context: str = "") -> str:
        """The sentence in this window's language."""
        return say(self.language, sentence, context=context)

    # -- going about ---------------------------------------------------------------------------------------------

    def open(self, path: str) -> "Walker":
        """Type an address."""
        self.page.goto(path)
        return self.arrive()

    def press(self, sentence: str, *, within: str = "main", nth: int = 0, after: str = "load") -> "Walker":
        """Press the button that begins with this sentence; its answer is a page."""
        return self._go(self.button(sentence, within=within).nth(nth), after)

    def follow(self, sentence: str, *, within: str = "main", nth: int = 0) -> "Walker":
        """Follow the link that begins with this sentence."""
        return self._go(self.link(sentence, within=within).nth(nth), "load")

    def button(self, sentence: str, *, within: str = "main") -> Locator:
        """Buttons by how their name begins."""
        return self.page.locator(within).get_by_role("button", name=_begins(self.say(sentence)))

    def link(self, sentence: str, *, within: str = "main") -> Locator:
        """Links by how their name begins."""
        return self.page.locator(within).get_by_role("link", name=_begins(self.say(sentence)))

    def fill(self, name: str, value: str) -> None:
        """Type into the field with this name in the form."""
        place = self.page.locator(f"main [name='{name}']:not([type=hidden])").first
        if self.by_keyboard:
            self._tab_to(place)
            self.page.keyboard.press("Control+A")
            self.page.keyboard.type(value)
        else:
            place.fill(value)

    def choose(self, name: str, words: str) -> None:
        """Choose in a list by words, or tick the radio button with this label."""
        field_ = self.page.locator(f"main [name='{name}']")
        if field_.first.evaluate("element => element.tagName") == "SELECT":
            label = next(text for text in field_.locator("option").all_inner_texts() if self.say(words) in text)
            field_.select_option(label=label)
        else:
            found = self.page.locator(f"main label:has([name='{name}']), main [name='{name}'] ~ label")
            found.filter(has_text=self.say(words)).first.click()

    def tick(self, name: str) -> None:
        """Tick a box."""
        box = self.page.locator(f"main input[type=checkbox][name='{name}']")
        if self.by_keyboard:
            self._tab_to(box)
            self.page.keyboard.press("Space")
        else:
            box.check()

    def _go(self, target: Locator, after: str) -> "Walker":
        self.clicks += 1
        with self.page.expect_navigation(wait_until=after):  # type: ignore[arg-type]
            if self.by_keyboard:
                self.press_key_on(target)
            else:
                target.click(no_wait_after=True)
        return self.arrive()

    def press_key_on(self, target: Locator) -> None:
        """Reach it with the tabulator and press Enter."""
        self._tab_to(target)
        self.page.keyboard.press("Enter")

    def _tab_to(self, target: Locator) -> None:
        """Tab until it has the focus; on the way every stop must be seen."""
        wanted = target.element_handle()
        for _ in range(120):
            if self.page.evaluate("element => document.activeElement === element", wanted):
                return
            self.page.keyboard.press("Tab")
            stands = self.page.evaluate(_STANDS)
            if not (stands["marked"] and stands["seen"]):
                name = self.page.evaluate("document.activeElement.outerHTML.slice(0, 160)")
                self.faults.append(f"{self.page.url}: the focus is not seen at {name}")
        raise AssertionError(f"{self.page.url}: the keyboard does not reach {target}")

    # -- looking -------------------------------------------------------------------------------------------------

    def expect(self, *sentences: str) -> "Walker":
        """The page says all of these."""
        shown = " ".join(self.page.locator("body").inner_text().split())
        for sentence in sentences:
            assert self.say(sentence) in shown, f"«{self.say(sentence)}» is not on {self.page.url}:\n{shown[:2000]}"
        return self

    def arrive(self) -> "Walker":
        """A page came: look at it as it is, and once in a run in every width and colour."""
        self.page.wait_for_load_state("load")
        self.faults += left_over(self.page, self.language)
        if not self.page.title().partition("–")[0].strip():
            self.faults.append(f"{self.page.url}: no title")
        route = route_of(self.page.url)
        looked = (route, self.language) in looked_at
        looked_at.add((route, self.language))
        if looked:
            self.faults += self.look()
        else:
            self.look_everywhere()
        return self

    @contextmanager
    def _behind_glass(self) -> Iterator[Page]:
        """For a page without scripts: the same page, to the letter, in a window where axe can run."""
        if self.glass is None or self._is_shown:
            yield self.glass or self.page
            return
        page, html = self.page, _NOSCRIPT.sub("", self.page.content())
        self.glass.route("**/*", lambda route: _likeness(route, page.url, html))
        self.glass.goto(page.url)
        self._is_shown = True
        yield self.glass
        self._is_shown = False
        self.glass.unroute_all()

    def look(self, options: dict[str, Any] = RULES) -> list[str]:
        """What axe finds on this page, and whether anything sticks out sideways."""
        with self._behind_glass() as seen:
            found = []
            for violation in _AXE.run(seen, options=options).response["violations"]:
                nodes = [node["target"] for node in violation["nodes"]][:3]
                found.append(f"{seen.url}: {violation['id']} ({violation['help']}) at {nodes}")
            wide = seen.evaluate(_TOO_WIDE)
            if wide > 0:
                found.append(f"{seen.url}: {wide} px stick out at {seen.viewport_size}")
            return found

    def look_everywhere(self) -> None:
        """The page narrow and wide, light and dark, and at 200 % text; faults are collected."""
        with self._behind_glass() as seen:
            self._look_everywhere(seen)

    def _look_everywhere(self, seen: Page) -> None:
        before, scheme_before = seen.viewport_size, seen.evaluate(_SCHEME)
        for size in (NARROW, WIDE):
            seen.set_viewport_size(size)  # type: ignore[arg-type]
            for scheme in ("light", "dark"):
                seen.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                # The colours alone depend on the scheme; everything else on the width.
                options = RULES if scheme == "light" else COLOURS
                self.faults += [f"{size['width']} px {scheme}: {fault}" for fault in self.look(options)]
        seen.set_viewport_size(NARROW)  # type: ignore[arg-type]
        seen.evaluate("document.documentElement.style.setProperty('font-size', '200%')")
        wide = seen.evaluate(_TOO_WIDE)
        if wide > 0:
            who = seen.evaluate(_WHO_IS_WIDE)
            self.faults.append(f"200 % text: {seen.url}: {wide} px stick out: {who}")
        seen.evaluate("document.documentElement.style.removeProperty('font-size')")
        seen.emulate_media(color_scheme=scheme_before)
        if before:
            seen.set_viewport_size(before)

    def picture(self, step: str) -> "Walker":
        """Keep a picture of the page for docs/journeys when this run is asked for pictures."""
        keep_picture(self.page, step)
        return self


@contextmanager
def window(
    browser: Browser,
    *,
    base_url: str,
    script: bool = True,
    language: str = "tr",
    size: dict[str, int] | None = None,
    dark: bool = False,
    by_keyboard: bool = False,
) -> Iterator[Walker]:
    """A fresh browser window without cookies but the language; with `script=False` JavaScript is off."""
    looks: dict[str, Any] = {
        "viewport": size or WIDE,
        "locale": "tr-TR" if language == "tr" else "en-GB",
        "color_scheme": "dark" if dark else "light",
        "reduced_motion": "reduce",
    }
    context = browser.new_context(base_url=base_url, java_script_enabled=script, **looks)
    behind = None if script else browser.new_context(**looks)
    context.set_default_timeout(15_000)
    if language != "tr":
        port = urlsplit(base_url).port or 80
        context.add_cookies(
            [
                {"name": "divit-language", "value": language, "url": base_url},
                {"name": "world_lang", "value": language, "url": f"http://127.0.0.1:{port + 2}"},
            ]
        )
    try:
        glass = behind.new_page() if behind else None
        yield Walker(context.new_page(), language=language, by_keyboard=by_keyboard, glass=glass)
    finally:
        context.close()
        if behind:
            behind.close()


def _begins(words: str) -> re.Pattern[str]:
    # A slash would end the pattern where the browser reads it.
    return re.compile("^" + re.escape(words).replace("/", r"\/"))


def _likeness(route: Route, url: str, html: str) -> None:
    if route.request.url == url and route.request.is_navigation_request():
        route.fulfill(body=html, content_type="text/html; charset=utf-8")
    elif route.request.resource_type == "script":
        route.abort()
    else:
        route.continue_()
