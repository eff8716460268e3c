"""The look from outside: held against the database, written down each minute, told once, and shown to everybody."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.urls import reverse

from divit import wiring
from divit.audit import selectors as audit
from divit.certificates.models import Certificate
from divit.flows import jobs, revocation, suspension, watching
from divit.identity.models import Person
from divit.identity.staff import create_staff
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Role
from divit.pki.authority import Authority
from divit.pki.reasons import Reason
from divit.portal.status import views as status
from divit.probe.findings import Finding, Service
from divit.probe.look import Places, Seen, Stranger
from divit.watching import announcements, selectors, services
from divit.watching.models import Day, Mark, Outage, Trouble
from divit.worker import watching as job
from tests.fixtures_pki import holder_of
from tests.integration.console.conftest import seat

pytestmark = pytest.mark.django_db(transaction=True)


def nothing_seen(places: Places) -> Seen:
    return Seen(at=clock.now(), findings=(), slowest_ms={}, numbers={}, ends={}, away=None, asked=0)


class Scripted:
    """An eye that sees what the test says, at the time that the test says."""

    def __init__(self) -> None:
        self.at = clock.now().replace(second=0, microsecond=0)
        self.findings: tuple[Finding, ...] = ()

    def look(self, places: Places) -> Seen:
        return replace(nothing_seen(places), at=self.at, findings=self.findings, slowest_ms={Service.OCSP: 12})

    def minute(self, *findings: Finding) -> None:
        self.at, self.findings = self.at + timedelta(minutes=1), findings
        watching.look(eye=self, pages=())


BROKEN = Finding(service=Service.OCSP, code="ocsp_old", facts={"age": 700})


def test_ocsp_list_and_database_agree_until_they_do_not(
    make_person: Callable[..., Person],
    make_certificate: Callable[..., Certificate],
    validation: str,
    run_jobs: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    good, held, gone = (make_certificate(make_person()) for _ in range(3))
    suspension.suspend(held.pk, by=holder_of(held.person))
    revocation.revoke(gone.pk, reason=Reason.KEY_COMPROMISE, by=holder_of(gone.person))
    run_jobs("signing")
    # As if all of it had long happened.
    monkeypatch.setattr(watching, "GRACE", timedelta())
    stranger = Stranger()
    for _attempt in range(200):
        seen = watching.seen_now(stranger)
        if not seen.findings:
            break
    assert [one.line() for one in seen.findings] == []
    assert seen.asked == 4 + 1 + 4 * 4 + 3
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE certificates_certificate DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE certificates_certificate SET state = 'suspended', hold_cause = 'holder', "
            "hold_started_at = issued_at, effective_at = issued_at WHERE id = %s",
            [good.pk],
        )
        cursor.execute("ALTER TABLE certificates_certificate ENABLE TRIGGER USER")
    found = watching.seen_now(stranger).findings
    assert {(one.code, one.about) for one in found} == {
        ("status_wrong", f"{int(good.serial, 16):X}"),
        ("crl_disagrees", f"{int(good.serial, 16):X}"),
    }


def test_one_outage_one_alarm_one_all_clear(
    authority: Authority, run_jobs: Callable[..., None], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_staff("defter@merkez.example", name="Deniz Defterci", desks=[Role.AUDITOR], by=SYSTEM)
    letters: list[dict[str, str]] = []

    class Mail:
        def send(self, **letter: str) -> None:
            letters.append(letter)

    monkeypatch.setattr(wiring, "mail", Mail)
    eye = Scripted()
    eye.minute()
    eye.minute(BROKEN)
    eye.minute()
    run_jobs("default")
    assert not Outage.objects.exists(), "one bad look is no outage"
    assert letters == []
    for _minute in range(3):
        eye.minute(BROKEN)
    began = eye.at - timedelta(minutes=2)
    outage = Outage.objects.get()
    assert (outage.service, outage.began_at, outage.ended_at) == ("ocsp", began, None)
    eye.minute()
    eye.minute(Finding(service=Service.OCSP, code="slow", about="http://x", facts={"ms": 3000}))
    eye.minute()
    run_jobs("default")
    outage.refresh_from_db()
    assert outage.ended_at == began + timedelta(minutes=3)
    assert [letter["message_id"] for letter in letters] == [f"outage-{outage.pk}-begun-0", f"outage-{outage.pk}-over-0"]
    assert {letter["to"] for letter in letters} == {"defter@merkez.example"}
    begun = letters[0]["text"]
    assert "OCSP 700 saniye önceki yanıtları veriyor" in begun
    assert "OCSP gives out answers of 700 s ago" in begun
    assert letters[1]["subject"].startswith("Yeniden çalışıyor / works again: ")
    marks = [mark for day in Day.objects.filter(service="ocsp").order_by("day") for mark in bytes(day.marks) if mark]
    assert marks == [Mark.WORKS, 3, 1, 3, 3, 3, 1, Mark.WARNED, 1]
    [day, *_later] = selectors.days(since=clock.local(began).date())[Service.OCSP].values()
    assert (day.slowest_ms, day.looked > 0) == (12, True)
    assert selectors.troubles() == []
    assert Trouble.objects.filter(code="ocsp_old").count() == 2


def test_what_only_the_books_know(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs that nobody takes up; and what cannot be used because nobody can sign in."""
    jobs.later("watching.tell", outage_id=1, over=True, reader=0)
    jobs.later("watching.tell", in_seconds=500, outage_id=1, over=True, reader=0)
    [queue] = jobs.queues()
    assert (queue.queue, queue.waiting, queue.doing, queue.failed) == ("default", 2, 0, 0)
    assert 0 <= queue.oldest_seconds < 60
    assert jobs.workers_heard()[0] == 0
    monkeypatch.setattr(watching, "JOBS_BEGUN_WITHIN", timedelta(seconds=-1))
    eye = Scripted()
    eye.minute(Finding(service=Service.SIGN_IN, code="http_status", about="x", facts={"status": 500}))
    assert {(one.service, one.code) for one in selectors.troubles()} == {
        ("sign_in", "http_status"),
        ("closing", "needs_sign_in"),
        ("applying", "needs_sign_in"),
        ("applying", "jobs_waiting"),
    }


