"""What is done beside the following: one piece of each kind at a time, in threads; what failed, again after a while."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import psycopg

from divit.kernel.errors import DivitError

Result = TypeVar("Result")
_log = logging.getLogger(__name__)
_THREADS = 4
_AGAIN_SECONDS = 5.0


class NotWanted(Exception):
    """Stopped half-way, since nobody waits for it any more."""


class Beside:
    """Belongs to one event loop."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="divit-beside")
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._not_before: dict[str, float] = {}
        self.closing = False

    def begin(self, kind: str, work: Callable[[], Coroutine[Any, Any, None]]) -> bool:
        """Whether it was begun: not while one of its kind is under way, nor soon after one has failed."""
        running = self._under_way.get(kind)
        too_soon = asyncio.get_running_loop().time() < self._not_before.get(kind, 0)
        if too_soon or (running is not None and not running.done()):
            return False
        self._under_way[kind] = asyncio.create_task(self._guarded(kind, work))
        return True

    async def in_thread(self, function: Callable[..., Result], *told: Any) -> Result:
        """Its result, while this thread goes on."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, function, *told)

    async def close(self) -> None:
        """Wait until no thread works on anything."""
        self.closing = True
        for task in self._under_way.values():
            task.cancel()
        await asyncio.gather(*self._under_way.values(), return_exceptions=True)
        self._pool.shutdown()

    async def _guarded(self, kind: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        try:
            await work()
        except (psycopg.Error, OSError, ValueError, DivitError, NotWanted) as error:
            # The text of an error may hold a row; its kind is enough.
            _log.error("%s: %s; again in %.0f s", kind, type(error).__name__, _AGAIN_SECONDS)
            self._not_before[kind] = asyncio.get_running_loop().time() + _AGAIN_SECONDS
