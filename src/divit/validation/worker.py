"""A worker: the process that answers. It is given its door by its parent, and tells it when it stands there."""

import argparse
import asyncio
import gc
import logging
import os
import resource
import signal
import socket
import time

import uvloop

from divit.validation.counts import Page
from divit.validation.server import Server
from divit.validation.settings import Settings

_PATIENCE_SECONDS, _GOODBYE_SECONDS = 10.0, 3.0
_OTHER_FILES = 128


def main(arguments: list[str]) -> int:
    """Until told to end: by SIGTERM at once, by SIGUSR1 when who is about to ask has heard that it is the last time."""
    parser = argparse.ArgumentParser()
    for name in ("door", "ready", "page", "row"):
        parser.add_argument(f"--{name}", type=int, required=True)
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format=f"%(asctime)s worker {given.row} %(levelname)s %(message)s")
    settings = Settings()  # type: ignore[call-arg]  # from the environment
    _allow_files(settings.connections + _OTHER_FILES)
    server = Server(settings, settings.open_keystore(), page=Page(given.page), row=given.row, seconds=time.time)
    # Answers in memory are many and live long, and are no garbage: looking for it among them takes long.
    gc.set_threshold(50_000, 20, 1_000)
    uvloop.run(_serve(server, door=socket.socket(fileno=given.door), ready=given.ready))
    return 0


async def _serve(server: Server, *, door: socket.socket, ready: int) -> None:
    loop = asyncio.get_running_loop()
    told: asyncio.Future[bool] = loop.create_future()

    def tell(slowly: bool) -> None:
        if not told.done():
            told.set_result(slowly)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1):
        loop.add_signal_handler(number, tell, number is signal.SIGUSR1)
    server.start()
    listening = await loop.create_server(server.connection, sock=door)
    gc.freeze()
    os.write(ready, b"1")
    os.close(ready)
    slowly = await told
    listening.close()
    if slowly:
        server.say_goodbye()
        until = loop.time() + _GOODBYE_SECONDS
        while len(server.doors) and loop.time() < until:
            await asyncio.sleep(0.02)
    await server.end(patience=_PATIENCE_SECONDS)


def _allow_files(wanted: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        resource.setrlimit(
            resource.RLIMIT_NOFILE, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard)
        )
