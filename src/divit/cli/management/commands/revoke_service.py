"""`divit revoke_service`: the former certificate of OCSP, time-stamps or seal is closed for good."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from divit.cli.operator import operator
from divit.flows import service_revocation
from divit.kernel.errors import NotFound, Refused
from divit.pki.reasons import Reason

_REASONS = (Reason.SUPERSEDED, Reason.KEY_COMPROMISE, Reason.CESSATION_OF_OPERATION)


class Command(BaseCommand):
    help = "Revoke a certificate that an authority gave to a service of its own, once the service uses another one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("serial", help="as in the ceremony's transcript, hexadecimal")
        parser.add_argument("--reason", required=True, choices=[reason.text for reason in _REASONS])

    def handle(self, *_args: Any, serial: str, reason: str, **_options: Any) -> None:
        try:
            closed = service_revocation.revoke(serial, reason=Reason.from_text(reason), by=operator())
        except (NotFound, ValueError):
            raise CommandError(f"No service has a certificate with the serial number {serial}.") from None
        except Refused as refusal:
            raise CommandError(f"Not revoked: {refusal}") from None
        self.stdout.write(f"{closed.name} ({closed.serial}) is revoked: {reason}")
