"""Every ten minutes the head of the ledger is time-stamped, so that nobody can cut off its tail unnoticed."""

from divit.audit import checkpoints
from divit.audit.checkpoints import TimestampWire


def anchor(*, timestamps: TimestampWire) -> None:
    """Time-stamp the newest entry, unless nothing was written since the last time."""
    head = checkpoints.unanchored_head()
    if head is not None:
        checkpoints.keep(head, checkpoints.ask(head, wire=timestamps))
