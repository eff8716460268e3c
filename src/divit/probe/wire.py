"""HTTP as a stranger speaks it: bounded in time and size, measured, and nothing believed."""

import time
from dataclasses import dataclass

import httpx2

SLOW_MS = 2000
_MOST_OCTETS = 100_000_000


class NoAnswer(Exception):
    """Nobody answered; the message says how."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    kind: str
    body: bytes
    etag: str
    ms: int


class Wire:
    """One client for one look; a second question to the same host goes over the same connection."""

    def __init__(self, *, connect_seconds: float = 3.0, total_seconds: float = 10.0) -> None:
        self._total = total_seconds
        self._client = httpx2.Client(
            trust_env=False,
            timeout=httpx2.Timeout(total_seconds, connect=connect_seconds),
            headers={"User-Agent": "divit-probe", "Cache-Control": "no-cache"},
        )

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_problem: object) -> None:
        self._client.close()

    def get(self, url: str, *, etag: str = "") -> Answer:
        """Raises `NoAnswer`."""
        return self._send("GET", url, headers={"If-None-Match": etag} if etag else {})

    def post(self, url: str, body: bytes, *, kind: str) -> Answer:
        """Raises `NoAnswer`."""
        return self._send("POST", url, headers={"Content-Type": kind}, content=body)

    def _send(self, method: str, url: str, *, headers: dict[str, str], content: bytes | None = None) -> Answer:
        begun = time.monotonic()
        try:
            with self._client.stream(method, url, headers=headers, content=content) as answer:
                body = bytearray()
                for part in answer.iter_bytes():
                    body += part
                    if time.monotonic() - begun > self._total:
                        raise NoAnswer(f"not within {self._total:.0f} seconds")
                    if len(body) > _MOST_OCTETS:
                        raise NoAnswer("an answer without end")
        except httpx2.TimeoutException:
            raise NoAnswer(f"not within {self._total:.0f} seconds") from None
        except (httpx2.HTTPError, httpx2.InvalidURL) as problem:
            raise NoAnswer(type(problem).__name__) from None
        return Answer(
            status=answer.status_code,
            kind=answer.headers.get("content-type", "").partition(";")[0].strip(),
            body=bytes(body),
            etag=answer.headers.get("etag", ""),
            ms=round(1000 * (time.monotonic() - begun)),
        )
