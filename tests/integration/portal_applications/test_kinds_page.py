"""Kurum Seçimi: what a situation at an institution opens, and the sentence that says why the rest is closed."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from divit.applications import terms
from divit.applications.kinds import Kind
from divit.applications.models import Application
from divit.certificates.models import Certificate
from divit.flows import form_receipt, kind_choice, reinstatement, release, revocation, suspension
from divit.identity.models import Person
from divit.institutions.models import Institution
from divit.kernel import clock
from divit.kernel.actors import Actor
from divit.kernel.errors import Refused
from divit.pki.reasons import Reason
from tests.fixtures_pki import holder_of
from tests.integration.applications.conftest import Way

pytestmark = pytest.mark.django_db
MakeCertificate = Callable[..., Certificate]
REPLACING = {Kind.LOST, Kind.HARDWARE_FAULT, Kind.IDENTITY_UPDATE, Kind.PIN_LOST}
TITLES = {
    "first": "İlk sertifika",
    "other": "Diğer",
    "renewal": "Yenileme",
    "lost": "Kayıp / Çalıntı",
    "hardware_fault": "Donanım Arızası",
    "identity_update": "Kimlik Bilgisi Güncelleme",
    "pin_lost": "PIN/PUK Kayıp / Çalıntı",
}


def _page(mine: Client, institution: Institution, name: str = "application_new", **more: str) -> BeautifulSoup:
    answer = mine.get(reverse(f"portal:{name}"), {"institution": str(institution.id), **more})
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


def _open(page: BeautifulSoup) -> set[str]:
    return {str(field["value"]) for field in page.select("input[name=kind]")}


def _closed(page: BeautifulSoup) -> dict[str, str]:
    """Of the closed kinds the sentence of each."""
    pairs = [(one.dt.get_text(strip=True), one.dd.get_text(" ", strip=True)) for one in page.select("form dl > div")]  # type: ignore[union-attr]
    return {kind: said for kind, title in TITLES.items() for name, said in pairs if name == title}


def test_each_kind_is_open_or_says_why_it_is_closed(
    mine: Client, ayse: Person, ministry: Institution, make_certificate: MakeCertificate
) -> None:
    def seen() -> tuple[set[str], dict[str, str]]:
        page = _page(mine, ministry)
        opened, closed = _open(page), _closed(page)
        assert opened | set(closed) == {str(kind) for kind in Kind}
        assert not opened & set(closed)
        return opened, closed

    opened, closed = seen()
    assert opened == {"first", "other"}
    assert closed["renewal"].startswith("Bu kurumdan alınmış geçerli bir sertifikanız yok")
    assert closed["lost"].startswith("Bu kurumdan alınmış bir sertifikanız yok")

    certificate = make_certificate(ayse, institution=ministry, until=clock.now() + timedelta(days=200))
    opened, closed = seen()
    assert opened == {"other", *REPLACING}
    assert "açılır" in closed["renewal"]
    assert "ilk başvuru değil" in closed["first"]

    suspension.suspend(certificate.pk, by=holder_of(ayse))
    assert "askıdan indirin" in seen()[1]["renewal"]

    revocation.revoke(certificate.pk, reason=Reason.KEY_COMPROMISE, by=holder_of(ayse))
    assert seen()[0] == {"first", "other", *REPLACING}
    make_certificate(ayse, institution=ministry, until=clock.now() + timedelta(days=80))
    assert seen()[0] == {"other", "renewal", *REPLACING}


def test_a_link_to_a_closed_kind_says_why_at_once(mine: Client, ministry: Institution) -> None:
    page = _page(mine, ministry, kind="renewal")
    assert "«Yenileme» şu anda seçilemiyor." in page.get_text()
    assert not page.select("input[name=kind][checked]")
    answer = mine.post(reverse("portal:application_new"), {"institution": str(ministry.id), "kind": "renewal"})
    page = BeautifulSoup(answer.content, "html.parser")
    assert page.select("[data-error-summary] a[href='#id_kind_0']")
    assert not Application.objects.exists()


@pytest.mark.parametrize("kind", ["", "x", "<script>"])
def test_a_kind_that_does_not_exist_is_asked_for_again(mine: Client, ministry: Institution, kind: str) -> None:
    assert "seçilemiyor" not in _page(mine, ministry, kind=kind).get_text()
    answer = mine.post(reverse("portal:application_new"), {"institution": str(ministry.id), "kind": kind})
    assert answer.status_code == 200
    assert "Hata:" in answer.content.decode()


def test_without_an_institution_it_is_asked_for_first(
    mine: Client, ayse: Person, ministry: Institution, treasury: Institution, make_certificate: MakeCertificate
) -> None:
    address = reverse("portal:application_new")
    for query in ("", "?kind=lost", "?institution=&kind=lost", "?institution=1234"):
        page = BeautifulSoup(mine.get(address + query).content, "html.parser")
        assert page.select("form[method=get] select[name=institution]")
        assert not page.select("input[type=radio]")
        assert bool(page.select("input[name=kind][value=lost]")) == ("lost" in query)
    assert "Kurumunuzu listeden seçin." in page.get_text()
    make_certificate(ayse, institution=treasury)
    make_certificate(ayse, institution=ministry)
    page = BeautifulSoup(mine.get(f"{address}?kind=lost").content, "html.parser")
    chosen = page.select("select[name=institution] option[selected]")
    assert [one["value"] for one in chosen] == [str(ministry.id)]


def test_while_an_application_runs_there_is_nothing_to_choose(
    mine: Client, ayse: Person, ministry: Institution, treasury: Institution, way: Way
) -> None:
    row = way.begin(ayse, ministry)
    for name in ("application_new", "applications_institution_paid"):
        page = _page(mine, ministry, name)
        assert not page.select("input[type=radio]")
        assert page.find("a", href=reverse("portal:application_status", args=[row.id]))
    # The draft itself may change its kind, and its institution.
    address = reverse("portal:application_choose", args=[row.id])
    page = BeautifulSoup(mine.get(address).content, "html.parser")
    assert page.select("input[name=kind][value=other][checked]")
    assert mine.post(address, {"institution": str(treasury.id), "kind": "first"}).status_code == 302
    row.refresh_from_db()
    assert (row.institution_id, row.kind) == (treasury.id, "first")


def test_what_an_institution_may_pay_for_is_said_on_its_own_page(
    mine: Client, ayse: Person, ministry: Institution, make_certificate: MakeCertificate
) -> None:
    make_certificate(ayse, institution=ministry, until=clock.now() + timedelta(days=80))
    answer = mine.get(reverse("portal:applications_institution_paid"), {"institution": str(ministry.id)})
    page = BeautifulSoup(answer.content, "html.parser").get_text(" ")
    assert f"{ministry.name} şu anda isteyebilir" in page
    assert "Yenileme:" in page
    assert "ilk başvuru değil" in page
    assert (
        "Kurumunuzu listeden seçin."
        in mine.get(reverse("portal:applications_institution_paid"), {"institution": "x"}).content.decode()
    )


class TestTransfers:
    """Kurumlar arası geçiş: a valid certificate of another institution, an application here."""

    @pytest.fixture
    def elsewhere(self, ayse: Person, treasury: Institution, make_certificate: MakeCertificate) -> Certificate:
        return make_certificate(ayse, institution=treasury, until=clock.now() + timedelta(days=80))

    @pytest.fixture
    def other_rules(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """From today on a first certificate waits for the other one's last month, and a renewal is none."""
        file = tmp_path / "renewal.yaml"
        told = terms.FILE.read_text(encoding="utf-8")
        file.write_text(
            f"{told}  - valid_from: {clock.today()}\n    first: {{offered: true, months_left: 1}}\n"
            "    renewal: {offered: false, months_left: null}\n"
        )
        monkeypatch.setattr(terms, "FILE", file)

    def test_is_told_and_changes_what_is_open(
        self, mine: Client, ministry: Institution, treasury: Institution, elsewhere: Certificate
    ) -> None:
        page = _page(mine, ministry)
        assert "kurumlar arası geçiştir" in page.get_text(" ")
        assert _open(page) == {"first", "other", "renewal"}
        closed = _closed(page)
        assert set(closed) == REPLACING
        assert treasury.name in closed["lost"]

    def test_is_told_on_summary_and_status_and_revokes_nothing(
        self,
        mine: Client,
        ayse: Person,
        ministry: Institution,
        elsewhere: Certificate,
        way: Way,
        pay: Callable[[Application], None],
        representative_of: Callable[[Institution], Actor],
    ) -> None:
        row = way.begin(ayse, ministry, Kind.FIRST)
        way.fill(row)
        summary = mine.get(reverse("portal:application_summary", args=[row.id])).content.decode()
        assert "Bu başvuru o sertifikayı iptal etmez." in summary
        assert "Hemen üretilir." in summary
        way.confirm(row)
        way.prove(row)
        way.submit(row)
        form_receipt.take_in(row.id, by=representative_of(ministry))
        status = mine.get(reverse("portal:application_status", args=[row.id])).content.decode()
        assert "Üretim Bekleniyor!" in status
        assert "Bu başvuru o sertifikayı iptal etmez." in status
        pay(row)
        row.refresh_from_db()
        assert row.state == "released"

    @pytest.mark.usefixtures("other_rules")
    def test_follows_the_rule_of_the_day(
        self,
        mine: Client,
        ayse: Person,
        ministry: Institution,
        treasury: Institution,
        elsewhere: Certificate,
        way: Way,
        pay: Callable[[Application], None],
        representative_of: Callable[[Institution], Actor],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        page = _page(mine, ministry)
        assert _open(page) == {"first", "other"}
        assert treasury.name in _closed(page)["renewal"]
        with pytest.raises(Refused, match="not_for_transfers"):
            way.begin(ayse, ministry, Kind.RENEWAL)
        row = way.submitted(ayse, ministry, Kind.FIRST)
        pay(row)
        form_receipt.take_in(row.id, by=representative_of(ministry))
        row.refresh_from_db()
        assert row.state == "open"
        status = mine.get(reverse("portal:application_status", args=[row.id])).content.decode()
        assert "bitmesine 1 ay kala üretime alınır" in status
        today = clock.today()
        monkeypatch.setattr(clock, "today", lambda: today + timedelta(days=55))
        assert release.look_again() == 1

    def test_a_suspended_one_elsewhere_or_an_open_one_here_is_no_transfer(
        self,
        ayse: Person,
        ministry: Institution,
        elsewhere: Certificate,
        make_certificate: MakeCertificate,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        suspension.suspend(elsewhere.pk, by=holder_of(ayse))
        assert kind_choice.choice(ayse.id, ministry.id).held.transfer is None
        monkeypatch.setattr(reinstatement, "phone_is_proven", lambda *_args, **_more: True)
        reinstatement.reinstate(elsewhere.pk, by=holder_of(ayse), fresh_login=True)
        assert kind_choice.choice(ayse.id, ministry.id).held.transfer is not None
        make_certificate(ayse, institution=ministry)
        assert kind_choice.choice(ayse.id, ministry.id).held.transfer is None
