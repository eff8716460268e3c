"""Clients that hold a server up: heads and bodies an octet at a time, and answers that nobody reads."""

import asyncio
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_HEAD = b"POST /ocsp HTTP/1.1\r\nHost: x\r\nContent-Type: application/ocsp-request\r\nContent-Length: 9000\r\n\r\n"
_LIST = b"GET /crl/root.crl HTTP/1.1\r\nHost: x\r\n\r\n" * 200


@contextmanager
def slow_clients(port: int, *, count: int) -> Iterator[None]:
    """So many at a time: whoever is shown out comes back."""
    over = threading.Event()

    def run() -> None:
        os.sched_setaffinity(threading.get_native_id(), {max(os.sched_getaffinity(0))})
        asyncio.run(_all(port, count, over))

    thread = threading.Thread(target=run)
    thread.start()
    yield
    over.set()
    thread.join()


async def _all(port: int, count: int, over: threading.Event) -> None:
    await asyncio.gather(*(_one(port, number, over) for number in range(count)))


async def _one(port: int, number: int, over: threading.Event) -> None:
    while not over.is_set():
        await asyncio.sleep(number % 100 / 50)  # not all at the same moment: the client's own core has to bear it
        try:
            _reader, writer = await asyncio.open_connection("127.0.0.1", port)
            if number % 3 == 2:
                writer.write(_LIST)
            for octet in (_HEAD + bytes(9_000))[len(_HEAD) * (number % 3 == 1) :]:
                if over.is_set() or writer.is_closing():
                    break
                writer.write(bytes((octet,)) if number % 3 != 2 else b"")
                await writer.drain()
                await asyncio.sleep(1)
            writer.close()
        except OSError:
            await asyncio.sleep(0.2)
