"""The login pages of the gate: e-Devlet Kapısı Kimlik Doğrulama Sistemi."""

import secrets
import sqlite3
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from divit.world.context import now, world_of
from divit.world.edevlet import grants, methods
from divit.world.failures import take
from divit.world.html import Html, h, join
from divit.world.messages.box import deliver
from divit.world.pages import Voice, button, error_summary, field, hidden, inbox_link, page, voice
from divit.world.registry import client, people, person_by

TITLE = ("e-Devlet Kapısı Kimlik Doğrulama Sistemi", "e-Devlet Gateway Authentication System")


async def show(request: Request) -> Response:
    """The login page, on the tab of one method."""
    with world_of(request).store.read() as db:
        under_way = grants.login(db, request.query_params.get("islem", ""))
    if under_way is None:
        return _gone(request)
    method = methods.METHODS.get(request.query_params.get("yontem", "sifre"), methods.METHODS["sifre"])
    return _login_page(request, under_way, method, chosen=request.query_params.get("kisi", ""))


def _login_page(
    request: Request, under_way: sqlite3.Row, method: methods.Method, *, chosen: str = "", error: str = ""
) -> Response:
    say, world = voice(request), world_of(request)
    person = person_by(world, "ref", chosen) if chosen else None
    return page(
        request,
        say(*TITLE),
        error_summary(error) if error else None,
        _asking(request, under_way),
        _tabs(say, under_way, method),
        h(
            "form",
            h("h2", say(method.turkish, method.english)),
            hidden(islem=under_way["id"], yontem=method.slug),
            methods.fields(say, method, person),
            _forgotten_link(say, under_way) if method.slug == "sifre" else None,
            h(
                "div",
                button(say("Giriş Yap", "Sign in")),
                button(say("İptal Et", "Cancel"), quiet=True, formaction="iptal", formnovalidate=True),
                class_="buttons",
            ),
            method="post",
            action="gir",
        ),
        _helpers(say, under_way, method, people(world)),
        neighbour="edevlet",
        status=422 if error else 200,
    )


def _forgotten_link(say: Voice, under_way: sqlite3.Row) -> Html:
    href = "sifremi-unuttum?" + urlencode({"islem": under_way["id"]})
    return h("p", h("a", say("Şifremi Unuttum", "I forgot my password"), href=href))


def _asking(request: Request, under_way: sqlite3.Row) -> Html:
    say = voice(request)
    with world_of(request).store.read() as db:
        asking = client(db, "edevlet", under_way["client_id"])
    parts = urlsplit(under_way["redirect_uri"])
    return h(
        "dl",
        h("dt", say("Giriş Yapılacak Adres", "Address to sign in to")),
        h("dd", f"{parts.scheme}://{parts.netloc}{parts.path}"),
        h("dt", say("Giriş Yapılacak Uygulama", "Application to sign in to")),
        h("dd", asking["name"] if asking else ""),
    )


def _tabs(say: Voice, under_way: sqlite3.Row, current: methods.Method) -> Html:
    return h(
        "nav",
        *[
            h(
                "a",
                say(method.turkish, method.english),
                href="gir?" + urlencode({"islem": under_way["id"], "yontem": method.slug}),
                aria_current="page" if method is current else None,
            )
            for method in methods.METHODS.values()
        ],
        class_="tabs",
        aria_label=say("Giriş yöntemi", "Way to sign in"),
    )


def _helpers(say: Voice, under_way: sqlite3.Row, method: methods.Method, everybody: list[sqlite3.Row]) -> Html:
    links = [
        h(
            "li",
            h(
                "a",
                f"{person['given_names']} {person['surname']}",
                href="gir?" + urlencode({"islem": under_way["id"], "yontem": method.slug, "kisi": person["ref"]}),
            ),
        )
        for person in everybody
    ]
    return h(
        "aside",
        h("h2", say("Benzetim yardımı: kim olarak?", "Simulation help: as whom?")),
        h("p", say("Seçtiğiniz kişinin bilgileri doldurulur.", "The form is filled for the person you pick.")),
        h("ul", *links) if links else h("p", say("Kayıtlı kimse yok.", "Nobody is registered.")),
        class_="help",
        aria_label=say("Benzetim yardımı", "Simulation help"),
    )


async def enter(request: Request) -> Response:
    """Check the method's first step, then its second or the way back."""
    world, say = world_of(request), voice(request)
    form = await request.form()
    given = {key: str(value) for key, value in form.items()}
    with world.store.read() as db:
        under_way = grants.login(db, given.get("islem", ""))
    if under_way is None:
        return _gone(request)
    method = methods.METHODS.get(given.get("yontem", ""), methods.METHODS["sifre"])
    person = methods.check(world, method, given)
    if person is None:
        sentence = ("Bilgiler doğrulanamadı. Yazdıklarınızı denetleyip yeniden deneyin.", "These do not match.")
        return _login_page(request, under_way, method, error=say(*sentence))
    if not methods.needs_phone(method, person):
        return _return(request, under_way, tckn=person["tckn"], level=methods.level(method, person))
    code = f"{secrets.randbelow(10**6):06d}"
    text = f"{code} e-Devlet Kapısı giriş onay kodunuzdur. (BENZETİM)"
    with world.store.write() as db:
        db.execute(
            "UPDATE edevlet_login SET method=?, tckn=?, phone_code=?, tries=0 WHERE id=?",
            (method.slug, person["tckn"], code, under_way["id"]),
        )
        deliver(db, channel="sms", sender="E-DEVLET", to=person["phone"], subject="", text=text)
    return _second_step(request, under_way["id"], person)


