"""`divit walk`: whole journeys against the running demo, over HTTP only, with OpenSSL as witness."""

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
from rich.console import Console

from divit.cli.browser import WalkFailed
from divit.cli.institution_walk import FEWEST, MOST, institution
from divit.cli.journey import Places
from divit.cli.lost_card import lost_card
from divit.launcher.addresses import Addresses


class Report:
    """Prints each step with the time it took."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, soft_wrap=True)
        self._began = time.monotonic()

    @contextmanager
    def step(self, words: str) -> Iterator[list[str]]:
        """One step; what is appended to the list is printed behind it."""
        began, notes = time.monotonic(), list[str]()
        yield notes
        self._console.print(f"  ✓ {time.monotonic() - began:6.2f} s  {words}  [dim]{' · '.join(notes)}[/dim]")

    def end(self) -> None:
        """The sum."""
        self._console.print(f"  The whole journey holds: {time.monotonic() - self._began:.1f} s")


def main(arguments: list[str]) -> int:
    """Exit code 0 only if every step holds."""
    parser = argparse.ArgumentParser(prog="divit walk")
    addresses = Addresses.from_environment()
    parser.add_argument("journey", nargs="?", choices=["lost-card", "institution"], default="lost-card")
    parser.add_argument("--people", type=int, default=MOST, help="how many the institution asks for (institution)")
    parser.add_argument("--web", default=addresses.public_url)
    parser.add_argument("--validation", default=addresses.validation_url)
    parser.add_argument("--world", default=addresses.world_url)
    options = parser.parse_args(arguments)
    report = Report()
    places = Places(web=options.web, validation=options.validation, world=options.world)
    try:
        if options.journey == "institution":
            institution(places, report.step, count=max(FEWEST, min(options.people, MOST)))
        else:
            lost_card(places, report.step)
    except WalkFailed as failure:
        sys.stderr.write(f"\nThe journey stops here: {failure}\n")
        return 1
    except httpx2.HTTPError as failure:
        sys.stderr.write(f"\nSomething did not answer ({failure}). Is the demo running? Start it with `make demo`.\n")
        return 1
    report.end()
    return 0
