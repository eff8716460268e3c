"""Taranmış form teslimi: from the scanner's file to the form that was taken in and its scan that is kept."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from divit.applications import selectors as applications
from divit.applications import services as application_services
from divit.applications.models import Application
from divit.applications.reference import new_reference
from divit.applications.steps import Step
from divit.audit import ledger
from divit.audit import selectors as audit
from divit.flows import form_receipt, scan_intake, scan_upload, self_paid_application
from divit.identity.models import Person
from divit.institutions.models import Institution
from divit.kernel import clock
from divit.kernel.actors import Actor, Role
from divit.kernel.errors import Invalid, NotFound, Refused
from divit.scans import selectors, services
from divit.scans.models import Found, Picture, Scan, Upload
from tests import paper
from tests.factories.people import log_in
from tests.fixtures_pki import holder_of
from tests.integration.applications.conftest import PLACES, TYPED, Way, told
from tests.integration.intake.conftest import main_of, words
from tests.integration.scans.conftest import ScanDesk, mark_of, printed

pytestmark = pytest.mark.django_db


@pytest.fixture
def omer(representative_of: Callable[[Institution], Actor], ministry: Institution) -> Actor:
    return representative_of(ministry)


@pytest.fixture
def desk(desk_of: Callable[..., ScanDesk], omer: Actor, ministry: Institution) -> ScanDesk:
    return desk_of(omer, ministry)


@pytest.fixture
def sent(way: Way, make_person: Callable[..., Person], ministry: Institution) -> Callable[..., Application]:
    def make(surname: str = "Öğüt", institution: Institution = ministry) -> Application:
        return way.submitted(make_person("Ayşe Işıl", surname), institution)

    return make


def change(row: Application) -> None:
    typed = TYPED[Step.DELIVERY] | {"street": "720. Sokak"}
    self_paid_application.amend(row.id, Step.DELIVERY, typed, addresses=PLACES, by=holder_of(row.person))


def looks(row: Application) -> list[str]:
    """For what this person was looked at, oldest first."""
    return [one.facts["purpose"] for one in reversed(audit.entries_about(str(row.person_id))) if one.act == "look"]


def test_a_pile_from_the_scanner_to_the_last_form(desk: ScanDesk, sent: Callable[..., Application]) -> None:
    first, second, old = sent("Öğüt"), sent("Şimşek"), sent("Işık")
    pile = [printed(first), paper.empty(), paper.turned(printed(second), 180), printed(old)]
    change(old)
    assert "1 dosya alındı" in desk.send(("../../etc/ayse 10000000146.exe", paper.as_pdf(*pile, dpi=130)))
    assert "1 dosya okunuyor" in desk.look(desk.page)
    (upload,) = Upload.objects.all()
    assert upload.file_name == "ayse •••.exe"
    assert b"%PDF" not in bytes(upload.sealed)
    desk.read_all()
    upload.refresh_from_db()
    assert (upload.state, upload.pages, upload.blank, bytes(upload.sealed)) == ("read", 3, 1, b"")
    page = desk.look(desk.page)
    for said in ("Başvurusu bulundu: 2", "Eski form, yenisi yazdırılmalı: 1", "1 boş sayfa atlandı", first.reference):
        assert said in page
    assert not any(name in page for name in ("Öğüt", "Şimşek", "Işık"))
    one, two, three = Scan.objects.order_by("number")
    assert [scan.number for scan in (one, two, three)] == [1, 3, 4]
    page = desk.look(one)
    for said in ("Ayşe Işıl Öğüt", "Bilgi İşlem", "QR kodu güncel formun kodu.", "Formu teslim al"):
        assert said in page
    page = desk.act(one, "take_in")
    assert "Form teslim alındı, taraması saklandı." in page
    assert "Ayşe Işıl Şimşek" in page  # the next page that waits
    desk.answer = desk.client.post(f"{desk.page}{two.pk}/", {"act": "take_in", "ticket": "eski"})
    assert "Resme ve başvuruya yeniden bakıp" in words(desk.answer)
    assert "Bu form eski" in desk.act(two, "take_in")
    assert "Formu teslim al" not in desk.look(three)
    assert "Bu alanı doldurun" in desk.act(three, "give_back", reason="")
    assert "Bekleyen sayfa yok." in desk.act(three, "give_back", reason="Formun yenisini yazdırıp imzalayın.")
    assert [application_services.form_is_in(row) for row in (first, second, old)] == [True, True, False]
    assert told(first.person).count("application_form_received") == 1
    assert "application_form_returned" in told(old.person)
    for scan, row in ((one, first), (two, second)):
        scan.refresh_from_db()
        row.refresh_from_db()
        assert (scan.state, scan.application_id, scan.content_hash) == ("kept", row.pk, row.content_hash)
        assert "scan.keep" in [entry.act for entry in audit.entries_about(str(row.person_id))]
    three.refresh_from_db()
    assert three.state == "discarded"
    assert set(Picture.objects.values_list("scan_id", flat=True).order_by("scan_id")) == {one.pk, two.pk}
    assert list(ledger.verify()) == []


def test_what_the_database_holds_is_no_form_and_opens_for_its_row_alone(
    desk: ScanDesk, sent: Callable[..., Application]
) -> None:
    one, two = desk.read(("a.pdf", paper.as_pdf(printed(sent()), printed(sent("Şimşek")), dpi=130)))
    sealed = bytes(Picture.objects.get(pk=one.pk).sealed)
    assert b"\xff\xd8\xff" not in sealed
    assert desk.picture(one).content.startswith(b"\xff\xd8\xff")
    Picture.objects.filter(pk=two.pk).update(sealed=sealed)
    assert desk.picture(two).status_code == 409
    assert "açılamıyor" in desk.picture(two).content.decode()


def test_the_same_file_twice_and_the_same_paper_twice(
    desk: ScanDesk, sent: Callable[..., Application], omer: Actor
) -> None:
    row = sent()
    form = printed(row)
    file = paper.as_pdf(form, dpi=130)
    (scan,) = desk.read(("a.pdf", file))
    assert "daha önce yüklenmiş" in desk.send(("baska.pdf", file))
    desk.look(scan)
    desk.act(scan, "take_in")
    assert "daha önce yüklenmiş" in desk.send(("a.pdf", file))
    (again,) = desk.read(("b.jpg", paper.as_image(form)))
    page = desk.look(again)
    assert "Bu form zaten alınmıştı" in page
    assert "Taramayı başvuruya ekle" not in page
    with pytest.raises(Refused, match="scan_kept_before"):
        scan_intake.take_in(again.pk, application_id=row.pk, mark=mark_of(row), by=omer)
    assert "Tarama silindi." in desk.act(again, "discard")
    assert not Picture.objects.filter(pk=again.pk).exists()
    (again,) = desk.read(("b.jpg", paper.as_image(form)))  # all of it was thrown away: it may come once more
    other = sent("Şimşek")
    for target in (other, row):
        with pytest.raises(Refused):
            scan_intake.take_in(again.pk, application_id=target.pk, mark=mark_of(target), by=omer)
    with pytest.raises(Refused, match="scan_of_another"):
        scan_intake.give_back(again.pk, application_id=other.pk, reason="İmza yok.", by=omer)
    assert not application_services.form_is_in(other)
    assert applications.form_visits(other) == []


def test_a_file_of_which_a_page_was_lost_may_come_once_more(desk: ScanDesk, sent: Callable[..., Application]) -> None:
    file = paper.as_pdf(printed(sent()), printed(sent("Şimşek")), dpi=130)
    one, two = desk.read(("a.pdf", file))
    desk.look(one)
    desk.act(one, "take_in")
    assert "daha önce yüklenmiş" in desk.send(("a.pdf", file))
    desk.look(two)
    desk.act(two, "discard")
    desk.look(desk.read(("a.pdf", file))[1])
    page = desk.act(Scan.objects.get(state="waiting", number=2), "take_in")
    assert "Form teslim alındı, taraması saklandı." in page


def test_a_form_taken_in_from_paper_gets_its_scan_later(
    desk: ScanDesk, sent: Callable[..., Application], omer: Actor
) -> None:
    row = sent()
    form_receipt.take_in(row.pk, by=omer)
    (scan,) = desk.read(("a.png", paper.as_image(printed(row), kind="PNG")))
    assert "Taramayı başvuruya ekle" in desk.look(scan)
    assert "Tarama başvuruya eklendi" in desk.act(scan, "take_in")
    assert told(row.person).count("application_form_received") == 1
    kept = selectors.kept_of(row.pk)
    assert kept is not None
    assert kept.pk == scan.pk


def test_an_old_form_is_not_shown_as_that_of_the_newer_one_that_is_in(
    desk: ScanDesk, sent: Callable[..., Application], omer: Actor
) -> None:
    row = sent()
    old = paper.as_image(printed(row))
    change(row)
    form_receipt.take_in(row.pk, scanned=mark_of(row), by=omer)
    (scan,) = desk.read(("a.jpg", old))
    page = desk.look(scan)
    assert "Tarama saklanamaz." in page
    assert "QR kodu güncel" not in page
    assert "Taramayı başvuruya ekle" not in page


def test_what_cannot_be_read_is_named_by_hand(desk: ScanDesk, sent: Callable[..., Application]) -> None:
    row = sent()
    (scan,) = desk.read(("a.jpg", paper.as_image(paper.without_codes(printed(row)))))
    assert scan.found == Found.NOTHING
    assert "okunabilen bir QR kodu ya da barkod yok" in desk.look(scan)
    assert "Numarası okunamadı: 1" in desk.look(desk.page)
    desk.look(scan)
    assert "10 karakterdir" in desk.act(scan, "name", reference="123")
    assert "bulunamadı" in desk.act(scan, "name", reference=new_reference())
    page = desk.act(scan, "name", reference=row.reference.lower())
    assert "Ayşe Işıl Öğüt" in page
    assert f"içerik özeti: {mark_of(row).partition('/')[2]}" in page
    change(row)
    assert "Bu form eski" in desk.act(scan, "take_in")
    assert not application_services.form_is_in(row)
    desk.act(scan, "name", reference=row.reference)
    assert "taraması saklandı" in desk.act(scan, "take_in")
    assert Scan.objects.get().found == Found.NOTHING


def test_two_forms_on_one_page_are_not_kept(desk: ScanDesk, sent: Callable[..., Application], omer: Actor) -> None:
    row = sent()
    both = paper.beside(printed(row), printed(sent("Gizlioğlu")))
    (scan,) = desk.read(("a.pdf", paper.as_pdf(both, dpi=130)))
    page = desk.look(scan)
    assert "Bu sayfada birden çok form var" in page
    assert "Formu teslim al" not in page
    assert main_of(desk.answer).select("img") == []
    assert desk.picture(scan).status_code == 404  # a look at it would stand in nobody's name
    assert not Picture.objects.exists()
    with pytest.raises(Refused, match="scan_of_several_forms"):
        scan_intake.take_in(scan.pk, application_id=row.pk, mark=mark_of(row), by=omer)
    assert not application_services.form_is_in(row)  # nothing was done by half


def test_one_bad_file_does_not_hold_up_the_others(desk: ScanDesk, sent: Callable[..., Application]) -> None:
    files = [
        ("form.exe", paper.as_image(printed(sent()))),
        ("form.pdf", b"<html><script>alert(1)</script>"),
        ("IMG_1.jpg", b"\0\0\0\x18ftypheic" + bytes(20)),
        ("bos.pdf", b""),
        ("yarim.jpg", paper.as_image(printed(sent("Şimşek")))[:30_000]),
        ("arka.pdf", paper.as_pdf(paper.empty(), dpi=100)),
    ]
    page = desk.send(*files)
    assert desk.answer.status_code == 409
    for said in ("form.pdf: Bu dosya bir tarama değil", "IMG_1.jpg: Bu fotoğraf HEIC", "bos.pdf: Dosya boş"):
        assert said in page
    assert Upload.objects.count() == 3
    assert desk.client.get(f"{desk.page}okunan/").headers.get("X-Live") is None
    desk.read_all()
    answer = desk.client.get(f"{desk.page}okunan/")
    assert (answer.headers["X-Live"], answer.headers["X-Live-Location"]) == ("done", desk.page)
    page = desk.look(desk.page)
    for said in ("Okunamadı. Dosya bozuk ya da yarım kalmış", "Bütün sayfalar boş", "Başvurusu bulundu: 1"):
        assert said in page
    assert not Upload.objects.exclude(sealed=b"").exists()
    assert "En az bir dosya seçin" in desk.send()


def test_nothing_larger_than_the_page_takes_is_taken(
    desk: ScanDesk, omer: Actor, make_person: Callable[..., Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seven megabytes go in here and nowhere else; and here only of who stands at a desk."""
    seven = ("a.pdf", b"%PDF-1.7" + bytes(7_000_000))
    desk.send(seven)
    assert Upload.objects.count() == 1
    for stranger, status in ((Client(), 302), (log_in(Client(), make_person("Can", "Yabancı")), 404)):
        answer = stranger.post(desk.page, {"scans": SimpleUploadedFile(*seven)})
        assert answer.status_code == status
        assert answer.wsgi_request.FILES == {}
    monkeypatch.setattr(scan_upload, "MOST_OCTETS", 5_000_000)
    with pytest.raises(Invalid, match="scan_file_too_large"):
        scan_upload.upload(seven[1] + b"x", file_name="a.pdf", by=omer)
    monkeypatch.setattr(scan_upload, "MOST_OCTETS", 50_000_000)
    monkeypatch.setattr(scan_upload, "MOST_UNREAD", 0)
    with pytest.raises(Refused, match="scan_desk_full"):
        scan_upload.upload(seven[1] + b"x", file_name="a.pdf", by=omer)
    assert Upload.objects.count() == 1


