"""The examples of the documentation page: each is run by a shell, with curl, against the service over HTTP."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from divit.api.description import description, operations
from divit.api.examples import EXAMPLES
from divit.flows import roster_upload
from tests.integration.api.conftest import Side, listed

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("pin_recipient")]


def test_every_example_runs(sides: tuple[Side, Side], live_server: LiveServer, tmp_path: Path) -> None:
    ours, _theirs = sides
    (tmp_path / "liste.csv").write_bytes(listed(64, surname="Dosya"))
    other, _new = roster_upload.upload(listed(65, surname="Vazgeç"), file_name="x.csv", by=ours.second)
    told = {
        "DIVIT": live_server.url,
        "CLIENT_ID": str(ours.program.pk),
        "CLIENT_SECRET": ours.key,
        "OTHER_ROSTER": str(other.pk),
        **{name.removesuffix("_id").upper(): str(value) for name, value in ours.ids.items()},
    }
    for example in EXAMPLES:
        status, body = _run(example.command, told, tmp_path)
        assert status == example.status, (example.operation, body)
        told.setdefault("TOKEN", body.get("access_token", ""))
    assert body["lines"]


def _run(command: str, told: dict[str, str], folder: Path) -> tuple[int, dict[str, Any]]:
    script = "set -eu\n" + command.replace("curl ", "curl -sS --write-out '\\n%{http_code}' ", 1)
    ran = subprocess.run(
        ["bash", "-c", script], env={**os.environ, **told}, cwd=folder, capture_output=True, text=True, check=True
    )
    body, _newline, status = ran.stdout.rpartition("\n")
    return int(status), json.loads(body)


def test_every_operation_has_one_and_the_page_shows_it() -> None:
    told = {operation["operationId"] for _path, _method, operation in operations(description())}
    assert {one.operation for one in EXAMPLES} == told
    for language, heading in (("tr", "Kurum programları için arayüz"), ("en", "Interface for programs")):
        page = Client().get("/api/", headers={"Accept-Language": language})
        text = page.content.decode()
        assert (page.status_code, heading in text) == (200, True)
        assert ("Listeler" in text, "Lists" in text) == (language == "tr", language == "en")
        for name in told:
            assert f'id="{name}"' in text
        assert "unsafe" not in page.headers["Content-Security-Policy"]
    machine = Client().get("/api/v1/openapi.json")
    assert machine.json()["openapi"].startswith("3.1")
    assert machine.headers["Cache-Control"] == "public, max-age=300"
