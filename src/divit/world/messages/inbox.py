"""The inbox: every phone and mailbox of the simulated world, as a page and as JSON."""

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from divit.world.context import world_of
from divit.world.html import Html, h
from divit.world.messages.box import received, recipients
from divit.world.pages import Voice, page, table, voice


async def as_json(request: Request) -> Response:
    """`/inbox.json?to=…&limit=…`: newest first."""
    limit = request.query_params.get("limit", "100")
    with world_of(request).store.read() as db:
        to = request.query_params.get("to")
        # A `+` that was not escaped arrives as a space.
        to = f"+{to[1:]}" if to and to.startswith(" ") else to
        found = received(db, to=to, limit=min(int(limit), 1000) if limit.isdecimal() else 100)
    return JSONResponse({"messages": found}, headers={"Cache-Control": "no-store"})


async def show(request: Request) -> Response:
    """Who has mail, and the messages of one of them or the latest of all."""
    say = voice(request)
    to = request.query_params.get("to") or None
    with world_of(request).store.read() as db:
        boxes = recipients(db)
        messages = received(db, to=to, limit=30)
    rows = [
        (
            h("a", box["recipient"], href=f"/inbox/?to={quote(box['recipient'])}"),
            _kind(say, box["channel"]),
            str(box["count"]),
        )
        for box in boxes
    ]
    head = [say("Alıcı", "Recipient"), say("Tür", "Kind"), say("Mesaj", "Messages")]
    shown = to or say("Son gelenler", "Latest")
    return page(
        request,
        say("Gelen kutusu", "Inbox"),
        h("h2", shown),
        *[_message(say, message) for message in messages],
        h("p", say("Henüz mesaj yok.", "No messages yet.")) if not messages else None,
        h("p", h("a", say("Tüm mesajlar", "All messages"), href="/inbox/")) if to else None,
        table(say("Telefonlar ve posta kutuları", "Phones and mailboxes"), head, rows) if rows else None,
        refresh=True,
    )


def _kind(say: Voice, channel: str) -> str:
    return say("e-Posta", "E-mail") if channel == "mail" else "SMS"


def _message(say: Voice, message: dict[str, str]) -> Html:
    return h(
        "article",
        h("h3", f"{_kind(say, message['channel'])} · {message['from']} → {message['to']}"),
        h("p", h("strong", message["subject"])) if message["subject"] else None,
        h("pre", message["text"]),
        h("p", h("time", message["at"], datetime=message["at"]), class_="hint"),
        class_="message",
    )


routes = [Route("/inbox.json", as_json), Route("/inbox/", show)]
