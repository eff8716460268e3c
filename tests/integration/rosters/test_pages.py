"""The pages of lists at the institution's desks, and those of the invited person."""

from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from divit.applications.models import Application
from divit.audit import selectors as audit
from divit.console.rosters import one as page
from divit.flows import roster_approval, roster_upload
from divit.identity import selectors as people
from divit.identity.models import Person
from divit.institutions.models import Institution
from divit.kernel.actors import Actor, Role
from divit.rosters import reading
from divit.rosters.models import Request, Roster
from tests.factories.people import log_in
from tests.integration.applications.conftest import Way
from tests.integration.rosters.conftest import Desk, csv, row_of

pytestmark = pytest.mark.django_db
BAD = ("10000000000", "Ali1", "", "123", "yok", "Birim", "Memur", "Uydurma")


def seated(by: Actor) -> Client:
    return log_in(Client(), people.person(by.id))


def at(name: str, desk: Desk, **more: Any) -> str:
    return reverse(f"console:{name}", kwargs={"institution_id": desk.institution.pk, **more})


def words(answer: Any) -> str:
    main = BeautifulSoup(answer.content, "html.parser").find("main")
    assert main is not None
    return " ".join(main.get_text(" ").split())


def send(client: Client, desk: Desk, content: bytes, name: str = "liste.csv") -> Any:
    return client.post(at("rosters", desk), {"file": SimpleUploadedFile(name, content)})


def test_from_upload_to_approval(desk: Desk) -> None:
    uploader, approver = seated(desk.uploader), seated(desk.approver)
    assert "2026/7" in words(uploader.get(at("rosters", desk)))
    answer = send(uploader, desk, csv([row_of(50), BAD, row_of(51)]))
    assert answer.status_code == 303
    roster = Roster.objects.get()
    here = at("roster", desk, roster_id=roster.pk)
    assert answer.headers["Location"] == here
    preview = words(uploader.get(here))
    assert "Böyle bir T.C. kimlik numarası olamaz" in preview
    assert "•••••••" in preview
    assert row_of(50)[0] not in preview
    assert "2 kişiye SMS ve e-posta ile davet gider" in preview
    corrected = uploader.get(at("roster_corrected", desk, roster_id=roster.pk))
    assert len(reading.read(corrected.content, file_name="x.xlsx").lines) == 1
    assert uploader.post(here, {"act": "confirm"}).status_code == 303
    shown = words(uploader.get(here))
    assert "Davet edildi 2" in shown
    assert "Bu listeyi siz yüklediniz" in shown
    assert "tümünü onayla" not in shown
    assert uploader.get(at("roster_corrected", desk, roster_id=roster.pk)).status_code == 404
    refused = uploader.post(here, {"act": "approve_all"})
    assert refused.status_code == 409
    assert "başka bir yetkilisi" in words(refused)
    first, second = Request.objects.order_by("number")
    assert "Bekleyen 2 talebin tümünü onayla" in words(approver.get(here))
    assert approver.post(here, {"act": "approve", "request": [str(first.pk)]}).status_code == 303
    answer = approver.post(here, {"act": "refuse", "request": [str(second.pk)], "reason": "Kurumdan ayrıldı."})
    assert answer.status_code == 303
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("approved", "refused")
    assert "Kurumdan ayrıldı." in words(approver.get(at("roster_request", desk, request_id=second.pk)))


def test_what_is_wrong_with_a_file_is_said_at_the_field(desk: Desk) -> None:
    uploader = seated(desk.uploader)
    for content, said in (
        (b"%PDF-1.4", "Bu dosya bir tablo değil"),
        (b"", "Dosyada hiç kişi yok"),
        (b"Ad;Soyad\nAli;Veli\n", "Dosyada şu sütunlar yok"),
    ):
        answer = send(uploader, desk, content)
        assert answer.status_code == 409
        assert said in words(answer)
    nothing = uploader.post(at("rosters", desk), {})
    assert "Bir liste dosyası seçin" in words(nothing)
    assert not Roster.objects.exists()


def test_a_file_that_is_far_too_large_is_not_taken_in(desk: Desk) -> None:
    answer = send(seated(desk.uploader), desk, b"x" * 7_000_000)
    assert answer.status_code == 409
    assert "Dosya 5 MB’tan büyük" in words(answer)


def test_the_same_file_leads_to_the_same_page(desk: Desk) -> None:
    uploader = seated(desk.uploader)
    first = send(uploader, desk, csv([row_of(50)]))
    again = send(uploader, desk, csv([row_of(50)]))
    assert first.headers["Location"] == again.headers["Location"]
    assert "daha önce yüklenmiş" in words(uploader.get(again.headers["Location"]))


def test_the_template_is_a_list_without_people(desk: Desk) -> None:
    answer = seated(desk.uploader).get(at("roster_template", desk))
    assert "spreadsheetml" in answer.headers["Content-Type"]
    with pytest.raises(Exception, match="roster_empty"):
        reading.read(answer.content, file_name="sablon.xlsx")


