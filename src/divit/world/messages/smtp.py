"""The mail server: an SMTP listener in the world's own event loop."""

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from aiosmtpd.smtp import SMTP, Envelope, Session

from divit.world.context import World
from divit.world.failures import take
from divit.world.messages.box import deliver

_LIMIT = 10_000_000


class _Postman:
    """Puts what arrives into the boxes of its recipients."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        match take(self._world, "mail", "down", "refused", "hang", "slow"):
            case "down":
                return "421 4.3.2 Service not available"
            case "refused":
                return "550 5.1.1 No such mailbox"
            case "hang":
                await self._world.hang()
            case "slow":
                await self._world.slow()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        raw = cast(bytes, envelope.content)
        mail = email.message_from_bytes(raw, policy=email.policy.default)
        body = mail.get_body(("plain", "html"))
        with self._world.store.write() as db:
            for recipient in envelope.rcpt_tos:
                deliver(
                    db,
                    channel="mail",
                    sender=str(mail.get("From", envelope.mail_from or "")),
                    to=recipient,
                    subject=str(mail.get("Subject", "")),
                    text=body.get_content() if body is not None else "",
                    ref=str(mail.get("Message-ID", "")),
                )
        if take(self._world, "mail", "accepted_but_dropped"):
            cast(asyncio.Transport, server.transport).abort()
        return "250 OK"


@asynccontextmanager
async def listening(world: World) -> AsyncIterator[None]:
    """The listener, as long as the world runs; none without a port."""
    port = world.settings.smtp_port
    if not port:
        yield
        return
    postman = _Postman(world)
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(postman, data_size_limit=_LIMIT, enable_SMTPUTF8=True, hostname="localhost", ident="Divit world"),
        "127.0.0.1",
        port,
    )
    try:
        yield
    finally:
        server.close()
