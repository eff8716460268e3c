"""Institutions through their pages: proposed at one desk, decided at another, read by the viewer."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from divit.audit import selectors as audit
from divit.cli.demo_people import synthetic_tckn
from divit.identity.models import Person
from divit.institutions import selectors
from divit.institutions.models import Institution, Proposal
from divit.kernel import clock
from divit.kernel.actors import Role
from divit.payments.services import load_reference_data as load_prices
from tests.integration.console.conftest import log_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sisli(db: None) -> Institution:
    load_prices()
    return Institution.objects.create(name="Şişli Deneme Müdürlüğü")


@pytest.fixture
def desks(at_desk: Callable[..., Client]) -> tuple[Client, Client]:
    """Two people at the centre's desk of institutions."""
    return at_desk(Role.LIAISON), at_desk(Role.LIAISON)


def told(day: date) -> str:
    return day.strftime("%d.%m.%Y")


def page(answer: Any) -> str:
    return str(answer.content.decode())


def to(name: str, institution: Institution, **more: Any) -> str:
    return reverse(f"console:{name}", kwargs={"institution_id": institution.pk, **more})


def appointment(**said: str) -> dict[str, str]:
    wanted = {"tckn": synthetic_tckn(77), "given_names": "Çağla", "surname": "Sınama", "role": "representative"}
    return wanted | {"starts": told(clock.today()), "ends": ""} | said


def the_proposal() -> Proposal:
    return Proposal.objects.get(state="proposed")


def test_an_institution_is_found_with_and_without_turkish_letters(
    sisli: Institution, desks: tuple[Client, Client]
) -> None:
    Institution.objects.create(name="Iğdır Deneme Kurumu")
    for typed in ("şişli", "SISLI mud", "Şişli Deneme"):
        found = page(desks[0].post(reverse("console:institutions"), {"text": typed}))
        assert "Şişli Deneme Müdürlüğü" in found
        assert "Iğdır" not in found
    assert "Iğdır" in page(desks[0].get(reverse("console:institutions")))
    assert "kayıt bulunamadı" in page(desks[0].post(reverse("console:institutions"), {"text": "yok böyle"}))


def test_a_contract_from_one_desk_to_the_other(sisli: Institution, desks: tuple[Client, Client]) -> None:
    first, second = desks
    today = clock.today()
    typed = {
        "number": "2026/17",
        "starts": told(today),
        "ends": told(today + timedelta(days=364)),
        "quota": "120",
        "years": "3",
        "reader": "mini",
        "nes-3y": "120,50",
        "reader-mini": "",
    }
    wrong = first.post(to("institution_contract", sisli), typed | {"quota": "0", "nes-3y": "yüz"})
    assert wrong.status_code == 409
    assert "Tutarı kuruşlarıyla yazın" in page(wrong)
    over = first.post(to("institution_contract", sisli), typed | {"ends": told(today - timedelta(days=1))})
    assert "Sözleşmenin son günü ilk gününden önce olamaz." in page(over)
    assert first.post(to("institution_contract", sisli), typed).status_code == 303
    again = first.post(to("institution_contract", sisli), typed)
    assert "Aynı öneri zaten" in page(again)
    assert not selectors.contracts_of(sisli.pk)

    here = to("institution_proposal", sisli, proposal_id=the_proposal().pk)
    own = page(first.get(here))
    assert "Bu öneriyi siz yaptınız" in own
    assert 'value="carry_out"' not in own
    assert 'value="withdraw"' in own
    forced = first.post(here, {"act": "carry_out"})
    assert forced.status_code == 409
    assert "Öneriyi siz yaptınız" in page(forced)

    assert "Yeni sözleşme" in page(second.get(reverse("console:institutions")))
    other = page(second.get(here))
    assert "120,50 TL" in other
    assert 'value="withdraw"' not in other
    assert second.post(here, {"act": "carry_out"}).status_code == 303
    shown = page(second.get(to("institution", sisli)))
    assert "2026/17" in shown
    assert "120 yerin 0 kadarı kullanıldı, 120 yer kaldı" in shown
    assert "120,50 TL" in shown


def test_a_rule_and_a_refusal_that_says_why(sisli: Institution, desks: tuple[Client, Client]) -> None:
    first, second = desks
    tomorrow = clock.today() + timedelta(days=1)
    rule = {
        "valid_from": told(tomorrow),
        "form_target": "centre",
        "pay_gate": "after_form",
        "born_state": "suspended",
        "profile": "etsi-tr",
        "delivery": "holder",
        "wet_form": "on",
    }
    today = first.post(to("institution_rule", sisli), rule | {"valid_from": told(clock.today())})
    assert "en erken yarın" in page(today)
    assert first.post(to("institution_rule", sisli), rule).status_code == 303
    here = to("institution_proposal", sisli, proposal_id=the_proposal().pk)
    unsaid = second.post(here, {"act": "refuse", "reason": ""})
    assert unsaid.status_code == 409
    assert second.post(here, {"act": "refuse", "reason": "Kurum bunu istemedi."}).status_code == 303
    assert "Kurum bunu istemedi." in page(first.get(here))
    assert not selectors.rules_of(sisli.pk)
    assert first.post(to("institution_rule", sisli), rule).status_code == 303
    here = to("institution_proposal", sisli, proposal_id=the_proposal().pk)
    assert second.post(here, {"act": "carry_out"}).status_code == 303
    assert "Sertifika merkezine" in page(first.get(to("institution", sisli)))