def test_a_long_list_is_followed_by_a_page_that_looks_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roster_upload, "AT_ONCE", 0)
    roster = desk.upload([row_of(50)])
    uploader = seated(desk.uploader)
    shown = uploader.get(at("roster", desk, roster_id=roster.pk)).content.decode()
    assert "data-live" in shown
    assert 'http-equiv="refresh"' in shown
    live = at("roster_live", desk, roster_id=roster.pk)
    assert "X-Live" not in uploader.get(live).headers
    roster_upload.check(roster.pk)
    done = uploader.get(live)
    assert done.headers["X-Live"] == "done"
    assert done.headers["X-Live-Location"] == at("roster", desk, roster_id=roster.pk)


def test_an_unconfirmed_list_can_be_dropped(desk: Desk) -> None:
    roster = desk.upload([row_of(50)])
    uploader = seated(desk.uploader)
    here = at("roster", desk, roster_id=roster.pk)
    assert uploader.post(here, {"act": "discard"}).status_code == 303
    assert uploader.get(here).status_code == 404


def test_only_the_people_of_one_page_are_looked_at_and_each_can_read_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "ON_A_PAGE", 2)
    roster = desk.confirmed([row_of(number) for number in range(50, 55)])
    before = audit.count()
    approver = seated(desk.approver)
    here = at("roster", desk, roster_id=roster.pk)
    assert "Sayfa 1 / 3" in words(approver.get(here))
    assert audit.count() == before + 2
    assert "Sayfa 3 / 3" in words(approver.get(here, {"sayfa": "3"}))
    assert audit.count() == before + 3
    last = Request.objects.order_by("-number")[0]
    looks = [entry for entry in audit.entries_about(str(last.person_id)) if entry.act == "look"]
    assert [(entry.actor_id, entry.facts["purpose"]) for entry in looks] == [(desk.approver.id, "roster")]


def test_only_those_that_wait_can_be_shown(desk: Desk) -> None:
    roster = desk.confirmed([row_of(50, given_names="Bekleyen"), row_of(51, given_names="Onaylanan")])
    roster_approval.approve(Request.objects.get(given_names="Onaylanan").id, by=desk.approver)
    shown = words(seated(desk.approver).get(at("roster", desk, roster_id=roster.pk), {"goster": "onay"}))
    assert "Bekleyen Sınama" in shown
    assert "Onaylanan Sınama" not in shown


def test_one_request_is_approved_refused_or_taken_back(desk: Desk) -> None:
    roster = desk.confirmed([row_of(50), row_of(51), row_of(52)])
    approver = seated(desk.approver)
    one, two, three = Request.objects.filter(roster=roster).order_by("number")
    for row, act, state in ((one, "approve", "approved"), (two, "refuse", "refused"), (three, "withdraw", "withdrawn")):
        here = at("roster_request", desk, request_id=row.pk)
        assert approver.get(here).status_code == 200
        if act != "approve":
            assert approver.post(here, {"act": act, "reason": ""}).status_code == 409
        assert approver.post(here, {"act": act, "reason": "İhtiyaç kalmadı."}).status_code == 303
        row.refresh_from_db()
        assert row.state == state
    assert approver.post(at("roster_request", desk, request_id=one.pk), {"act": "approve"}).status_code == 409


def test_another_name_at_the_gateway_is_shown_once_the_person_has_applied(
    desk: Desk, make_person: Callable[..., Person], way: Way, complete: Callable[[Request], Application]
) -> None:
    known = make_person("Gerçek", "Gizlioğlu", phone="+905059000050", email="gercek@posta.example")
    roster = desk.confirmed([(known.tckn, *row_of(50)[1:])])
    request = Request.objects.get(roster=roster)
    approver = seated(desk.approver)
    here = at("roster_request", desk, request_id=request.pk)
    for address in (here, at("roster", desk, roster_id=roster.pk)):
        assert "Gizlioğlu" not in approver.get(address).content.decode()
    complete(request)
    assert "Gerçek Gizlioğlu" in words(approver.get(here))


def test_a_representative_uploads_and_follows_but_does_not_approve(desk: Desk, appoint: Callable[..., Actor]) -> None:
    by = appoint(desk.institution, Role.REPRESENTATIVE)
    representative = seated(by)
    assert send(representative, desk, csv([row_of(50)])).status_code == 303
    roster = Roster.objects.get()
    here = at("roster", desk, roster_id=roster.pk)
    representative.post(here, {"act": "confirm"})
    request = Request.objects.get()
    assert "onayla" not in [button.get("value") for button in _buttons(representative.get(here))]
    page = representative.get(at("roster_request", desk, request_id=request.pk))
    offered = {button.get("value") for button in _buttons(page)}
    assert not offered & {"approve", "refuse", "withdraw"}
    assert representative.post(here, {"act": "approve", "request": [str(request.pk)]}).status_code == 404
    assert representative.post(at("roster_request", desk, request_id=request.pk), {"act": "approve"}).status_code == 404
    request.refresh_from_db()
    assert request.state == "proposed"


