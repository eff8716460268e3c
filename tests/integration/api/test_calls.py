"""What a program does through the API: lists from rows to invitations, taking back, suspending leavers; once each."""

import json
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine

from divit.certificates.models import Certificate
from divit.cli.demo_people import synthetic_tckn
from divit.connections import answers
from divit.connections.models import Answer
from divit.flows import rate_limits, roster_approval, roster_upload
from divit.institutions.models import Contract, Institution, QuotaDraw
from divit.kernel import clock
from divit.notifications.models import Message
from divit.rosters.models import Request, Roster
from tests.integration.api.conftest import Connect, Side, Wire, listed
from tests.integration.institutions.conftest import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("pin_recipient")]


def person(number: int, **more: str) -> dict[str, str]:
    return {
        "tckn": synthetic_tckn(number),
        "given_names": "Ayşe Işıl",
        "surname": "Öğüt",
        "phone": f"0505 900 00 {number}",
        "email": f"kisi{number}@kurum.example",
        "unit": 'Bilgi "İşlem"; Şube',
        **more,
    }


def test_a_list_from_rows_to_a_request_that_is_taken_back(
    connect: Connect, kurum: Institution, contract_of: Callable[[Institution], Contract]
) -> None:
    contract_of(kurum)
    first, second = connect.officer(kurum), connect.officer(kurum)
    wire = connect.wire(*connect.program(first, second))
    people = {"people": [person(60), person(61, tckn="12345678901"), person(62, kind="no_such_kind"), person(63)]}
    made = wire.post("/rosters", people)
    assert made.status_code == 201, made.content
    row = made.json()
    assert (row["state"], row["rows"], row["accepted"], row["faulty"]) == ("checked", 4, 2, 2)
    assert wire.post("/rosters", people).json()["id"] == row["id"]  # another key: still the same people
    faults = wire.get(f"/rosters/{row['id']}/faults?limit=1").json()
    assert (faults["items"][0]["row"], faults["items"][0]["column"]) == (3, "tckn")
    rest = wire.get(f"/rosters/{row['id']}/faults?limit=1&cursor={faults['next']}").json()
    assert (rest["items"][0]["row"], rest["items"][0]["code"], rest["next"]) == (4, "roster_kind_unknown", None)
    assert wire.post(f"/rosters/{row['id']}/confirm").json()["state"] in ("confirmed", "taken_in")
    told = wire.get(f"/rosters/{row['id']}").json()
    assert (told["state"], told["stages"]) == ("taken_in", {"invited": 2})
    page = wire.get(f"/requests?roster_id={row['id']}&limit=1").json()
    other = wire.get(f"/requests?roster_id={row['id']}&limit=1&cursor={page['next']}").json()
    assert {page["items"][0]["row"], other["items"][0]["row"]} == {2, 5}
    assert other["next"] is None
    request = page["items"][0]
    assert (request["state"], request["stage"], request["waits_for"]) == ("proposed", "invited", ["person", "officer"])
    roster_approval.approve(Request.objects.get(pk=request["id"]).pk, by=second)
    assert QuotaDraw.objects.filter(returned_at=None).count() == 1
    back = wire.post(f"/requests/{request['id']}/withdraw", {"reason": "Kurumdan ayrıldı"})
    assert (back.status_code, back.json()["state"], back.json()["ending"]) == (200, "withdrawn", "Kurumdan ayrıldı")
    assert QuotaDraw.objects.filter(returned_at=None).count() == 0
    assert Message.objects.filter(notice="institution_request_withdrawn").exists()
    again = Wire(wire.token, language="en").post(f"/requests/{request['id']}/withdraw", {"reason": "Bir daha"})
    assert (again.status_code, again.json()["code"]) == (409, "not_from_this_state")
    assert again.headers["Content-Language"] == "en"
    file = wire.client.post(
        "/api/v1/rosters/file",
        {"file": _file(listed(64, surname="Dosya"))},
        headers={"Authorization": f"Bearer {wire.token}", "Idempotency-Key": "bir"},
    )
    assert (file.status_code, file.json()["file_name"], file.json()["accepted"]) == (201, "liste.csv", 1)
    gone = wire.post(f"/rosters/{file.json()['id']}/discard")
    assert gone.json()["state"] == "discarded"
    assert wire.get(f"/rosters/{file.json()['id']}").status_code == 404


