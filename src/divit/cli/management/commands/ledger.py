"""`divit ledger verify`: check the whole ledger and name what is wrong."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from divit.audit import selectors
from divit.flows import ledger_checkpoint


class Command(BaseCommand):
    help = "Check every entry of the ledger; the exit code is 0 only if all of it is as it was written."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["verify"])

    def handle(self, *_args: Any, **_options: Any) -> None:
        faults = 0
        for fault in ledger_checkpoint.verify():
            faults += 1
            self.stderr.write(f"entry {fault.seq}: {fault.what}")
        if faults:
            raise CommandError(f"The ledger has {faults} faults.")
        self.stdout.write(f"The ledger is whole: {selectors.count()} entries, every one as it was written.")
