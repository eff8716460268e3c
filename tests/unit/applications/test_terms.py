"""The dated terms of renewals and transfers: what the file says, and which day begins what."""

from datetime import date, timedelta

import pytest

from divit.applications.kinds import Kind
from divit.applications.terms import RenewalTerms, renewal_terms_on, transfer_terms_on

TODAY = date(2026, 11, 28)
TERMS = RenewalTerms(valid_from=date(2022, 4, 1), apply_months=3, notice_days=(90, 60, 30, 15))


@pytest.mark.parametrize(
    ("left", "due"),
    [(400, None), (91, None), (90, 90), (89, 90), (61, 90), (60, 60), (31, 60), (30, 30), (16, 30), (15, 15), (0, 15)],
)
def test_the_notice_whose_day_came_last_is_due(left: int, due: int | None) -> None:
    assert TERMS.notice_due(ends=TODAY + timedelta(days=left), today=TODAY) == due


def test_after_the_end_nothing_is_due() -> None:
    assert TERMS.notice_due(ends=TODAY - timedelta(days=1), today=TODAY) is None


def test_a_renewal_is_applied_for_three_months_before_the_end() -> None:
    assert TERMS.applied_for_from(date(2027, 5, 31)) == date(2027, 2, 28)


def test_the_reviewed_file_says_what_guides_and_the_spec_say() -> None:
    for day in (date(2020, 1, 1), TODAY):
        terms = renewal_terms_on(day)
        assert (terms.apply_months, terms.notice_days) == (3, (90, 60, 30, 15))
    rules = transfer_terms_on(TODAY).rules
    assert {kind: rule.months_left for kind, rule in rules.items()} == {
        Kind.FIRST: None,
        Kind.OTHER: None,
        Kind.RENEWAL: 2,
    }
