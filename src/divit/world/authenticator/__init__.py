"""An authenticator app: keeps otpauth:// secrets and shows their codes (RFC 6238)."""

import base64
import binascii
import hashlib
import hmac
import sqlite3
from urllib.parse import parse_qs, unquote, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from divit.world.context import now, world_of
from divit.world.html import h
from divit.world.pages import button, error_summary, field, page, voice

SCHEMA = """
CREATE TABLE IF NOT EXISTS otp (
    issuer TEXT NOT NULL, label TEXT NOT NULL, secret BLOB NOT NULL, algorithm TEXT NOT NULL,
    digits INTEGER NOT NULL, period INTEGER NOT NULL, PRIMARY KEY (issuer, label));
"""
_ALGORITHMS = {"SHA1": hashlib.sha1, "SHA256": hashlib.sha256, "SHA512": hashlib.sha512}


def totp(secret: bytes, at: float, *, digits: int = 6, period: int = 30, algorithm: str = "SHA1") -> str:
    """The code of an instant (RFC 6238 over RFC 4226)."""
    counter = int(at // period).to_bytes(8, "big")
    digest = hmac.new(secret, counter, _ALGORITHMS[algorithm]).digest()
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def enrol(db: sqlite3.Connection, uri: str) -> bool:
    """Keep the secret of an otpauth:// URI; False when it is none."""
    parts = urlsplit(uri.strip())
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    try:
        encoded = query["secret"].replace(" ", "").upper()
        secret = base64.b32decode(encoded + "=" * (-len(encoded) % 8))
        digits, period = int(query.get("digits", "6")), int(query.get("period", "30"))
    except (KeyError, ValueError, binascii.Error):
        return False
    algorithm = query.get("algorithm", "SHA1").upper()
    sound = algorithm in _ALGORITHMS and 6 <= digits <= 8 and period > 0
    if (parts.scheme, parts.netloc) != ("otpauth", "totp") or not sound:
        return False
    issuer, _, label = unquote(parts.path.lstrip("/")).rpartition(":")
    db.execute(
        "INSERT OR REPLACE INTO otp VALUES (?, ?, ?, ?, ?, ?)",
        (query.get("issuer", issuer), label.strip(), secret, algorithm, digits, period),
    )
    return True


def codes(db: sqlite3.Connection) -> list[dict[str, object]]:
    """The code of every enrolled secret at this instant."""
    at = now()
    return [
        {
            "issuer": row["issuer"],
            "label": row["label"],
            "code": totp(row["secret"], at, digits=row["digits"], period=row["period"], algorithm=row["algorithm"]),
            "seconds_left": row["period"] - int(at) % row["period"],
        }
        for row in db.execute("SELECT * FROM otp ORDER BY issuer, label")
    ]


async def show(request: Request) -> Response:
    """The codes; the page looks again by itself."""
    return _page(request)


def _page(request: Request, error: str = "") -> Response:
    say = voice(request)
    with world_of(request).store.read() as db:
        shown = codes(db)
    return page(
        request,
        say("Kimlik doğrulayıcı", "Authenticator"),
        error_summary(error) if error else None,
        *[
            h(
                "article",
                h("h2", f"{code['issuer']} · {code['label']}"),
                h("p", str(code["code"]), class_="code"),
                h("p", say(f"{code['seconds_left']} saniye geçerli", f"{code['seconds_left']} seconds left")),
                class_="message",
            )
            for code in shown
        ],
        h(
            "form",
            field(say("Yeni hesap (otpauth:// adresi)", "New account (otpauth:// address)"), "uri"),
            button(say("Ekle", "Add")),
            method="post",
            action="/authenticator/",
        ),
        status=422 if error else 200,
        refresh=True,
    )


async def add(request: Request) -> Response:
    """`POST` a form or JSON with `uri`."""
    as_json = request.headers.get("content-type", "").startswith("application/json")
    given = await request.json() if as_json else await request.form()
    with world_of(request).store.write() as db:
        enrolled = enrol(db, str(given.get("uri", "")))
    if as_json:
        return JSONResponse({"enrolled": enrolled}, 200 if enrolled else 422)
    say = voice(request)
    if not enrolled:
        return _page(request, say("Bu bir otpauth:// adresi değil.", "This is no otpauth:// address."))
    return RedirectResponse("/authenticator/", 303)


async def as_json(request: Request) -> Response:
    """`/authenticator.json`."""
    with world_of(request).store.read() as db:
        return JSONResponse({"codes": codes(db)}, headers={"Cache-Control": "no-store"})


routes = [
    Route("/authenticator/", show),
    Route("/authenticator/", add, methods=["POST"]),
    Route("/authenticator.json", as_json),
]
