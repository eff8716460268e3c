"""The desks' target days per stage: effective-dated, from a reviewed file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import yaml

from divit.stages.names import Stage

_FILE = Path(__file__).parent / "reference" / "targets.yaml"


@dataclass(frozen=True, kw_only=True)
class _Period:
    valid_from: date
    days: Mapping[Stage, float]


def targets_on(day: date) -> Mapping[Stage, float]:
    """Working days per stage that hold on a day; before the first period those of the first."""
    periods = _periods(_FILE)
    return next((period for period in reversed(periods) if period.valid_from <= day), periods[0]).days


@cache
def _periods(path: Path) -> tuple[_Period, ...]:
    told = yaml.safe_load(path.read_text(encoding="utf-8"))["targets"]
    periods = [
        _Period(valid_from=one["valid_from"], days={Stage(name): float(days) for name, days in one["days"].items()})
        for one in told
    ]
    return tuple(sorted(periods, key=lambda period: period.valid_from))
