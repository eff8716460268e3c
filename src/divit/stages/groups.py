"""Which groups of cases may be shown: none below ten, and none that a subtraction would uncover; pure.

A table splits all cases by some dimensions. Time is cut into blocks of whole months, for each table by itself: a block
ends with the first month at which every group of the table that has a case has ten of them, and at which every
coarser table's block ends too. So whatever a table shows, the coarser tables show as a sum of the same groups, and no
difference between published groups is smaller than a published group. A month that is published never changes.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

LEAST = 10  # cases

Dims = tuple[str, ...]
Values = tuple[str, ...]  # one for each dimension of the cases


@dataclass(frozen=True, kw_only=True)
class Span:
    """Whole months: the first day of the first, and of the last."""

    first: date
    last: date


def blocks(
    counts: Mapping[date, Mapping[Values, int]],
    *,
    dimensions: Dims,
    tables: Iterable[Dims],
    ended: Mapping[Dims, Sequence[date]] | None = None,
) -> dict[Dims, list[Span]]:
    """New blocks of each table.

    `counts`: per month how many cases have which values, in the order of `dimensions`. `ended`: the last months of
    the blocks that were published before; they stay, and new ones begin after them.
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


def _counted(cells: Mapping[Values, int], places: Sequence[int]) -> Counter[Values]:
    counted: Counter[Values] = Counter()
    for values, cases in cells.items():
        counted[tuple(values[place] for place in places)] += cases
    return counted


def _cut(months: Mapping[date, Counter[Values]], coarser: Sequence[set[date]]) -> list[Span]:
    spans: list[Span] = []
    first: date | None = None
    gathered: Counter[Values] = Counter()
    for month, cells in months.items():
        first = first or month
        gathered += cells
        if gathered and min(gathered.values()) >= LEAST and all(month in ends for ends in coarser):
            spans.append(Span(first=first, last=month))
            first, gathered = None, Counter()
    return spans


def shown_alone(cases: Mapping[str, int]) -> frozenset[str]:
    """Of groups that make up a whole, those that may be shown one by one.

    What is left over must be nothing or ten cases: otherwise the smallest of the shown is left out with it.
    """
    shown = sorted((name for name, count in cases.items() if count >= LEAST), key=lambda name: (cases[name], name))
    left_over = sum(count for count in cases.values() if count < LEAST)
    while shown and 0 < left_over < LEAST:
        left_over += cases[shown.pop(0)]
    return frozenset(shown)