def _buttons(answer: Any) -> list[Any]:
    return BeautifulSoup(answer.content, "html.parser").select("main button")


def test_another_institutions_pages_are_not_there(
    desk: Desk, treasury: Institution, appoint: Callable[..., Actor]
) -> None:
    roster = desk.upload([row_of(50, surname="Gizlioğlu"), BAD])
    other = desk.confirmed([row_of(51, surname="Gizlioğlu")])
    request = Request.objects.get(roster=other)
    stranger = seated(appoint(treasury, Role.OFFICER))
    own = {"institution_id": treasury.pk}
    for name, keys in (
        ("roster", {"roster_id": roster.pk}),
        ("roster", {"roster_id": other.pk}),
        ("roster_live", {"roster_id": roster.pk}),
        ("roster_corrected", {"roster_id": roster.pk}),
        ("roster_request", {"request_id": request.pk}),
    ):
        for place in (own, {"institution_id": desk.institution.pk}):
            address = reverse(f"console:{name}", kwargs={**place, **keys})
            for answer in (
                stranger.get(address),
                stranger.post(address, {"act": "confirm"}),
                stranger.post(address, {"act": "approve", "request": [str(request.pk)]}),
            ):
                assert answer.status_code in (404, 405)
                assert "Gizlioğlu" not in answer.content.decode()
    ids = {"act": "approve", "request": [str(request.pk)]}
    mine = stranger.post(reverse("console:rosters", kwargs=own), ids)
    assert mine.status_code == 409
    request.refresh_from_db()
    roster.refresh_from_db()
    assert (request.state, roster.state) == ("proposed", "checked")
    looks = [entry for entry in audit.entries_about(str(request.person_id)) if entry.act == "look"]
    assert looks == []


@pytest.mark.parametrize("language", ["tr", "en"])
def test_the_invited_person_finds_the_invitation_and_completes_it(desk: Desk, language: str, way: Way) -> None:
    request = desk.invited()
    mine = log_in(Client(), request.person)
    mine.cookies["divit-language"] = language
    link = reverse("portal:invitation", args=[request.pk])
    for name in ("home", "transactions", "applications", "applications_institution_paid"):
        assert link in mine.get(reverse(f"portal:{name}")).content.decode(), name
    shown = words(mine.get(link))
    assert desk.institution.name in shown
    assert ("2 Yıl" if language == "tr" else "2 year") in shown
    answer = mine.post(link, {"act": "start"})
    row = Application.objects.get()
    part = mine.get(answer.headers["Location"])
    assert answer.status_code == 302
    fields = {one.get("name") for one in BeautifulSoup(part.content, "html.parser").select("main input")}
    assert "publish" in fields
    assert not fields & {"years", "reader"}
    assert "TL" not in words(part)
    assert mine.get(reverse("portal:application_choose", args=[row.pk])).status_code == 302
    assert mine.get(link).status_code == 302
    assert link not in mine.get(reverse("portal:home")).content.decode()
    way.fill(row)
    summary = words(mine.get(reverse("portal:application_summary", args=[row.pk])))
    assert " TL" not in summary
    assert ("Kurumunuz öder" if language == "tr" else "Your institution pays") in summary
    way.confirm(row)
    way.prove(row)
    way.submit(row)
    for name in ("application_submitted", "application_status", "application_withdraw"):
        told = words(mine.get(reverse(f"portal:{name}", args=[row.pk])))
        assert not {"ödeyin", "iade", "refund"} & set(told.replace(".", " ").replace(",", " ").split()), told
    status = words(mine.get(reverse("portal:application_status", args=[row.pk])))
    assert ("Kurumunuzu bekliyor" if language == "tr" else "Waiting for your institution") in status
    assert mine.get(reverse("portal:application_form_pdf", args=[row.pk])).status_code == 200


def test_a_refused_person_reads_why(desk: Desk) -> None:
    request = desk.invited()
    roster_approval.refuse(request.id, reason="Görev yeri değişti.", by=desk.approver)
    mine = log_in(Client(), request.person)
    assert "Görev yeri değişti." in words(mine.get(reverse("portal:applications_institution_paid")))
    link = reverse("portal:invitation", args=[request.pk])
    assert "Görev yeri değişti." in words(mine.get(link))
    answer = mine.post(link, {"act": "start"})
    assert answer.status_code == 409
    assert "sona ermiş" in words(answer)


def test_a_person_declines(desk: Desk) -> None:
    request = desk.invited()
    mine = log_in(Client(), request.person)
    assert mine.post(reverse("portal:invitation", args=[request.pk]), {"act": "decline"}).status_code == 302
    request.refresh_from_db()
    assert request.state == "withdrawn"


def test_a_running_application_is_one_click_away(desk: Desk, way: Way) -> None:
    request = desk.invited()
    row = way.begin(request.person, desk.institution)
    mine = log_in(Client(), request.person)
    answer = mine.post(reverse("portal:invitation", args=[request.pk]), {"act": "start"})
    assert answer.status_code == 409
    assert reverse("portal:application_status", args=[row.pk]) in answer.content.decode()