def _file(content: bytes):  # type: ignore[no-untyped-def]
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile("liste.csv", content, content_type="text/csv")


def test_leavers_are_suspended_and_never_revoked(sides: tuple[Side, Side], monkeypatch: pytest.MonkeyPatch) -> None:
    ours, _theirs = sides
    certificate = Certificate.objects.get(pk=ours.ids["certificate_id"])
    found = ours.wire.post("/certificates/find", {"tckn": certificate.person.tckn}).json()["items"]
    assert [one["id"] for one in found] == [str(certificate.pk)]
    assert ours.wire.post("/certificates/find", {"tckn": synthetic_tckn(99)}).json()["items"] == []
    wrong = ours.wire.post("/certificates/find", {"tckn": "123"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "tckn_invalid")
    told = {"certificates": [str(certificate.pk)], "reason": "Kurumdan ayrıldı"}
    done = ours.wire.post("/leavers", told).json()["items"]
    assert done == [{"certificate_id": str(certificate.pk), "suspended": True, "code": "", "detail": ""}]
    twice = ours.wire.post("/leavers", told).json()["items"][0]
    assert (twice["suspended"], twice["code"]) == (True, "")  # sent again by the same program it is done
    shown = ours.wire.get(f"/certificates/{certificate.pk}").json()
    assert (shown["state"], shown["suspended_for"]) == ("suspended", "institution")
    assert [(one["act"], one["by"], one["said"]) for one in shown["changes"]][-1] == (
        *("suspend", "program", "Kurumdan ayrıldı"),
    )
    notices = Message.objects.filter(notice="certificate_suspended_by_institution", person_id=certificate.person_id)
    assert any("Personel sistemi" in one.text for one in notices.order_by("id"))
    number = ours.wire.post("/leavers", told | {"reason": f"{synthetic_tckn(5)} ayrıldı"})
    assert (number.status_code, number.json()["code"]) == (422, "reason_tells_a_number")
    # A stolen key does not close an institution: some hundred a day, all of a call or none.
    few = rate_limits.Limit(name="few", of="x", most=1, seconds=60)
    monkeypatch.setattr(rate_limits, "closing_limit", lambda _program_id: few)
    assert ours.wire.post("/leavers", told).status_code == 200
    stopped = ours.wire.post("/leavers", told)
    assert (stopped.status_code, stopped.json()["code"]) == (409, "too_many_leavers")


def test_a_call_is_made_once(
    connect: Connect, kurum: Institution, contract_of: Callable[[Institution], Contract]
) -> None:
    wire = connect.wire(*connect.program(connect.officer(kurum), connect.officer(kurum)))
    people = {"people": [person(60)]}
    missing = wire.client.post(
        "/api/v1/rosters",
        json.dumps(people),
        content_type="application/json",
        headers={"Authorization": f"Bearer {wire.token}"},
    )
    assert (missing.status_code, missing.json()["code"]) == (422, "idempotency_key_missing")
    # A refusal is not kept: once there is a contract the same call is made.
    key = str(uuid4())
    refused = wire.post("/rosters", people, key=key)
    assert (refused.status_code, refused.json()["code"]) == (409, "contract_missing")
    contract_of(kurum)
    first = wire.post("/rosters", people, key=key)
    assert first.status_code == 201
    Roster.objects.update(file_name="changed.csv")
    again = wire.post("/rosters", people, key=key)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    other = wire.post("/rosters", {"people": [person(61)]}, key=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_of_another_call")
    # Another program's keys are its own.
    officers = connect.officer(kurum), connect.officer(kurum)
    stranger = connect.wire(*connect.program(*officers, name="Başka"))
    assert "Idempotency-Replayed" not in stranger.post("/rosters", people, key=key).headers
    Answer.objects.update(status=None)
    running = wire.post("/rosters", people, key=key)
    assert (running.status_code, running.json()["code"]) == (409, "call_under_way")
    Answer.objects.update(begun_at=clock.now() - timedelta(minutes=6))
    assert wire.post("/rosters", people, key=key).status_code == 201
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        assert answers.forget() == 2


def test_limits_pages_problems_and_etags(connect: Connect, kurum: Institution, monkeypatch: pytest.MonkeyPatch) -> None:
    wire = connect.wire(*connect.program(connect.officer(kurum), connect.officer(kurum)))
    answer = wire.get("/self")
    assert (answer.headers["RateLimit-Limit"], answer.headers["RateLimit-Remaining"]) == ("300", "299")
    assert answer.headers["RateLimit-Policy"] == "300;w=60"
    assert "no-store" in answer.headers["Cache-Control"]
    same = wire.get("/self", **{"If-None-Match": answer.headers["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    for path, status, code in (
        ("/rosters?limit=0", 422, "values_wrong"),
        ("/rosters?limit=x", 422, "values_wrong"),
        ("/rosters?cursor=abc", 422, "cursor_unknown"),
        ("/requests?state=nothing", 422, "values_wrong"),
        ("/rosters/not-an-id", 404, "not_found"),
        ("/nothing/here", 404, "not_found"),
        (f"/statements/{uuid4()}", 404, "not_found"),
        ("/contract", 404, "not_found"),
    ):
        for language, title in (("tr", ("Gönderilen bilgide yanlış var", "Böyle bir şey yok")),
                                ("en", ("Something that was sent is wrong", "There is no such thing"))):  # fmt: skip
            problem = Wire(wire.token, language=language).get(path)
            assert (problem.status_code, problem.json()["code"]) == (status, code), path
            assert problem.headers["Content-Type"] == "application/problem+json"
            assert problem.json()["title"] in title
    for body, status in (
        ({"people": []}, 422),
        ({"people": [{"tckn": 1}]}, 422),
        ([], 422),
        ({"people": [person(1) | {"x": 1}]}, 422),
    ):
        assert wire.post("/rosters", body).status_code == status
    broken = wire.client.post(
        "/api/v1/rosters", "{", content_type="application/json", headers={"Authorization": f"Bearer {wire.token}"}
    )
    assert (broken.status_code, broken.json()["code"]) == (400, "not_understood")
    wrong = wire.client.put("/api/v1/rosters", headers={"Authorization": f"Bearer {wire.token}"})
    assert (wrong.status_code, wrong.json()["code"], set(wrong.headers["Allow"].split(", "))) == (
        *(405, "method_not_offered", {"GET", "POST"}),
    )
    huge = wire.client.post(
        "/api/v1/rosters", b"x" * 6_500_000, content_type="application/json",
        headers={"Authorization": f"Bearer {wire.token}"},
    )  # fmt: skip
    assert (huge.status_code, huge.json()["code"]) == (413, "too_large")
    monkeypatch.setattr(
        rate_limits,
        "program_limit",
        lambda program_id, writes: rate_limits.Limit(name="tight", of=program_id, most=2, seconds=60),
    )
    seen = [wire.get("/self") for _time in range(3)]
    assert [one.status_code for one in seen] == [200, 200, 429]
    assert (seen[2].json()["code"], seen[2].headers["RateLimit-Remaining"]) == ("program_calls_too_often", "0")
    assert 0 < int(seen[2].headers["Retry-After"]) <= 60


def test_a_failure_of_ours_is_told_in_the_same_shape_and_may_be_tried_again(
    connect: Connect, kurum: Institution, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire = connect.wire(*connect.program(connect.officer(kurum), connect.officer(kurum)))

    def broken(*_told: object, **_more: object) -> None:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr(roster_upload, "upload_rows", broken)
    wire.client.raise_request_exception = False
    answer = wire.post("/rosters", {"people": [person(60)]}, key="bir")
    assert (answer.status_code, answer.json()["code"]) == (500, "failed")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert not Answer.objects.exists()


def test_two_at_once_are_one(connect: Connect, kurum: Institution) -> None:
    row, _key = connect.program(connect.officer(kurum), connect.officer(kurum))
    outcomes = at_once(*[lambda: answers.begin(row.pk, key="bir", call=b"POST")] * 2)
    assert sorted(outcomes) == ["call_under_way", "done"]
