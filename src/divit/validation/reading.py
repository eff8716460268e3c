"""Reads requests off a connection: the parser is httptools', the limits are ours."""

from collections import deque
from collections.abc import Callable

import httptools

from divit.validation.limits import Limits
from divit.validation.messages import Request


class _TooMuch(Exception):
    """Raised inside the parser's callbacks to stop it."""


class RequestReader:
    """Collects whole requests in `requests`. After the first mistake, `broken` says which status it deserves."""

    def __init__(self, limits: Limits, most_body: Callable[[Request], int]) -> None:
        self.requests: deque[Request] = deque()
        self.broken: int | None = None
        self.under_way: Request | None = None
        self.reads_body = False
        self.expects_continue = False
        self._limits = limits
        self._most_body = most_body
        self._parser = httptools.HttpRequestParser(self)
        self._begin()

    @property
    def partial(self) -> bool:
        """Whether a request was begun and not ended."""
        return self._begun

    @property
    def target(self) -> bytes:
        """Of the request under way, as far as it is known."""
        return bytes(self._target)

    def feed(self, data: bytes) -> None:
        """Take octets in; never raises for what a client may send."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            # We speak nothing else: the request is answered as it stands, and nothing after it is read.
            self._last_one()
        except httptools.HttpParserError:
            self.broken = self.broken or 400
        if not self.reads_body and self._begun:
            self._head_octets += len(data)
            if self._head_octets > self._limits.head:
                self.broken = self.broken or 431

    # --- called by the parser

    def on_message_begin(self) -> None:
        self._begin()
        self._begun = True

    def on_url(self, piece: bytes) -> None:
        self._target += piece
        if len(self._target) > self._limits.target:
            self._stop(414)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count += 1
        if self._count > self._limits.headers:
            self._stop(431)
        if self.reads_body:
            return  # a trailer: nothing in it concerns us
        key, said = name.decode("latin-1").lower(), value.decode("latin-1")  # ascii
        if key in ("host", "content-length") and key in self._headers:
            self._stop(400)
        self._headers[key] = f"{self._headers[key]}, {said}" if key in self._headers else said

    def on_headers_complete(self) -> None:
        version = self._parser.get_http_version()
        request = Request(
            self._parser.get_method().decode("latin-1"),
            bytes(self._target),
            version,
            self._headers,
            keep_alive=self._parser.should_keep_alive(),
        )
        self.under_way, self.reads_body = request, True
        if version == "1.1" and "host" not in self._headers:
            self._stop(400)
        self._body_limit = self._most_body(request)
        if int(self._headers.get("content-length", "0")) > self._body_limit:
            self._stop(413)
        expected = self._headers.get("expect", "").lower()  # ascii
        if expected not in ("", "100-continue"):
            self._stop(417)
        self.expects_continue = bool(expected) and version == "1.1"

    def on_body(self, piece: bytes) -> None:
        self.expects_continue = False
        self._body += piece
        if len(self._body) > self._body_limit:
            self._stop(413)

    def on_message_complete(self) -> None:
        if self.under_way is not None:
            self.under_way.body = bytes(self._body)
            self.requests.append(self.under_way)
        self._begin()

    # ---

    def _begin(self) -> None:
        self._target, self._body = bytearray(), bytearray()
        self._headers: dict[str, str] = {}
        self._count = self._head_octets = 0
        self._body_limit = 0
        self._begun = self.reads_body = self.expects_continue = False
        self.under_way = None

    def _stop(self, status: int) -> None:
        self.broken = self.broken or status
        raise _TooMuch

    def _last_one(self) -> None:
        if self.requests:
            self.requests[-1].keep_alive = False
        else:
            self.broken = self.broken or 400