def test_without_a_key_no_scan_is_taken(desk: ScanDesk, settings: Any) -> None:
    settings.SCAN_SECRETS = ()
    assert "bu kurulumda açılmamış" in desk.send(("a.pdf", b"%PDF-1.7"))
    assert not Upload.objects.exists()


def test_another_desks_pages_are_not_there(
    desk: ScanDesk,
    desk_of: Callable[..., ScanDesk],
    centre: ScanDesk,
    sent: Callable[..., Application],
    representative_of: Callable[[Institution], Actor],
    treasury: Institution,
) -> None:
    """Nor is a form that came to the wrong institution; but whoever looked at its picture is told to its person."""
    theirs = sent("Gizlioğlu", treasury)
    (scan,) = desk.read(("a.pdf", paper.as_pdf(printed(theirs), dpi=130)))
    page = desk.look(scan)
    assert f"{theirs.reference} bulunamadı" in page
    assert "Gizlioğlu" not in page
    assert "Bulunamadı: 1" in desk.look(desk.page)
    assert looks(theirs) == []
    assert desk.picture(scan).status_code == 200
    assert looks(theirs) == ["scan_intake"]
    other = desk_of(representative_of(treasury), treasury)
    for stranger in (other, centre):
        assert "Bekleyen sayfa yok." in stranger.look(stranger.page)
        for answer in (
            stranger.client.get(f"{stranger.page}{scan.pk}/"),
            stranger.client.post(f"{stranger.page}{scan.pk}/", {"act": "discard"}),
            stranger.picture(scan),
        ):
            assert answer.status_code == 404
    assert Scan.objects.get().state == "waiting"


