"""Of the dates promised with ninety per cent at least eighty-five are kept: a lived year that broke them says so."""

import pytest

from divit.cli.simulation.year import Lived


@pytest.mark.parametrize(
    ("judged", "kept", "broke"),
    [(200, 170, False), (200, 169, True), (3000, 2700, False), (3000, 2549, True), (40, 10, False), (0, 0, False)],
)
def test_a_year_that_did_not_keep_its_dates_says_so(judged: int, kept: int, broke: bool) -> None:
    lived = Lived(
        applications={},
        certificates={},
        moves=0,
        digest="",
        promises_judged=judged,
        promises_kept=kept,
        refusals={},
        failed_jobs={},
        unanswered={},
        seconds=1.0,
        processor_seconds=1.0,
        spent={},
    )
    assert lived.broke_its_word is broke
