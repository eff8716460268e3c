"""The three end points of the e-Devlet wire: authorise, token, identity."""

import base64
import hashlib
import json
import secrets
import sqlite3

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from divit.world.context import world_of
from divit.world.edevlet import grants
from divit.world.failures import disturbed, take
from divit.world.html import h
from divit.world.pages import page, voice
from divit.world.registry import client, person_by

BASE = "/edevlet/OAuth2AuthorizationServer"
SUCCESS = "EDV09.000"


async def authorize(request: Request) -> Response:
    """Check the asking application, then show it to the person on the login page."""
    world, query = world_of(request), request.query_params
    if take(world, "edevlet", "page_down"):
        return HTMLResponse("<h1>500 Internal Server Error</h1>", 500)
    with world.store.read() as db:
        asking = client(db, "edevlet", query.get("client_id", ""))
    redirect_uri = query.get("redirect_uri", "")
    # Neither an unknown client nor an unregistered address is ever redirected to; the address must be given once.
    if asking is None or query.getlist("redirect_uri") != [redirect_uri]:
        return _refuse(request)
    if redirect_uri not in json.loads(asking["facts"]).get("redirect_uris", []):
        return _refuse(request)
    state = query.get("state", "")
    problem = _problem(request)
    if problem:
        return RedirectResponse(grants.back_to(redirect_uri, error=problem, state=state), 302)
    if take(world, "edevlet", "cancel"):
        return RedirectResponse(grants.back_to(redirect_uri, error="access_denied", state=state), 302)
    with world.store.write() as db:
        identity = grants.begin(
            db,
            client_id=asking["id"],
            redirect_uri=redirect_uri,
            scope=query["scope"],
            state=state,
            challenge=query.get("code_challenge", ""),
        )
    return RedirectResponse(f"/edevlet/Giris/gir?oauthClientId={asking['id']}&islem={identity}", 302)


def _problem(request: Request) -> str | None:
    query = request.query_params
    if query.get("response_type") != "code":
        return "unsupported_response_type"
    scopes = query.get("scope", "").split(";")
    if not scopes or not set(scopes) <= set(grants.SCOPES):
        return "invalid_scope"
    if "code_challenge" in query:
        sound = query.get("code_challenge_method") == "S256" and len(query["code_challenge"]) == 43
        return None if sound else "invalid_request"
    return None


def _refuse(request: Request) -> Response:
    say = voice(request)
    return page(
        request,
        say("Uygulama tanınmıyor", "Unknown application"),
        h(
            "p",
            say(
                "Giriş isteyen uygulama e-Devlet Kapısı'na kayıtlı değil ya da dönüş adresi kayıtlı olandan farklı.",
                "The asking application is not registered at the gate, or its return address differs.",
            ),
        ),
        neighbour="edevlet",
        status=400,
    )


async def access_token(request: Request) -> Response:
    """Exchange a code for a token; every refusal is an OAuth error in JSON."""
    world = world_of(request)
    if (trouble := await disturbed(world, "edevlet")) is not None:
        return trouble
    form = await request.form()
    given = {key: str(value) for key, value in form.items()}
    with world.store.write() as db:
        asking = client(db, "edevlet", given.get("client_id", ""))
        secret = given.get("client_secret", "")
        if asking is None or not secrets.compare_digest(secret.encode(), asking["secret"].encode()):
            return JSONResponse({"error": "invalid_client"}, 401)
        if given.get("grant_type") != "authorization_code":
            return JSONResponse({"error": "unsupported_grant_type"}, 400)
        grant = grants.use_code(db, given.get("code", ""))
        if grant is None or not _fits(grant, given):
            return JSONResponse({"error": "invalid_grant"}, 400)
        token = grants.issue_token(db, grant)
    answer = {"access_token": token, "token_type": "Bearer", "expires_in": grants.TOKEN_SECONDS}
    return JSONResponse(answer, headers={"Cache-Control": "no-store"})


def _fits(grant: sqlite3.Row, given: dict[str, str]) -> bool:
    if grant["client_id"] != given["client_id"] or grant["redirect_uri"] != given.get("redirect_uri"):
        return False
    if not grant["challenge"]:
        return True
    digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
    made = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return secrets.compare_digest(made, grant["challenge"])


async def identity(request: Request) -> Response:
    """Who it is: `clientId, accessToken, resourceId=1, kapsam` answered with `sonucKodu` and `kullaniciBilgileri`."""
    world = world_of(request)
    if (trouble := await disturbed(world, "edevlet")) is not None:
        return trouble
    form = await request.form()
    given = {key: str(value) for key, value in form.items()}
    if take(world, "edevlet", "edv_error"):
        return _answer("EDV09.003", "Servis şu an yanıt veremiyor.")
    with world.store.read() as db:
        token = grants.token(db, given.get("accessToken", ""), client_id=given.get("clientId", ""))
    asked = given.get("kapsam", "").split(";")
    if token is None:
        return _answer("EDV09.001", "Erişim anahtarı geçersiz.")
    if given.get("resourceId") != "1" or not set(asked) <= set(token["scope"].split(";")):
        return _answer("EDV09.002", "Kapsam için yetki yok.")
    person = person_by(world, "tckn", token["tckn"])
    if person is None:
        return _answer("EDV09.004", "Kişi bulunamadı.")
    said = _said_of(person, asked, level=token["level"])
    if take(world, "edevlet", "bad_tckn"):
        said["kimlikNo"] = "10000000147"
    # Only in the second of the two answers, so that they contradict one another.
    if "Kimlik-Dogrula" not in asked and take(world, "edevlet", "other_person"):
        said["kimlikNo"] = "11111111110"
    return _answer(SUCCESS, "İşlem başarılı.", said)


def _said_of(person: sqlite3.Row, asked: list[str], *, level: str) -> dict[str, str]:
    said = {"kimlikNo": str(person["tckn"])}
    if "Kimlik-Dogrula" in asked:
        said["level"] = level
    if "Ad-Soyad" in asked or "Temel-Bilgileri" in asked:
        said |= {"ad": person["given_names"], "soyad": person["surname"]}
    if "Temel-Bilgileri" in asked:
        year, month, day = str(person["birth_date"]).split("-")
        said |= {"dogumTarihi": f"{day}.{month}.{year}", "dogumYeri": person["birth_place"]}
    if "Iletisim-Bilgileri" in asked:
        said |= {"cepTelefon": person["phone"], "eposta": person["email"]}
    return said


def _answer(code: str, words: str, said: dict[str, str] | None = None) -> Response:
    return JSONResponse({"sonucKodu": code, "sonucAciklamasi": words, "kullaniciBilgileri": said})


routes = [
    Route(f"{BASE}/AuthorizationController", authorize),
    Route(f"{BASE}/AccessTokenController", access_token, methods=["POST"]),
    Route(f"{BASE}/AuthenticationController", identity, methods=["POST"]),
]