def test_a_kept_scan_opens_for_a_purpose_that_its_person_reads(
    desk: ScanDesk,
    centre: ScanDesk,
    desk_of: Callable[..., ScanDesk],
    representative_of: Callable[[Institution], Actor],
    sent: Callable[..., Application],
    ministry: Institution,
    treasury: Institution,
) -> None:
    row = sent()
    (scan,) = desk.read(("a.pdf", paper.as_pdf(printed(row), dpi=130)))
    desk.look(scan)
    desk.act(scan, "take_in")
    here = {"application_id": row.pk}
    at_centre = centre.client.get(reverse("console:registration_application", kwargs=here)).content.decode()
    here["institution_id"] = ministry.pk
    at_home = desk.client.get(reverse("console:representative_application", kwargs=here)).content.decode()
    before = len(looks(row))
    for place, page in ((desk, at_home), (centre, at_centre)):
        assert f"{place.page}{scan.pk}/" in page
        asked = place.look(scan)
        assert "neden bakıyorsunuz" in asked
        assert place.picture(scan).status_code == 404
        assert place.picture(scan, neden="merak").status_code == 404
        assert place.look(f"{place.page}{scan.pk}/?neden=scan_dispute").count("itiraz") >= 1
        assert place.picture(scan, neden="scan_dispute").headers["Content-Type"] == "image/jpeg"
    assert looks(row)[before:] == ["scan_dispute", "scan_dispute"]
    other = desk_of(representative_of(treasury), treasury)
    assert other.picture(scan, neden="scan_dispute").status_code == 404
    assert desk.client.post(f"{desk.page}{scan.pk}/", {"act": "discard"}).status_code == 200
    assert Scan.objects.get().state == "kept"


