"""`divit staff`: accounts of the centre's staff, made, changed and closed by the operator."""

from argparse import ArgumentParser
from typing import Any

import segno
from django.core.management.base import BaseCommand, CommandError

from divit.identity import staff
from divit.kernel.actors import Actor, Level, Role
from divit.kernel.errors import Coded, NotFound

OPERATOR = Actor(role=Role.SYSTEM, id="operator", name="operator", level=Level.HIGH)


class Command(BaseCommand):
    help = "Make an account (add), give it other desks, a new second factor, or close it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["add", "desks", "second-factor", "close"])
        parser.add_argument("email")
        parser.add_argument("--name", default="")
        parser.add_argument("--desk", action="append", default=[], choices=[str(desk) for desk in staff.DESKS])

    def handle(self, *_args: Any, action: str, email: str, name: str, desk: list[str], **_options: Any) -> None:
        try:
            self._do(action, email=email, name=name, desks=desk)
        except NotFound:
            raise CommandError(f"There is no account {email}.") from None
        except Coded as refusal:
            raise CommandError(f"{action} was refused: {refusal.code}") from None

    def _do(self, action: str, *, email: str, name: str, desks: list[str]) -> None:
        match action:
            case "add":
                account, uri = staff.create_staff(email, name=name, desks=desks, by=OPERATOR)
                self.stdout.write(f"{account.email} may come in. The second factor, shown only now:")
                self._show(uri)
            case "second-factor":
                self._show(staff.renew_second_factor(email, by=OPERATOR))
            case "desks":
                staff.set_desks(email, desks=desks, by=OPERATOR)
            case "close":
                staff.close_account(email, by=OPERATOR)

    def _show(self, uri: str) -> None:
        self.stdout.write(uri)
        if self.stdout.isatty():
            segno.make(uri).terminal(compact=True)
