"""`divit compromise`: an issuing authority's key is compromised, and everything that rests on it ends."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from divit.cli.operator import operator
from divit.flows import ca_compromise
from divit.kernel.errors import NotFound

_NEXT = """
What is left to do (docs/operations/ca-compromise.md):
  divit ceremony revoke {name} --ca CA
     or, with the root on a machine of its own: request --list --revoke {name}, sign, accept
  divit ceremony rotate-issuing --plan NEXT --ca CA
  notify BTK and the relying parties; make the certificates below anew"""


class Command(BaseCommand):
    help = "Stop an issuing authority for good and revoke all of its certificates; running it again goes on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="as in the address of its list: issuing, issuing-2, …")
        parser.add_argument("--stop-only", action="store_true", help="stop issuing, and revoke nothing yet")
        parser.add_argument("--confirm", default="", help="the name again: revocation cannot be undone")

    def handle(self, *_args: Any, name: str, stop_only: bool, confirm: str, **_options: Any) -> None:
        try:
            authority = ca_compromise.named(name)
        except NotFound:
            raise CommandError(f"There is no authority called {name}.") from None
        if not stop_only and confirm != name:
            raise CommandError(f"This revokes every certificate of {name}. If that is meant: --confirm {name}")
        by, began = operator(), time.monotonic()

        def tell(what: str) -> None:
            self.stdout.write(f"{time.monotonic() - began:8.1f} s  {what}")

        ca_compromise.stop_issuing(authority, by=by)
        tell(f"{name} issues nothing more")
        if stop_only:
            return
        tell(f"given up: {ca_compromise.give_up_open(authority, by=by)} certificates in the making")
        closed = 0
        for closed in ca_compromise.close_all(authority, by=by):
            if closed % 1000 == 0:
                tell(f"revoked so far: {closed}")
        ca_compromise.publish_at_once(authority)
        tell(f"revoked: {closed} certificates, each on record, each holder told; a list is ordered")
        self.stdout.write(_NEXT.format(name=name))
        for lost in ca_compromise.to_make_anew(authority):
            self.stdout.write(f"  {lost.certificates:8} {lost.institution}")
