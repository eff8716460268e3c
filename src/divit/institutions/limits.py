"""How long appointments of officers and deputies and undecided proposals may last: effective-dated, from a file."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import yaml

_FILE = Path(__file__).parent / "reference" / "limits.yaml"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The limits of one period; all counted in days."""

    valid_from: date
    officer_days: int
    deputy_days: int
    proposal_days: int

    def officer_until(self, starts: date) -> date:
        """The latest last day of an officer's appointment that begins on this day."""
        return starts + timedelta(days=self.officer_days - 1)

    def deputy_until(self, starts: date) -> date:
        """The latest last day of a deputy's appointment that begins on this day."""
        return starts + timedelta(days=self.deputy_days - 1)

    def proposal_until(self, proposed: date) -> date:
        """The last day on which a proposal may be decided."""
        return proposed + timedelta(days=self.proposal_days)


@cache
def _periods(path: Path) -> tuple[Limits, ...]:
    told = yaml.safe_load(path.read_text(encoding="utf-8"))["limits"]
    return tuple(sorted((Limits(**one) for one in told), key=lambda period: period.valid_from))


def limits_on(day: date) -> Limits:
    """The limits that hold on a day; before the first period those of the first."""
    periods = _periods(_FILE)
    return next((period for period in reversed(periods) if period.valid_from <= day), periods[0])
