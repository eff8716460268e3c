"""The front door of the world: what neighbours there are, who lives here, and that all is well."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from divit.world.context import world_of
from divit.world.html import h
from divit.world.pages import page, table, voice
from divit.world.registry import people

NEIGHBOURS = (
    ("/inbox/", "Gelen kutusu", "Inbox", "Telefonlara ve posta kutularına gelenler", "What phones and mailboxes got"),
    (
        "/bank/",
        "Banka",
        "Bank",
        "Sanal POS, 3-D Secure sayfası ve bankanın defteri",
        "Virtual POS, 3-D page, its books",
    ),
    (
        "/courier/",
        "Kurye",
        "Courier",
        "Gönderileri alır, taşır, kimlikle teslim eder",
        "Carries and hands over parcels",
    ),
    ("/card-station/", "Kart istasyonu", "Card station", "Anahtarı kartta üretir", "Makes keys on cards"),
    ("/program/", "Kurumun programı", "Institution's program", "Bildirimleri alır", "Takes notifications"),
    ("/authenticator/", "Kimlik doğrulayıcı", "Authenticator", "Tek kullanımlık kodlar", "One-time codes"),
    ("/failures/", "Arızalar", "Failures", "Komşuları bozmak için", "To make neighbours misbehave"),
)


async def show(request: Request) -> Response:
    """All neighbours."""
    say = voice(request)
    items = [
        h("li", h("a", say(turkish, english), href=href), " — ", say(what, what_english))
        for href, turkish, english, what, what_english in NEIGHBOURS
    ]
    rows = [
        (f"{person['given_names']} {person['surname']}", person["tckn"], person["phone"], person["email"])
        for person in people(world_of(request))
    ]
    gate = h(
        "p",
        say(
            "e-Devlet Kapısı bir uygulama giriş istediğinde açılır.",
            "The e-Devlet gate opens when an application asks for a login.",
        ),
    )
    head = [say("Ad Soyad", "Name"), say("T.C. Kimlik No", "T.C. identity no"), say("Telefon", "Phone"), "e-Posta"]
    return page(
        request,
        say("Divit'in benzetilmiş komşuları", "Divit's simulated neighbours"),
        h("ul", *items),
        gate,
        table(say("Burada yaşayanlar (hepsi uydurma)", "Who lives here (all invented)"), head, rows) if rows else None,
    )


async def health(request: Request) -> Response:
    """Whether the store can be read."""
    with world_of(request).store.read() as db:
        db.execute("SELECT 1").fetchone()
    return JSONResponse({"status": "ok"})


routes = [Route("/", show), Route("/healthz", health)]
