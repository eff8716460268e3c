"""`divit staff`: accounts of the centre's staff; one operator asks for a change, a second one confirms it."""

from argparse import ArgumentParser
from typing import Any

import segno
from django.core.management.base import BaseCommand, CommandError

from divit.cli.operator import operator
from divit.identity import staff, staff_changes
from divit.identity.models import StaffChange
from divit.kernel.actors import Actor
from divit.kernel.errors import Coded, NotFound

_OF_ACCOUNTS = ("add", "desks", "second-factor", "close")
_OF_CHANGES = ("confirm", "withdraw")


class Command(BaseCommand):
    help = (
        "Ask for an account (add), for other desks or a new second factor; see what is asked for (waiting); "
        "confirm it as a second operator, or withdraw it. Closing, and fewer desks, take effect at once."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=[*_OF_ACCOUNTS, "waiting", *_OF_CHANGES])
        parser.add_argument("what", nargs="?", default="", help="an e-mail address, or the number of a change")
        parser.add_argument("--name", default="")
        parser.add_argument("--desk", action="append", default=[], choices=[str(desk) for desk in staff.DESKS])

    def handle(self, *_args: Any, action: str, what: str, name: str, desk: list[str], **_options: Any) -> None:
        by = operator()
        try:
            if action == "waiting":
                self._list()
            elif action in _OF_CHANGES:
                self._decide(action, what, by=by)
            else:
                self._ask(action, email=what, name=name, desks=desk, by=by)
        except NotFound:
            raise CommandError(f"There is no {'change' if action in _OF_CHANGES else 'account'} {what}.") from None
        except Coded as refusal:
            raise CommandError(f"{action} was refused: {refusal.code}") from None

    def _ask(self, action: str, *, email: str, name: str, desks: list[str], by: Actor) -> None:
        change: StaffChange | None = None
        match action:
            case "add":
                change = staff_changes.ask_for_account(email, name=name, desks=desks, by=by)
            case "second-factor":
                change = staff_changes.ask_for_second_factor(email, by=by)
            case "desks":
                change = staff_changes.ask_for_desks(email, desks=desks, by=by)
            case "close":
                staff.close_account(email, by=by)
        if change is None:
            self.stdout.write(f"{email}: done.")
        else:
            self.stdout.write(f"Asked for as {change.pk}. Another operator confirms: divit staff confirm {change.pk}")

    def _decide(self, action: str, what: str, *, by: Actor) -> None:
        if not what.isdecimal():
            raise NotFound("staff change")
        if action == "withdraw":
            staff_changes.withdraw(int(what), by=by)
            return
        uri = staff_changes.confirm(int(what), by=by)
        self.stdout.write(f"{what} is carried out.")
        if uri:
            self.stdout.write("The second factor, shown only now, is for the eyes of whose account it is:")
            self.stdout.write(uri)
            if self.stdout.isatty():
                segno.make(uri).terminal(compact=True)

    def _list(self) -> None:
        for one in staff_changes.waiting():
            self.stdout.write(
                f"{one.pk}  {one.kind}  {one.email}  {one.name}  {', '.join(one.desks)}  "
                f"asked for by {one.asked_by}, {one.asked_at:%Y-%m-%d %H:%M} UTC"
            )
