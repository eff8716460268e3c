"""The token endpoint as RFC 6749 asks for it, and what a token opens: for how long, and for what."""

from base64 import b64encode
from datetime import timedelta
from typing import Any
from urllib.parse import quote_plus
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from divit.audit.models import Entry
from divit.connections import selectors, services
from divit.connections.models import Key, Token
from divit.connections.scopes import Scope
from divit.flows import programs
from divit.institutions.models import Institution
from divit.kernel import clock
from tests.integration.api.conftest import Connect, Wire

pytestmark = pytest.mark.django_db(transaction=True)

FORM = "application/x-www-form-urlencoded"


def ask(body: str, *, basic: str = "", content_type: str = FORM) -> Any:
    headers = {"Authorization": f"Basic {b64encode(basic.encode()).decode()}"} if basic else {}
    return Client().post("/api/v1/oauth/token", body, content_type=content_type, headers=headers)


def test_client_credentials_by_header_and_in_the_form(connect: Connect, kurum: Institution) -> None:
    first, second = connect.officer(kurum), connect.officer(kurum)
    row, key = connect.program(first, second, scopes=(Scope.ROSTERS_READ, Scope.STATEMENTS_READ))
    grant = "grant_type=client_credentials"
    answer = ask(grant, basic=f"{row.pk}:{quote_plus(key)}")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    told = answer.json()
    assert (told["token_type"], told["expires_in"]) == ("Bearer", 900)
    assert told["scope"] == "rosters:read statements:read"
    narrow = ask(f"{grant}&scope=rosters:read&client_id={row.pk}&client_secret={quote_plus(key)}").json()
    assert narrow["scope"] == "rosters:read"
    assert Wire(narrow["access_token"]).get("/rosters").status_code == 200
    refused = Wire(narrow["access_token"], language="en").get("/statements")
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert "statements:read" in refused.json()["detail"]
    # Neither key nor token is kept as it is; the ledger says that it was given.
    assert not Key.objects.filter(digest__contains=key[8:20]).exists()
    assert not Token.objects.filter(digest__contains=told["access_token"][8:20]).exists()
    given = Entry.objects.filter(act="program.token_given", actor_id=str(row.pk))
    assert given.count() == 2


def test_what_the_standard_refuses(connect: Connect, kurum: Institution) -> None:
    row, key = connect.program(connect.officer(kurum), connect.officer(kurum), scopes=(Scope.ROSTERS_READ,))
    grant, whole = "grant_type=client_credentials", f"{row.pk}:{key}"
    for body, basic, status, error in (
        (grant, f"{row.pk}:wrong", 401, "invalid_client"),
        (grant, f"{uuid4()}:{key}", 401, "invalid_client"),
        (grant, "nobody:x", 401, "invalid_client"),
        (grant, "", 401, "invalid_client"),
        ("", whole, 400, "invalid_request"),
        (f"{grant}&{grant}", whole, 400, "invalid_request"),
        (f"{grant}&client_id={row.pk}", whole, 400, "invalid_request"),
        ("grant_type=password&username=a&password=b", whole, 400, "unsupported_grant_type"),
        (f"{grant}&scope=leavers:write", whole, 400, "invalid_scope"),
        (f"{grant}&scope=root", whole, 400, "invalid_scope"),
    ):
        answer = ask(body, basic=basic)
        assert (answer.status_code, answer.json()["error"]) == (status, error), (body, basic)
        assert ("WWW-Authenticate" in answer.headers) == (status == 401)
    assert ask("{}", content_type="application/json").json()["error"] == "invalid_request"
    broken = Client().post("/api/v1/oauth/token", grant, content_type=FORM, headers={"Authorization": "Basic ???"})
    assert broken.status_code == 401
    assert Client().get("/api/v1/oauth/token").status_code == 405


def test_a_token_opens_until_its_time_or_its_programs_end(connect: Connect, kurum: Institution) -> None:
    first, second, _third = (connect.officer(kurum) for _one in range(3))
    row, key = connect.program(first, second)
    wire = connect.wire(row, key)
    told = wire.get("/self").json()
    assert (told["client_id"], told["institution"]["name"]) == (str(row.pk), kurum.name)
    with time_machine.travel(clock.now() + timedelta(minutes=16)):
        late = wire.get("/self")
        assert (late.status_code, late.json()["code"]) == (401, "token_missing")
        assert late.headers["WWW-Authenticate"].startswith("Bearer")
    with time_machine.travel(clock.now() + timedelta(days=31)):
        assert ask("grant_type=client_credentials", basic=f"{row.pk}:{key}").status_code == 401
    # A new key leaves the old one for a day; at once, none.
    fresh = programs.renew_key(row.pk, at_once=False, by=second)
    assert connect.wire(row, key).get("/self").status_code == 200
    with time_machine.travel(clock.now() + timedelta(hours=23, minutes=59)) as later:
        last = connect.wire(row, key)
        assert last.get("/self").status_code == 200
        later.shift(timedelta(minutes=2))  # a token ends with the key for which it was given
        assert last.get("/self").status_code == 401
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        assert ask("grant_type=client_credentials", basic=f"{row.pk}:{key}").status_code == 401
        assert connect.wire(row, fresh).get("/self").status_code == 200
    stolen = connect.wire(row, fresh)
    shown = selectors.key_shown(row.pk, fresh)
    programs.renew_key(row.pk, at_once=True, by=second)
    assert stolen.get("/self").status_code == 401
    assert shown is not None
    just_then = services.give_token(shown, scopes=list(Scope), by=programs.actor_of(row))
    assert Wire(just_then).get("/self").status_code == 401
    kept = programs.renew_key(row.pk, at_once=True, by=second)
    open_now = connect.wire(row, kept)
    programs.close(row.pk, by=second)
    assert open_now.get("/self").status_code == 401
    assert ask("grant_type=client_credentials", basic=f"{row.pk}:{kept}").status_code == 401


def test_asking_too_often_is_refused_and_says_until_when(connect: Connect, kurum: Institution) -> None:
    row, _key = connect.program(connect.officer(kurum), connect.officer(kurum))
    answers = [ask("grant_type=client_credentials", basic=f"{row.pk}:wrong") for _time in range(21)]
    assert {answer.status_code for answer in answers[:20]} == {401}
    assert (answers[20].status_code, answers[20].json()["error"]) == (429, "slow_down")
    assert answers[20].headers["Retry-After"]