def test_the_look_knows_where_pages_are() -> None:
    names = {Service.SIGN_IN: "sign_in", Service.CLOSING: "lost_card", Service.APPLYING: "prices"}
    assert {service: reverse(f"portal:{name}") for service, name in names.items()} == job.PAGES


def test_what_is_old_is_forgotten(authority: Authority) -> None:
    long_ago = clock.now() - timedelta(days=800)
    with transaction.atomic():
        services.keep([BROKEN], at=long_ago, slowest_ms={})
        services.keep([], at=long_ago + timedelta(minutes=1), slowest_ms={})
        services.keep([], at=clock.now(), slowest_ms={})
    services.forget()
    assert Day.objects.count() == len(Service)
    assert not Trouble.objects.exists()


def test_figures_are_read_from_inside_alone(authority: Authority, client: Client) -> None:
    Scripted().minute(BROKEN)
    told = client.get("/metrics")
    assert told.status_code == 200
    figures = dict(re.findall(r"^(\w+(?:\{.*\})?) (\S+)$", told.content.decode(), re.M))
    assert figures["divit_database_up"] == "1"
    assert figures['divit_probe_works{service="ocsp"}'] == "0"
    assert figures['divit_probe_works{service="sms"}'] == "1"
    assert figures['divit_probe_findings{service="ocsp",code="ocsp_old"}'] == "1"
    assert figures["divit_workers_alive"] == "0"
    assert "divit_ledger_height" in figures
    names = re.findall(r"^# TYPE (\w+)", told.content.decode(), re.M)
    assert len(names) == len(set(names))
    for headers in ({"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, {"REMOTE_ADDR": "192.0.2.7"}):
        assert client.get("/metrics", **headers).status_code == 404
    # Balancers ask by address, not by name.
    assert client.get("/healthz", HTTP_HOST="192.0.2.1").status_code == 200
    assert client.get("/readyz", HTTP_HOST="192.0.2.1").content == b"ready\n"


def test_the_status_page_tells_what_works_and_what_does_not(
    authority: Authority, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    status.KEPT.forget()
    empty = client.get("/durum/").content.decode()
    assert "Şu anda ölçemiyoruz" in empty
    eye = Scripted()
    eye.minute(BROKEN)
    eye.minute(BROKEN)
    assert "Şu anda ölçemiyoruz" in client.get("/durum/").content.decode(), "asked once in a few seconds"
    status.KEPT.forget()
    broken = client.get("/durum/")
    seen = BeautifulSoup(broken.content, "html.parser")
    assert broken.headers["Cache-Control"] == "private, max-age=15"
    states = {section.h2.get_text(): section["data-state"] for section in seen.select(".divit-service")}
    assert states.pop("Sertifika durumu sorgulama (OCSP)") == "down"
    assert set(states.values()) == {"works"}
    assert len(states) == 6
    assert len(seen.select(".divit-service rect")) == 7 * 90
    for code in ("ocsp_old", "700"):
        assert code not in broken.content.decode(), "no oracle"
    eye.minute()
    eye.minute()
    status.KEPT.forget()
    over = BeautifulSoup(client.get("/durum/", HTTP_ACCEPT_LANGUAGE="en").content, "html.parser")
    [row] = over.select("table.divit-cards tbody tr")
    assert [cell.get_text() for cell in row.select("th, td")][0::3] == ["Certificate status (OCSP)", "2 min"]
    assert "All services work." in over.get_text()
    monkeypatch.setattr(selectors, "KNOWN_FOR", timedelta(seconds=-999))
    status.KEPT.forget()
    assert "Şu anda ölçemiyoruz" in client.get("/durum/").content.decode()


def test_it_says_so_when_the_database_is_away(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    def away() -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(status, "status_now", away)
    settings.SUPPORT_PHONE = "02120000000"
    status.KEPT.forget()
    told = Client(raise_request_exception=False).get("/durum/")
    assert told.status_code == 503
    seen = BeautifulSoup(told.content, "html.parser")
    assert seen.h1 is not None
    assert seen.h1.get_text() == "Hizmet durumu"
    assert seen.select_one("a[href='tel:02120000000']")
    assert seen.select_one("a[href$='/readyz']")


def test_desks_see_what_is_wrong(authority: Authority) -> None:
    Scripted().minute(BROKEN)
    account, _secret = create_staff("kayit@merkez.example", name="Kaya", desks=[Role.REGISTRAR], by=SYSTEM)
    page = seat(account).get("/masa/").content.decode()
    assert "OCSP 700 saniye önceki yanıtları veriyor" in page
    assert "OCSP 700" not in Client().get("/masa/").content.decode()


def test_staff_announce_what_is_planned_and_take_it_back(authority: Authority, client: Client) -> None:
    account, _secret = create_staff("kayit@merkez.example", name="Kaya Kayıt", desks=[Role.REGISTRAR], by=SYSTEM)
    browser, page = seat(account), reverse("console:registration_announcements")
    begins, ends = (clock.local(clock.now() + timedelta(hours=hours)) for hours in (2, 4))
    told = {
        "services": ["sign_in", "applying"],
        "begins_at": f"{begins:%Y-%m-%dT%H:%M}",
        "ends_at": f"{ends:%Y-%m-%dT%H:%M}",
        "turkish": "Bu gece bakım var; giriş kısa süre kapalı kalır.",
        "english": "Maintenance tonight; signing in is closed for a short while.",
    }
    backwards = browser.post(page, told | {"ends_at": told["begins_at"]})
    assert "Bitiş, başlangıçtan ve şu andan sonra olmalı." in backwards.content.decode()
    far = browser.post(page, told | {"begins_at": "2999-01-01T00:00", "ends_at": ""})
    assert "En çok 30 gün sonrası duyurulabilir." in far.content.decode()
    assert browser.post(page, {}).status_code == 409
    assert announcements.standing() == []
    assert browser.post(page, told).status_code == 303
    [row] = announcements.standing()
    status.KEPT.forget()
    assert told["turkish"] in client.get("/durum/").content.decode()
    shown = client.get("/durum/", headers={"Cookie": "divit-language=en"}).content.decode()
    assert told["english"] in shown
    assert "Kaya Kayıt" not in shown
    for _press in range(2):
        assert browser.post(page, {"act": "take_back", "announcement": str(row.pk)}).status_code == 303
    assert browser.post(page, {"act": "take_back", "announcement": "x"}).status_code == 404
    assert announcements.standing() == []
    acts = [entry.act for entry in reversed(audit.entries_of("announcement", str(row.pk)))]
    assert acts == ["announcement.publish", "announcement.take_back"]
