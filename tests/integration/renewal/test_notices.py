"""Notices before a certificate ends: on their day, once, in both languages, and not to whom they no longer concern."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from divit.applications import terms
from divit.applications.kinds import Kind, months_before
from divit.applications.models import Application
from divit.certificates.models import Certificate
from divit.flows import card_production, form_receipt, renewal, suspension, withdrawal
from divit.identity.models import Person
from divit.institutions.models import Institution
from divit.kernel import clock
from divit.kernel.actors import Actor
from divit.kernel.errors import Refused
from divit.notifications.models import Message
from divit.notifications.texts.notice import LONGEST_SMS
from divit.production import selectors as production
from tests.factories.people import log_in
from tests.fixtures_cards import PRODUCER
from tests.fixtures_pki import holder_of
from tests.integration.applications.conftest import Way, told

pytestmark = pytest.mark.django_db
MakeCertificate = Callable[..., Certificate]


@pytest.fixture
def certificate(ayse: Person, ministry: Institution, make_certificate: MakeCertificate) -> Certificate:
    return make_certificate(ayse, institution=ministry, until=clock.now() + timedelta(days=100))


def _look(certificate: Certificate, *, left: int) -> int:
    """The daily look when so many days are left."""
    return renewal.remind(today=clock.local(certificate.not_after).date() - timedelta(days=left))


def _messages(person: Person) -> list[Message]:
    return list(Message.objects.filter(person=person, notice__startswith="certificate_ends").order_by("created_at"))


def test_every_day_from_afar_to_the_end(certificate: Certificate) -> None:
    days = [left for left in range(100, -3, -1) if _look(certificate, left=left)]
    assert days == [90, 60, 30, 15]
    assert {message.channel for message in _messages(certificate.person)} == {"sms", "email"}
    assert len(_messages(certificate.person)) == 8


def test_looking_again_tells_nothing_again_even_by_another_channel(certificate: Certificate) -> None:
    Person.objects.filter(pk=certificate.person_id).update(channel="sms")
    assert _look(certificate, left=60) == 1
    Person.objects.filter(pk=certificate.person_id).update(channel="both")
    assert _look(certificate, left=60) == 0
    assert _look(certificate, left=59) == 0
    assert len(_messages(certificate.person)) == 1


def test_after_a_pause_only_the_newest_is_told(certificate: Certificate) -> None:
    assert _look(certificate, left=20) == 1
    assert {message.dedupe.rpartition(":")[2] for message in _messages(certificate.person)} == {"30"}


@pytest.mark.parametrize(("language", "words"), [("tr", "iptal etmez"), ("en", "does not revoke")])
def test_what_it_says(certificate: Certificate, client: Client, language: str, words: str) -> None:
    Person.objects.filter(pk=certificate.person_id).update(language=language)
    _look(certificate, left=90)
    sms, mail = sorted(_messages(certificate.person), key=lambda message: message.channel != "sms")
    ends = clock.local(certificate.not_after).date()
    assert f"{ends:%d.%m.%Y}" in sms.text
    assert len(sms.text) <= LONGEST_SMS
    for day in (ends, months_before(ends, 2), max(ends - timedelta(days=90), months_before(ends, 3))):
        assert f"{day:%d.%m.%Y}" in mail.text
    assert words in mail.text
    assert certificate.institution.name in mail.text
    assert "{" not in mail.text + sms.text
    # The link leads to Kurum Seçimi, filled in.
    link = next(word for word in sms.text.split() if word.startswith("http"))
    assert link in mail.text
    assert parse_qs(urlsplit(link).query) == {"kind": ["renewal"], "institution": [str(certificate.institution_id)]}
    page = log_in(client, certificate.person).get(urlsplit(link)._replace(scheme="", netloc="").geturl())
    assert page.status_code == 200
    assert certificate.institution.name in page.content.decode()
    assert certificate.person.tckn not in link


def test_in_the_window_the_link_opens_the_renewal(
    ayse: Person, ministry: Institution, make_certificate: MakeCertificate, client: Client
) -> None:
    make_certificate(ayse, institution=ministry, until=clock.now() + timedelta(days=30))
    assert renewal.remind() == 1
    link = urlsplit(renewal.renewal_link(ministry.id))
    page = BeautifulSoup(log_in(client, ayse).get(f"{link.path}?{link.query}").content, "html.parser")
    assert page.select("input[name=kind][value=renewal][checked]")
    mail = next(message for message in _messages(ayse) if message.channel == "email")
    assert mail.text.count(f"{clock.today():%d.%m.%Y}") == 2  # both windows are open: from today on


@pytest.mark.parametrize(
    ("cause", "notice"),
    [("holder", "certificate_ends_on_hold"), ("institution", "certificate_ends_held_by_others")],
)
def test_on_hold_it_says_so(
    certificate: Certificate, officer_of: Callable[[Institution], Actor], cause: str, notice: str
) -> None:
    by = holder_of(certificate.person) if cause == "holder" else officer_of(certificate.institution)
    suspension.suspend(certificate.pk, by=by)
    assert _look(certificate, left=60) == 1
    (message, other) = _messages(certificate.person)
    assert {message.notice, other.notice} == {notice}


class TestNobodyIsToldInVain:
    """Nothing for whom the next certificate is there or coming."""

    def test_not_while_an_application_that_was_sent_off_runs(
        self, certificate: Certificate, way: Way, ministry: Institution
    ) -> None:
        row = way.submitted(certificate.person, ministry, Kind.HARDWARE_FAULT)
        assert _look(certificate, left=90) == 0
        withdrawal.withdraw(row.id, by=holder_of(certificate.person))
        assert _look(certificate, left=90) == 1

    def test_but_with_a_draft(self, certificate: Certificate, way: Way, ministry: Institution) -> None:
        way.begin(certificate.person, ministry)
        assert _look(certificate, left=90) == 1

    def test_not_with_one_that_lasts_longer_from_the_same_institution(
        self, certificate: Certificate, make_certificate: MakeCertificate, treasury: Institution
    ) -> None:
        make_certificate(certificate.person, institution=treasury)
        assert _look(certificate, left=90) == 1
        make_certificate(certificate.person, institution=certificate.institution)
        assert _look(certificate, left=60) == 0

    def test_not_once_it_is_revoked(
        self, certificate: Certificate, make_certificate: MakeCertificate, ministry: Institution
    ) -> None:
        make_certificate(certificate.person, institution=ministry, replaces=True)
        certificate.refresh_from_db()
        assert certificate.state == "revoked"
        assert _look(certificate, left=90) == 0


def test_one_that_cannot_be_told_does_not_hold_up_the_others(
    certificate: Certificate,
    make_person: Callable[..., Person],
    make_certificate: MakeCertificate,
    ministry: Institution,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = make_certificate(make_person("Ömer", "Yıldız"), institution=ministry, until=certificate.not_after)
    tell = renewal.tell

    def sometimes(*, person: Person, **more: Any) -> None:
        if person.pk == certificate.person_id:
            raise Refused("changed_meanwhile")
        tell(person=person, **more)

    monkeypatch.setattr(renewal, "tell", sometimes)
    with pytest.raises(ExceptionGroup):
        _look(certificate, left=90)
    assert told(other.person) == ["certificate_issued", "certificate_ends"]


def test_the_days_are_those_of_the_terms_of_the_day(
    certificate: Certificate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = clock.local(certificate.not_after).date()
    changed = ends - timedelta(days=50)
    file = tmp_path / "renewal.yaml"
    file.write_text(
        terms.FILE.read_text(encoding="utf-8").replace(
            "\n# Kurumlar", f"  - {{valid_from: {changed}, apply_months: 3, notice_days: [45, 5]}}\n\n# Kurumlar"
        )
    )
    monkeypatch.setattr(terms, "FILE", file)
    assert [left for left in range(100, -1, -1) if _look(certificate, left=left)] == [90, 60, 45, 5]


def test_a_renewal_revokes_nothing(
    ayse: Person,
    ministry: Institution,
    make_certificate: MakeCertificate,
    way: Way,
    pay: Callable[[Application], None],
    representative_of: Callable[[Institution], Actor],
    pin_recipient: bytes,
    station: Any,
    run_jobs: Callable[..., None],
) -> None:
    """Through production to the new certificate: the old one goes on until its own end."""
    old = make_certificate(ayse, institution=ministry, until=clock.now() + timedelta(days=50))
    row = way.submitted(ayse, ministry, Kind.RENEWAL)
    pay(row)
    form_receipt.take_in(row.id, by=representative_of(ministry))
    order = production.order_of(row.id)
    assert order is not None
    assert not order.replaces
    card_production.take(order.pk, by=PRODUCER)
    run_jobs()
    new = Certificate.objects.get(card_order_id=order.pk)
    old.refresh_from_db()
    assert (old.state, new.state) == ("valid", "valid")
    assert new.not_after > old.not_after
    assert "certificate_replaced" not in told(ayse)
    assert renewal.remind() == 0
    (ending,) = renewal.with_state([old])
    assert ending.stands is renewal.Stands.RENEWED
