"""The one clock, and who may move it."""

import subprocess
from contextlib import suppress
from datetime import UTC, date, datetime

from divit.kernel import clock
from divit.launcher.home import CHECKOUT

THEN = datetime(2025, 11, 2, 22, 30, tzinfo=UTC)


def test_a_moved_clock_is_moved_for_all_who_ask_and_comes_back() -> None:
    before = clock.now()
    with clock.moved(lambda: THEN):
        assert clock.now() == THEN
        assert clock.today() == date(2025, 11, 3)
    with suppress(RuntimeError), clock.moved(lambda: THEN):
        raise RuntimeError
    assert clock.now() >= before


def test_only_a_simulated_year_moves_it() -> None:
    found = subprocess.run(
        ["grep", "-rl", "clock.moved(", "src"], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    assert found.stdout.split() == ["src/divit/cli/simulation/moving.py"]
