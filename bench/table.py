"""The one table in which every benchmark tells what it measured: ours, the peers, the goal."""

import argparse
import os
import platform
import statistics
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

Name = TypeVar("Name")
ROUNDS = 5


@dataclass(frozen=True)
class Row:
    """One figure. `reached` is None where it stands for comparison alone."""

    subject: str
    who: str
    what: str
    value: float
    unit: str
    goal: str = ""
    reached: bool | None = None
    note: str = ""


def interleaved(runs: Mapping[str, Callable[[], float]], *, rounds: int = ROUNDS) -> dict[str, float]:
    """The median of each over as many rounds; each round runs all of them, so that a noisy minute is shared."""
    found: dict[str, list[float]] = {who: [] for who in runs}
    for _ in range(rounds):
        for who, run in runs.items():
            found[who].append(run())
    return {who: statistics.median(values) for who, values in found.items()}


def arguments(description: str | None) -> argparse.ArgumentParser:
    """What every benchmark is asked with."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="smaller numbers and fewer rounds: to see that it runs")
    return parser


def machine() -> str:
    """On what, and how busy: only ratios travel to another one."""
    model = next((line.partition(":")[2].strip() for line in _cpu() if line.startswith("model name")), "")
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    cores = len(os.sched_getaffinity(0))
    today = datetime.now(tz=UTC).date()
    return f"{today}; {cores} cores, {model or platform.machine()}; Python {platform.python_version()}; load {load}"


def show(title: str, rows: Iterable[Row], notes: Iterable[str] = ()) -> bool:
    """Print the table as Markdown; whether every goal in it was reached."""
    told = list(rows)
    print(f"\n### {title}\n\n{machine()}\n")
    print("| what | who | value | goal | reached | note |")
    print("|---|---|---|---|---|---|")
    for row in told:
        reached = "" if row.reached is None else "yes" if row.reached else "**no**"
        print(f"| {row.what} | {row.who} | {_figure(row.value)} {row.unit} | {row.goal} | {reached} | {row.note} |")
    for note in notes:
        print(f"\n- {note}")
    return all(row.reached is not False for row in told)


def _figure(value: float) -> str:
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _cpu() -> list[str]:
    file = Path("/proc/cpuinfo")
    return file.read_text().splitlines() if file.exists() else []
