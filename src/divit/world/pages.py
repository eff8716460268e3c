"""The frame of every simulated page: the mark that it is a simulation, two languages, its own small style."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from divit.world.html import Child, Html, h, join

_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    # No form-action: the way back to the asking application is a redirect after, or the action of, a form.
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'",
}


@dataclass(frozen=True)
class Voice:
    """Says each sentence in the visitor's language: `say("Giriş Yap", "Sign in")`."""

    language: str

    def __call__(self, turkish: str, english: str) -> str:
        return english if self.language == "en" else turkish


def voice(request: Request) -> Voice:
    """Turkish unless the visitor switched."""
    return Voice("en" if request.cookies.get("world_lang") == "en" else "tr")


def page(
    request: Request,
    title: str,
    *body: Child,
    neighbour: str = "world",
    status: int = 200,
    refresh: bool = False,
) -> HTMLResponse:
    """A whole page; `title` is its heading too. `refresh` lets the script fetch the main part every few seconds."""
    say = voice(request)
    back = request.url.path + (f"?{request.url.query}" if request.method == "GET" and request.url.query else "")
    other = "tr" if say.language == "en" else "en"
    document = join(
        h(
            "head",
            h("meta", charset="utf-8"),
            h("meta", name="viewport", content="width=device-width, initial-scale=1"),
            h("meta", name="color-scheme", content="light dark"),
            h("title", title),
            h("link", rel="stylesheet", href="/static/world.css"),
            h("link", rel="icon", href="/static/icon.svg", type="image/svg+xml"),
            h("script", src="/static/world.js", defer=True),
        ),
        h(
            "body",
            h("a", say("İçeriğe geç", "Skip to content"), href="#main", class_="skip"),
            _header(say, back=back, other=other),
            h(
                "main",
                h("h1", title),
                *body,
                id="main",
                data_refresh="3" if refresh else None,
            ),
            h(
                "footer",
                h(
                    "p",
                    say(
                        "Bu sayfa Divit'in denenmesi için bir benzetimdir; gerçek kurumla ilgisi yoktur.",
                        "This page is a simulation for trying Divit; it has nothing to do with the real institution.",
                    ),
                ),
            ),
            class_=neighbour,
        ),
    )
    return HTMLResponse(f'<!doctype html><html lang="{say.language}">{document}</html>', status, headers=_HEADERS)


def _header(say: Voice, *, back: str, other: str) -> Html:
    mark = h("strong", h("span", "BENZETİM", lang="tr"), " / ", h("span", "SIMULATION", lang="en"))
    turkish, english = h("span", "gerçek kurum değildir", lang="tr"), h("span", "not a real institution", lang="en")
    return h(
        "header",
        h("p", mark, " — ", turkish, " / ", english, class_="simulation"),
        h(
            "nav",
            h("a", say("Tüm komşular", "All neighbours"), href="/"),
            h("a", say("Gelen kutusu", "Inbox"), href="/inbox/"),
            h("a", say("Arızalar", "Failures"), href="/failures/"),
            h(
                "a",
                "Türkçe" if other == "tr" else "English",
                href=f"/language/{other}?{urlencode({'back': back})}",
                lang=other,
                hreflang=other,
            ),
            aria_label=say("Benzetim", "Simulation"),
        ),
    )


async def language(request: Request) -> Response:
    """Remember the language and go back; only to a page of our own."""
    back = request.query_params.get("back", "/")
    if not back.startswith("/") or back.startswith("//") or "\\" in back:
        back = "/"
    response = RedirectResponse(back, 303)
    response.set_cookie("world_lang", request.path_params["to"], samesite="lax", httponly=True)
    return response


def field(label: str, name: str, *, hint: str = "", error: str = "", **attributes: str | int | bool | None) -> Html:
    """A labelled input; hint and error are tied to it."""
    identity = str(attributes.pop("id", name))
    described = " ".join(f"{identity}-{part}" for part, text in (("hint", hint), ("error", error)) if text)
    return h(
        "div",
        h("label", label, for_=identity),
        h("p", hint, id=f"{identity}-hint", class_="hint") if hint else None,
        h("p", error, id=f"{identity}-error", class_="error") if error else None,
        h(
            "input",
            id=identity,
            name=name,
            aria_describedby=described or None,
            aria_invalid="true" if error else None,
            **({"type": "text", "autocomplete": "off"} | attributes),
        ),
        class_="field",
    )


def choice(label: str, name: str, options: Sequence[tuple[str, str]], *, id_: str = "") -> Html:
    """A labelled select."""
    identity = id_ or name
    return h(
        "div",
        h("label", label, for_=identity),
        h("select", *[h("option", text, value=value) for value, text in options], id=identity, name=name),
        class_="field",
    )


def hidden(**values: str) -> Html:
    """Hidden inputs."""
    return join(*[h("input", type="hidden", name=name, value=value) for name, value in values.items()])


def button(label: str, *, quiet: bool = False, **attributes: str | int | bool | None) -> Html:
    """A submit button."""
    return h("button", label, type="submit", class_="quiet" if quiet else None, **attributes)


def error_summary(message: str) -> Html:
    """What went wrong, above everything, announced."""
    return h("div", h("p", message), role="alert", class_="summary")


def table(caption: str, head: Sequence[str], rows: Sequence[Sequence[Child]]) -> Html:
    """A data table that scrolls sideways on a small screen, reachable by keyboard."""
    return h(
        "div",
        h(
            "table",
            h("caption", caption),
            h("thead", h("tr", *[h("th", name, scope="col") for name in head])),
            h("tbody", *[h("tr", *[h("td", cell) for cell in row]) for row in rows]),
        ),
        class_="scroll",
        tabindex="0",
        role="region",
        aria_label=caption,
    )


def inbox_link(say: Voice, recipient: str) -> Html:
    """The way to what just arrived on a simulated phone."""
    return h(
        "p",
        h("a", say("Benzetim: gelen kutusunu aç", "Simulation: open the inbox"), href=f"/inbox/?to={quote(recipient)}"),
        class_="help",
    )
