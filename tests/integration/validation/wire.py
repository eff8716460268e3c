"""A worker's server in this process, on a socket of its own, over a state folder that the test writes."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import uvloop

from divit.kernel import clock
from divit.pki.ocsp import Good, Revoked
from divit.validation.counts import Page
from divit.validation.follower import issuers_of
from divit.validation.follower_settings import FollowerSettings
from divit.validation.server import Server
from divit.validation.settings import Settings
from divit.validation.state import Moment, ticks
from divit.validation.status_code import coded, microseconds
from divit.validation.status_follower import StatusFollower
from divit.validation.status_log import Change
from divit.validation.status_work import spooled
from divit.validation.status_writer import StatusWriter

Statuses = dict[int, Good | Revoked]


class State:
    """What a follower would write."""

    def __init__(self, folder: Path, issuer_id: str, statuses: Statuses) -> None:
        self.issuer_id = issuer_id
        self.writer = StatusWriter.open(folder)
        spool = spooled(folder, [(issuer_id, serial, status) for serial, status in statuses.items()])
        work = self.writer.begin()
        work.replace(spool, known_at=microseconds(clock.now()))
        spool.close()
        self.writer.install(work)
        self.writer.followed = True
        self.agree()

    def agree(self) -> None:
        self.writer.agree(Moment(microseconds(clock.now()), ticks()))

    def put(self, serial: int, status: Good | Revoked) -> None:
        self.writer.take([Change(self.issuer_id, serial, coded(status), 0)])


@dataclass
class Live:
    """The server while it runs; `call` runs something in its loop."""

    server: Server
    port: int
    loop: asyncio.AbstractEventLoop
    ended: "asyncio.Future[None]" = field(init=False)

    def call(self, work: "Callable[[], object]") -> object:
        async def run() -> object:
            return work()

        return asyncio.run_coroutine_threadsafe(run(), self.loop).result(20)

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)


@contextlib.contextmanager
def following(settings: FollowerSettings, *, now: Callable[[], datetime]) -> Iterator[None]:
    """The follower in a thread of its own, until the block ends."""
    tasks: list[tuple[asyncio.AbstractEventLoop, asyncio.Task[None]]] = []
    up = threading.Event()

    async def run() -> None:
        follower = StatusFollower(
            settings.state,
            database_url=settings.database_url,
            issuers=issuers_of(settings.ca_dir),
            now=now,
            poll_seconds=settings.poll_seconds,
        )
        task = asyncio.create_task(follower.run())
        tasks.append((asyncio.get_running_loop(), task))
        up.set()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    assert up.wait(20)
    try:
        yield
    finally:
        ((loop, task),) = tasks
        loop.call_soon_threadsafe(task.cancel)
        thread.join(20)
        assert not thread.is_alive()


@contextlib.contextmanager
def live(settings: Settings, *, seconds: Callable[[], float] = time.time) -> Iterator[Live]:
    """Serves until the block ends."""
    started: list[Live] = []
    up = threading.Event()

    async def run() -> None:
        loop = asyncio.get_running_loop()
        server = Server(settings, settings.open_keystore(), page=Page(), row=1, seconds=seconds)
        server.start()
        listening = await loop.create_server(server.connection, "127.0.0.1", 0)
        service = Live(server, listening.sockets[0].getsockname()[1], loop)
        service.ended = loop.create_future()
        started.append(service)
        up.set()
        await service.ended
        listening.close()
        await server.end(patience=1.0)

    thread = threading.Thread(target=lambda: uvloop.run(run()), daemon=True)
    thread.start()
    assert up.wait(20), "the server did not start"
    service = started[0]
    try:
        yield service
    finally:
        service.loop.call_soon_threadsafe(lambda: service.ended.done() or service.ended.set_result(None))
        thread.join(20)
        assert not thread.is_alive()
