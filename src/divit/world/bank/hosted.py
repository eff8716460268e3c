"""The bank's hosted pages: the gate that checks the hash, the card, the 3-D code, and the way back."""

import json
import re
import secrets
import sqlite3
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from divit.world.bank import books
from divit.world.bank.hashing import ver3
from divit.world.bank.outcome import conclude, kurus
from divit.world.context import iso, now, world_of
from divit.world.failures import disturbed
from divit.world.html import Html, h
from divit.world.messages.box import deliver
from divit.world.pages import Voice, button, error_summary, field, hidden, inbox_link, page, table, voice
from divit.world.registry import client

_NEEDED = ("clientid", "amount", "oid", "okUrl", "failUrl", "rnd", "currency", "islemtipi", "hash")
TITLE = ("Güvenli Ödeme", "Secure payment")


async def gate(request: Request) -> Response:
    """`/bank/fim/est3Dgate`: only a form that the shop signed gets a payment page."""
    world = world_of(request)
    if (trouble := await disturbed(world, "bank")) is not None:
        return trouble
    form = await request.form()
    fields = {name: str(value) for name, value in form.items()}
    with world.store.read() as db:
        shop = client(db, "bank", fields.get("clientid", ""))
    problem = _problem(fields, shop)
    if problem or shop is None:
        return _refused(request, problem)
    with world.store.write() as db:
        identity = books.begin(db, shop["id"], fields)
    return RedirectResponse(f"/bank/fim/odeme?{urlencode({'islem': identity})}", 303)


def _problem(fields: dict[str, str], shop: sqlite3.Row | None) -> str:
    missing = [name for name in _NEEDED if not fields.get(name)]
    if missing or shop is None:
        return f"Missing or unknown: {', '.join(missing) or 'clientid'}"
    if fields.get("hashAlgorithm") != "ver3" or fields.get("storetype") != "3d_pay_hosting":
        return "hashAlgorithm must be ver3, storetype 3d_pay_hosting"
    if not secrets.compare_digest(fields["hash"].encode(), ver3(fields, shop["secret"]).encode()):
        return "Hash does not match"
    if not re.fullmatch(r"[1-9]\d{0,8}(\.\d{1,2})?|0\.\d{2}", fields["amount"]) or fields["currency"] != "949":
        return "Invalid amount or currency"
    addresses = [fields[name] for name in ("okUrl", "failUrl", "callbackUrl") if fields.get(name)]
    if any(urlsplit(address).scheme not in {"http", "https"} for address in addresses):
        return "Invalid address"
    return ""


def _refused(request: Request, problem: str) -> Response:
    say = voice(request)
    sentence = say("Mağazanın gönderdiği ödeme bilgileri doğrulanamadı.", "The shop's payment data do not verify.")
    return page(request, say(*TITLE), error_summary(sentence), h("p", problem), neighbour="bank", status=400)


def _payment_of(request: Request, identity: str) -> sqlite3.Row | None:
    with world_of(request).store.read() as db:
        return books.payment(db, identity)


def _gone(request: Request) -> Response:
    say = voice(request)
    sentence = say(
        "Bu ödeme işlemi sona ermiş. Mağazanın sayfasına dönüp durumu oradan izleyin.",
        "This payment has ended. Go back to the shop's page and follow it there.",
    )
    return page(request, say(*TITLE), h("p", sentence), neighbour="bank", status=410)


def _purchase(say: Voice, under_way: sqlite3.Row) -> Html:
    fields = json.loads(under_way["fields"])
    return h(
        "dl",
        h("dt", say("İşyeri", "Shop")),
        h("dd", fields["clientid"]),
        h("dt", say("Sipariş no", "Order")),
        h("dd", fields["oid"]),
        h("dt", say("Tutar", "Amount")),
        h("dd", f"{fields['amount']} TL"),
    )


async def card_page(request: Request) -> Response:
    """Where the card is typed: at the bank, never at the shop."""
    under_way = _payment_of(request, request.query_params.get("islem", ""))
    if under_way is None:
        return _gone(request)
    return _card_form(request, under_way)


