"""HTTP with bounds that hold: connect, total time and size; every failure is a `NeighbourFailed`."""

import os
import ssl
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from threading import Condition
from typing import Any, Literal

import httpcore2
import httpx2

from divit.kernel.errors import NeighbourFailed


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """How long and how much: seconds to connect, seconds in total, bytes of an answer, calls at once in a process."""

    connect: float = 3.0
    total: float = 10.0
    size: int = 2_000_000
    at_once: int = field(default_factory=lambda: (os.cpu_count() or 1) + 1)  # half of the web's threads


BOUNDS = Bounds()
# How long a caller waits for a place: a healthy neighbour gives one free much sooner.
_PATIENCE_SECONDS = 2.0


class _Deadline:
    """The instant after which nothing is waited for."""

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def left(self, at_most: float | None = None) -> float:
        """Seconds left; httpcore takes 0 for "at once", so never less than a millisecond."""
        left = max(self._at - time.monotonic(), 0.001)
        return left if at_most is None else min(left, at_most)

    @property
    def over(self) -> bool:
        return time.monotonic() >= self._at


class _Stream(httpcore2.NetworkStream):
    """A socket whose every read and write counts against the same deadline: trickling does not help."""

    def __init__(self, inner: httpcore2.NetworkStream, deadline: _Deadline) -> None:
        self._inner, self._deadline = inner, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._deadline.over:
            raise httpcore2.ReadTimeout
        return self._inner.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if self._deadline.over:
            raise httpcore2.WriteTimeout
        self._inner.write(buffer, self._deadline.left())

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        secured = self._inner.start_tls(ssl_context, server_hostname, self._deadline.left(timeout))
        return _Stream(secured, self._deadline)

    def close(self) -> None:
        self._inner.close()

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend(httpcore2.NetworkBackend):
    """Opens sockets under a deadline; where a numeric address is given, there and nowhere else."""

    def __init__(self, deadline: _Deadline, connect: float, pinned: str) -> None:
        self._inner, self._deadline, self._connect = httpcore2.SyncBackend(), deadline, connect
        self._pinned = pinned

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        within, there = self._deadline.left(self._connect), self._pinned or host
        return _Stream(self._inner.connect_tcp(there, port, within, local_address, socket_options), self._deadline)


class _Caution:
    """How many callers a neighbour may hold: some of them, and only one after it let the time of another run out.

    Otherwise a hanging neighbour would hold every thread of the web, and with them pages that never ask it
    (suspending a certificate must not wait for e-Devlet or the bank). Who finds no place soon hears "slow".
    """

    def __init__(self) -> None:
        self._change = Condition()
        self._late: set[str] = set()
        self._held: Counter[str] = Counter()

    @contextmanager
    def about(self, neighbour: str, *, at_once: int) -> Iterator[None]:
        """Around one call; raises `NeighbourFailed` without calling when there is no place."""

        def room() -> bool:
            return self._held[neighbour] < (1 if neighbour in self._late else at_once)

        with self._change:
            self._change.wait_for(lambda: neighbour in self._late or room(), timeout=_PATIENCE_SECONDS)
            if not room():
                raise NeighbourFailed(neighbour, "slow", outcome_known=True)
            self._held[neighbour] += 1
        late = False
        try:
            yield
        except NeighbourFailed as problem:
            late = problem.how == "slow"
            raise
        finally:
            with self._change:
                self._held[neighbour] -= 1
                (self._late.add if late else self._late.discard)(neighbour)
                self._change.notify_all()


_CAUTION = _Caution()


@cache
def _certificates() -> ssl.SSLContext:
    """Whom we trust, read once: it takes longer than most calls do."""
    return httpx2.create_ssl_context()


