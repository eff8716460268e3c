"""Which groups of cases may be shown: none below ten, and none that a subtraction would uncover; pure.

Whoever subtracts may know more than what is published: an institution's own people are taken to know all of its cases.
So a group is shown only if besides those of any one institution it has no case or ten.

A table splits all cases by some dimensions. Time is cut into blocks of whole months, for each table by itself: a block
ends with the first month at which every group of the table that has a case may be shown, and at which every
coarser table's block ends too. So whatever a table shows, the coarser tables show as a sum of the same groups, and no
difference between published groups is smaller than a published group. A month that is published never changes.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

LEAST = 10  # cases

Dims = tuple[str, ...]
Values = tuple[str, ...]  # one for each dimension of the cases
Holder = Hashable  # whose cases they are: an institution
Cells = Mapping[Values, Mapping[Holder, int]]


@dataclass(frozen=True, kw_only=True)
class Span:
    """Whole months: the first day of the first, and of the last."""

    first: date
    last: date


def tells_nobody(cases: Mapping[Holder, int]) -> bool:
    """Whether a group may be shown: ten cases, and nothing or ten when the largest holder takes its own away."""
    whole = sum(cases.values())
    others = whole - max(cases.values(), default=0)
    return whole >= LEAST and (others == 0 or others >= LEAST)


def blocks(
    counts: Mapping[date, Cells],
    *,
    dimensions: Dims,
    tables: Iterable[Dims],
    ended: Mapping[Dims, Sequence[date]] | None = None,
) -> dict[Dims, list[Span]]:
    """New blocks of each table.

    `counts`: per month how many cases of whom have which values, in the order of `dimensions`. `ended`: the last
    months of the blocks that were published before; they stay, and new ones begin after them.
    """
    found: dict[Dims, list[Span]] = {}
    ends = {table: set(months) for table, months in (ended or {}).items()}
    for table in sorted(tables, key=len):
        coarser = [ends[other] for other in found if set(other) < set(table)]
        places = [dimensions.index(name) for name in table]
        done = max(ends.get(table, ()), default=date.min)
        later = {month: _counted(counts[month], places) for month in sorted(counts) if month > done}
        found[table] = _cut(later, coarser)
        ends[table] = ends.get(table, set()) | {span.last for span in found[table]}
    return found


def _counted(cells: Cells, places: Sequence[int]) -> dict[Values, Counter[Holder]]:
    counted: dict[Values, Counter[Holder]] = {}
    for values, cases in cells.items():
        counted.setdefault(tuple(values[place] for place in places), Counter()).update(cases)
    return counted


def _cut(months: Mapping[date, Mapping[Values, Counter[Holder]]], coarser: Sequence[set[date]]) -> list[Span]:
    spans: list[Span] = []
    first: date | None = None
    gathered: dict[Values, Counter[Holder]] = {}
    for month, cells in months.items():
        first = first or month
        for values, cases in cells.items():
            gathered.setdefault(values, Counter()).update(cases)
        if all(map(tells_nobody, gathered.values())) and all(month in ends for ends in coarser):
            spans.append(Span(first=first, last=month))
            first, gathered = None, {}
    return spans


def shown_alone(cases: Mapping[str, int]) -> frozenset[str]:
    """Of institutions that make up a whole, those that may be shown one by one.

    What is left over must be a group that may be shown, or nothing: otherwise the smallest of the shown is left out
    with it.
    """
    shown = sorted((name for name, count in cases.items() if count >= LEAST), key=lambda name: (cases[name], name))
    left_over: dict[Holder, int] = {name: count for name, count in cases.items() if count < LEAST}
    while shown and left_over and not tells_nobody(left_over):
        name = shown.pop(0)
        left_over[name] = cases[name]
    return frozenset(shown)
