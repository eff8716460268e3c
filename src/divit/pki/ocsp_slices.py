"""The common OCSP request, sliced: one CertID of an authority of ours, with a nonce or without, and nothing besides.

DER has one spelling. So the places of serial number and nonce follow from the lengths alone, and a request is of the
common shape when the octets around them are those that our own writer would have put there. Whatever differs by one
octet is left to the parser of `ocsp.parse_request`, which reads everything that may be asked.
"""

from collections.abc import Mapping
from typing import NamedTuple

from divit.pki import der
from divit.pki.ocsp import MOST_NONCE, NONCE

_FEWEST, _MOST = 64, 320
_MOST_SERIAL = 20
_Frame = tuple[bytes, bytes]


class Slice(NamedTuple):
    """What is asked: `nonce` is empty where there is none."""

    authority: str
    cert_id: bytes
    serial: int
    nonce: bytes


class Slicer:
    """Cuts requests; `issuers` says whose the octets of a CertID before its serial number are."""

    def __init__(self, issuers: Mapping[bytes, str]) -> None:
        self._issuers = dict(issuers)
        # An AlgorithmIdentifier's own length tells its hash, and so how long the names of the issuer are.
        self._lengths = {part[1]: len(part) for part in self._issuers}
        self._frames: dict[tuple[int, int, int], _Frame] = {}

    def cut(self, request: bytes) -> Slice | None:
        """None for every other shape, malformed ones among them."""
        if not _FEWEST <= len(request) <= _MOST:
            return None
        # OCSPRequest, TBSRequest, requestList, Request, CertID: only the first two can be longer than 127 octets.
        start = 10 if request[1] < 0x80 else 12 if request[4] == 0x81 else 11
        of_issuer = self._lengths.get(request[start + 1], 0)
        at = start + of_issuer + 2
        authority = self._issuers.get(request[start : at - 2])
        if authority is None or at >= len(request):
            return None
        end = at + request[at - 1]
        lengths = of_issuer, end - at, len(request) - end
        frame = self._frames.get(lengths) or self._make_frame(*lengths)
        if frame is None:
            return None
        before, between = frame
        nonce_at = end + len(between)
        if (
            request[:start] != before
            or request[at - 2] != der.INTEGER
            or request[end:nonce_at] != between
            or not _is_positive_and_minimal(request[at], request[at + 1] if end - at > 1 else 0)
        ):
            return None
        return Slice(authority, request[start - 2 : end], int.from_bytes(request[at:end], "big"), request[nonce_at:])

    def _make_frame(self, of_issuer: int, of_serial: int, of_rest: int) -> _Frame | None:
        """What stands before the issuer's names and before the nonce, where a request can have these lengths."""
        nonce_length = _NONCE_LENGTHS.get(of_rest)
        if not 1 <= of_serial <= _MOST_SERIAL or nonce_length is None:
            return None
        cert_id = der.sequence(bytes(of_issuer), der.tlv(der.INTEGER, bytes(of_serial)))
        rest = _extensions(nonce_length)
        whole = der.sequence(der.sequence(der.sequence(der.sequence(cert_id)), rest))
        start = len(whole) - of_rest - of_serial - 2 - of_issuer
        self._frames[of_issuer, of_serial, of_rest] = found = whole[:start], rest[: of_rest - nonce_length]
        return found


def _is_positive_and_minimal(first: int, second: int) -> bool:
    """The serial's first octets, as DER writes a positive INTEGER (zero and negative ones are not common)."""
    return 0 < first < 0x80 or (first == 0 and second >= 0x80)


def _extensions(nonce_length: int) -> bytes:
    if nonce_length == 0:
        return b""
    return der.explicit(2, der.sequence(der.extension(NONCE, der.octets(bytes(nonce_length)))))


_NONCE_LENGTHS = {len(_extensions(length)): length for length in range(MOST_NONCE + 1)}
