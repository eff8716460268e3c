"""What a certificate was at a past instant, from the acts on it: pure, in the whole seconds in which the world is told.

OCSP and lists give times in whole seconds. A second in which a certificate was not valid at any moment counts as one in
which it was not: holds and revocations begin with the second of their act, validity with the next one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from divit.certificates.lifecycle import State

_SECOND = timedelta(seconds=1)


class Verdict(StrEnum):
    """The answer to «was it valid then?»; the values stand in the database and in documents."""

    VALID = "valid"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    EXPIRED = "expired"
    NOT_YET = "not_yet"  # not issued yet, or its validity had not begun
    NEVER_ISSUED = "never_issued"  # no certificate of this number for anybody
    GIVEN_UP = "given_up"  # its signature was begun, and no certificate ever stood


@dataclass(frozen=True, kw_only=True)
class Change:
    """One act: what the certificate became, exactly when, and what was published of it."""

    state: State
    at: datetime
    reason: str = ""
    effective_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Period:
    """For how long it stayed so, in whole seconds; `ends` is None for the last one."""

    state: State
    begins: datetime
    ends: datetime | None
    reason: str
    since: datetime | None
    """What was published as the time from which it is not valid."""

    def holds(self, at: datetime) -> bool:
        """Whether the instant is in it."""
        return self.begins <= at and (self.ends is None or at < self.ends)


@dataclass(frozen=True, kw_only=True)
class Said:
    """What the published status is: `good`, or `revoked` with reason and time."""

    status: str
    reason: str = ""
    since: datetime | None = None


def whole(at: datetime) -> datetime:
    """As OCSP and lists write it."""
    return at.replace(microsecond=0)


def periods(changes: Iterable[Change]) -> list[Period]:
    """The unbroken run of what it was, from its issue on; `changes` oldest first. What lasted less than a second and
    was not a closing is not there."""
    found: list[Period] = []
    for change in changes:
        begins = whole(change.at)
        if change.state is State.VALID and change.at != begins:
            begins += _SECOND
        while found and found[-1].begins >= begins:
            found.pop()
        found.append(
            Period(
                state=change.state,
                begins=begins,
                ends=None,
                reason=change.reason,
                since=whole(change.effective_at) if change.effective_at else None,
            )
        )
    return [replace(one, ends=later.begins) for one, later in pairwise(found)] + found[-1:]


def verdict(run: Sequence[Period], *, at: datetime, not_before: datetime, not_after: datetime) -> Verdict:
    """What it was at that second. Validity ends after `not_after` (RFC 5280 4.1.2.5); revoked goes before expired."""
    current = _at(run, at)
    if current is None or at < not_before:
        return Verdict.NOT_YET
    if current.state is State.REVOKED:
        return Verdict.REVOKED
    if at > not_after:
        return Verdict.EXPIRED
    return Verdict(current.state.value)


def said_then(run: Sequence[Period], *, at: datetime) -> Said | None:
    """What was published at that instant; None before there was anything to publish."""
    current = _at(run, at)
    return None if current is None else _said(current)


def said_now(run: Sequence[Period], *, at: datetime) -> Said | None:
    """What is published today of that instant: a hold that became a revocation may be a revocation from its start."""
    last = run[-1] if run else None
    if last is not None and last.state is State.REVOKED and last.since is not None and last.since <= at:
        return _said(last)
    return said_then(run, at=at)


def _at(run: Sequence[Period], at: datetime) -> Period | None:
    return next((one for one in run if one.holds(at)), None)


def _said(period: Period) -> Said:
    if period.state is State.VALID:
        return Said(status="good")
    return Said(status="revoked", reason=period.reason, since=period.since)
