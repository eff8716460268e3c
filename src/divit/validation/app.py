"""The validation process: `granian --interface asgi divit.validation.app:app`."""

import asyncio
import base64
import binascii
import hashlib
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from divit.kernel import clock
from divit.pki import ocsp, timestamps
from divit.validation.follower import issuers_of
from divit.validation.practice import practice_statement
from divit.validation.services import Services, StaticFile
from divit.validation.settings import Settings
from divit.validation.stamping import StampDesk, open_desk
from divit.validation.status_follower import StatusFollower
from divit.validation.status_index import StatusIndex

_log = logging.getLogger(__name__)
_OCSP_REQUEST, _OCSP_RESPONSE = "application/ocsp-request", "application/ocsp-response"
_TSA_QUERY, _TSA_REPLY = "application/timestamp-query", "application/timestamp-reply"
_MOST_GET_CHARACTERS = 4 * (ocsp.MOST_OCTETS // 3) + 4
_BODY_SECONDS = 5
_REFRESH_SECONDS = 1
_CERTIFICATE_MAX_AGE = 86_400
_RETRY_AFTER = "5"


def create_app(settings: Settings | None = None, *, now: Callable[[], datetime] = clock.now) -> Starlette:
    """The ASGI application; settings come from the environment when it starts, unless they are given."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        chosen = settings or Settings()  # type: ignore[call-arg]  # from the environment
        services = Services(
            ca_dir=chosen.ca_dir,
            keystore=chosen.open_keystore(),
            open_index=lambda: StatusIndex.open(chosen.state, now=now),
            ocsp_validity=chosen.ocsp_validity,
        )
        app.state.stamps = open_desk(
            services.tsa,
            state=chosen.state,
            accounts_only=chosen.tsa_access == "accounts",
            needs_synced_clock=chosen.tsa_needs_synced_clock,
        )
        follower = StatusFollower(
            chosen.state,
            database_url=chosen.database_url,
            issuers=issuers_of(chosen.ca_dir),
            now=now,
            poll_seconds=chosen.poll_seconds,
            read_again=chosen.read_again,
        )
        app.state.services, app.state.now, app.state.settings = services, now, chosen
        tasks = [asyncio.create_task(follower.run()), asyncio.create_task(_keep_fresh(services, app.state.stamps))]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    app = Starlette(
        lifespan=lifespan,
        routes=[
            Route("/ocsp", _ocsp_post, methods=["POST"]),
            Route("/ocsp/", _ocsp_post, methods=["POST"]),
            Route("/ocsp/{question:path}", _ocsp_get, methods=["GET"]),
            Route("/tsa", _tsa, methods=["POST"]),
            Route("/crl/{name}.crl", _crl, methods=["GET"]),
            Route("/ca/{name}.crt", _certificate, methods=["GET"]),
            Route("/cps", _cps, methods=["GET"]),
            Route("/healthz", _healthz, methods=["GET"]),
            Route("/readyz", _readyz, methods=["GET"]),
        ],
    )
    app.add_middleware(_LastResort)
    return app


class _LastResort:
    """Whatever we did not think of becomes an answer in the language of the one who asked, and a line in the log."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        except ClientDisconnect:
            return
        except Exception:  # noqa: BLE001 - the outermost edge of the process
            _log.exception("a request failed")
            answer: Response = PlainTextResponse("try later\n", status_code=503, headers={"Retry-After": _RETRY_AFTER})
            if scope["path"].startswith("/ocsp"):
                answer = Response(ocsp.failure(ocsp.Failure.INTERNAL_ERROR), media_type=_OCSP_RESPONSE)
            await answer(scope, receive, send)


async def _keep_fresh(services: Services, stamps: StampDesk) -> None:
    """Certificates are renewed and keys exchanged by other processes; take them over soon after."""
    while True:
        await asyncio.sleep(_REFRESH_SECONDS)
        try:
            services.refresh()
        except (OSError, ValueError) as error:
            _log.error("the OCSP certificate cannot be read: %s", type(error).__name__)
        stamps.authority = services.tsa


async def _body(request: Request, *, most: int) -> bytes | None:
    """The body, or None when it is too long or too slow."""
    chunks: list[bytes] = []
    length = 0
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            async for chunk in request.stream():
                length += len(chunk)
                if length > most:
                    return None
                chunks.append(chunk)
    except TimeoutError:
        return None
    return b"".join(chunks)


def _is_of_type(request: Request, media_type: str) -> bool:
    said = request.headers.get("content-type", media_type)
    return said.partition(";")[0].strip().lower() == media_type  # ascii


async def _ocsp_post(request: Request) -> Response:
    if not _is_of_type(request, _OCSP_REQUEST):
        return _ocsp_answer(ocsp.failure(ocsp.Failure.MALFORMED_REQUEST), status=415)
    data = await _body(request, most=ocsp.MOST_OCTETS)
    if data is None:
        return _ocsp_answer(ocsp.failure(ocsp.Failure.MALFORMED_REQUEST), status=413)
    state = request.app.state
    return _ocsp_answer(state.services.answer_ocsp(data, now=state.now()))


async def _ocsp_get(request: Request) -> Response:
    """RFC 6960 A.1: the path after /ocsp/ is the base64 of the request, with or without its padding."""
    text = request.path_params["question"]
    try:
        data = (
            base64.b64decode(text + "=" * (-len(text) % 4), validate=True) if len(text) <= _MOST_GET_CHARACTERS else b""
        )
    except (binascii.Error, ValueError):
        data = b""
    state = request.app.state
    return _ocsp_answer(state.services.answer_ocsp(data, now=state.now()))


def _ocsp_answer(answer: bytes, *, status: int = 200) -> Response:
    """No cache may keep an answer: a suspension must be seen by the next question, within a second."""
    headers = {"Cache-Control": "no-cache, no-store, no-transform"}
    return Response(answer, status_code=status, media_type=_OCSP_RESPONSE, headers=headers)


async def _tsa(request: Request) -> Response:
    headers = {"Cache-Control": "no-store"}
    refusal = timestamps.refusal(timestamps.Refusal.BAD_DATA_FORMAT)
    if not _is_of_type(request, _TSA_QUERY):
        return Response(refusal, status_code=415, media_type=_TSA_REPLY, headers=headers)
    query = await _body(request, most=timestamps.MOST_OCTETS)
    if query is None:
        return Response(refusal, status_code=413, media_type=_TSA_REPLY, headers=headers)
    state = request.app.state
    answer = await asyncio.to_thread(state.stamps.answer, query, headers=request.headers, now=state.now())
    return Response(answer.body, status_code=answer.status, headers=dict(answer.headers))


async def _crl(request: Request) -> Response:
    state = request.app.state
    name = request.path_params["name"]
    if not state.services.knows(name):
        return PlainTextResponse("not found\n", status_code=404)
    found = state.services.crl(name, now=state.now())
    if found is None:
        return PlainTextResponse("try later\n", status_code=503, headers={"Retry-After": _RETRY_AFTER})
    return _cached(request, found, media_type="application/pkix-crl", max_age=state.settings.crl_max_age)


async def _certificate(request: Request) -> Response:
    found = request.app.state.services.certificate(request.path_params["name"])
    if found is None:
        return PlainTextResponse("not found\n", status_code=404)
    return _cached(request, found, media_type="application/pkix-cert", max_age=_CERTIFICATE_MAX_AGE)


def _cached(request: Request, file: StaticFile, *, media_type: str, max_age: int) -> Response:
    etag = f'"{hashlib.sha256(file.content).hexdigest()[:32]}"'
    headers = {
        "ETag": etag,
        "Last-Modified": format_datetime(file.changed_at, usegmt=True),
        "Cache-Control": f"public, max-age={max_age}, must-revalidate, no-transform",
        "Expires": format_datetime(request.app.state.now() + timedelta(seconds=max_age), usegmt=True),
    }
    if _has_it_already(request, etag, file.changed_at):
        return Response(status_code=304, headers=headers)
    return Response(file.content, media_type=media_type, headers=headers)


def _has_it_already(request: Request, etag: str, changed_at: datetime) -> bool:
    """RFC 9110 13.1: an entity tag, where one is sent, decides alone."""
    tags = request.headers.get("if-none-match")
    if tags is not None:
        return tags.strip() == "*" or etag in (tag.strip().removeprefix("W/") for tag in tags.split(","))
    try:
        since = parsedate_to_datetime(request.headers.get("if-modified-since", ""))
    except ValueError:
        return False
    return since.tzinfo is not None and changed_at.replace(microsecond=0) <= since


async def _cps(request: Request) -> Response:
    return PlainTextResponse(practice_statement(request.app.state.services.authority))


async def _healthz(request: Request) -> Response:
    return PlainTextResponse("ok\n")


async def _readyz(request: Request) -> Response:
    state = request.app.state
    health = state.services.health(now=state.now()) | {"time_stamps": state.stamps.ready(now=state.now())}
    return JSONResponse(health, status_code=200 if health["ready"] else 503, headers={"Cache-Control": "no-store"})


app = create_app()
