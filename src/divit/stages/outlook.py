"""From the ways of comparable cases to a range of dates; pure.

The later date is the order statistic that a new case of the same kind stays below with at least 90 %: the
⌈0.9·(n+1)⌉-th smallest of n. A case that has waited for some time already is compared with those alone that had
waited at least as long in that stage.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from divit.kernel.clock import local
from divit.kernel.working_days import after, between

LEAST_CASES = 30  # fewer say too little for a promise
MIDDLE, NINETY = 0.5, 0.9

Passed = tuple[float, float]  # working days in the stage, and from its start to the hand-over


@dataclass(frozen=True, kw_only=True)
class Range:
    """Half of the comparable cases arrived by the first date, nine in ten by the second."""

    earliest: date
    until: date
    cases: int


def expected(passed: Iterable[Passed], *, since: datetime, now: datetime) -> Range | None:
    """When a case that entered the stage at `since` will be delivered; None when too few are comparable."""
    elapsed = between(since, now) if since < now else 0.0
    left = sorted(whole - elapsed for in_stage, whole in passed if in_stage >= elapsed)
    if len(left) < LEAST_CASES:
        return None
    start = max(since, now)
    middle, ninety = (local(after(start, max(at(left, share), 0.0))).date() for share in (MIDDLE, NINETY))
    return Range(earliest=middle, until=ninety, cases=len(left))


def at(ordered: Sequence[float], share: float) -> float:
    """The value below which a further one stays with at least this probability."""
    return ordered[min(math.ceil(share * (len(ordered) + 1)), len(ordered)) - 1]
