"""`divit recheck`: look again at every stored certificate, and at what the world is told of them."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from divit import wiring
from divit.certificates import findings
from divit.flows import recheck


class Command(BaseCommand):
    help = (
        "Hold stored certificates against their profile and published answers against the database, for some minutes."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seconds", type=float, default=600, help="for each of the two parts")
        parser.add_argument("--pkilint-every", type=int, default=recheck.PKILINT_EVERY, help="1: every certificate")
        parser.add_argument("--stored-only", action="store_true", help="ask nothing over the network")

    def handle(self, *_args: Any, seconds: float, pkilint_every: int, stored_only: bool, **_options: Any) -> None:
        told = recheck.certificates(seconds=seconds, pkilint_every=pkilint_every)
        end = "to the end of the round" if told.whole else "the next run goes on from here"
        self.stdout.write(f"{told.checked} certificates, {told.found} new findings; {end}.")
        if not stored_only:
            asked = recheck.published(probe=wiring.status_probe(), seconds=seconds)
            self.stdout.write(f"The list and {asked.checked} OCSP answers, {asked.found} new findings.")
        waiting = findings.how_many()
        if waiting:
            raise CommandError(f"{waiting} findings wait for the registry.")
