"""The station's wire, what a card reader would do with a card, and the page that shows both."""

import base64
import binascii
import sqlite3

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from divit.world.card_station import cards
from divit.world.context import World, iso, world_of
from divit.world.failures import disturbed, take
from divit.world.html import Html, h
from divit.world.pages import Voice, button, error_summary, field, page, table, voice
from divit.world.registry import key_opens


def _refuse(code: str, status: int = 422) -> Response:
    return JSONResponse({"error": code}, status)


async def make(request: Request) -> Response:
    """`POST /card-station/api/orders` `{order_id, algorithm, pin_recipient_spki}`; the same order, the same card."""
    world = world_of(request)
    if not key_opens(request, "card_station"):
        return _refuse("unauthorized", 401)
    if (trouble := await disturbed(world, "card_station")) is not None:
        return trouble
    given = await request.json()
    order_id, algorithm = str(given.get("order_id", "")), str(given.get("algorithm", ""))
    if not 0 < len(order_id) <= 64 or not order_id.isascii() or algorithm not in {"ec-p256", "rsa-2048"}:
        return _refuse("invalid_order")
    try:
        recipient = base64.b64decode(str(given.get("pin_recipient_spki", "")), validate=True)
        await _make_once(world, order_id=order_id, algorithm=algorithm, recipient=recipient)
    except (ValueError, TypeError):
        return _refuse("invalid_recipient")
    with world.store.read() as db:
        card = cards.by_order(db, order_id)
    if card is None or card["state"] == "spoiled":
        return _refuse("card_spoiled", 409)
    if take(world, "card_station", "made_but_500"):
        return _refuse("internal", 500)
    encoded = {name: base64.b64encode(card[name]).decode() for name in ("csr", "sealed_pin")}
    return JSONResponse({"card_serial": card["card_serial"], "station": cards.STATION, **encoded})


async def _make_once(world: World, *, order_id: str, algorithm: str, recipient: bytes) -> None:
    with world.store.read() as db:
        if cards.by_order(db, order_id) is not None:
            return
    key = await to_thread.run_sync(cards.make_key, algorithm)
    spoiled = take(world, "card_station", "spoil")
    challenge = "another-order" if take(world, "card_station", "wrong_proof") else order_id
    with world.store.write() as db:
        if cards.by_order(db, order_id) is not None:
            return
        if spoiled:
            cards.spoil(db, order_id=order_id, algorithm=algorithm)
        else:
            cards.personalise(db, order_id=order_id, key=key, challenge=challenge, recipient_spki=recipient)


async def load(request: Request) -> Response:
    """`PUT /card-station/api/cards/<serial>/certificate`, DER in the body."""
    world = world_of(request)
    if not key_opens(request, "card_station"):
        return _refuse("unauthorized", 401)
    if (trouble := await disturbed(world, "card_station")) is not None:
        return trouble
    if take(world, "card_station", "load_fails"):
        return _refuse("reader_error", 503)
    certificate = await request.body()
    try:
        with world.store.write() as db:
            cards.load(db, card_serial=request.path_params["serial"], certificate=certificate)
    except cards.CardRefused as refusal:
        return _refuse(str(refusal), 409)
    return JSONResponse({"status": "loaded"})


async def sign(request: Request) -> Response:
    """`POST /card-station/cards/<serial>/sign` `{pin, data}`: what a card reader asks of a card."""
    given = await request.json()
    world = world_of(request)
    try:
        data = base64.b64decode(str(given.get("data", "")), validate=True)
        with world.store.write() as db:
            card = cards.check_pin(db, card_serial=request.path_params["serial"], pin=str(given.get("pin", "")))
    except binascii.Error:
        return _refuse("data_not_base64")
    except cards.CardRefused as refusal:
        return _refuse(str(refusal), 404)
    if isinstance(card, str):
        return _refuse(card, 403)
    certificate = base64.b64encode(card["certificate"]).decode() if card["certificate"] else None
    signature = base64.b64encode(cards.sign(card, data)).decode()
    return JSONResponse({"signature": signature, "certificate": certificate, "algorithm": card["algorithm"]})


