"""The process that keeps the state folder in step: `python -m divit.validation.follower`, run by validation's parent.

It alone has DATABASE_URL, and no key. It ends with 0 on SIGTERM and SIGINT.
"""

import asyncio
import logging
import signal
from contextlib import suppress
from pathlib import Path

from divit.kernel import clock
from divit.pki.authority import family
from divit.validation.follower_settings import FollowerSettings
from divit.validation.list_follower import Issuer, Issuers
from divit.validation.status_follower import StatusFollower


def issuers_of(ca_dir: Path) -> Issuers:
    """Whose lists are taken over: read from the ceremony's folder whenever it is asked, since authorities are added."""

    def read() -> dict[str, Issuer]:
        return {str(one.id): Issuer(one.name, one.certificate) for one in family(ca_dir)}

    return read


def follower_of(settings: FollowerSettings) -> StatusFollower:
    """The follower that these settings ask for."""
    return StatusFollower(
        settings.state,
        database_url=settings.database_url,
        issuers=issuers_of(settings.ca_dir),
        now=clock.now,
        poll_seconds=settings.poll_seconds,
        read_again=settings.read_again,
    )


async def follow(follower: StatusFollower) -> None:
    """Until the process is told to end."""
    task = asyncio.create_task(follower.run())
    for ending in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(ending, task.cancel)
    with suppress(asyncio.CancelledError):
        await task


def main() -> int:
    """The whole process; returns its exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s follower %(levelname)s %(message)s")
    asyncio.run(follow(follower_of(FollowerSettings())))  # type: ignore[call-arg]  # from the environment
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