class BoundedTransport(httpx2.BaseTransport):
    """One connection per request, TLS verified, no redirects, no proxies; raises `NeighbourFailed` alone.

    With `only_asks` the requests change nothing there, so that a failure leaves no outcome in doubt. `pinned` is the
    numeric address to connect to, whatever the name would lead to by now; the name is still what TLS verifies. With
    `head_only` the answer's body is not read at all.
    """

    def __init__(
        self,
        neighbour: str,
        *,
        bounds: Bounds = BOUNDS,
        only_asks: bool = False,
        pinned: str = "",
        head_only: bool = False,
    ) -> None:
        self._neighbour, self._bounds, self._only_asks = neighbour, bounds, only_asks
        self._pinned, self._head_only = pinned, head_only

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        with _CAUTION.about(self._neighbour, at_once=self._bounds.at_once):
            return self._exchange(request)

    def _exchange(self, request: httpx2.Request) -> httpx2.Response:
        deadline = _Deadline(self._bounds.total)
        without_doubt = self._only_asks or request.method in {"GET", "HEAD"}
        pool = httpcore2.ConnectionPool(
            ssl_context=_certificates(),
            network_backend=_Backend(deadline, self._bounds.connect, self._pinned),
        )
        try:
            with (
                pool,
                pool.stream(
                    method=request.method,
                    url=httpcore2.URL(
                        scheme=request.url.raw_scheme,
                        host=request.url.raw_host,
                        port=request.url.port,
                        target=request.url.raw_path,
                    ),
                    headers=request.headers.raw,
                    content=request.read(),
                    extensions={"timeout": {"connect": self._bounds.connect, "read": self._bounds.total}},
                ) as answer,
            ):
                body = b"" if self._head_only else self._read(answer, without_doubt=without_doubt)
        except httpcore2.ConnectTimeout as problem:
            raise self._failed("slow", outcome_known=True) from problem
        except (httpcore2.ConnectError, httpcore2.UnsupportedProtocol, httpcore2.LocalProtocolError) as problem:
            raise self._failed("down", outcome_known=True) from problem
        except httpcore2.TimeoutException as problem:
            raise self._failed("slow", outcome_known=without_doubt) from problem
        except (httpcore2.NetworkError, httpcore2.RemoteProtocolError) as problem:
            raise self._failed("down", outcome_known=without_doubt) from problem
        return httpx2.Response(answer.status, headers=answer.headers, content=body)

    def _read(self, answer: httpcore2.Response, *, without_doubt: bool) -> bytes:
        body = bytearray()
        for part in answer.iter_stream():
            body += part
            if len(body) > self._bounds.size:
                raise self._failed("garbage", outcome_known=without_doubt)
        return bytes(body)

    def _failed(self, how: Literal["down", "slow", "garbage"], *, outcome_known: bool) -> NeighbourFailed:
        return NeighbourFailed(self._neighbour, how, outcome_known=outcome_known)


@dataclass(frozen=True, kw_only=True)
class Wire:
    """One neighbour's HTTP wire."""

    neighbour: str
    bounds: Bounds = BOUNDS
    headers: tuple[tuple[str, str], ...] = ()

    def send(
        self,
        method: str,
        url: str,
        *,
        only_asks: bool = False,
        form: dict[str, str] | None = None,
        json: object = None,
        content: bytes | None = None,
        params: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> httpx2.Response:
        """Send and read the whole answer; a 5xx is a neighbour that is down and may have done it all the same."""
        transport = BoundedTransport(self.neighbour, bounds=self.bounds, only_asks=only_asks)
        with httpx2.Client(transport=transport, trust_env=False, headers=list(self.headers)) as client:
            answer = client.request(method, url, data=form, json=json, content=content, params=params, headers=headers)
        known = only_asks or method in {"GET", "HEAD"}
        if answer.status_code >= 500:
            raise NeighbourFailed(self.neighbour, "down", outcome_known=known)
        if 300 <= answer.status_code < 400:
            raise self.garbage(outcome_known=known)
        return answer

    def json_of(self, answer: httpx2.Response, *, outcome_known: bool) -> dict[str, Any]:
        """The JSON object of an answer; anything else is garbage."""
        try:
            read = answer.json()
        except (ValueError, RecursionError) as problem:
            raise self.garbage(outcome_known=outcome_known) from problem
        if not isinstance(read, dict):
            raise self.garbage(outcome_known=outcome_known)
        return read

    def garbage(self, *, outcome_known: bool) -> NeighbourFailed:
        """An answer that is not what was agreed."""
        return NeighbourFailed(self.neighbour, "garbage", outcome_known=outcome_known)

    def refused(self) -> NeighbourFailed:
        """A clear no: nothing was done."""
        return NeighbourFailed(self.neighbour, "refused", outcome_known=True)
