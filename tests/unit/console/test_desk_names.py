"""Each desk has one name: on its pages, and where the demo introduces who opens it."""

import re

import pytest
from django.utils import translation

from divit.cli.demo_people import STAFF, introduce
from divit.console.labels import DESKS


def test_the_demo_names_desks_as_the_pages_do_and_no_roles(capsys: pytest.CaptureFixture[str]) -> None:
    introduce(public_url="http://localhost:8000", world_url="http://localhost:8002")
    told = capsys.readouterr().out.partition("Masalar")[2].splitlines()
    for account in STAFF:
        (line,) = (line for line in told if account.email in line)
        for role in account.desks:
            with translation.override("tr"):
                name = str(DESKS[role])
            with translation.override("en"):
                assert f"{name} · {DESKS[role]}" in line
            assert not re.search(rf"\b{role}\b", line)
