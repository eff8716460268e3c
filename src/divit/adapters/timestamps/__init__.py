"""A time-stamping authority over HTTP (RFC 3161 3.4); transport only, nothing is read or believed here."""

import base64
from dataclasses import dataclass, field

from divit.adapters.bounded_http import Bounds, Wire

_BOUNDS = Bounds(size=64 * 1024)


@dataclass(frozen=True, kw_only=True)
class HttpTimestamps:
    """Implements `certificates.ports.Timestamps`."""

    url: str
    account: str = ""
    secret: str = field(default="", repr=False)
    bounds: Bounds = _BOUNDS

    def stamp(self, request: bytes) -> bytes:
        """A TimeStampResp for a TimeStampReq, both DER."""
        wire = Wire(neighbour="tsa", bounds=self.bounds)
        answer = wire.send("POST", self.url, content=request, headers=self._headers(), only_asks=True)
        if answer.status_code >= 400:
            raise wire.refused()
        kind = answer.headers.get("content-type", "").partition(";")[0].strip()
        if kind != "application/timestamp-reply" or not answer.content:
            raise wire.garbage(outcome_known=True)
        return answer.content

    def _headers(self) -> dict[str, str]:
        """RFC 7617, where the authority knows accounts."""
        headers = {"Content-Type": "application/timestamp-query"}
        if self.account:
            told = base64.b64encode(f"{self.account}:{self.secret}".encode()).decode()
            headers["Authorization"] = f"Basic {told}"
        return headers