def _card_form(request: Request, under_way: sqlite3.Row, error: str = "") -> Response:
    say = voice(request)
    picked = books.card(request.query_params.get("kart", ""))
    values = (picked.number, "12", "2030", "000") if picked else ("", "", "", "")
    number, month, year, code = (value or None for value in values)
    return page(
        request,
        say(*TITLE),
        error_summary(error) if error else None,
        _purchase(say, under_way),
        h(
            "form",
            hidden(islem=under_way["id"]),
            field(say("Kart no", "Card number"), "pan", inputmode="numeric", autocomplete="cc-number", value=number),
            field(say("Ay", "Month"), "ay", inputmode="numeric", maxlength=2, autocomplete="cc-exp-month", value=month),
            field(say("Yıl", "Year"), "yil", inputmode="numeric", maxlength=4, autocomplete="cc-exp-year", value=year),
            field(
                say("Güvenlik kodu (CVV)", "Security code (CVV)"),
                "cv2",
                inputmode="numeric",
                maxlength=4,
                autocomplete="cc-csc",
                value=code,
            ),
            h(
                "div",
                button(say("Öde", "Pay")),
                button(say("Vazgeç", "Cancel"), quiet=True, formaction="vazgec", formnovalidate=True),
                class_="buttons",
            ),
            method="post",
            action="odeme",
        ),
        _test_cards(say, under_way["id"]),
        neighbour="bank",
        status=422 if error else 200,
    )


def _test_cards(say: Voice, identity: str) -> Html:
    items = [
        h(
            "li",
            h("a", known.number, href="odeme?" + urlencode({"islem": identity, "kart": known.number})),
            f" — {say(known.turkish, known.english)}",
        )
        for known in books.CARDS
    ]
    return h(
        "aside",
        h("h2", say("Benzetim yardımı: deneme kartları", "Simulation help: test cards")),
        h("ul", *items),
        class_="help",
        aria_label=say("Deneme kartları", "Test cards"),
    )


async def take_card(request: Request) -> Response:
    """The card is known: send the 3-D code to its owner's phone."""
    world, say = world_of(request), voice(request)
    form = await request.form()
    under_way = _payment_of(request, str(form.get("islem", "")))
    if under_way is None:
        return _gone(request)
    card = books.card(str(form.get("pan", "")))
    month, year, cvv = (str(form.get(name, "")) for name in ("ay", "yil", "cv2"))
    sound = month.isdecimal() and 1 <= int(month) <= 12 and year.isdecimal() and cvv.isdecimal() and len(cvv) >= 3
    if card is None or not sound:
        sentence = say("Kart bilgilerini denetleyin; yalnız deneme kartları geçer.", "Check the card; test cards only.")
        return _card_form(request, under_way, sentence)
    fields = json.loads(under_way["fields"])
    code = f"{secrets.randbelow(10**6):06d}"
    text = f"{code} 3-D Secure kodunuz. {fields['amount']} TL, işyeri {fields['clientid']}. (BENZETİM)"
    with world.store.write() as db:
        db.execute("UPDATE bank_payment SET card=?, code=?, tries=0 WHERE id=?", (card.number, code, under_way["id"]))
        known = books.order(db, under_way["client_id"], fields["oid"])
        if known is None or known["status"] == "declined":
            books.put_order(
                db,
                client_id=under_way["client_id"],
                oid=fields["oid"],
                kurus=kurus(fields),
                status="pending",
                card=books.masked(card.number),
            )
        deliver(db, channel="sms", sender="BANKA", to=card.phone, subject="", text=text)
    return RedirectResponse(f"3d?{urlencode({'islem': under_way['id']})}", 303)


async def code_page(request: Request) -> Response:
    """The 3-D Secure page."""
    under_way = _payment_of(request, request.query_params.get("islem", ""))
    if under_way is None or under_way["card"] is None:
        return _gone(request)
    return _code_form(request, under_way)


def _code_form(request: Request, under_way: sqlite3.Row, error: str = "") -> Response:
    say = voice(request)
    card = books.card(under_way["card"])
    phone = card.phone if card else ""
    ask = say(
        f"Kartınızın kayıtlı olduğu, sonu {phone[-4:]} ile biten telefona gelen kodu yazın.",
        f"Type the code sent to the card's phone, which ends in {phone[-4:]}.",
    )
    return page(
        request,
        "3-D Secure",
        error_summary(error) if error else None,
        _purchase(say, under_way),
        h(
            "form",
            h("p", ask),
            hidden(islem=under_way["id"]),
            field(say("SMS kodu", "SMS code"), "kod", inputmode="numeric", autocomplete="one-time-code", maxlength=8),
            h(
                "div",
                button(say("Onayla", "Confirm")),
                button(say("Vazgeç", "Cancel"), quiet=True, formaction="vazgec", formnovalidate=True),
                class_="buttons",
            ),
            method="post",
            action="3d",
        ),
        inbox_link(say, phone),
        neighbour="bank",
        status=422 if error else 200,
    )


