"""Messages to institutions' programs: to the address that was looked up and judged, and to no other."""

import hashlib
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from queue import Empty, SimpleQueue

import httpx2

from divit.adapters.bounded_http import BoundedTransport, Bounds
from divit.kernel import clock
from divit.kernel.errors import Invalid, NeighbourFailed
from divit.webhooks.addresses import Address, is_public, permitted
from divit.webhooks.ports import Answer

_BOUNDS = Bounds(connect=4.0, total=10.0, at_once=8)
_LOOK_UP_SECONDS = 4.0


@dataclass(frozen=True, kw_only=True)
class HttpWebhooks:
    """Implements `webhooks.ports.WebhookSender`.

    An officer chooses the address, and whoever runs the name server of its domain chooses where it leads, at each
    look-up anew. So the name is looked up once for each try, every answer must lie in the open internet, and the
    connection is made to what was judged. No redirect is followed, no body is read, no proxy asked.
    """

    allowed: frozenset[str] = frozenset()
    """Origins that the configuration permits although they lie inside or are not https."""
    bounds: Bounds = field(default=_BOUNDS)

    def send(self, *, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """One try; the status alone counts."""
        neighbour = "webhook"
        try:
            address = permitted(url, allowed=self.allowed)
        except Invalid as problem:
            raise NeighbourFailed(neighbour, "refused", outcome_known=True) from problem
        # Whoever shares a host is not to wait for somebody else's path; what stands in a path may be a secret.
        neighbour = f"webhook {hashlib.sha256(address.url.encode()).hexdigest()[:12]}"
        sent = {"content-type": "application/json", "user-agent": "Divit-Webhooks/1", **headers}
        request = httpx2.Request("POST", address.url, headers=sent, content=body)
        *before, last = self._judged(address, neighbour)
        for pinned in before:
            try:
                return self._call(neighbour, pinned, request)
            except NeighbourFailed as problem:
                if problem.how != "down" or not problem.outcome_known:
                    raise
        return self._call(neighbour, last, request)

    def _call(self, neighbour: str, pinned: str, request: httpx2.Request) -> Answer:
        transport = BoundedTransport(neighbour, bounds=self.bounds, pinned=pinned, head_only=True)
        answer = transport.handle_request(request)
        return Answer(status=answer.status_code, retry_after=_seconds(answer.headers.get("retry-after", "")))

    def _judged(self, address: Address, neighbour: str) -> list[str]:
        """The numeric addresses to connect to: the first of each family, for a machine may reach only one of them."""
        found = _look_up(address, neighbour)
        if address.origin not in self.allowed and not all(is_public(one) for one in found):
            raise NeighbourFailed(neighbour, "refused", outcome_known=True)
        return list({(":" in one): one for one in reversed(found)}.values())[::-1]


def _look_up(address: Address, neighbour: str) -> list[str]:
    """Everything that the name leads to, in bounded time: the resolver itself knows no bounds."""
    answers: SimpleQueue[list[str]] = SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            found = []
        answers.put([str(one[4][0]) for one in found])

    # Not waited for at the end of the process; a resolver that hangs gives up by itself after a while.
    threading.Thread(target=ask, daemon=True, name="webhook look-up").start()
    try:
        found = answers.get(timeout=_LOOK_UP_SECONDS)
    except Empty as problem:
        raise NeighbourFailed(neighbour, "slow", outcome_known=True) from problem
    if not found:
        raise NeighbourFailed(neighbour, "down", outcome_known=True)
    return found


def _seconds(retry_after: str) -> int:
    """RFC 9110 10.2.3: seconds, or a date; 0 for anything else."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return 0
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0, int((until - clock.now()).total_seconds()))
