"""How long an invitation stands, and when its person is reminded: effective-dated, from a reviewed file."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import yaml

_FILE = Path(__file__).parent / "reference" / "deadlines.yaml"
UPLOAD_LIFE = timedelta(days=1)  # a roster that nobody confirms


@dataclass(frozen=True, kw_only=True)
class Deadlines:
    """The deadlines of one period; all counted in days."""

    valid_from: date
    request_days: int
    reminder_days: tuple[int, ...]

    def request_until(self, asked: date) -> date:
        """The last day on which the person may begin."""
        return asked + timedelta(days=self.request_days)

    def reminders_due(self, *, expires_on: date, today: date) -> int:
        """How many of the reminders should have been sent by today."""
        return sum(1 for days in self.reminder_days if today >= expires_on - timedelta(days=days))


@cache
def _periods(path: Path) -> tuple[Deadlines, ...]:
    told = yaml.safe_load(path.read_text(encoding="utf-8"))["deadlines"]
    periods = [Deadlines(**{**one, "reminder_days": tuple(sorted(one["reminder_days"], reverse=True))}) for one in told]
    return tuple(sorted(periods, key=lambda period: period.valid_from))


def deadlines_on(day: date) -> Deadlines:
    """The deadlines that hold on a day; before the first period those of the first."""
    periods = _periods(_FILE)
    return next((period for period in reversed(periods) if period.valid_from <= day), periods[0])
