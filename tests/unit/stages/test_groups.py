"""No small group is shown, and none can be worked out by subtraction."""

import random
from datetime import date
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from divit.stages.groups import LEAST, Span, blocks, shown_alone

DIMENSIONS = ("payer", "kind", "lane")
TABLES = tuple(split for size in range(4) for split in combinations(DIMENSIONS, size))
MONTHS = [date(2026, month, 1) for month in range(1, 13)]
CELLS = [(p, k, lane) for p in ("person", "institution") for k in ("first", "lost") for lane in ("normal", "delayed")]

COUNTS = some.dictionaries(
    some.sampled_from(MONTHS),
    some.dictionaries(some.sampled_from(CELLS), some.integers(min_value=1, max_value=25), min_size=1),
)


def cut(counts: dict, **more: object) -> dict:
    return blocks(counts, dimensions=DIMENSIONS, tables=TABLES, **more)  # type: ignore[arg-type]


def cases_of(counts: dict, table: tuple[str, ...], span: Span) -> dict:
    found: dict = {}
    places = [DIMENSIONS.index(name) for name in table]
    for month, cells in counts.items():
        if span.first <= month <= span.last:
            for values, cases in cells.items():
                key = tuple(values[place] for place in places)
                found[key] = found.get(key, 0) + cases
    return found


@given(COUNTS)
@settings(deadline=None)
def test_every_group_has_ten_cases(counts: dict) -> None:
    for table, spans in cut(counts).items():
        for span in spans:
            assert min(cases_of(counts, table, span).values()) >= LEAST


@given(COUNTS)
@settings(deadline=None)
def test_a_finer_table_is_cut_only_where_every_coarser_one_is(counts: dict) -> None:
    """So each block of the finer is a sum of blocks of the coarser: subtracting leaves whole published groups."""
    found = cut(counts)
    for finer, coarser in ((a, b) for a in TABLES for b in TABLES if set(b) < set(a)):
        for span in found[finer]:
            inside = [one for one in found[coarser] if one.first <= span.last and one.last >= span.first]
            assert inside[0].first >= span.first
            assert inside[-1].last == span.last


@given(COUNTS, some.integers(min_value=0, max_value=12))
@settings(deadline=None)
def test_what_was_published_stays_when_months_are_added(counts: dict, known: int) -> None:
    """Published month by month or all at once: the same blocks."""
    early = {month: cells for month, cells in counts.items() if month in MONTHS[:known]}
    first = cut(early)
    later = cut(counts, ended={table: [span.last for span in spans] for table, spans in first.items()})
    at_once = cut(counts)
    assert {table: first[table] + later[table] for table in TABLES} == at_once


def test_the_attack_that_it_prevents() -> None:
    """Four lost cards in March: neither March by kind nor anything from which March could be subtracted is shown."""
    counts = {
        MONTHS[0]: {("person", "first", "normal"): 40, ("person", "lost", "normal"): 12},
        MONTHS[1]: {("person", "first", "normal"): 40, ("person", "lost", "normal"): 12},
        MONTHS[2]: {("person", "first", "normal"): 40, ("person", "lost", "normal"): 4},
        MONTHS[3]: {("person", "first", "normal"): 40, ("person", "lost", "normal"): 8},
    }
    by_kind = cut(counts)[("kind",)]
    assert by_kind == [
        Span(first=MONTHS[0], last=MONTHS[0]),
        Span(first=MONTHS[1], last=MONTHS[1]),
        Span(first=MONTHS[2], last=MONTHS[3]),
    ]


@pytest.mark.parametrize(
    ("cases", "shown"),
    [
        ({"a": 30, "b": 12}, {"a", "b"}),
        ({"a": 30, "b": 12, "c": 3}, {"a"}),  # c alone could be told from the whole; with b it cannot
        ({"a": 30, "b": 12, "c": 3, "d": 8}, {"a", "b"}),  # c and d together are eleven
        ({"a": 30, "c": 3}, set()),
        ({}, set()),
    ],
)
def test_institutions_shown_by_name(cases: dict[str, int], shown: set[str]) -> None:
    assert shown_alone(cases) == shown


def test_what_is_left_over_is_never_small() -> None:
    dice = random.Random(5070)  # noqa: S311 - the same dice every time
    for _ in range(2000):
        cases = {str(name): dice.randint(1, 30) for name in range(dice.randint(0, 8))}
        rest = sum(count for name, count in cases.items() if name not in shown_alone(cases))
        assert rest == 0 or rest >= LEAST or not shown_alone(cases)
