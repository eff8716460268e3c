"""A call that breaks off half-way, is taken over, or meets a passing failure: sent again, it is answered the same."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.db import OperationalError

from divit.audit.models import Entry
from divit.connections import answers
from divit.connections.models import Answer
from divit.flows import leavers, programs
from divit.institutions.models import Contract, Institution
from divit.kernel import clock
from divit.kernel.errors import Refused
from tests.integration.api.conftest import Connect, Side
from tests.integration.api.test_calls import person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("pin_recipient")]


class Dead(BaseException):
    """The process is gone."""


def _die(*_told: object, **_more: object) -> None:
    raise Dead


def test_a_call_that_broke_off_is_answered_the_same(sides: tuple[Side, Side], monkeypatch: pytest.MonkeyPatch) -> None:
    ours, _theirs = sides
    certificate = str(ours.ids["certificate_id"])
    for path, body, told in (
        (f"/requests/{ours.ids['request_id']}/withdraw", {"reason": "Ayrıldı"}, ("state", "withdrawn")),
        (f"/rosters/{ours.ids['roster_id']}/confirm", None, ("state", "taken_in")),
        ("/leavers", {"certificates": [certificate], "reason": "Ayrıldı"}, ("items", None)),
    ):
        with monkeypatch.context() as crash:
            crash.setattr(answers, "keep", _die)
            crash.setattr(answers, "let_go", lambda _row: None)
            with pytest.raises(Dead):
                ours.wire.post(path, body, key=path)
        Answer.objects.filter(status=None).update(begun_at=clock.now() - timedelta(minutes=6))
        answer = ours.wire.post(path, body, key=path)
        assert answer.status_code == 200, answer.content
        if told[1]:
            assert answer.json()[told[0]] == told[1]
        else:
            assert answer.json()["items"][0]["suspended"] is True
        assert ours.wire.post(path, body, key=path).content == answer.content
    gone = ours.wire.post("/rosters", {"people": [person(60)]}).json()
    with monkeypatch.context() as crash:
        crash.setattr(answers, "keep", _die)
        with pytest.raises(Dead):  # here even the row is let go
            ours.wire.post(f"/rosters/{gone['id']}/discard", key="discard")
    assert ours.wire.post(f"/rosters/{gone['id']}/discard", key="discard").json()["state"] == "discarded"
    assert ours.wire.post(f"/rosters/{gone['id']}/discard", key="discard").json()["state"] == "discarded"
    told = ours.wire.get(f"/statements/{ours.ids['statement_id']}?limit=1").json()
    assert (len(told["lines"]), told["next"]) == (1, None)


def test_a_passing_failure_is_not_kept(sides: tuple[Side, Side], monkeypatch: pytest.MonkeyPatch) -> None:
    ours, _theirs = sides
    told = {"certificates": [str(ours.ids["certificate_id"])], "reason": "Ayrıldı"}

    def busy(*_told: object, **_more: object) -> None:
        raise OperationalError("deadlock detected")

    with monkeypatch.context() as failing:
        failing.setattr(leavers.suspension, "suspend", busy)
        first = ours.wire.post("/leavers", told, key="bir").json()["items"][0]
    assert (first["suspended"], first["code"]) == (False, "could_not_be_written")
    again = ours.wire.post("/leavers", told, key="bir")
    assert "Idempotency-Replayed" not in again.headers
    assert again.json()["items"][0]["suspended"] is True


def test_a_call_that_was_taken_over_is_the_others(
    connect: Connect, kurum: Institution, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, _key = connect.program(connect.officer(kurum), connect.officer(kurum))
    slow = answers.begin(row.pk, key="a", call=b"x")
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        other = answers.begin(row.pk, key="a", call=b"x")
        answers.let_go(slow)
        with pytest.raises(Refused, match="call_under_way"):
            answers.keep(slow, status=200, body=b"slow")
        answers.keep(other, status=200, body=b"other")
        assert bytes(answers.begin(row.pk, key="a", call=b"x").body) == b"other"
    # Let go of between our look and our lock.
    real = Answer.objects.bulk_create

    def gone(*told: object, **more: object) -> object:
        made = real(*told, **more)  # type: ignore[arg-type]
        Answer.objects.all().delete()
        return made

    monkeypatch.setattr(Answer.objects, "bulk_create", gone)
    with pytest.raises(Refused, match="call_under_way"):
        answers.begin(row.pk, key="a", call=b"x")


def test_what_is_digested_shown_and_told(
    connect: Connect,
    kurum: Institution,
    contract_of: Callable[[Institution], Contract],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    contract_of(kurum)
    wire = connect.wire(*connect.program(connect.officer(kurum), connect.officer(kurum)))
    headers = {"Authorization": f"Bearer {wire.token}", "Idempotency-Key": "bir"}
    seen = [
        wire.client.post(
            "/api/v1/rosters",
            json.dumps({"people": [person(number)]}),
            content_type="multipart/form-data; boundary=x",
            headers=headers,
        )
        for number in (60, 61)
    ]
    assert "Idempotency-Replayed" not in seen[1].headers
    assert seen[1].status_code == 422
    made = wire.post("/rosters", {"people": [person(number) for number in range(10, 15)]}).json()
    assert made["uploaded_at"] == wire.get(f"/rosters/{made['id']}").json()["uploaded_at"]
    wire.post(f"/rosters/{made['id']}/confirm")
    # Who asks again and again is shown the same: that stands in the ledger once an hour, and not for what was not sent.
    before = Entry.objects.filter(act="look", role="program").count()
    page = wire.get("/requests")
    assert Entry.objects.filter(act="look", role="program").count() == before + 5
    assert wire.get("/requests", **{"If-None-Match": page.headers["ETag"]}).status_code == 304
    wire.get("/requests?limit=100")
    assert Entry.objects.filter(act="look", role="program").count() == before + 5
    with time_machine.travel(clock.now() + timedelta(minutes=61)):
        late = connect.wire(*connect.program(connect.officer(kurum), connect.officer(kurum), name="Başka"))
        late.get("/requests")
    assert Entry.objects.filter(act="look", role="program").count() == before + 10
    # A name that is not ours may hold anything: it is not repeated.
    wrong = wire.post("/rosters", {"people": [{**person(61), "tckn": 5, "10000000146": "x"}]})
    assert "10000000146" not in wrong.content.decode()
    assert {one["at"] for one in wrong.json()["errors"]} == {"people.0.tckn", "people.0"}
    assert [one["at"] for one in wire.get("/rosters?limit=0").json()["errors"]] == ["limit"]
    found = wire.post("/certificates/find", {"tckn": person(60)["tckn"]})
    assert found.headers["RateLimit-Limit"] == "300"  # nothing is written
    odd = wire.client.get("/api/v1/self", headers={"Authorization": headers["Authorization"]}, CONTENT_LENGTH="x")
    assert (odd.status_code, odd.json()["code"]) == (400, "not_understood")

    def down(*_told: object) -> None:
        raise OperationalError("no database")

    monkeypatch.setattr(programs, "shown", down)
    away = wire.get("/self")
    assert (away.status_code, away.json()["code"]) == (503, "away")
    assert away.headers["Content-Type"] == "application/problem+json"
