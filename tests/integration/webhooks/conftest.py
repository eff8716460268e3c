"""A receiver as an institution's software team would write one: real HTTP, and signatures checked by their library."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.utils import timezone
from standardwebhooks import Webhook as Verifier

from divit import wiring
from divit.adapters.bounded_http import Bounds
from divit.adapters.webhooks import HttpWebhooks
from divit.flows import webhook_delivery, webhook_endpoints, webhook_following
from divit.kernel.actors import Actor
from divit.webhooks.events import Topic
from divit.webhooks.models import Delivery, Webhook
from tests.integration.applications.conftest import *  # noqa: F403
from tests.integration.rosters.conftest import (
    Desk,
    appoint,
    begin,
    contract,
    desk,
    ministry,
    reference_data,
    treasury,
    way,
)

__all__ = ["appoint", "begin", "contract", "desk", "ministry", "reference_data", "treasury", "way"]


@dataclass
class Receiver:
    """Keeps what it was told; answers what `answers` says, one a call, and 204 when nothing is left of it."""

    origin: str = ""
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    hangs: threading.Event | None = None
    on_call: Callable[[], None] | None = None

    def events(self, *secrets: str) -> list[tuple[str, dict[str, Any]]]:
        """(webhook-id, content) of each, every signature verified by every one of these secrets."""
        read = []
        for headers, body in self.got:
            told = [Verifier(secret).verify(body, headers) for secret in secrets]
            assert all(one == told[0] for one in told)
            read.append((headers["webhook-id"], told[0]))
        return read

    def types(self, secret: str) -> list[str]:
        return [content["type"] for _id, content in self.events(secret)]


@pytest.fixture
def receiver(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    kept = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            kept.got.append(({name.lower(): value for name, value in self.headers.items()}, body))  # ascii
            if kept.on_call:
                kept.on_call()
            if kept.hangs:
                kept.hangs.wait(5)
            status, headers = kept.answers.pop(0) if kept.answers else (204, {})
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.origin = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    settings.DIVIT = settings.DIVIT.model_copy(update={"webhook_origins": kept.origin})
    wiring.webhooks.cache_clear()
    yield kept
    wiring.webhooks.cache_clear()
    if kept.hangs:
        kept.hangs.set()
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class Line:
    """One address of the ministry, and the way to it."""

    desk: Desk
    webhook: Webhook
    secret: str
    sender: HttpWebhooks

    @property
    def officer(self) -> Actor:
        return self.desk.approver

    def deliver(self) -> None:
        """A turn, without a worker."""
        webhook_delivery.deliver(self.webhook.pk, sender=self.sender)

    def happens(self, number: int = 50) -> None:
        """Something of every kind: a list is uploaded, confirmed, and one person asked for."""
        self.desk.invited(number)
        while webhook_following.follow():
            pass

    def later(self) -> None:
        """Time passes until everything that waits may be tried again."""
        Webhook.objects.update(rests_until=None)
        Delivery.objects.filter(state="waiting").update(next_try_at=timezone.now())

    def states(self) -> list[tuple[str, str, int]]:
        rows = Delivery.objects.filter(webhook=self.webhook).order_by("message__seq", "id")
        return list(rows.values_list("message__type", "state", "tries"))

    def reload(self) -> Webhook:
        self.webhook.refresh_from_db()
        return self.webhook


@pytest.fixture
def line(desk: Desk, receiver: Receiver) -> Callable[..., Line]:
    """An address for everything, or for these topics."""

    def make(*topics: str, path: str = "/bildirim", seconds: float = 2) -> Line:
        row, secret = webhook_endpoints.add(
            url=f"{receiver.origin}{path}", name="Personel sistemi", topics=topics or list(Topic), by=desk.approver
        )
        bounds = Bounds(connect=1, total=seconds)
        return Line(desk, row, secret, HttpWebhooks(allowed=frozenset({receiver.origin}), bounds=bounds))

    return make
