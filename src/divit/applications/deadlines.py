"""How long an application may wait, and when its person is reminded: effective-dated, from a reviewed file."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import yaml

_FILE = Path(__file__).parent / "reference" / "deadlines.yaml"


@dataclass(frozen=True, kw_only=True)
class Deadlines:
    """The deadlines of one period; all counted in days."""

    valid_from: date
    draft_days: int
    open_days: int
    reminder_days: tuple[int, ...]

    def draft_until(self, begun: date) -> date:
        """The last day of a draft on which nothing more is done."""
        return begun + timedelta(days=self.draft_days)

    def open_until(self, submitted: date) -> date:
        """The last day on which form and fee may still come."""
        return submitted + timedelta(days=self.open_days)

    def reminders_due(self, *, lapses_on: date, today: date) -> int:
        """How many of the reminders should have been sent by today."""
        return sum(1 for days in self.reminder_days if today >= lapses_on - timedelta(days=days))


@cache
def _periods(path: Path) -> tuple[Deadlines, ...]:
    told = yaml.safe_load(path.read_text(encoding="utf-8"))["deadlines"]
    periods = [Deadlines(**{**one, "reminder_days": tuple(sorted(one["reminder_days"], reverse=True))}) for one in told]
    return tuple(sorted(periods, key=lambda period: period.valid_from))


def deadlines_on(day: date) -> Deadlines:
    """The deadlines that hold on a day; before the first period those of the first."""
    periods = _periods(_FILE)
    return next((period for period in reversed(periods) if period.valid_from <= day), periods[0])
