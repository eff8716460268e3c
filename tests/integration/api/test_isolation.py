"""Every operation of the API between two institutions, read from the description: one without a row here fails."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from divit.api.description import description, operations
from divit.applications.models import Application
from divit.audit.models import Entry
from divit.certificates.models import Certificate
from divit.connections.scopes import Scope
from divit.rosters.models import Request, Roster
from tests.integration.api.conftest import Connect, Side, Wire

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("pin_recipient")]

# What an operation is told besides the ids in its address; «certificate» stands for a certificate's id.
BODIES: dict[str, Any] = {
    "upload_people": {"people": [{"tckn": "1", "given_names": "A", "surname": "B", "phone": "5", "email": "a"}]},
    "confirm": {},
    "discard": {},
    "withdraw": {"reason": "Kurumdan ayrıldı"},
    "find": {"tckn": "10000000146"},
    "leave": {"certificates": ["certificate"], "reason": "Kurumdan ayrıldı"},
}
LISTS = {"rosters", "requests", "applications", "certificates", "statements", "contract", "who_am_i", "find"}


def rows() -> Iterator[tuple[str, str, dict[str, Any]]]:
    return (one for one in operations(description()) if one[2]["operationId"] not in ("token", "upload_file"))


def call(wire: Wire, method: str, path: str, name: str, *, ids: dict[str, Any]) -> Any:
    address = path.removeprefix("/api/v1").format(**ids)
    if method == "get":
        return wire.get(address)
    body = BODIES[name]
    if name == "leave":
        body = body | {"certificates": [str(ids["certificate_id"])]}
    return wire.post(address, body)


def test_nothing_of_another_institution_is_there(sides: tuple[Side, Side]) -> None:
    ours, theirs = sides
    states = {model: list(model.objects.order_by("pk").values_list("pk", "state")) for model in
              (Roster, Request, Application, Certificate)}  # fmt: skip
    invented = {name: uuid4() for name in theirs.ids}
    for path, method, operation in rows():
        name = operation["operationId"]
        answer = call(ours.wire, method, path, name, ids=theirs.ids)
        what = f"{method} {path}: {answer.status_code}"
        assert theirs.secret not in answer.content.decode(), what
        if "{" in path or name == "leave":
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), what
            assert answer.content == call(ours.wire, method, path, name, ids=invented).content, what
        else:
            assert name in LISTS or name == "upload_people", what
    for model, before in states.items():
        assert (
            list(model.objects.filter(pk__in=[pk for pk, _ in before]).order_by("pk").values_list("pk", "state"))
            == before
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('divit.institution', true)")
        assert cursor.fetchone()[0] == ""


def test_the_own_institutions_is_and_each_look_is_written_down(sides: tuple[Side, Side]) -> None:
    ours, theirs = sides
    before = Entry.objects.count()
    seen = set()
    for path, method, operation in rows():
        name = operation["operationId"]
        if method != "get":
            continue
        answer = call(ours.wire, method, path, name, ids=ours.ids)
        assert answer.status_code == 200, (path, answer.content)
        assert theirs.secret not in answer.content.decode()
        if ours.secret in answer.content.decode():
            seen.add(name)
    assert seen >= {"requests", "one_request", "applications", "application", "certificates", "certificate"}
    looks = Entry.objects.filter(act="look", role="program", actor_id=str(ours.program.pk))
    assert looks.count() == Entry.objects.count() - before
    assert set(looks.values_list("subject_kind", flat=True)) >= {"request", "application", "certificate", "roster"}


def test_each_operation_asks_for_its_permission(connect: Connect, sides: tuple[Side, Side]) -> None:
    ours, _theirs = sides
    nobody = Wire("")
    for path, method, operation in rows():
        name, (scopes,) = operation["operationId"], operation["security"][0].values()
        refused = call(nobody, method, path, name, ids=ours.ids)
        assert (refused.status_code, refused.json()["code"]) == (401, "token_missing"), path
        if not scopes:
            continue
        others = tuple(scope for scope in Scope if scope not in scopes)
        row, key = connect.program(ours.first, ours.second, scopes=others, name=f"Her şey ama {name}".replace("_", " "))
        refused = call(connect.wire(row, key), method, path, name, ids=ours.ids)
        assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing"), path
