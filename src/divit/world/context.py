"""What every neighbour is given: the store, its own address and how slow slow is."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from starlette.requests import Request

from divit.world.storage import Store


@dataclass(frozen=True)
class Settings:
    """The environment of the world's process."""

    state: Path
    url: str = "http://127.0.0.1:8002"
    smtp_port: int = 0
    clients: str = "[]"
    slow_seconds: float = 4.0
    hang_seconds: float = 120.0
    late_seconds: float = 20.0
    clock: Path | None = None

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Settings":
        """From `DIVIT_WORLD_…`; the state file has no default, so that nobody's data lands by accident."""
        try:
            state = environment["DIVIT_WORLD_STATE"]
        except KeyError:
            raise SystemExit("DIVIT_WORLD_STATE must name the SQLite file of the simulated neighbours") from None
        return cls(
            state=Path(state),
            url=environment.get("DIVIT_WORLD_URL", cls.url).rstrip("/"),
            smtp_port=int(environment.get("DIVIT_WORLD_SMTP_PORT") or 0),
            clients=environment.get("DIVIT_WORLD_CLIENTS") or cls.clients,
            slow_seconds=float(environment.get("DIVIT_WORLD_SLOW_SECONDS", cls.slow_seconds)),
            hang_seconds=float(environment.get("DIVIT_WORLD_HANG_SECONDS", cls.hang_seconds)),
            late_seconds=float(environment.get("DIVIT_WORLD_LATE_SECONDS", cls.late_seconds)),
            clock=Path(environment["DIVIT_WORLD_CLOCK"]) if environment.get("DIVIT_WORLD_CLOCK") else None,
        )


@dataclass(frozen=True)
class World:
    """One running world."""

    store: Store
    settings: Settings

    async def slow(self) -> None:
        """Longer than comfortable, shorter than a client's time-out."""
        await asyncio.sleep(self.settings.slow_seconds)

    async def hang(self) -> None:
        """Longer than any client should wait."""
        await asyncio.sleep(self.settings.hang_seconds)


def world_of(request: Request) -> World:
    """The world that this request came to."""
    return cast(World, request.app.state.world)


_clock: Path | None = None


def look_at_clock(file: Path | None) -> None:
    """While this file is there it says what time it is, in seconds since the epoch: whoever plays a year through
    writes it. Else it is what this machine says."""
    global _clock
    _clock = file


def clock_is_moved() -> bool:
    """Whether somebody else says what time it is."""
    return _clock is not None and _clock.exists()


def now() -> float:
    """Seconds since the epoch."""
    try:
        return float(_clock.read_text()) if _clock else time.time()
    except FileNotFoundError:
        return time.time()


def iso(at: float) -> str:
    """As wires and pages write an instant."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
