"""The world as one ASGI application: all simulated neighbours and the way to switch their failures on."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from os import environ
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from divit.world import authenticator, failures, home, pages, registry
from divit.world.bank import api, books, callbacks, hosted
from divit.world.card_station import cards, station
from divit.world.context import Settings, World, clock_is_moved, look_at_clock
from divit.world.courier import desk, parcels
from divit.world.edevlet import grants, login, wire
from divit.world.messages import box, inbox, sms, smtp
from divit.world.program import hook, signatures
from divit.world.storage import Store

SCHEMAS = [
    registry.SCHEMA,
    failures.SCHEMA,
    box.SCHEMA,
    grants.SCHEMA,
    books.SCHEMA,
    cards.SCHEMA,
    parcels.SCHEMA,
    authenticator.SCHEMA,
    signatures.SCHEMA,
]


def create_app(settings: Settings) -> Starlette:
    """A world on its own store."""
    look_at_clock(settings.clock)
    world = World(Store(settings.state, SCHEMAS, hurried=clock_is_moved), settings)
    with world.store.write() as db:
        registry.register_clients(db, json.loads(settings.clients))

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with smtp.listening(world), callbacks.delivering(world):
            yield

    application = Starlette(
        routes=[
            *home.routes,
            *failures.routes,
            *registry.routes,
            *wire.routes,
            *login.routes,
            *sms.routes,
            *inbox.routes,
            *hosted.routes,
            *api.routes,
            *station.routes,
            *desk.routes,
            *authenticator.routes,
            *hook.routes,
            Route("/language/{to:str}", pages.language),
            Mount("/static", StaticFiles(directory=Path(__file__).parent / "static")),
        ],
        lifespan=lifespan,
        exception_handlers={json.JSONDecodeError: _not_json},
    )
    application.state.world = world
    return application


async def _not_json(request: Request, problem: Exception) -> Response:
    return JSONResponse({"error": "not_json", "problem": str(problem)}, 400)


@cache
def _from_environment() -> Starlette:
    return create_app(Settings.read(environ))


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """What a server runs; built at the first event, so that importing it asks for no environment."""
    await _from_environment()(scope, receive, send)