def test_the_form_of_a_centre_is_not_kept_twice_by_an_institution(
    desk: ScanDesk, centre: ScanDesk, sent: Callable[..., Application], omer: Actor
) -> None:
    row = sent()
    (scan,) = centre.read(("a.pdf", paper.as_pdf(printed(row), dpi=130)))
    centre.look(scan)
    centre.act(scan, "take_in")
    (again,) = desk.read(("a.jpg", paper.as_image(printed(row))))
    assert "Taramayı başvuruya ekle" not in desk.look(again)
    with pytest.raises(Refused, match="scan_kept_before"):
        scan_intake.take_in(again.pk, application_id=row.pk, mark=mark_of(row), by=omer)


def test_nobody_takes_in_the_own_form(
    desk: ScanDesk, way: Way, omer: Actor, ministry: Institution, representative_of: Callable[[Institution], Actor]
) -> None:
    row = way.submitted(Person.objects.get(pk=omer.id), ministry)
    (scan,) = desk.read(("a.pdf", paper.as_pdf(printed(row), dpi=130)))
    assert "Kendi formunuzu alamazsınız" in desk.look(scan)
    with pytest.raises(Refused, match="own_form"):
        scan_intake.take_in(scan.pk, application_id=row.pk, mark=mark_of(row), by=omer)
    form_receipt.take_in(row.pk, by=representative_of(ministry))
    assert "Taramayı başvuruya ekle" not in desk.look(scan)
    assert Scan.objects.get().state == "waiting"


