"""Anchoring the ledger: its newest hash is time-stamped (RFC 3161), so that a cut-off or rewritten tail is noticed."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from asn1crypto import algos, tsp

from divit.audit.ledger import Fault
from divit.audit.models import Checkpoint, Entry
from divit.kernel import clock
from divit.kernel.errors import NeighbourFailed
from divit.pki import timestamp_tokens
from divit.pki.timestamp_tokens import NotAStamp, Stamp

# Between reading the head and its time-stamp lies one bounded call; the rest is for clocks of two machines.
_STAMPED_WITHIN = timedelta(minutes=5)


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


def ask(head: Head, *, wire: TimestampWire, issuers: Sequence[bytes]) -> bytes:
    """The token (DER ContentInfo) over the head, by a time-stamping certificate of one of the issuers (DER).

    Never called inside a transaction. Raises `NeighbourFailed`, also for a token that would not hold later.
    """
    imprint = {"hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}), "hashed_message": _digest(head.hash)}
    request = tsp.TimeStampReq({"version": 1, "message_imprint": imprint, "cert_req": True})
    try:
        token = timestamp_tokens.token_of(wire.stamp(request.dump()))
        stamp = _read(token, issuers=issuers)
    except NotAStamp as problem:
        raise NeighbourFailed("tsa", "garbage", outcome_known=True) from problem
    if not _is_over(stamp, head.hash):
        raise NeighbourFailed("tsa", "garbage", outcome_known=True)
    return token


def keep(head: Head, token: bytes) -> None:
    """Store the anchor; the same head twice is one checkpoint."""
    Checkpoint.objects.get_or_create(seq=head.seq, defaults={"hash": head.hash, "at": clock.now(), "token": token})


def any_kept() -> bool:
    """Whether the ledger was ever anchored."""
    return Checkpoint.objects.exists()


def verify(*, issuers: Sequence[bytes]) -> Iterator[Fault]:
    """Every checkpoint whose time-stamp does not hold: it is what somebody cannot write who can write the tables.

    A new time-stamp over a rewritten chain is found by its time: entries that follow an anchor are younger than it.
    What this cannot find is that the latest anchors were deleted together with what they anchored: copy them away.
    """
    checkpoints = list(Checkpoint.objects.order_by("seq"))
    following = dict(Entry.objects.filter(seq__in=[c.seq + 1 for c in checkpoints]).values_list("seq", "at"))
    for checkpoint in checkpoints:
        try:
            stamp = _read(bytes(checkpoint.token), issuers=issuers)
        except NotAStamp as problem:
            yield Fault(checkpoint.seq, f"the time-stamp of its checkpoint does not hold: {problem}")
            continue
        if not _is_over(stamp, bytes(checkpoint.hash)):
            yield Fault(checkpoint.seq, "the time-stamp of its checkpoint is over something else")
        next_at = following.get(checkpoint.seq + 1)
        if abs(stamp.at - checkpoint.at) > _STAMPED_WITHIN or (next_at and stamp.at - next_at > _STAMPED_WITHIN):
            yield Fault(checkpoint.seq, f"the time-stamp of its checkpoint is of another time: {stamp.at.isoformat()}")


def _read(token: bytes, *, issuers: Sequence[bytes]) -> Stamp:
    """Authorities follow one another, and what an earlier one has stamped holds."""
    first, *others = issuers
    for issuer in others:
        try:
            return timestamp_tokens.read(token, issuer=issuer)
        except NotAStamp:
            continue
    return timestamp_tokens.read(token, issuer=first)


def _digest(head: bytes) -> bytes:
    return hashlib.sha256(head).digest()


def _is_over(stamp: Stamp, head: bytes) -> bool:
    return stamp.digest_name == "sha256" and stamp.digest == _digest(head)