async def unblock(request: Request) -> Response:
    """`POST /card-station/cards/<serial>/pin` `{puk, new_pin}`."""
    given = await request.json()
    try:
        with world_of(request).store.write() as db:
            refusal = cards.set_pin(
                db,
                card_serial=request.path_params["serial"],
                new_pin=str(given.get("new_pin", "")),
                puk=str(given.get("puk", "")),
            )
    except cards.CardRefused as problem:
        return _refuse(str(problem), 404)
    return _refuse(refusal, 403) if refusal else JSONResponse({"status": "ok"})


_STATES = {
    "made": ("Anahtar üretildi", "Key made"),
    "loaded": ("Sertifika yüklendi", "Certificate loaded"),
    "spoiled": ("Bozuk", "Spoiled"),
}
_REFUSALS = {
    "wrong_pin": ("PIN yanlış.", "Wrong PIN."),
    "pin_blocked": ("Kart kilitlendi; PUK gerekir.", "The card is blocked; it needs the PUK."),
    "card_spoiled": ("Kart bozuk.", "The card is spoiled."),
    "no_such_card": ("Böyle bir kart yok.", "There is no such card."),
}


async def show(request: Request) -> Response:
    """The cards of the station, and a reader to try one in."""
    return _page(request)


async def try_card(request: Request) -> Response:
    """The page's reader: PIN and text in, signature out."""
    say, world = voice(request), world_of(request)
    form = await request.form()
    serial = "".join(str(form.get("kart", "")).split())
    try:
        with world.store.write() as db:
            card = cards.check_pin(db, card_serial=serial, pin=str(form.get("pin", "")))
    except cards.CardRefused as refusal:
        card = str(refusal)
    if isinstance(card, str):
        return _page(request, error_summary(say(*_REFUSALS[card])), status=422)
    signature = base64.b64encode(cards.sign(card, str(form.get("metin", "")).encode())).decode()
    told = h("div", h("h2", say("Kart imzaladı", "The card signed")), h("pre", signature), role="status")
    return _page(request, told)


def _page(request: Request, told: Html | None = None, status: int = 200) -> Response:
    say = voice(request)
    with world_of(request).store.read() as db:
        rows = db.execute("SELECT * FROM card ORDER BY at DESC LIMIT 100").fetchall()
    return page(
        request,
        say("Kart istasyonu", "Card station"),
        told,
        table(say("Kartlar", "Cards"), _head(say), [_row(say, row) for row in rows])
        if rows
        else h("p", say("Henüz kart yok.", "No cards yet.")),
        h("h2", say("Kartı deneyin", "Try a card")),
        h(
            "form",
            field(say("Kart Seri No", "Card serial"), "kart", inputmode="numeric", maxlength=20),
            field("PIN", "pin", type="password", inputmode="numeric", maxlength=8),
            field(say("İmzalanacak metin", "Text to sign"), "metin", value="Divit"),
            button(say("İmzala", "Sign")),
            method="post",
            action="/card-station/",
        ),
        neighbour="card-station",
        status=status,
    )


def _head(say: Voice) -> list[str]:
    return [
        say("Kart Seri No", "Card serial"),
        say("Sipariş", "Order"),
        say("Anahtar", "Key"),
        say("Durum", "State"),
        "",
    ]


def _row(say: Voice, row: sqlite3.Row) -> tuple[str, ...]:
    return row["card_serial"], row["order_id"], row["algorithm"], say(*_STATES[row["state"]]), iso(row["at"])


routes = [
    Route("/card-station/api/orders", make, methods=["POST"]),
    Route("/card-station/api/cards/{serial:str}/certificate", load, methods=["PUT"]),
    Route("/card-station/cards/{serial:str}/sign", sign, methods=["POST"]),
    Route("/card-station/cards/{serial:str}/pin", unblock, methods=["POST"]),
    Route("/card-station/", show),
    Route("/card-station/", try_card, methods=["POST"]),
]
