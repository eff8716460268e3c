"""Every ten minutes the head of the ledger is time-stamped, so that nobody can cut off its tail unnoticed."""

from collections.abc import Iterator

from divit.audit import checkpoints, ledger
from divit.audit.checkpoints import TimestampWire
from divit.audit.ledger import Fault
from divit.certificates import authorities


def anchor(*, timestamps: TimestampWire) -> None:
    """Time-stamp the newest entry, unless nothing was written since the last time."""
    head = checkpoints.unanchored_head()
    if head is not None:
        checkpoints.keep(head, checkpoints.ask(head, wire=timestamps, issuers=_issuers()))


def verify() -> Iterator[Fault]:
    """Everything in the ledger that is not as it was written, and every anchor that does not hold."""
    yield from ledger.verify()
    if checkpoints.any_kept():
        yield from checkpoints.verify(issuers=_issuers())


def _issuers() -> list[bytes]:
    """Whose time-stamping certificates may have stamped, the newest first."""
    return [authority.certificate for authority in reversed(authorities.family())]
