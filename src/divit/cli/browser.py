"""A browser without a window: pages, links and forms over HTTP, as a person without JavaScript would use them."""

from collections.abc import Mapping
from urllib.parse import urljoin

import httpx2
from bs4 import BeautifulSoup, Tag

_SECONDS = 20.0


class WalkFailed(Exception):
    """A page was not what somebody walking the service would expect."""


class Page:
    """One answer, parsed; relative addresses follow from where it was found."""

    def __init__(self, browser: "Browser", answer: httpx2.Response) -> None:
        self.browser = browser
        self.answer = answer
        self.url = str(answer.url)
        self.soup = BeautifulSoup(answer.text, "html.parser")

    @property
    def heading(self) -> str:
        """The page's first heading."""
        found = self.soup.find("h1")
        return found.get_text(" ", strip=True) if found else ""

    @property
    def text(self) -> str:
        """All that a person reads, with single spaces."""
        return " ".join(self.soup.get_text(" ").split())

    def expect(self, *words: str) -> "Page":
        """This page, if it says all of `words`."""
        for word in words:
            if word not in self.text:
                raise WalkFailed(f"«{word}» is not on {self.url} (HTTP {self.answer.status_code})\n{self._summary()}")
        return self

    def _summary(self) -> str:
        main = self.soup.find("main") or self.soup
        return " ".join(main.get_text(" ").split())[:1500]

    def link(self, words: str) -> str:
        """The address behind the first link that says `words`."""
        for anchor in self.soup.find_all("a"):
            if words in " ".join(anchor.get_text(" ").split()) and anchor.get("href"):
                return urljoin(self.url, str(anchor["href"]))
        raise WalkFailed(f"no link «{words}» on {self.url}\n{self._summary()}")

    def follow(self, words: str) -> "Page":
        """The page behind that link."""
        return self.browser.open(self.link(words))

    def press(
        self,
        words: str,
        values: Mapping[str, str | list[str]] | None = None,
        *,
        files: Mapping[str, tuple[str, bytes]] | None = None,
    ) -> "Page":
        """Fill in the form whose button says `words`, and press that button; `files` are names and contents."""
        for button in self.soup.find_all(["button", "input"]):
            said = button.get_text(" ", strip=True) or str(button.get("value", ""))
            form = button.find_parent("form")
            if form is not None and button.get("type", "submit") == "submit" and words in " ".join(said.split()):
                return self._submit(form, button, values or {}, files or {})
        raise WalkFailed(f"no button «{words}» on {self.url}\n{self._summary()}")

    def _submit(
        self,
        form: Tag,
        button: Tag,
        values: Mapping[str, str | list[str]],
        files: Mapping[str, tuple[str, bytes]],
    ) -> "Page":
        data = _filled_in(form)
        missing = [name for name in (*values, *files) if form.select_one(f'[name="{name}"]') is None]
        if missing:
            raise WalkFailed(f"no field {', '.join(missing)} in the form of {self.url}\n{self._summary()}")
        data.update(values)
        if button.get("name"):
            data[str(button["name"])] = str(button.get("value", ""))
        target = urljoin(self.url, str(button.get("formaction") or form.get("action") or self.url))
        if str(form.get("method", "get")).casefold() == "post":  # ascii
            return self.browser.send(target, data, files=files, referer=self.url)
        return self.browser.open(str(httpx2.URL(target).copy_merge_params(data)))


def _filled_in(form: Tag) -> dict[str, str | list[str]]:
    """What the form would send as it stands."""
    data: dict[str, str | list[str]] = {}
    for field in form.find_all(["input", "select", "textarea"]):
        name, kind = str(field.get("name") or ""), str(field.get("type", "text"))
        if not name or field.has_attr("disabled") or kind in ("submit", "button", "file", "image"):
            continue
        if kind in ("radio", "checkbox"):
            if field.has_attr("checked"):
                data[name] = str(field.get("value", "on"))
        elif field.name == "select":
            chosen = field.find("option", selected=True) or field.find("option")
            data[name] = str(chosen.get("value", chosen.get_text(strip=True))) if chosen else ""
        elif field.name == "textarea":
            data[name] = field.get_text()
        else:
            data[name] = str(field.get("value", ""))
    return data


class Browser:
    """One person's browser: its own cookies, Turkish first."""

    def __init__(self) -> None:
        headers = {"Accept-Language": "tr", "User-Agent": "divit-walk"}
        self.client = httpx2.Client(follow_redirects=True, timeout=_SECONDS, headers=headers)

    def open(self, url: str) -> Page:
        """GET."""
        return self._page(self.client.get(url))

    def send(
        self,
        url: str,
        data: Mapping[str, str | list[str]],
        *,
        files: Mapping[str, tuple[str, bytes]] | None = None,
        referer: str = "",
    ) -> Page:
        """POST a form."""
        origin = str(httpx2.URL(referer).copy_with(raw_path=b"/")).rstrip("/") if referer else ""
        headers = {"Referer": referer, "Origin": origin} if referer else {}
        return self._page(self.client.post(url, data=dict(data), files=dict(files) if files else None, headers=headers))

    def _page(self, answer: httpx2.Response) -> Page:
        page = Page(self, answer)
        if answer.status_code >= 500:
            raise WalkFailed(f"HTTP {answer.status_code} at {page.url}\n{page.text[:800]}")
        return page

    def close(self) -> None:
        """Forget everything."""
        self.client.close()