def _second_step(request: Request, identity: str, person: sqlite3.Row, error: str = "") -> Response:
    say = voice(request)
    ask = say(
        f"Sonu {person['phone'][-4:]} ile biten telefona gelen onay kodunu yazın.",
        f"Type the code that arrived at the phone ending in {person['phone'][-4:]}.",
    )
    return page(
        request,
        say(*TITLE),
        error_summary(error) if error else None,
        h(
            "form",
            h("p", ask),
            hidden(islem=identity),
            field(say("Onay kodu", "Code"), "kod", inputmode="numeric", autocomplete="one-time-code", maxlength=8),
            h(
                "div",
                button(say("Giriş Yap", "Sign in")),
                button(say("İptal Et", "Cancel"), quiet=True, formaction="iptal", formnovalidate=True),
                class_="buttons",
            ),
            method="post",
            action="onay",
        ),
        inbox_link(say, person["phone"]),
        neighbour="edevlet",
        status=422 if error else 200,
    )


async def confirm(request: Request) -> Response:
    """The second step; three wrong codes end the login."""
    world, say = world_of(request), voice(request)
    form = await request.form()
    typed = methods.digits(str(form.get("kod", "")))
    with world.store.write() as db:
        under_way = grants.login(db, str(form.get("islem", "")))
        if under_way is None or under_way["phone_code"] is None or under_way["tries"] >= 3:
            return _gone(request)
        db.execute("UPDATE edevlet_login SET tries=tries+1 WHERE id=?", (under_way["id"],))
    person = person_by(world, "tckn", under_way["tckn"])
    if person is None:
        return _gone(request)
    if not secrets.compare_digest(typed, under_way["phone_code"]):
        return _second_step(request, under_way["id"], person, say("Kod yanlış.", "Wrong code."))
    method = methods.METHODS[under_way["method"]]
    return _return(request, under_way, tckn=person["tckn"], level=methods.level(method, person))


def _return(request: Request, under_way: sqlite3.Row, *, tckn: str, level: str) -> Response:
    world = world_of(request)
    fault = take(world, "edevlet", "wrong_state", "replayed_code", "expired_code")
    with world.store.write() as db:
        code = grants.issue_code(db, under_way, tckn=tckn, level=level, fault=fault)
    state = secrets.token_urlsafe(24) if fault == "wrong_state" else under_way["state"]
    return RedirectResponse(grants.back_to(under_way["redirect_uri"], code=code, state=state), 303)


async def cancel(request: Request) -> Response:
    """İptal Et: back to the application with nothing but the refusal."""
    form = await request.form()
    with world_of(request).store.write() as db:
        under_way = grants.login(db, str(form.get("islem", "")))
        if under_way is None:
            return _gone(request)
        db.execute("UPDATE edevlet_login SET ended_at=? WHERE id=?", (now(), under_way["id"]))
    return RedirectResponse(
        grants.back_to(under_way["redirect_uri"], error="access_denied", state=under_way["state"]), 303
    )


def _gone(request: Request) -> Response:
    say = voice(request)
    sentence = (
        "Bu giriş işlemi sona ermiş. Giriş yapmak istediğiniz uygulamaya dönüp yeniden başlayın.",
        "This sign-in has ended. Go back to the application and start again.",
    )
    return page(request, say(*TITLE), h("p", say(*sentence)), neighbour="edevlet", status=410)


async def forgotten(request: Request) -> Response:
    """Şifremi Unuttum: sends the password to the phone; the same answer for everybody."""
    say, world = voice(request), world_of(request)
    form = await request.form() if request.method == "POST" else None
    identity = str(form.get("islem", "")) if form else request.query_params.get("islem", "")
    if form:
        person = person_by(world, "tckn", str(form.get("trid", "")).strip())
        if person is not None:
            text = f"e-Devlet şifreniz: {person['edevlet_password']} (BENZETİM)"
            with world.store.write() as db:
                deliver(db, channel="sms", sender="E-DEVLET", to=person["phone"], subject="", text=text)
    sent = h(
        "p",
        say(
            "Bu numarayla kayıtlı bir telefon varsa şifre oraya gönderildi.",
            "If a phone is registered with this number, the password was sent to it.",
        ),
        role="status",
    )
    return page(
        request,
        say("Şifremi Unuttum", "I forgot my password"),
        join(sent, inbox_link(say, "")) if form else None,
        h(
            "form",
            hidden(islem=identity),
            field(say("T.C. Kimlik No", "T.C. identity no"), "trid", inputmode="numeric", maxlength=11),
            button(say("Gönder", "Send")),
            method="post",
            action="sifremi-unuttum",
        ),
        h("p", h("a", say("Giriş sayfasına dön", "Back to sign-in"), href=f"gir?{urlencode({'islem': identity})}")),
        neighbour="edevlet",
    )


routes = [
    Route("/edevlet/Giris/gir", show),
    Route("/edevlet/Giris/gir", enter, methods=["POST"]),
    Route("/edevlet/Giris/onay", confirm, methods=["POST"]),
    Route("/edevlet/Giris/iptal", cancel, methods=["POST"]),
    Route("/edevlet/Giris/sifremi-unuttum", forgotten, methods=["GET", "POST"]),
]
