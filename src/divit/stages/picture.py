"""The picture of the stages: where each bar begins and how long it is; the page draws it as SVG. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from divit.stages.names import Lane, Stage

WIDTH = 340
_LEFT, _LONGEST = 70, 185  # where bars begin, and how long the longest is; the rest is for its numbers
_TITLE, _BAR, _GAP, _BETWEEN = 16, 13, 4, 14


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Median and 90th percentile in working days."""

    median: float
    ninety: float


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One lane of one stage; lengths are texts, because SVG takes no decimal comma."""

    lane: Lane | None
    measured: Measured
    top: int
    base: int
    median: str
    ninety: str
    numbers: str


@dataclass(frozen=True, kw_only=True)
class Row:
    """One stage with a bar for each lane."""

    stage: Stage
    base: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True, kw_only=True)
class Picture:
    """What the page draws."""

    height: int
    rows: tuple[Row, ...]
    left: int = _LEFT
    width: int = WIDTH
    bar: int = _BAR


def draw(stages: Sequence[tuple[Stage, Mapping[Lane | None, Measured]]]) -> Picture:
    """Lay the stages out below one another, on one scale."""
    longest = max((one.ninety for _stage, lanes in stages for one in lanes.values()), default=0.0) or 1.0
    top, rows = 0, []
    for stage, lanes in stages:
        bars = []
        under = top + _TITLE + _GAP
        for lane, measured in lanes.items():
            bars.append(_bar(lane, measured, top=under, scale=_LONGEST / longest))
            under += _BAR + _GAP
        rows.append(Row(stage=stage, base=top + _TITLE - _GAP, bars=tuple(bars)))
        top = under + _BETWEEN - _GAP
    return Picture(height=top, rows=tuple(rows))


def _bar(lane: Lane | None, measured: Measured, *, top: int, scale: float) -> Bar:
    ninety = measured.ninety * scale
    return Bar(
        lane=lane,
        measured=measured,
        top=top,
        base=top + _BAR - 3,
        median=f"{max(measured.median * scale, 1):.1f}",
        ninety=f"{max(ninety, 1):.1f}",
        numbers=f"{_LEFT + ninety + 5:.1f}",
    )
