"""`divit prepare`: bring the database up to date."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection

from divit.cli import database_roles
from divit.cli.reference_data import load


class Command(BaseCommand):
    help = "Tables, laws, roles of the processes and reference data; running it again changes nothing."

    def handle(self, *_args: Any, **_options: Any) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        with connection.cursor() as cursor:
            database_roles.grant(cursor)
        load()
        self.stdout.write("The database is up to date.")
