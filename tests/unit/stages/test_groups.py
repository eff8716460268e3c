"""No small group is shown, and none can be worked out by subtraction, also by who knows an institution's cases."""

import random
from datetime import date
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from divit.stages.groups import LEAST, Span, blocks, shown_alone, tells_nobody

DIMENSIONS = ("payer", "kind", "lane")
TABLES = tuple(split for size in range(4) for split in combinations(DIMENSIONS, size))
MONTHS = [date(2026, month, 1) for month in range(1, 13)]
CELLS = [(p, k, lane) for p in ("person", "institution") for k in ("first", "lost") for lane in ("normal", "delayed")]

HOLDERS = ("ministry", "treasury", "school")
HELD = some.dictionaries(some.sampled_from(HOLDERS), some.integers(min_value=1, max_value=25), min_size=1)
COUNTS = some.dictionaries(
    some.sampled_from(MONTHS), some.dictionaries(some.sampled_from(CELLS), HELD, min_size=1, max_size=4)
)


def cut(counts: dict, **more: object) -> dict:
    return blocks(counts, dimensions=DIMENSIONS, tables=TABLES, **more)  # type: ignore[arg-type]


def cases_of(counts: dict, table: tuple[str, ...], span: Span, *, without: str = "") -> dict:
    """The cases of each group of a block; `without` those that an institution's people know."""
    found: dict = {}
    places = [DIMENSIONS.index(name) for name in table]
    for month, cells in counts.items():
        if span.first <= month <= span.last:
            for values, cases in cells.items():
                key = tuple(values[place] for place in places)
                others = sum(count for holder, count in cases.items() if holder != without)
                found[key] = found.get(key, 0) + others
    return found


@given(COUNTS)
@settings(deadline=None)
def test_every_group_has_ten_cases(counts: dict) -> None:
    for table, spans in cut(counts).items():
        for span in spans:
            assert min(cases_of(counts, table, span).values()) >= LEAST


@given(COUNTS, some.sampled_from(HOLDERS))
@settings(deadline=None)
def test_who_knows_the_cases_of_one_institution_is_left_with_none_or_ten(counts: dict, officer: str) -> None:
    """And because the tables nest, the differences that remain are sums of such rests."""
    for table, spans in cut(counts).items():
        for span in spans:
            assert all(rest == 0 or rest >= LEAST for rest in cases_of(counts, table, span, without=officer).values())


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
    lost = {MONTHS[0]: 12, MONTHS[1]: 12, MONTHS[2]: 4, MONTHS[3]: 8}
    counts = {
        month: {("person", "first", "normal"): {"ministry": 40}, ("person", "lost", "normal"): {"ministry": cases}}
        for month, cases in lost.items()
    }
    by_kind = cut(counts)[("kind",)]
    assert by_kind == [
        Span(first=MONTHS[0], last=MONTHS[0]),
        Span(first=MONTHS[1], last=MONTHS[1]),
        Span(first=MONTHS[2], last=MONTHS[3]),
    ]


def test_the_officer_who_subtracts() -> None:
    """The ministry has nearly all of March: shown alone, its officer would read what became of the other three."""
    ours = ("institution", "first", "normal")
    others = {MONTHS[0]: 12, MONTHS[1]: 3, MONTHS[2]: 4, MONTHS[3]: 5, MONTHS[4]: 0}
    counts = {
        month: {ours: {"ministry": 200} | ({"school": cases} if cases else {})} for month, cases in others.items()
    }
    assert cut(counts)[()] == [
        Span(first=MONTHS[0], last=MONTHS[0]),
        Span(first=MONTHS[1], last=MONTHS[3]),
        Span(first=MONTHS[4], last=MONTHS[4]),
    ]


@pytest.mark.parametrize(
    ("cases", "told"),
    [
        ({"a": 10}, True),
        ({"a": 9}, False),
        ({"a": 100, "b": 9}, False),
        ({"a": 100, "b": 10}, True),
        ({"a": 100, "b": 5, "c": 5}, True),
        ({"a": 5, "b": 4, "c": 3}, False),  # a's people know five of twelve
        ({}, False),
    ],
)
def test_a_group_that_may_be_shown(cases: dict[str, int], *, told: bool) -> None:
    assert tells_nobody(cases) is told


@pytest.mark.parametrize(
    ("cases", "shown"),
    [
        ({"a": 30, "b": 12}, {"a", "b"}),
        ({"a": 30, "b": 12, "c": 3}, set()),  # with a shown, b's people could tell c from the whole
        ({"a": 30, "b": 12, "c": 3, "d": 8}, {"a"}),  # and d's people could tell c from c and d
        ({"a": 30, "b": 12, "c": 8, "d": 8, "e": 8}, {"a", "b"}),
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
        shown = shown_alone(cases)
        left_over = {name: count for name, count in cases.items() if name not in shown}
        rests = [sum(left_over.values()) - known for known in (0, *left_over.values())]
        assert not shown or all(rest == 0 or rest >= LEAST for rest in rests)
