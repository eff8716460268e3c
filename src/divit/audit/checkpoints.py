"""Anchoring the ledger: its newest hash is time-stamped (RFC 3161), so that a cut-off tail is noticed."""

import hashlib
from dataclasses import dataclass
from typing import Protocol

from asn1crypto import algos, tsp

from divit.audit.models import Checkpoint, Entry
from divit.kernel import clock
from divit.kernel.errors import NeighbourFailed


class TimestampWire(Protocol):
    """Carries a TimeStampReq to an authority and its TimeStampResp back, both DER."""

    def stamp(self, request: bytes) -> bytes:
        """Raises `NeighbourFailed`."""


@dataclass(frozen=True)
class Head:
    """The newest entry."""

    seq: int
    hash: bytes


def unanchored_head() -> Head | None:
    """The newest entry, unless it is anchored already or there is none."""
    newest = Entry.objects.order_by("-seq").first()
    if newest is None or Checkpoint.objects.filter(seq=newest.seq).exists():
        return None
    return Head(newest.seq, bytes(newest.hash))


def ask(head: Head, *, wire: TimestampWire) -> bytes:
    """The authority's token (DER ContentInfo) over the head; never called inside a transaction."""
    digest = hashlib.sha256(head.hash).digest()
    imprint = {"hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}), "hashed_message": digest}
    request = tsp.TimeStampReq({"version": 1, "message_imprint": imprint, "cert_req": True})
    try:
        response = tsp.TimeStampResp.load(wire.stamp(request.dump()))
        token = response["time_stamp_token"]
        told = token["content"]["encap_content_info"]["content"].parsed["message_imprint"]["hashed_message"].native
    except (ValueError, TypeError, KeyError) as problem:
        raise NeighbourFailed("tsa", "garbage", outcome_known=True) from problem
    if told != digest:
        raise NeighbourFailed("tsa", "garbage", outcome_known=True)
    return bytes(token.dump())


def keep(head: Head, token: bytes) -> None:
    """Store the anchor; the same head twice is one checkpoint."""
    Checkpoint.objects.get_or_create(seq=head.seq, defaults={"hash": head.hash, "at": clock.now(), "token": token})