def test_officers_among_themselves(
    sisli: Institution, make_person: Callable[..., Person], appoint: Any, desks: tuple[Client, Client]
) -> None:
    first, second = make_person("Şule", "Yetkin"), make_person("Ilgaz", "Yetkili")
    for person in (first, second):
        appoint(person, sisli, "officer", days=100)
    ours, colleague = log_in(first), log_in(second)
    form = page(ours.get(to("officer_appoint", sisli)))
    assert 'value="viewer"' in form
    assert 'value="officer"' not in form
    forced = ours.post(to("officer_appoint", sisli), appointment(role="officer", ends=told(clock.today())))
    assert forced.status_code == 409
    wrong = ours.post(to("officer_appoint", sisli), appointment(tckn="12345678901"))
    assert "11 rakamdan" in page(wrong)
    assert ours.post(to("officer_appoint", sisli), appointment()).status_code == 303
    assert "Çağla Sınama" in page(colleague.get(to("officer_people", sisli)))
    here = to("officer_proposal", sisli, proposal_id=the_proposal().pk)
    assert ours.post(here, {"act": "carry_out"}).status_code == 409
    assert colleague.post(here, {"act": "carry_out"}).status_code == 303
    row = next(one for one in selectors.all_appointments_of(sisli.pk) if one.role == "representative")
    assert {row.proposed_by, row.appointed_by} == {f"officer:{first.pk}", f"officer:{second.pk}"}
    shown = page(ours.get(to("officer_people", sisli)))
    assert "Şule Yetkin, Ilgaz Yetkili" in shown
    assert log_in(row.person).get(to("representative", sisli)).status_code == 200

    end = to("officer_end", sisli, appointment_id=row.pk)
    assert "Çağla Sınama" in page(colleague.get(end))
    assert colleague.post(end, {"ends": told(clock.today())}).status_code == 303
    assert (
        ours.post(to("officer_proposal", sisli, proposal_id=the_proposal().pk), {"act": "carry_out"}).status_code == 303
    )
    assert selectors.appointment(sisli.pk, row.pk).ends == clock.today()
    of_officer = next(one for one in selectors.all_appointments_of(sisli.pk) if one.role == "officer")
    assert ours.get(to("officer_end", sisli, appointment_id=of_officer.pk)).status_code == 404
    looks = [one for one in audit.entries_about(str(row.person_id)) if one.act == "look"]
    assert {(one.role, one.facts["purpose"]) for one in looks} == {("officer", "institution_people")}


def test_a_deputy_from_page_to_page(
    sisli: Institution, make_person: Callable[..., Person], appoint: Any, desks: tuple[Client, Client]
) -> None:
    away, second = make_person("Şule", "Yetkin"), make_person("Ilgaz", "Yetkili")
    for person in (away, second):
        appoint(person, sisli, "officer", days=100)
    ours, colleague = log_in(away), log_in(second)
    people, here = to("officer_people", sisli), to("officer_deputy", sisli)
    assert here in page(ours.get(people))
    assert "En çok 60 gün" in page(ours.get(here))
    typed = appointment(ends=told(clock.today() + timedelta(days=70)))
    late = ours.post(here, typed)
    assert late.status_code == 409
    assert "Vekâlet en geç" in page(late)
    assert ours.post(here, typed | {"ends": told(clock.today() + timedelta(days=9))}).status_code == 303
    decide = to("officer_proposal", sisli, proposal_id=the_proposal().pk)
    stead = "Kurum yetkilisi (Şule Yetkin adına vekâleten)"
    assert stead in page(colleague.get(decide))
    assert stead in page(desks[0].get(to("institution_proposal", sisli, proposal_id=the_proposal().pk)))
    assert 'value="carry_out"' not in page(ours.get(decide))
    assert colleague.post(decide, {"act": "carry_out"}).status_code == 303

    row = next(one for one in selectors.all_appointments_of(sisli.pk) if one.deputises_for)
    deputy = log_in(row.person)
    for shown in (deputy.get(to("officer", sisli)), deputy.get(people)):
        assert "Şule Yetkin adına vekâleten işlem yapıyorsunuz." in page(shown)
    assert stead in page(colleague.get(people))
    assert stead in page(desks[0].get(to("institution", sisli)))
    # What is not a deputy's has no button, and no page either.
    buttons = {"officer_people": ("officer_appoint", "officer_deputy"), "officer_programs": ("officer_program_ask",)}
    for name, hidden in (buttons | {"officer_webhooks": ("officer_webhook_new",)}).items():
        for one in hidden:
            assert to(one, sisli) not in page(deputy.get(to(name, sisli)))
            assert to(one, sisli) in page(ours.get(to(name, sisli)))
    own = next(one for one in selectors.all_appointments_of(sisli.pk) if one.person_id == away.pk)
    for address in (here, to("officer_appoint", sisli), to("officer_end", sisli, appointment_id=own.pk)):
        assert deputy.get(address).status_code == deputy.post(address).status_code == 404

    end = to("officer_end", sisli, appointment_id=row.pk)
    assert end in page(ours.get(people))
    assert end not in page(colleague.get(people))
    assert deputy.get(end).status_code == colleague.get(end).status_code == 404
    ours.cookies["divit-language"] = "en"
    for shown in (ours.get(here), ours.get(end), ours.get(people)):
        assert "Vek" not in page(shown)
    assert "deputising for Şule Yetkin" in page(ours.get(end))
    assert ours.post(end).status_code == 303
    assert deputy.get(people).status_code == 404
    assert stead not in page(colleague.get(people))
    assert "Sona erdi" in page(desks[0].get(to("institution", sisli)))


