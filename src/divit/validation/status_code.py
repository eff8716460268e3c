"""A status as one number, as the state's files keep it: below zero for good, else when and why it was closed."""

from datetime import UTC, datetime, timedelta

from divit.pki.ocsp import Good, Revoked
from divit.pki.reasons import Reason

GOOD = -1
# A reason takes the four lowest bits (CRLReason ends at 10), microseconds since 1970 the rest.
REASON_BITS = 4
_REASON = (1 << REASON_BITS) - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_GOOD = Good()


def microseconds(instant: datetime) -> int:
    """Since 1970, exactly."""
    return (instant - _EPOCH) // _MICROSECOND


def instant(count: int) -> datetime:
    """The instant so many microseconds after 1970."""
    return _EPOCH + timedelta(microseconds=count)


def coded(status: Good | Revoked) -> int:
    """The number that stands for it. Raises `ValueError` before 1970: it would pass for good."""
    if isinstance(status, Good):
        return GOOD
    if (since := microseconds(status.at)) < 0:
        raise ValueError("closed before 1970")
    return since << REASON_BITS | status.reason


def status_of(code: int) -> Good | Revoked:
    """What the number stands for."""
    return _GOOD if code < 0 else Revoked(instant(code >> REASON_BITS), Reason(code & _REASON))


def final(code: int) -> bool:
    """Revoked for good: whatever comes later, it stays so."""
    return code >= 0 and code & _REASON != Reason.CERTIFICATE_HOLD
