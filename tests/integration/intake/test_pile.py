"""Toplu form teslimi: shown first, taken in by a second Enter, every result in the list, every look in the ledger."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from divit.applications import selectors, services
from divit.applications.kinds import Kind
from divit.applications.models import Application
from divit.applications.reference import new_reference
from divit.applications.steps import Step
from divit.audit import selectors as audit
from divit.console.intake import sitting as sittings
from divit.console.intake import tickets
from divit.flows import form_receipt, self_paid_application, withdrawal
from divit.identity.models import Person
from divit.institutions.models import Institution
from divit.kernel.actors import Actor, Role
from tests.fixtures_pki import holder_of
from tests.integration.applications.conftest import PLACES, TYPED, Way, told
from tests.integration.intake.conftest import Pile, main_of, mark_of, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unhurried")]
Make = Callable[..., Pile]


@pytest.fixture
def omer(representative_of: Callable[[Institution], Actor], ministry: Institution) -> Actor:
    return representative_of(ministry)


@pytest.fixture
def pile(pile_of: Make, omer: Actor, ministry: Institution) -> Pile:
    return pile_of(omer, ministry)


@pytest.fixture
def sent(way: Way, make_person: Callable[..., Person], ministry: Institution) -> Callable[..., Application]:
    """Another person's application, sent off."""

    def make(surname: str = "Öğüt", institution: Institution = ministry) -> Application:
        return way.submitted(make_person("Ayşe Işıl", surname), institution)

    return make


def looks(row: Application) -> list[tuple[str, str]]:
    """Who looked at this person and for what, oldest first."""
    seen = [one for one in audit.entries_about(str(row.person_id)) if one.act == "look"]
    return [(one.role, one.facts["purpose"]) for one in reversed(seen)]


def change(row: Application) -> None:
    typed = TYPED[Step.DELIVERY] | {"street": "720. Sokak"}
    self_paid_application.amend(row.id, Step.DELIVERY, typed, addresses=PLACES, by=holder_of(row.person))


def test_two_enters_for_each_form_one_of_them_the_scanners(pile: Pile, sent: Callable[..., Application]) -> None:
    first, second = sent("Öğüt"), sent("Şimşek")
    page = pile.scan(mark_of(first))
    for said in ("Ayşe Işıl Öğüt", "Bilgi İşlem", "Öğretmen", "Karşılaştırın", "QR kodu güncel formun kodu", "Enter'a"):
        assert said in page
    assert not services.form_is_in(first)
    page = pile.enter()
    assert f"{first.reference} : Alındı. Sıradaki formu okutun." in page
    assert "Öğüt" not in page
    assert services.form_is_in(first)
    pile.scan(mark_of(second))
    assert "Alındı: 2" in pile.enter()
    assert services.form_is_in(second)
    assert told(first.person).count("application_form_received") == 1
    assert looks(first) == [("representative", "form_intake")]


def test_the_next_scan_does_not_take_in_what_was_only_seen(pile: Pile, sent: Callable[..., Application]) -> None:
    first, second = sent(), sent("Şimşek")
    pile.scan(mark_of(first))
    assert "Şimşek" in pile.scan(mark_of(second))
    pile.enter()
    assert (services.form_is_in(first), services.form_is_in(second)) == (False, True)
    assert "Görüldü, alınmadı" in words(pile.client.get(pile.page))


@pytest.mark.parametrize("nothing", [" ", "\t", "\0", "\r\n", "/"])
def test_only_an_empty_field_means_yes(pile: Pile, sent: Callable[..., Application], nothing: str) -> None:
    row = sent()
    pile.scan(mark_of(row))
    assert "Başvuru numarası 10 karakterdir" in pile.scan(nothing)
    assert not services.form_is_in(row)


def test_the_scanners_own_second_enter_is_too_quick_to_be_a_yes(
    pile: Pile, sent: Callable[..., Application], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tickets, "SOONEST", timedelta(minutes=1))
    row = sent()
    pile.scan(mark_of(row))
    page = pile.enter()
    assert pile.answer.status_code == 409
    assert "Enter çok çabuk geldi" in page
    assert "Öğüt" in page
    assert not services.form_is_in(row)
    assert "QR kodu güncel formun kodu" in page
    typed = sent()
    pile.scan(typed.reference)
    assert "içerik özeti" in pile.enter()  # what was typed is not taken for scanned
    pile.scan(mark_of(row))
    monkeypatch.setattr(tickets, "SOONEST", timedelta())
    pile.enter()
    assert services.form_is_in(row)


