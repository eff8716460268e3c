"""The courier's wire and the page on which the simulated courier acts."""

import sqlite3

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from divit.world.context import iso, now, world_of
from divit.world.courier import parcels
from divit.world.failures import disturbed, take
from divit.world.html import Html, h
from divit.world.pages import Voice, button, error_summary, field, hidden, page, voice
from divit.world.registry import key_opens


async def announce(request: Request) -> Response:
    """`POST /courier/api/shipments` `{parcel_id, recipient: {name, phone, tckn_last4}, address, reference}`."""
    world = world_of(request)
    if not key_opens(request, "courier"):
        return JSONResponse({"error": "unauthorized"}, 401)
    if (trouble := await disturbed(world, "courier")) is not None:
        return trouble
    given = await request.json()
    recipient = given.get("recipient") if isinstance(given.get("recipient"), dict) else {}
    parcel = {name: str(given.get(name, "")).strip() for name in ("parcel_id", "address", "reference")}
    parcel |= {name: str(recipient.get(name, "")).strip() for name in ("name", "phone", "tckn_last4")}
    if not all(parcel.values()) or take(world, "courier", "refused"):
        return JSONResponse({"error": "invalid_shipment"}, 422)
    with world.store.write() as db:
        tracking_no = parcels.announce(db, parcel)
    if take(world, "courier", "accepted_but_500"):
        return JSONResponse({"error": "internal"}, 500)
    return JSONResponse({"tracking_no": tracking_no, "parcel_id": parcel["parcel_id"]})


async def events(request: Request) -> Response:
    """`GET /courier/api/events?after=<cursor>`."""
    world = world_of(request)
    if not key_opens(request, "courier"):
        return JSONResponse({"error": "unauthorized"}, 401)
    if (trouble := await disturbed(world, "courier")) is not None:
        return trouble
    after = request.query_params.get("after", "")
    if after and not (after.isdecimal() and after.isascii()):
        return JSONResponse({"error": "invalid_cursor"}, 422)
    begin = 0 if take(world, "courier", "events_twice") else int(after or 0)
    with world.store.read() as db:
        told, cursor = parcels.events(db, after=begin)
    if take(world, "courier", "unknown_kind"):
        told.append({"tracking_no": "KR0", "kind": "customs", "at": iso(now()), "identity_checked": False, "note": ""})
    return JSONResponse({"events": told, "cursor": str(cursor)})


async def parcels_json(request: Request) -> Response:
    """`/courier/parcels.json`: for the walk, which plays the courier."""
    with world_of(request).store.read() as db:
        rows = db.execute("SELECT tracking_no, parcel_id, reference, state, name FROM courier_parcel").fetchall()
    return JSONResponse({"parcels": [dict(row) for row in rows]})


_STATES = {
    "announced": ("Alınmayı bekliyor", "Waiting to be picked up"),
    "picked_up": ("Teslim alındı", "Picked up"),
    "on_the_way": ("Dağıtımda", "On the way"),
    "delivered": ("Teslim edildi", "Delivered"),
    "returned": ("İade edildi", "Returned"),
}
_REFUSALS = {
    "not_now": ("Bu gönderi için bu işlem şu an yapılamaz.", "This cannot be done with this parcel now."),
    "identity_not_seen": ("Kimlik kartı gösterilmeden teslim edilmez.", "Not handed over without an identity card."),
    "other_identity": ("Kimlik no alıcınınkine uymuyor; teslim edilmez.", "Another person's card; not handed over."),
}


async def show(request: Request) -> Response:
    """All parcels, those that wait first."""
    return _page(request)


def _page(request: Request, error: str = "") -> Response:
    say = voice(request)
    with world_of(request).store.read() as db:
        rows = db.execute(
            "SELECT * FROM courier_parcel ORDER BY state IN ('delivered', 'returned'), at DESC LIMIT 100"
        ).fetchall()
    return page(
        request,
        say("Kurye", "Courier"),
        error_summary(error) if error else None,
        *[_parcel(say, row) for row in rows],
        h("p", say("Henüz gönderi yok.", "No parcels yet.")) if not rows else None,
        neighbour="courier",
        status=422 if error else 200,
    )


def _parcel(say: Voice, row: sqlite3.Row) -> Html:
    tracking_no, state = row["tracking_no"], row["state"]
    return h(
        "section",
        h("h2", f"{tracking_no} · {say(*_STATES[state])}"),
        h(
            "dl",
            h("dt", say("Alıcı", "Recipient")),
            h("dd", f"{row['name']}, {row['phone']}"),
            h("dt", say("Adres", "Address")),
            h("dd", row["address"]),
            h("dt", say("Gönderen numarası", "Sender's reference")),
            h("dd", row["reference"]),
        ),
        _act(say, tracking_no, "picked_up", say("Teslim aldım", "Picked up")) if state == "announced" else None,
        _act(say, tracking_no, "on_the_way", say("Dağıtıma çıktım", "On my way")) if state == "picked_up" else None,
        _hand_over(say, tracking_no) if state == "on_the_way" else None,
        _give_back(say, tracking_no) if state in parcels.ACTS["returned"][0] else None,
        class_="message",
    )


def _act(say: Voice, tracking_no: str, kind: str, label: str, *fields: Html, quiet: bool = False) -> Html:
    return h(
        "form",
        hidden(tracking_no=tracking_no, act=kind),
        *fields,
        button(label, quiet=quiet, aria_label=f"{label}: {tracking_no}"),
        method="post",
        action="/courier/act",
    )


def _hand_over(say: Voice, tracking_no: str) -> Html:
    seen = h(
        "label",
        h("input", type="checkbox", name="identity_seen", value="1"),
        say("Kimlik kartını gördüm; fotoğraf kişiye ait", "I saw the identity card; the photo is the person's"),
        class_="check",
    )
    label = say("Kimlik kartındaki T.C. kimlik no'nun son dört hanesi", "Last four digits of the number on the card")
    digits = field(label, "last4", id=f"last4-{tracking_no}", inputmode="numeric", maxlength=4)
    return _act(say, tracking_no, "delivered", say("Teslim ettim", "Handed over"), digits, seen)


def _give_back(say: Voice, tracking_no: str) -> Html:
    note = field(say("İade nedeni", "Why it goes back"), "note", id=f"note-{tracking_no}", maxlength=200)
    return _act(say, tracking_no, "returned", say("İade et", "Return it"), note, quiet=True)


async def act(request: Request) -> Response:
    """The page's buttons."""
    form = await request.form()
    given = {name: str(form.get(name, "")).strip() for name in ("tracking_no", "act", "last4", "note")}
    try:
        with world_of(request).store.write() as db:
            parcels.act(
                db,
                tracking_no=given["tracking_no"],
                kind=given["act"],
                last4=given["last4"],
                identity_seen=form.get("identity_seen") == "1",
                note=given["note"],
            )
    except parcels.ActRefused as refusal:
        return _page(request, voice(request)(*_REFUSALS[str(refusal)]))
    return RedirectResponse("/courier/", 303)


routes = [
    Route("/courier/api/shipments", announce, methods=["POST"]),
    Route("/courier/api/events", events),
    Route("/courier/parcels.json", parcels_json),
    Route("/courier/", show),
    Route("/courier/act", act, methods=["POST"]),
]