def test_the_clock_destroys_what_nobody_decided_on(
    desk: ScanDesk, sent: Callable[..., Application], omer: Actor
) -> None:
    (scan,) = desk.read(("a.pdf", paper.as_pdf(printed(sent()), dpi=130)))
    never, _new = scan_upload.upload(paper.as_image(paper.empty()), file_name="b.jpg", by=omer)
    assert scan_upload.forget(now=clock.now() + timedelta(days=3)) == 0
    assert set(Upload.objects.values_list("file_name", flat=True)) == {"a.pdf", "b.jpg"}  # they still wait
    assert scan_upload.forget(now=clock.now() + timedelta(days=7, minutes=1)) == 2
    assert Scan.objects.get().state == "discarded"
    assert set(Upload.objects.values_list("file_name", flat=True)) == {""}
    never.refresh_from_db()
    assert (never.state, never.refusal, bytes(never.sealed)) == ("refused", "scan_never_read", b"")
    assert not Picture.objects.exists()
    with pytest.raises(NotFound):
        scan_intake.look_at(scan.pk, by=omer)


@pytest.mark.django_db(transaction=True)
def test_the_worker_reads_and_takes_up_what_stands_still(
    desk: ScanDesk, sent: Callable[..., Application], omer: Actor, run_jobs: Callable[..., None], settings: Any
) -> None:
    content = paper.as_image(printed(sent()))
    with connection.cursor() as cursor:
        row, _new = scan_upload.upload(content, file_name="b.jpg", by=omer)
        cursor.execute("DELETE FROM procrastinate_jobs")
        assert scan_upload.resume() == 1
        assert scan_upload.resume() == 1
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name <> 'scans.read'")
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        assert cursor.fetchone() == (1,)
    known = settings.SCAN_SECRETS
    settings.SCAN_SECRETS = ("k" * 43,)  # a worker that does not know the key yet destroys nothing
    with pytest.raises(Invalid, match="scan_not_opened"):
        scan_upload.read(row.pk)
    settings.SCAN_SECRETS = known
    run_jobs()
    assert selectors.upload(row.pk).state == "read"
    scan_upload.read(row.pk)  # read twice it is read once
    assert Scan.objects.filter(upload=row).count() == 1


def test_the_database_itself_keeps_the_laws(desk: ScanDesk, sent: Callable[..., Application]) -> None:
    row = sent()
    (scan,) = desk.read(("a.pdf", paper.as_pdf(printed(row), dpi=130)))
    for wrong in (
        {"state": "kept"},
        {"state": "kept", "application_id": row.pk, "content_hash": row.content_hash},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            Scan.objects.filter(pk=scan.pk).update(**wrong)
    with pytest.raises(Refused, match="not_your_act"), transaction.atomic():
        services.discard(services.locked_scan(scan.pk), by=Actor(role=Role.OFFICER, id="1"))
