"""Delivers the callbacks that the bank owes, again and again until the shop answers `Approved`."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx2

from divit.world.context import World, now

_AGAIN_AFTER = (1, 2, 5, 15, 30, 60, 120, 300, 600)


@asynccontextmanager
async def delivering(world: World) -> AsyncIterator[None]:
    """As long as the world runs; what is owed when it dies is delivered by the next one."""
    task = asyncio.create_task(_forever(world))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _forever(world: World) -> None:
    async with httpx2.AsyncClient(timeout=10, trust_env=False) as client:
        while True:
            with world.store.read() as db:
                due = db.execute(
                    "SELECT * FROM bank_callback WHERE done_at IS NULL AND due_at <= ? ORDER BY number", (now(),)
                ).fetchall()
            for owed in due:
                await _deliver(world, client, owed)
            await asyncio.sleep(0.2)


async def _deliver(world: World, client: httpx2.AsyncClient, owed: sqlite3.Row) -> None:
    try:
        answer = await client.post(
            owed["url"], content=owed["body"], headers={"Content-Type": "application/x-www-form-urlencoded"}
        )
        said = answer.text.strip() if answer.status_code == 200 else f"HTTP {answer.status_code}"
    except httpx2.HTTPError as problem:
        said = type(problem).__name__
    done = said == "Approved"
    tries = owed["tries"] + 1
    given_up = tries > len(_AGAIN_AFTER)
    again = now() + _AGAIN_AFTER[min(tries, len(_AGAIN_AFTER)) - 1]
    with world.store.write() as db:
        db.execute(
            "UPDATE bank_callback SET tries=?, answer=?, due_at=?, done_at=? WHERE number=?",
            (tries, said[:200], again, now() if done or given_up else None, owed["number"]),
        )
