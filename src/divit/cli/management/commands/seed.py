"""`divit seed`: the demo's people, their accounts, roles and certificates; made once, through the real services."""

import os
from argparse import ArgumentParser
from typing import Any

import httpx2
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from divit.cli.demo_people import INSTITUTION, PEOPLE, STAFF, TOGETHER, introduce
from divit.cli.settling import conclude, employ, settle
from divit.institutions import selectors as institutions


class Command(BaseCommand):
    help = "Add the demo people; what is there already stays as it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--silent", action="store_true", help="do not print who they are")

    def handle(self, *_args: Any, silent: bool, **_options: Any) -> None:
        if settings.DIVIT.mode != "demo":
            raise CommandError("Demo people belong into a demo (DIVIT_MODE=demo).")
        world = os.environ["DIVIT_WORLD_URL"]
        httpx2.post(f"{world}/people", json=[p.as_neighbours_know() for p in PEOPLE], timeout=10).raise_for_status()
        known = {one.name: one.id for one in institutions.active_institutions()}
        for person in PEOPLE:
            settle(person, known[person.institution])
        for account in STAFF:
            employ(account, world=world)
        for number, name in enumerate((INSTITUTION, TOGETHER), 1):
            conclude(known[name], number)
        if not silent:
            introduce(public_url=settings.PUBLIC_URL, world_url=world)
