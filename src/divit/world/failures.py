"""Named failures of each neighbour, switched on for the next N calls."""

import sqlite3

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from divit.world.context import World, world_of
from divit.world.html import Html, h
from divit.world.pages import Voice, button, choice, field, hidden, page, table, voice

SCHEMA = """
CREATE TABLE IF NOT EXISTS failure (
    neighbour TEXT NOT NULL, name TEXT NOT NULL, remaining INTEGER NOT NULL, PRIMARY KEY (neighbour, name));
"""

Words = tuple[str, str]
_WIRE: dict[str, Words] = {
    "down": ("Hizmet dışı: 500 ile yanıt verir", "Down: answers with 500"),
    "slow": ("Yavaş: birkaç saniye sonra yanıt verir", "Slow: answers after some seconds"),
    "hang": ("Askıda kalır: yanıt vermez", "Hangs: never answers"),
    "garbage": ("Anlamsız yanıt verir", "Answers garbage"),
}
FAILURES: dict[str, dict[str, Words]] = {
    "edevlet": {
        **_WIRE,
        "page_down": ("Giriş sayfası açılmaz", "The login page does not open"),
        "cancel": ("Kişi vazgeçmiş gibi döner", "Returns as if the person had cancelled"),
        "wrong_state": ("Yanlış state ile döner", "Returns with another state"),
        "replayed_code": ("Kullanılmış kodla döner", "Returns with a used code"),
        "expired_code": ("Süresi geçmiş kodla döner", "Returns with an expired code"),
        "edv_error": ("Kimlik yanıtında hata kodu", "The identity answer is an error code"),
        "bad_tckn": ("Denetim basamağı yanlış T.C. kimlik no", "A T.C. kimlik no whose check digits fail"),
        "other_person": ("İki yanıtta iki ayrı kişi", "Two answers, two different people"),
    },
    "bank": {
        **_WIRE,
        "declined": ("Kart reddedilir", "The card is declined"),
        "browser_closed": ("Çekilir, tarayıcı geri dönmez", "Charged, the browser never returns"),
        "callback_lost": ("Bildirim hiç gitmez", "The callback is lost"),
        "callback_late": ("Bildirim geç gider", "The callback comes late"),
        "callback_twice": ("Bildirim iki kez gider", "The callback comes twice"),
        "forged_hash": ("Bildirimin imzası yanlış", "The callback's hash is wrong"),
        "wrong_amount": ("Bildirimde başka tutar", "The callback names another amount"),
        "error_500_after_charging": ("Çektikten sonra hata sayfası", "An error page after charging"),
        "inquiry_down": ("Sorgulama yanıt vermez", "The inquiry is down"),
        "void_refused": ("İptal ve iade reddedilir", "Void and refund are refused"),
    },
    "sms": {
        **_WIRE,
        "accepted_but_500": ("Gönderir ama hata döner", "Sends, yet answers an error"),
        "refused": ("Numarayı kabul etmez", "Refuses the number"),
    },
    "mail": {
        "down": ("Geçici olarak almaz (421)", "Temporarily down (421)"),
        "slow": _WIRE["slow"],
        "hang": _WIRE["hang"],
        "refused": ("Alıcıyı kabul etmez (550)", "Refuses the recipient (550)"),
        "accepted_but_dropped": ("Alır, yanıt vermeden kapatır", "Takes it, closes without an answer"),
    },
    "courier": {
        **_WIRE,
        "refused": ("Gönderiyi kabul etmez", "Refuses the shipment"),
        "accepted_but_500": ("Kaydeder ama hata döner", "Registers, yet answers an error"),
        "events_twice": ("Olayları baştan yineler", "Repeats its events from the beginning"),
        "unknown_kind": ("Tanınmayan bir olay bildirir", "Tells an event of an unknown kind"),
    },
    "program": {
        **_WIRE,
        "busy": ("Meşgul: bir dakika sonra gel der (429)", "Busy: says come back in a minute (429)"),
        "gone": ("Artık yok der (410)", "Says that it is gone (410)"),
        "taken_but_500": ("Alır ama hata döner", "Takes it, yet answers an error"),
    },
    "card_station": {
        **_WIRE,
        "spoil": ("Kart bozulur", "The card is spoiled"),
        "made_but_500": ("Üretir ama hata döner", "Makes the key, yet answers an error"),
        "wrong_proof": ("Anahtar kanıtı başka siparişin", "The proof of possession is of another order"),
        "load_fails": ("Sertifika karta yazılamaz", "The certificate cannot be loaded"),
    },
}


def arm(db: sqlite3.Connection, neighbour: str, name: str, times: int) -> None:
    """Switch on for the next `times` calls; 0 switches off."""
    db.execute("DELETE FROM failure WHERE neighbour=? AND name=?", (neighbour, name))
    if times > 0:
        db.execute("INSERT INTO failure VALUES (?, ?, ?)", (neighbour, name, times))


def take(world: World, neighbour: str, *names: str) -> str | None:
    """Use up one call of the first of these failures that is switched on."""
    with world.store.read() as db:
        if db.execute("SELECT 1 FROM failure WHERE neighbour=?", (neighbour,)).fetchone() is None:
            return None
    with world.store.write() as db:
        return take_within(db, neighbour, *names)


