"""When a renewal may be applied for, when its holder is told, what transfers follow: effective-dated, from a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Protocol, TypeVar

import yaml

from divit.applications.kinds import Kind, TransferRule, months_before

FILE = Path(__file__).parent / "reference" / "renewal.yaml"


@dataclass(frozen=True, kw_only=True)
class RenewalTerms:
    """What holds for renewals from a day on."""

    valid_from: date
    apply_months: int
    notice_days: tuple[int, ...]

    def applied_for_from(self, ends: date) -> date:
        """The first day on which a renewal of what ends then is taken."""
        return months_before(ends, self.apply_months)

    def notice_due(self, *, ends: date, today: date) -> int | None:
        """The notice whose day came last, by its number of days; None before the first one and after the end.

        After a pause only the newest is due: nobody is told twice in one day that two months and one month are left.
        """
        left = (ends - today).days
        reached = [days for days in self.notice_days if left <= days]
        return min(reached, default=None) if left >= 0 else None


@dataclass(frozen=True, kw_only=True)
class TransferTerms:
    """What holds for transfers from a day on; a kind without a rule follows its own row."""

    valid_from: date
    rules: Mapping[Kind, TransferRule]


class _Dated(Protocol):
    @property
    def valid_from(self) -> date: ...


Period = TypeVar("Period", bound=_Dated)


def renewal_terms_on(day: date) -> RenewalTerms:
    """The terms that hold on a day; before the first period those of the first."""
    return _in_force(_renewals(FILE), day)


def transfer_terms_on(day: date) -> TransferTerms:
    """The rules of transfers on a day; before the first period those of the first."""
    return _in_force(_transfers(FILE), day)


def _in_force(periods: tuple[Period, ...], day: date) -> Period:
    return next((period for period in reversed(periods) if period.valid_from <= day), periods[0])


@cache
def _renewals(path: Path) -> tuple[RenewalTerms, ...]:
    told = [RenewalTerms(**{**one, "notice_days": tuple(one["notice_days"])}) for one in _read(path, "renewal")]
    return tuple(sorted(told, key=lambda period: period.valid_from))


@cache
def _transfers(path: Path) -> tuple[TransferTerms, ...]:
    told = [_transfer_terms(dict(one)) for one in _read(path, "transfers")]
    return tuple(sorted(told, key=lambda period: period.valid_from))


def _transfer_terms(one: dict[str, Any]) -> TransferTerms:
    valid_from = one.pop("valid_from")
    rules = {Kind(kind): TransferRule(kind=Kind(kind), **rule) for kind, rule in one.items()}
    return TransferTerms(valid_from=valid_from, rules=rules)


def _read(path: Path, part: str) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))[part]
    return told
