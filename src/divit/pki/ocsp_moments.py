"""Answers of one moment from templates: what the octets of two answers have in common is written once."""

from collections.abc import Sequence
from datetime import datetime

from divit.pki.ocsp import Responder, Status

_MOST_FRAMES = 1_024


class Moment:
    """One responder's answers while its three times stay as they are."""

    def __init__(
        self, responder: Responder, *, produced_at: datetime, this_update: datetime, next_update: datetime
    ) -> None:
        self.next_update = min(next_update, responder.delegate_ends)
        self._responder = responder
        self._times = {"produced_at": produced_at, "this_update": this_update, "next_update": next_update}
        self._frames: dict[tuple[int, Status, int], tuple[bytes, bytes]] = {}

    def data(self, cert_id: bytes, status: Status, nonce: bytes) -> bytes:
        """ResponseData, octet for octet what `Responder.data` writes; an empty nonce is none."""
        key = (len(cert_id), status, len(nonce))
        before, after = self._frames.get(key) or self._make_frame(*key)
        return before + cert_id + after + nonce

    def in_full(self, statuses: Sequence[tuple[bytes, Status]], nonce: bytes | None) -> bytes:
        """ResponseData for any number of questions."""
        return self._responder.data(statuses, nonce=nonce, **self._times)

    def _make_frame(self, of_cert_id: int, status: Status, of_nonce: int) -> tuple[bytes, bytes]:
        """Written with a place-holder that can occur nowhere else: nothing there has so many equal octets in a row."""
        place = b"\xff" * of_cert_id
        nonce = bytes(of_nonce) if of_nonce else None
        before, _, after = self._responder.data([(place, status)], nonce=nonce, **self._times).partition(place)
        if len(self._frames) >= _MOST_FRAMES:
            self._frames.clear()
        self._frames[of_cert_id, status, of_nonce] = frame = before, after[: len(after) - of_nonce]
        return frame