def test_without_a_ticket_of_ones_own_nothing_is_taken_in(
    pile: Pile,
    pile_of: Make,
    sent: Callable[..., Application],
    representative_of: Callable[[Institution], Actor],
    ministry: Institution,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row, colleague = sent(), pile_of(representative_of(ministry), ministry)
    pile.scan(mark_of(row))
    stolen = pile.ticket
    for ticket in (stolen, stolen[:-2], "", str(row.pk)):
        colleague.client.post(colleague.page, {"scanned": "", "ticket": ticket})
        colleague.client.post(colleague.page, {"act": "give_back", "reason": "İmza eksik.", "ticket": ticket})
    assert selectors.form_visits(row) == []
    monkeypatch.setattr(tickets, "LATEST", timedelta())
    assert "Form gösterileli çok oldu" in pile.enter()
    assert selectors.form_visits(row) == []


def test_an_old_form_is_seen_at_once_and_returned_from_the_same_page(
    pile: Pile, sent: Callable[..., Application]
) -> None:
    row = sent()
    printed = mark_of(row)
    change(row)
    page = pile.scan(printed)
    assert "Bu form eski" in page
    assert pile.ticket == ""
    back = main_of(pile.answer).select_one("details input[name=ticket]")
    here = {"act": "give_back", "ticket": back["value"]}
    empty = pile.client.post(pile.page, here | {"reason": ""})
    assert empty.status_code == 409
    assert "Bu alanı doldurun" in words(empty)
    assert main_of(empty).select_one("[autofocus]") is None
    assert pile.client.post(pile.page, here | {"reason": "Formun yenisini yazdırın."}).status_code == 303
    assert [one.reason for one in selectors.form_visits(row)] == ["Formun yenisini yazdırın."]
    assert "İade edildi" in words(pile.client.get(pile.page))
    assert "application_form_returned" in told(row.person)
    pile.scan(mark_of(row))
    assert "Alındı" in pile.enter()


def test_what_changes_between_look_and_enter_is_not_taken_in(pile: Pile, sent: Callable[..., Application]) -> None:
    """Also where only the number was typed: what was compared is what was on the page."""
    row = sent()
    page = pile.scan(row.reference)
    assert f"içerik özeti: {mark_of(row).partition('/')[2]}" in page
    change(row)
    page = pile.enter()
    assert pile.answer.status_code == 409
    assert "Bu form eski" in page
    assert not services.form_is_in(row)


def test_taken_in_before_or_meanwhile(pile: Pile, sent: Callable[..., Application], omer: Actor) -> None:
    before, meanwhile = sent(), sent("Şimşek")
    form_receipt.take_in(before.id, by=omer)
    assert "zaten alınmıştı" in pile.scan(mark_of(before))
    pile.scan(mark_of(meanwhile))
    form_receipt.take_in(meanwhile.id, by=omer)
    assert "Zaten alınmıştı: 2" in pile.enter()


def test_scanning_again_does_not_undo_what_the_list_says(pile: Pile, sent: Callable[..., Application]) -> None:
    row = sent()
    pile.scan(mark_of(row))
    pile.enter()
    assert "zaten alınmıştı" in pile.scan(mark_of(row))
    assert "Alındı: 1" in words(pile.client.get(pile.page))


def test_another_institutions_form_is_not_found_like_one_that_never_was(
    pile: Pile, sent: Callable[..., Application], treasury: Institution
) -> None:
    theirs, nobodys = sent("Gizlioğlu", treasury), new_reference()
    said = {}
    for reference in (theirs.reference, nobodys):
        page = pile.scan(reference)
        assert pile.answer.status_code == 409
        said[reference] = page.replace(reference, "…").partition("Bu listede")[0]
    assert said[theirs.reference] == said[nobodys]
    assert "Gizlioğlu" not in pile.scan(mark_of(theirs))
    assert looks(theirs) == []
    assert "Bulunamadı: 2" in words(pile.client.get(pile.page))


def test_a_draft_and_an_ended_application_are_not_found(
    pile: Pile, way: Way, make_person: Callable[..., Person], ministry: Institution
) -> None:
    draft = way.begin(make_person(), ministry, Kind.OTHER)
    assert f"{draft.reference} bulunamadı" in pile.scan(draft.reference)
    gone = way.submitted(make_person(), ministry)
    pile.scan(mark_of(gone))
    withdrawal.withdraw(gone.id, by=holder_of(gone.person))
    assert f"{gone.reference} bulunamadı" in pile.enter()


def test_nobody_takes_in_the_own_form(pile: Pile, way: Way, omer: Actor, ministry: Institution) -> None:
    row = way.submitted(Person.objects.get(pk=omer.id), ministry)
    assert "Kendi formunuzu alamazsınız" in pile.scan(mark_of(row))
    assert pile.ticket == ""
    assert main_of(pile.answer).select_one("details") is None


def test_the_session_and_the_address_know_no_name(pile: Pile, sent: Callable[..., Application]) -> None:
    row = sent("Gizlioğlu")
    pile.scan(mark_of(row))
    pile.scan("Gizlioğlu")
    pile.scan(row.person.tckn)
    kept = str(dict(pile.client.session))
    assert row.reference in kept
    assert "Gizli" not in kept
    assert row.person.tckn not in kept
    assert pile.answer.headers["Cache-Control"] == "no-store"
    assert "Gizlioğlu" not in str(main_of(pile.answer).find_all("a"))
    assert pile.client.get(f"{pile.page}?scanned={row.reference}").content.decode().count("Gizlioğlu") == 0


def test_the_summary_names_people_once_and_ends_with_the_sitting(pile: Pile, sent: Callable[..., Application]) -> None:
    taken, seen = sent("Öğüt"), sent("Şimşek")
    pile.scan(mark_of(taken))
    pile.enter()
    pile.scan(mark_of(seen))
    pile.scan(new_reference())
    page = words(pile.client.get(pile.summary))
    for said in ("Ayşe Işıl Öğüt", "Ayşe Işıl Şimşek", "Alındı", "Görüldü, alınmadı", "Bulunamadı", "Ömer Yıldız"):
        assert said in page
    assert looks(taken) == [("representative", "form_intake"), ("representative", "form_intake_list")]
    assert pile.client.post(pile.page, {"act": "end"}).status_code == 303
    assert "henüz form yok" in words(pile.client.get(pile.summary))
    assert not any(key.startswith("intake") for key in pile.client.session.keys())  # noqa: SIM118


def test_somebody_elses_list_in_the_same_session_is_not_shown(omer: Actor) -> None:
    session: dict[str, Any] = {}
    sitting = sittings.of(session, by=omer)
    sitting.note("D7K3-M9Q2PA", sittings.Outcome.NOT_FOUND)
    sittings.keep(session, sitting, by=omer)
    assert len(sittings.of(session, by=omer).entries) == 1
    other = Actor(role=omer.role, id="somebody else", institution_id=omer.institution_id)
    assert sittings.of(session, by=other).entries == []


def test_a_list_has_an_end(pile: Pile, sent: Callable[..., Application], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sittings, "MOST", 2)
    for _ in range(2):
        pile.scan(new_reference())
    page = pile.scan(mark_of(sent()))
    assert "yazdırıp bitirin" in page
    assert "Öğüt" not in page


def test_the_registry_takes_in_the_forms_of_every_institution(
    at_desk: Callable[..., Client], sent: Callable[..., Application], treasury: Institution
) -> None:
    pile = Pile(at_desk(Role.REGISTRAR), reverse("console:registration_intake"))
    ours, theirs = sent(), sent("Şimşek", treasury)
    for row in (ours, theirs):
        assert row.institution.name in pile.scan(mark_of(row))
        pile.enter()
        assert services.form_is_in(row)
        assert looks(row) == [("registrar", "form_intake")]
    assert "Ayşe Işıl Şimşek" in words(pile.client.get(pile.summary))


def test_the_camera_is_allowed_on_this_page_alone(pile: Pile, sent: Callable[..., Application]) -> None:
    allowed = [pile.client.get(pile.page), pile.client.post(pile.page, {"scanned": sent().reference})]
    assert all("camera=(self)" in answer.headers["Permissions-Policy"] for answer in allowed)
    for other in (pile.summary, reverse("console:home"), reverse("portal:home")):
        assert "camera=()" in pile.client.get(other).headers["Permissions-Policy"]
