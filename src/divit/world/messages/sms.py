"""The SMS operator's wire: `POST /sms/send`."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from divit.world.context import world_of
from divit.world.failures import disturbed, take
from divit.world.messages.box import deliver
from divit.world.registry import key_opens


async def send(request: Request) -> Response:
    """Accept `{to, text, message_id, sender}`; the same message_id again is not sent again."""
    if not key_opens(request, "sms"):
        return JSONResponse({"error": "unauthorized"}, 401)
    world = world_of(request)
    if (trouble := await disturbed(world, "sms")) is not None:
        return trouble
    given = await request.json()
    identity, to, text = (str(given.get(name, "")) for name in ("message_id", "to", "text"))
    if not identity or not text or len(text) > 918:
        return JSONResponse({"error": "invalid_message"}, 422)
    if take(world, "sms", "refused") or not (to.startswith("+905") and to[1:].isdecimal() and len(to) == 13):
        return JSONResponse({"error": "invalid_recipient"}, 422)
    with world.store.write() as db:
        known = db.execute("SELECT recipient, text FROM sms_accepted WHERE id=?", (identity,)).fetchone()
        if known is not None and (known["recipient"], known["text"]) != (to, text):
            return JSONResponse({"error": "message_id_reused"}, 409)
        if known is None:
            db.execute("INSERT INTO sms_accepted VALUES (?, ?, ?)", (identity, to, text))
            sender = str(given.get("sender") or "DIVIT")[:11]
            deliver(db, channel="sms", sender=sender, to=to, subject="", text=text, ref=identity)
    if take(world, "sms", "accepted_but_500"):
        return JSONResponse({"error": "internal"}, 500)
    return JSONResponse({"status": "accepted", "message_id": identity})


routes = [Route("/sms/send", send, methods=["POST"])]
