"""A time-stamping authority over HTTP (RFC 3161 3.4); transport only, nothing is read or believed here."""

from dataclasses import dataclass

from divit.adapters.bounded_http import Bounds, Wire

_BOUNDS = Bounds(size=64 * 1024)


@dataclass(frozen=True, kw_only=True)
class HttpTimestamps:
    """Implements `certificates.ports.Timestamps`."""

    url: str
    bounds: Bounds = _BOUNDS

    def stamp(self, request: bytes) -> bytes:
        """A TimeStampResp for a TimeStampReq, both DER."""
        wire = Wire(neighbour="tsa", bounds=self.bounds)
        answer = wire.send(
            "POST", self.url, content=request, headers={"Content-Type": "application/timestamp-query"}, only_asks=True
        )
        if answer.status_code >= 400:
            raise wire.refused()
        kind = answer.headers.get("content-type", "").partition(";")[0].strip()
        if kind != "application/timestamp-reply" or not answer.content:
            raise wire.garbage(outcome_known=True)
        return answer.content
