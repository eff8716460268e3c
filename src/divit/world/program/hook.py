"""The program's address for notifications, and the page that shows what came."""

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from divit.world.context import iso, world_of
from divit.world.failures import disturbed, take
from divit.world.html import h
from divit.world.pages import button, field, page, table, voice
from divit.world.program import signatures

_VERDICTS = {
    "holds": ("İmza tutuyor", "The signature holds"),
    "unknown": ("İmza tanınmıyor: anahtarı aşağıya girin", "Signature unknown: enter the secret below"),
    "old": ("İmza eski", "The signature is old"),
    "unsigned": ("İmzasız", "Unsigned"),
}
_LONGEST = 20_000


async def receive(request: Request) -> Response:
    """Take a notification, whatever its signature: this program shows, it does nothing."""
    world = world_of(request)
    if (trouble := await disturbed(world, "program")) is not None:
        return trouble
    refusal = take(world, "program", "busy", "gone")
    if refusal:
        return Response(status_code=429 if refusal == "busy" else 410, headers={"Retry-After": "60"})
    body = (await request.body())[:_LONGEST]
    with world.store.write() as db:
        held = signatures.verdict(db, request.headers, body)
        message = request.headers.get("webhook-id", "")[:100]
        signatures.keep(db, message=message, verdict=held, body=body.decode(errors="replace"))
    return Response(status_code=500 if take(world, "program", "taken_but_500") else 204)


async def as_json(request: Request) -> Response:
    """What came, newest first."""
    with world_of(request).store.read() as db:
        found = [dict(row) for row in signatures.calls(db)]
    return JSONResponse({"calls": found}, headers={"Cache-Control": "no-store"})


async def learn(request: Request) -> Response:
    """Remember a secret that was copied from the officer's page."""
    form = await request.form()
    with world_of(request).store.write() as db:
        signatures.learn(db, str(form.get("secret", "")).strip())
    return RedirectResponse("/program/", 303)


async def show(request: Request) -> Response:
    """The page."""
    say = voice(request)
    world = world_of(request)
    with world.store.read() as db:
        found = signatures.calls(db)
    rows = [
        (iso(row["at"]), h("code", row["body"]), say(*_VERDICTS[row["verdict"]]), str(row["times"])) for row in found
    ]
    head = [say("Ne zaman", "When"), say("Ne", "What"), say("İmza", "Signature"), say("Kaç kez geldi", "Times")]
    return page(
        request,
        say("Kurumun programı", "The institution's program"),
        h("p", say("Bildirim adresi olarak şunu ekleyin: ", "Add this as a notification address: ")),
        h("pre", f"{world.settings.url}/program/hook"),
        h(
            "form",
            field(say("İmza anahtarı", "Signing secret"), "secret", hint="whsec_…"),
            button(say("Anahtarı tanıt", "Remember")),
            method="post",
            action="/program/secret",
        ),
        table(say("Gelenler, en yenisi üstte", "What came, newest first"), head, rows)
        if rows
        else h("p", say("Henüz bir şey gelmedi.", "Nothing has come yet.")),
    )


routes = [
    Route("/program/hook", receive, methods=["POST"]),
    Route("/program/secret", learn, methods=["POST"]),
    Route("/program/", show),
    Route("/program.json", as_json),
]