def take_within(db: sqlite3.Connection, neighbour: str, *names: str) -> str | None:
    """The same inside a transaction that is already open."""
    for name in names:
        used = db.execute(
            "UPDATE failure SET remaining = remaining - 1 WHERE neighbour=? AND name=? AND remaining > 0",
            (neighbour, name),
        )
        if used.rowcount:
            db.execute("DELETE FROM failure WHERE remaining <= 0")
            return name
    return None


async def disturbed(world: World, neighbour: str) -> Response | None:
    """Misbehave as switched on; None means: go on and answer properly (perhaps late)."""
    match take(world, neighbour, "down", "hang", "slow", "garbage"):
        case "down":
            return HTMLResponse("<h1>500 Internal Server Error</h1>", 500)
        case "hang":
            await world.hang()
            return HTMLResponse("<h1>504 Gateway Timeout</h1>", 504)
        case "slow":
            await world.slow()
        case "garbage":
            return HTMLResponse("<html><body>Sistem bakımdadır\x00\xff{[</body></html>")
    return None


def _armed(world: World) -> list[sqlite3.Row]:
    with world.store.read() as db:
        return db.execute("SELECT neighbour, name, remaining FROM failure ORDER BY neighbour, name").fetchall()


async def show(request: Request) -> Response:
    """The page of failures."""
    say = voice(request)
    armed = _armed(world_of(request))
    rows = [
        (
            row["neighbour"],
            _words(say, row["neighbour"], row["name"]),
            str(row["remaining"]),
            _switch_off(say, row["neighbour"], row["name"]),
        )
        for row in armed
    ]
    return page(
        request,
        say("Arızalar", "Failures"),
        h(
            "p",
            say(
                "Bir komşunun sonraki çağrılarda nasıl bozulacağını seçin.",
                "Choose how a neighbour will misbehave in its next calls.",
            ),
        ),
        table(
            say("Açık arızalar", "Switched on"),
            [say("Komşu", "Neighbour"), say("Arıza", "Failure"), say("Kalan", "Left"), say("İşlem", "Act")],
            rows,
        )
        if rows
        else h("p", say("Şu an açık arıza yok.", "None is switched on.")),
        *[_form(say, neighbour) for neighbour in FAILURES],
    )


def _words(say: Voice, neighbour: str, name: str) -> str:
    return say(*FAILURES.get(neighbour, {}).get(name, (name, name)))


def _switch_off(say: Voice, neighbour: str, name: str) -> Html:
    return h(
        "form",
        hidden(neighbour=neighbour, failure=name, times="0"),
        button(say("Kapat", "Switch off"), quiet=True, aria_label=f"{say('Kapat', 'Switch off')}: {neighbour} {name}"),
        method="post",
        action="/failures/",
    )


def _form(say: Voice, neighbour: str) -> Html:
    options = [(name, say(*words)) for name, words in FAILURES[neighbour].items()]
    select = choice(say("Arıza", "Failure"), "failure", options, id_=f"{neighbour}-failure")
    label = say("Kaç çağrı", "How many calls")
    times = field(label, "times", id=f"{neighbour}-times", type="number", min=1, max=999, value="1")
    return h(
        "section",
        h("h2", neighbour),
        h(
            "form",
            hidden(neighbour=neighbour),
            select,
            times,
            button(say("Aç", "Switch on")),
            method="post",
            action="/failures/",
        ),
    )


async def switch_by_form(request: Request) -> Response:
    """The page's buttons."""
    form = await request.form()
    neighbour, name, times = (str(form.get(key, "")) for key in ("neighbour", "failure", "times"))
    if name in FAILURES.get(neighbour, {}) and times.isdecimal():
        with world_of(request).store.write() as db:
            arm(db, neighbour, name, min(int(times), 999))
    return RedirectResponse("/failures/", 303)


async def switch(request: Request) -> Response:
    """JSON `{neighbour, failure, times=1}`; `{"clear": true}` switches everything off."""
    asked = await request.json()
    world = world_of(request)
    if asked.get("clear"):
        with world.store.write() as db:
            db.execute("DELETE FROM failure")
        return JSONResponse({"armed": []})
    neighbour, name, times = asked.get("neighbour"), asked.get("failure"), asked.get("times", 1)
    if name not in FAILURES.get(neighbour, {}) or not isinstance(times, int):
        known = {key: sorted(value) for key, value in FAILURES.items()}
        return JSONResponse({"error": "unknown_failure", "known": known}, 422)
    with world.store.write() as db:
        arm(db, neighbour, name, times)
    return JSONResponse({"armed": [dict(row) for row in _armed(world)]})


async def listing(request: Request) -> Response:
    """What is switched on, as JSON."""
    return JSONResponse({"armed": [dict(row) for row in _armed(world_of(request))]})


routes = [
    Route("/failures", switch, methods=["POST"]),
    Route("/failures.json", listing),
    Route("/failures/", show),
    Route("/failures/", switch_by_form, methods=["POST"]),
]
