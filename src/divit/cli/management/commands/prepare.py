"""`divit prepare`: bring the database and what the browser gets up to date."""

import os
from argparse import ArgumentParser
from datetime import datetime
from io import StringIO
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from divit.cli import database_roles
from divit.cli.database_waiting import wait_for_database
from divit.cli.reference_data import load
from divit.cli.simulation import history
from divit.kernel import clock
from divit.kernel.errors import Refused
from divit.launcher.progress import step


class Command(BaseCommand):
    help = "Tables, laws, roles of the processes, reference data, styles; running it again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", action="store_true", help="register the demo's certification authority as well")
        parser.add_argument("--people", action="store_true", help="add the demo's people as well")
        parser.add_argument("--history", type=int, default=0, metavar="PEOPLE", help="let so many people live a while")
        parser.add_argument("--history-from", type=datetime.fromisoformat, help="since when")
        parser.add_argument("--history-until", type=datetime.fromisoformat, help="until when, if not until now")
        parser.add_argument("--seed", type=int, default=1, help="the same seed, the same history")
        parser.add_argument("--figures", action="store_true", help="say what came of it, and where the time went")

    def handle(self, *_args: Any, demo: bool, people: bool, **options: Any) -> None:
        wait_for_database()
        with step("tables, laws and prices"):
            call_command("migrate", verbosity=0, interactive=False)
            call_command("createcachetable", verbosity=0)
            with connection.cursor() as cursor:
                database_roles.grant(cursor)
            if not options["history"]:
                load()
        if options["history"]:
            self._live(**options)
        with step("styles and texts"):
            call_command("collectstatic", interactive=False, verbosity=0)
        # In one process with the rest: each start of Django costs a second.
        if demo:
            call_command("register_authority", verbosity=0)
        if people:
            with step("demo people"):
                call_command("seed", silent=True)

    def _live(self, **options: Any) -> None:
        wish = history.Wish(
            people=options["history"],
            begins=options["history_from"],
            ends=options["history_until"] or clock.now(),
            seed=options["seed"],
            world=os.environ["DIVIT_WORLD_URL"],
        )
        try:
            lived = history.bring(wish, first=first_day, clock_file=settings.DIVIT.home / history.CLOCK_FILE)
        except Refused as refused:
            raise CommandError(f"no history could be lived: {refused}") from refused
        if options["figures"]:
            self.stdout.write(history.summary(lived))
        if lived.broke_its_word:
            raise CommandError(f"of the promised dates only {lived.percent_kept:.1f} % were kept")


def first_day() -> None:
    """What is there on the first day: prices, institutions, the authority."""
    load()
    call_command("register_authority", verbosity=0, stdout=StringIO())
