"""The registry's pages: search, the file of a person, wishes to open a certificate, lists."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from divit.applications.models import Application, Requirement
from divit.audit import ledger
from divit.audit import selectors as audit
from divit.audit.models import Entry
from divit.certificates import findings
from divit.certificates.findings import Found, Kind
from divit.certificates.models import Certificate, Finding, Reinstatement
from divit.console import labels
from divit.flows import registry_search, suspension
from divit.identity.models import Person, StaffAccount
from divit.institutions.models import Institution
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor, Level, Role
from divit.notifications.models import Message
from divit.production.models import CardOrder
from tests.integration.console.conftest import log_in, seat

pytestmark = pytest.mark.django_db(transaction=True)


def _page(answer: Any) -> str:
    return str(answer.content.decode())


def _looks(person_id: object) -> list[str]:
    return [one.facts["purpose"] for one in audit.entries_about(str(person_id)) if one.act == "look"]


@pytest.fixture
def held(make_person: Callable[..., Person], make_certificate: Callable[..., Certificate]) -> Certificate:
    row = make_certificate(make_person("Ayşe", "Beklemez"))
    officer = Actor(role=Role.OFFICER, id="1", name="Ferit Yetkin", institution_id=str(row.institution_id))
    suspension.suspend(row.pk, by=officer)
    row.refresh_from_db()
    return row


class TestSearch:
    """One field; who is shown can see it."""

    def test_the_cut_is_told_and_only_who_is_shown_is_looked_at(
        self,
        at_desk: Callable[..., Client],
        make_application: Callable[..., Application],
        make_person: Callable[..., Person],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(registry_search, "PAGE", 2)
        people = [make_person("Sevgi", f"{letter}yaz") for letter in "ABC"]
        for person in people:
            make_application(person)
        registrar, search = at_desk(Role.REGISTRAR), reverse("console:registration")
        page = _page(registrar.post(search, {"text": "sevgi"}))
        assert "2'den fazla sonuç var (3 kişi)" in page.replace("&#x27;", "'")
        assert ("Ayaz" in page, "Byaz" in page, "Cyaz" in page) == (True, True, False)
        assert [len(_looks(person.pk)) for person in people] == [1, 1, 0]
        page = _page(registrar.post(search, {"text": "sevgi", "page": "2"}))
        assert ("Ayaz" in page, "Cyaz" in page) == (False, True)
        monkeypatch.setattr(registry_search, "MOST", 2)
        page = _page(registrar.post(search, {"text": "sevgi"}))
        assert "hiçbiri gösterilmedi" in page
        assert "Ayaz" not in page
        assert [len(_looks(person.pk)) for person in people] == [1, 1, 1]

    def test_a_number_is_shown_by_its_end_alone(self, at_desk: Callable[..., Client], held: Certificate) -> None:
        page = _page(at_desk(Role.REGISTRAR).post(reverse("console:registration"), {"text": held.serial}))
        assert "Beklemez" in page
        assert "sertifika seri no" in page
        assert held.person.tckn not in page
        assert held.person.tckn[-4:] in page

    def test_an_institution_leads_to_its_lists(self, at_desk: Callable[..., Client], held: Certificate) -> None:
        page = _page(at_desk(Role.REGISTRAR).post(reverse("console:registration"), {"text": "ornek bakanligi"}))
        assert f"?kurum={held.institution_id}" in page


class TestFile:
    """Everything of one person, for a purpose that the employee names."""

    def test_nothing_is_shown_before_a_purpose_is_named(
        self, at_desk: Callable[..., Client], make_order: Callable[..., CardOrder]
    ) -> None:
        order = make_order()
        address = reverse("console:registration_person", kwargs={"person_id": order.person_id})
        registrar = at_desk(Role.REGISTRAR)
        for query in ("", "?neden=", "?neden=merak"):
            page = _page(registrar.get(address + query))
            assert "neden bakıyorsunuz" in page
            assert order.person.surname not in page
            assert order.application.reference not in page
        assert _looks(order.person_id) == []

    def test_each_purpose_is_what_the_person_reads(
        self, at_desk: Callable[..., Client], make_order: Callable[..., CardOrder]
    ) -> None:
        order = make_order()
        registrar = at_desk(Role.REGISTRAR)
        address = reverse("console:registration_person", kwargs={"person_id": order.person_id})
        for purpose in labels.PURPOSES:
            assert order.application.reference in _page(registrar.get(address, {"neden": purpose}))
        assert _looks(order.person_id) == list(reversed(labels.PURPOSES))
        page = _page(log_in(order.person).get(reverse("portal:my_data")))
        assert "Kayıt masası, sizin isteğiniz üzerine dosyanıza baktı" in page

    def test_what_stands_in_it_and_what_does_not(
        self, at_desk: Callable[..., Client], held: Certificate, make_application: Callable[..., Application]
    ) -> None:
        row = make_application(held.person)
        message = Message.objects.filter(person=held.person).order_by("created_at", "channel")[0]
        address = reverse("console:registration_person", kwargs={"person_id": held.person_id})
        page = _page(at_desk(Role.REGISTRAR).get(address, {"neden": "file_request"}))
        for shown in (row.reference, held.serial, held.card_serial, message.headline, "Kurumun gerekçesi"):
            assert shown in page
        for hidden in (held.person.tckn, held.person.phone, held.person.email, message.text[:60]):
            assert hidden not in page

    def test_a_long_file_is_not_dearer(
        self, at_desk: Callable[..., Client], make_order: Callable[..., CardOrder], make_person: Callable[..., Person]
    ) -> None:
        registrar = at_desk(Role.REGISTRAR)
        person = make_person()
        address = reverse("console:registration_person", kwargs={"person_id": person.pk})

        def questions() -> int:
            with CaptureQueriesContext(connection) as asked:
                assert registrar.get(address, {"neden": "file_request"}).status_code == 200
            return len(asked)

        make_order(person)
        few = questions()
        first = Application.objects.get(person=person)
        Application.objects.filter(pk=first.pk).update(institution=Institution.objects.create(name="T.C. Başka"))
        make_order(person)
        assert questions() == few

    def test_who_never_submitted_anything_has_no_file(
        self, at_desk: Callable[..., Client], make_person: Callable[..., Person]
    ) -> None:
        address = reverse("console:registration_person", kwargs={"person_id": make_person().pk})
        assert at_desk(Role.REGISTRAR).get(address, {"neden": "file_request"}).status_code == 404


class TestOpeningByTwo:
    """Asked on one browser, agreed on another."""

    def test_from_the_wish_to_the_open_certificate(
        self, make_staff: Callable[..., tuple[StaffAccount, str]], held: Certificate
    ) -> None:
        first, second = (seat(make_staff(Role.REGISTRAR)[0]) for _ in range(2))
        here = reverse("console:registration_certificate", kwargs={"certificate_id": held.pk})
        assert "Askıya kurum aldı" in _page(first.get(here))
        empty = first.post(here, {"reason": " "})
        assert (empty.status_code, "Hata:" in _page(empty)) == (409, True)
        answer = first.post(here, {"reason": "Kurumun yazısı geldi"})
        assert (answer.status_code, answer.headers["Location"]) == (303, reverse("console:registration_asks"))
        ask = Reinstatement.objects.get()
        one = reverse("console:registration_ask", kwargs={"ask_id": ask.pk})
        for browser in (first, second):
            assert "Kurumun yazısı geldi" in _page(browser.get(reverse("console:registration_asks")))
            assert "1 istek karar bekliyor" in _page(browser.get(reverse("console:registration")))
        own = _page(first.get(one))
        assert ('value="agree"' in own, 'value="take_back"' in own) == (False, True)
        forced = first.post(one, {"act": "agree"})
        assert forced.status_code == 409
        assert "kararı başka bir görevli verir" in _page(forced)
        page = _page(second.get(one))
        assert ('value="agree"' in page, 'value="take_back"' in page) == (True, False)
        assert second.post(one, {"act": "agree"}).status_code == 303
        held.refresh_from_db()
        assert held.state == "valid"
        assert "Onaylandı" in _page(first.get(reverse("console:registration_asks")))
        assert set(_looks(held.person_id)) == {"reinstatement"}
        story = _page(log_in(held.person).get(reverse("portal:my_data")))
        assert "Merkezin ikinci bir görevlisi askıdan indirmeyi onayladı" in story

    def test_declined_with_words(self, make_staff: Callable[..., tuple[StaffAccount, str]], held: Certificate) -> None:
        first, second = (seat(make_staff(Role.REGISTRAR)[0]) for _ in range(2))
        here = reverse("console:registration_certificate", kwargs={"certificate_id": held.pk})
        first.post(here, {"reason": "Kurumun yazısı geldi"})
        one = reverse("console:registration_ask", kwargs={"ask_id": Reinstatement.objects.get().pk})
        assert second.post(one, {"act": "decline", "reason": ""}).status_code == 409
        assert second.post(one, {"act": "decline", "reason": "Yazı imzasız"}).status_code == 303
        assert "«Yazı imzasız»" in _page(first.get(reverse("console:registration_asks")))
        held.refresh_from_db()
        assert held.state == "suspended"


class TestFindings:
    """What looking again has found."""

    def test_looked_into_and_settled(self, at_desk: Callable[..., Client], held: Certificate) -> None:
        with transaction.atomic():
            found = [Found(kind=Kind.PROFILE, what="its signature does not verify", certificate=held)]
            findings.record([*found, Found(kind=Kind.LIST, what="closed, and not on the list", serial="AB")], by=SYSTEM)
        desk = at_desk(Role.REGISTRAR)
        assert "2 bulgu inceleme bekliyor" in _page(desk.get(reverse("console:registration")))
        page = _page(desk.get(reverse("console:registration_findings")))
        assert held.serial in page
        assert "İptal listesi" in page
        row = Finding.objects.get(certificate=held)
        one = reverse("console:registration_finding", kwargs={"finding_id": row.pk})
        page = _page(desk.get(one))
        assert ("its signature does not verify" in page, held.holder_name in page) == (True, True)
        assert desk.post(one, {"said": " "}).status_code == 409
        answer = desk.post(one, {"said": "Yedekten geri yüklendi"})
        assert (answer.status_code, answer.headers["Location"]) == (303, reverse("console:registration_findings"))
        assert "«Yedekten geri yüklendi»" in _page(desk.get(reverse("console:registration_findings")))
        assert "bu arada kapatılmış" in _page(desk.post(one, {"said": "Bir daha"}))
        assert set(_looks(held.person_id)) == {"finding"}
        assert "merkezde incelendi" in _page(log_in(held.person).get(reverse("portal:my_data")))


class TestReports:
    """On the screen and as a file, with a trace for each person and one for the list."""

    def test_a_list_on_the_screen(
        self, at_desk: Callable[..., Client], make_certificate: Callable[..., Certificate], held: Certificate
    ) -> None:
        registrar = at_desk(Role.REGISTRAR)
        soon = reverse("console:report", kwargs={"report": "bitecek"})
        assert "Bu listede şu anda kimse yok" in _page(registrar.get(soon))
        near = make_certificate(held.person, until=clock.now() + timedelta(days=20))
        page = _page(registrar.get(soon, {"gun": "30", "kurum": str(near.institution_id)}))
        assert near.serial in page
        assert _looks(held.person_id) == ["report_ending"]
        entry = next(one for one in audit.entries_of("report", "bitecek") if one.facts.get("of") == 1)
        assert entry.facts["filter"] == {"days": "30", "institution": str(near.institution_id)}
        assert near.serial not in _page(registrar.get(soon, {"gun": "15"}))
        assert registrar.get(soon, {"gun": "<b>", "kurum": "x", "sayfa": "9"}).status_code == 200

    def test_a_long_list_is_printed_in_one(
        self,
        at_desk: Callable[..., Client],
        make_certificate: Callable[..., Certificate],
        make_person: Callable[..., Person],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr("divit.console.paging.PAGE_SIZE", 1)
        until = clock.now() + timedelta(days=20)
        rows = [make_certificate(make_person(), until=until) for _ in range(2)]
        registrar, here = at_desk(Role.REGISTRAR), reverse("console:report", kwargs={"report": "bitecek"})
        page = _page(registrar.get(here, {"gun": "30"}))
        assert "?gun=30&amp;yazdir=1" in page
        assert sum(row.serial in page for row in rows) == 1
        page = _page(registrar.get(here, {"gun": "30", "yazdir": "1"}))
        assert all(row.serial in page for row in rows)
        assert "Yazdır komutunu" in page
        assert [len(_looks(row.person_id)) for row in rows] in ([2, 1], [1, 2])

    def test_the_file_holds_text_and_nothing_else(
        self, at_desk: Callable[..., Client], make_application: Callable[..., Application]
    ) -> None:
        row = make_application()
        Institution.objects.filter(pk=row.institution_id).update(name='=HYPERLINK("http://x.example")')
        Requirement.objects.create(application=row, kind="form_received")
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE applications_application DISABLE TRIGGER USER")
            Application.objects.filter(pk=row.pk).update(state="open")
            cursor.execute("ALTER TABLE applications_application ENABLE TRIGGER USER")
        registrar = at_desk(Role.REGISTRAR)
        file = reverse("console:report_file", kwargs={"report": "bekleyen"})
        answer = registrar.post(file, {"kosul": "form_received"})
        assert answer.headers["Content-Type"].endswith("spreadsheetml.sheet")
        assert answer.headers["Content-Disposition"].startswith('attachment; filename="bekleyen-20')
        sheet = load_workbook(io.BytesIO(answer.content)).active
        cells = [[cell.value for cell in line] for line in sheet.iter_rows()]
        assert cells[0][:3] == ["Başvuru", "Ad soyad", "Kurum"]
        assert cells[1][:3] == [row.reference, row.person.name, '=HYPERLINK("http://x.example")']
        assert {cell.data_type for line in sheet.iter_rows() for cell in line} == {"s"}
        assert _looks(row.person_id) == ["report_file"]
        assert registrar.get(file).status_code == 405

    def test_figures_name_nobody(self, at_desk: Callable[..., Client], held: Certificate) -> None:
        before = Entry.objects.count()
        page = _page(at_desk(Role.REGISTRAR).get(reverse("console:reports")))
        assert held.institution.name in page
        assert "Beklemez" not in page
        assert not any(one.act == "look" for one in audit.latest(limit=Entry.objects.count() - before + 1))

    def test_figures_as_a_file(self, at_desk: Callable[..., Client], held: Certificate) -> None:
        answer = at_desk(Role.REGISTRAR).post(reverse("console:reports_file"))
        cells = [[cell.value for cell in line] for line in load_workbook(io.BytesIO(answer.content)).active.iter_rows()]
        assert cells[0][0] == "Kurum"
        assert cells[1] == [held.institution.name, "0", "0", "0", "0", "1", "0", "0"]

    def test_an_unknown_list_is_not_there(self, at_desk: Callable[..., Client]) -> None:
        registrar = at_desk(Role.REGISTRAR)
        assert registrar.get(reverse("console:report", kwargs={"report": "maaslar"})).status_code == 404
        file = reverse("console:report_file", kwargs={"report": "bekleyen"})
        assert registrar.post(file, {"kurum": "x"}).status_code == 404


def test_many_looks_are_one_chain() -> None:
    by = Actor(role=Role.REGISTRAR, id="1", level=Level.HIGH)
    looks = [
        {"by": by, "person_id": str(number), "purpose": "report_file", "subject": ("person", str(number))}
        for number in range(ledger._AT_ONCE + 3)
    ]
    before = Entry.objects.count()
    ledger.look_all(looks)
    assert Entry.objects.count() - before == len(looks)
    assert list(ledger.verify()) == []