async def take_code(request: Request) -> Response:
    """The right code charges the card; the third wrong one ends the payment."""
    world, say = world_of(request), voice(request)
    form = await request.form()
    typed = "".join(letter for letter in str(form.get("kod", "")) if letter.isdecimal())
    with world.store.write() as db:
        under_way = books.payment(db, str(form.get("islem", "")))
        if under_way is None or under_way["card"] is None:
            return _gone(request)
        db.execute("UPDATE bank_payment SET tries=tries+1 WHERE id=?", (under_way["id"],))
    right = secrets.compare_digest(typed, under_way["code"])
    if not right and under_way["tries"] < 2:
        return _code_form(request, under_way, say("Kod yanlış.", "Wrong code."))
    return _way_back(request, under_way, authenticated=right)


async def cancel(request: Request) -> Response:
    """Vazgeç, on either page."""
    form = await request.form()
    under_way = _payment_of(request, str(form.get("islem", "")))
    return _gone(request) if under_way is None else _way_back(request, under_way, authenticated=False)


def _way_back(request: Request, under_way: sqlite3.Row, *, authenticated: bool) -> Response:
    say = voice(request)
    result = conclude(world_of(request), under_way, authenticated=authenticated)
    if result is None:
        return _gone(request)
    if result.browser == "error_500_after_charging":
        return HTMLResponse("<h1>500 Internal Server Error</h1>", 500)
    title = say("Ödemeniz alındı", "Payment taken") if result.approved else say("Ödeme yapılamadı", "Not paid")
    if result.browser == "browser_closed":
        closed = say(
            "Benzetim: tarayıcı burada kapandı; mağazaya dönüş yok.",
            "Simulation: the browser was closed here; there is no way back to the shop.",
        )
        return page(request, title, h("p", closed), neighbour="bank")
    return page(
        request,
        title,
        h("p", result.fields.get("ErrMsg", "")) if not result.approved else None,
        h(
            "form",
            hidden(**result.fields),
            button(say("Mağazaya dön", "Back to the shop")),
            method="post",
            action=result.address,
            data_submit_itself=True,
        ),
        neighbour="bank",
    )


async def show_books(request: Request) -> Response:
    """`/bank/`: what the bank has in its books."""
    say = voice(request)
    with world_of(request).store.read() as db:
        orders = db.execute("SELECT * FROM bank_order ORDER BY at DESC LIMIT 100").fetchall()
    rows = [
        (row["oid"], f"{row['kurus'] / 100:.2f} TL", row["status"], row["card"], row["trans_id"], iso(row["at"]))
        for row in orders
    ]
    head = [say("Sipariş", "Order"), say("Tutar", "Amount"), say("Durum", "State"), say("Kart", "Card"), "TransId"]
    cards = [(known.number, say(known.turkish, known.english), known.phone) for known in books.CARDS]
    card_head = [say("Numara", "Number"), say("Sonuç", "Outcome"), say("3-D kodu şu telefona", "3-D code goes to")]
    return page(
        request,
        say("Banka", "Bank"),
        table(say("Siparişler", "Orders"), [*head, say("Zaman", "Time")], rows)
        if rows
        else h("p", say("Henüz işlem yok.", "Nothing yet.")),
        table(say("Deneme kartları", "Test cards"), card_head, cards),
        h("p", h("a", say("Defter (JSON)", "Ledger (JSON)"), href="/bank/ledger.json")),
        neighbour="bank",
    )


async def ledger_json(request: Request) -> Response:
    """`/bank/ledger.json`: the truth about charges."""
    with world_of(request).store.read() as db:
        return JSONResponse(books.ledger(db) | {"now": iso(now())})


routes = [
    Route("/bank/fim/est3Dgate", gate, methods=["POST"]),
    Route("/bank/fim/odeme", card_page),
    Route("/bank/fim/odeme", take_card, methods=["POST"]),
    Route("/bank/fim/3d", code_page),
    Route("/bank/fim/3d", take_code, methods=["POST"]),
    Route("/bank/fim/vazgec", cancel, methods=["POST"]),
    Route("/bank/", show_books),
    Route("/bank/ledger.json", ledger_json),
]