def test_what_the_centre_put_forward_an_officer_reads_and_does_not_decide(
    sisli: Institution, make_person: Callable[..., Person], appoint: Any, desks: tuple[Client, Client]
) -> None:
    person = make_person("Şule", "Yetkin")
    appoint(person, sisli, "officer", days=100)
    until = told(clock.today() + timedelta(days=300))
    assert desks[0].post(to("institution_appoint", sisli), appointment(role="officer", ends="")).status_code == 409
    assert desks[0].post(to("institution_appoint", sisli), appointment(role="officer", ends=until)).status_code == 303
    here = to("officer_proposal", sisli, proposal_id=the_proposal().pk)
    shown = page(log_in(person).get(here))
    assert "Bu öneriye sertifika merkezi karar verir." in shown
    assert 'name="act"' not in shown
    assert log_in(person).post(here, {"act": "carry_out"}).status_code == 409
    withdrawn = desks[0].post(to("institution_proposal", sisli, proposal_id=the_proposal().pk), {"act": "withdraw"})
    assert withdrawn.status_code == 303
    assert not Proposal.objects.filter(state="proposed").exists()


def test_the_viewer_reads_and_changes_nothing(
    sisli: Institution, make_person: Callable[..., Person], appoint: Any
) -> None:
    person = make_person("Deniz", "Bakan")
    appoint(person, sisli, "viewer")
    client = log_in(person)
    assert "Görüntüleyici masası" in page(client.get(reverse("console:home")))
    assert client.get(reverse("console:viewer_door")).headers["Location"] == to("viewer", sisli)
    shown = page(client.get(to("viewer", sisli)))
    assert "Deniz Bakan" in shown
    assert "Sözleşme yok." in shown
    assert '<form method="post" class="divit-form"' not in shown
    assert client.post(to("viewer", sisli)).status_code == 405
    for name in ("officer", "officer_people", "representative"):
        assert client.get(to(name, sisli)).status_code == 404


@pytest.mark.parametrize("language", ["tr", "en"])
def test_every_page_in_both_languages(
    sisli: Institution, desks: tuple[Client, Client], language: str, make_person: Any, appoint: Any
) -> None:
    """Nothing is left in the other language where a person reads."""
    appoint(make_person("Deniz", "Bakan"), sisli, "viewer")
    desks[0].post(to("institution_appoint", sisli), appointment())
    desks[0].cookies["divit-language"] = language
    words = {"tr": ("Kurallar", "İlk gün"), "en": ("Rules", "First day")}[language]
    shown = page(desks[0].get(to("institution", sisli)))
    assert all(word in shown for word in words)
    for name in ("institution_appoint", "institution_rule", "institution_contract"):
        assert words[1] in page(desks[0].get(to(name, sisli)))
    assert words[1] in page(desks[0].get(to("institution_proposal", sisli, proposal_id=the_proposal().pk)))


def test_long_lists_are_not_dearer(
    sisli: Institution, desks: tuple[Client, Client], make_person: Callable[..., Person], appoint: Any
) -> None:
    """But for the looks, each of which is an entry in the ledger."""

    def questions() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert desks[0].get(to("institution", sisli)).status_code == 200
        return sum("audit_entry" not in query["sql"] and query["sql"].startswith("SELECT") for query in seen)

    appoint(make_person("Deniz", "Bir"), sisli, "viewer")
    few = questions()
    for letters in range(12):
        appoint(make_person("Deniz", "Çok" + "ğ" * letters), sisli, "viewer")
    assert questions() == few
