"""`divit prepare`: bring the database and what the browser gets up to date."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection

from divit.cli import database_roles
from divit.cli.database_waiting import wait_for_database
from divit.cli.reference_data import load
from divit.launcher.progress import step


class Command(BaseCommand):
    help = "Tables, laws, roles of the processes, reference data, styles; running it again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", action="store_true", help="register the demo's certification authority as well")
        parser.add_argument("--people", action="store_true", help="add the demo's people as well")

    def handle(self, *_args: Any, demo: bool, people: bool, **_options: Any) -> None:
        wait_for_database()
        with step("tables, laws and prices"):
            call_command("migrate", verbosity=0, interactive=False)
            call_command("createcachetable", verbosity=0)
            with connection.cursor() as cursor:
                database_roles.grant(cursor)
            load()
        with step("styles and texts"):
            call_command("collectstatic", interactive=False, verbosity=0)
        # In one process with the rest: each start of Django costs a second.
        if demo:
            call_command("register_authority", verbosity=0)
        if people:
            with step("demo people"):
                call_command("seed", silent=True)
