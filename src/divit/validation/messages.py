"""HTTP messages as the routes see them, and the octets of an answer's head."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime, formatdate, parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path

_WITHOUT_BODY = (204, 304)
_PHRASES = {status.value: status.phrase.encode() for status in HTTPStatus}
Headers = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Request:
    """One question; names of headers in lower case, doubled ones joined by a comma."""

    method: str
    target: bytes
    version: str = "1.1"
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    keep_alive: bool = True

    @property
    def path(self) -> str:
        """Without query, and without the origin that RFC 9112 3.2.2 lets a client name."""
        target = self.target.decode("latin-1")
        if target[:7].lower() == "http://":  # ascii
            target = "/" + target[7:].partition("/")[2]
        return target.partition("?")[0]

    def is_of_type(self, media_type: str) -> bool:
        """Whether the body says it is that; one that says nothing is taken for it."""
        said = self.headers.get("content-type", media_type)
        return said.partition(";")[0].strip().lower() == media_type  # ascii


@dataclass(frozen=True, slots=True)
class Response:
    """One answer; `file` is sent in place of a body, as it is at that moment."""

    status: int
    body: bytes = b""
    headers: Headers = ()
    file: Path | None = None
    close: bool = False


def http_date(instant: datetime) -> str:
    """IMF-fixdate."""
    return format_datetime(instant, usegmt=True)


def http_date_at(seconds: float) -> str:
    """The same, for seconds since 1970."""
    return formatdate(seconds, usegmt=True)


def head_of(response: Response, request: Request | None, *, date: str, length: int, keep: bool) -> bytes:
    """Status line and headers. `length` is the body's, whether it is sent or not (HEAD)."""
    lines = [b"HTTP/1.1 %d %s" % (response.status, _PHRASES.get(response.status, b"-")), b"Date: " + date.encode()]
    lines += [f"{name}: {value}".encode("latin-1") for name, value in response.headers]
    if response.status not in _WITHOUT_BODY:
        lines.append(b"Content-Length: %d" % length)
    if not keep:
        lines.append(b"Connection: close")
    elif request is not None and request.version == "1.0":
        lines.append(b"Connection: keep-alive")
    return b"\r\n".join(lines) + b"\r\n\r\n"


def has_body(response: Response, request: Request | None) -> bool:
    """Whether the body follows its head."""
    return response.status not in _WITHOUT_BODY and (request is None or request.method != "HEAD")


def text(status: int, words: str, *, headers: Headers = (), close: bool = False) -> Response:
    """A line for people."""
    return Response(status, words.encode(), (("Content-Type", "text/plain; charset=utf-8"), *headers), close=close)


def freshness(*, etag: str, changed_at: datetime, now: datetime, max_age: int) -> Headers:
    """What caches want to know (RFC 9111, RFC 5019 6.2)."""
    return (
        ("ETag", etag),
        ("Last-Modified", http_date(changed_at)),
        ("Expires", http_date(now + timedelta(seconds=max_age))),
        ("Cache-Control", f"max-age={max_age}, public, no-transform, must-revalidate"),
    )


def has_it_already(headers: Mapping[str, str], *, etag: str, changed_at: datetime) -> bool:
    """RFC 9110 13.1: an entity tag, where one is sent, decides alone."""
    tags = headers.get("if-none-match")
    if tags is not None:
        return tags.strip() == "*" or etag in (tag.strip().removeprefix("W/") for tag in tags.split(","))
    try:
        since = parsedate_to_datetime(headers.get("if-modified-since", ""))
    except ValueError:
        return False
    return since.tzinfo is not None and changed_at.replace(microsecond=0) <= since


def accepts_gzip(headers: Mapping[str, str]) -> bool:
    """RFC 9110 12.5.3, for the one coding that we have."""
    for item in headers.get("accept-encoding", "").split(","):
        coding, _, weight = item.partition(";")
        if coding.strip().lower() in ("gzip", "x-gzip", "*"):  # ascii
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
