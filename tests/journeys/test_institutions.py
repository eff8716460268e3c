"""The pages about institutions in a real browser: a proposal goes from one person to the other, no page has a fault."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from divit.cli.demo_people import synthetic_tckn
from divit.flows import institution_proposals as flow
from divit.identity.models import Person
from divit.institutions import selectors
from divit.institutions.models import Appointment, Institution, InstitutionRule, Proposal
from divit.kernel import clock
from divit.kernel.actors import Actor, Role
from divit.kernel.money import Money
from divit.kernel.tckn import Tckn
from divit.payments.services import load_reference_data as load_prices
from tests.factories.programs import program_of
from tests.integration.console.conftest import *  # noqa: F403
from tests.integration.console.conftest import log_in
from tests.journeys.browser import NARROW, Walker, window

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
LIAISON = Actor(role=Role.LIAISON, id="1000")


@pytest.fixture
def ministry(db: None) -> Institution:
    load_prices()
    row = Institution.objects.create(name="T.C. Milli Eğitim Bakanlığı")
    InstitutionRule.objects.create(
        institution=row,
        valid_from=clock.today() - timedelta(days=400),
        form_target="institution",
        pay_gate="before_form",
        born_state="valid",
        profile="etsi-tr",
    )
    return row


def enter(walker: Walker, live_server: LiveServer, client: Client) -> None:
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    walker.page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])


def to(name: str, institution: Institution, **more: Any) -> str:
    return reverse(f"console:{name}", kwargs={"institution_id": institution.pk, **more})


def contract(institution: Institution, *, number: str, starts: int) -> Proposal:
    first = clock.today() + timedelta(days=starts)
    return flow.propose_contract(
        institution.pk,
        number=number,
        starts=first,
        ends=first + timedelta(days=364),
        quota=1200,
        years=3,
        reader="mini",
        prices={"nes-3y": Money.lira("120.50")},
        by=LIAISON,
    )


def _deputy(officer: Person, institution: Institution) -> tuple[Proposal, Appointment]:
    """Somebody who deputises for an officer from today on, by a proposal that the centre decided."""
    proposal = flow.propose_deputy(
        institution.pk,
        tckn=Tckn(synthetic_tckn(78)),
        given_names="Çağla",
        surname="Sınama",
        starts=clock.today(),
        ends=clock.today() + timedelta(days=9),
        by=Actor(role=Role.OFFICER, id=str(officer.pk), institution_id=str(institution.pk)),
    )
    flow.carry_out(proposal.pk, by=LIAISON)
    return proposal, Appointment.objects.select_related("person").get(deputises_for__person=officer)


@pytest.mark.parametrize("language", ["tr", "en"])
def test_no_page_has_a_fault(
    chrome: Browser,
    live_server: LiveServer,
    ministry: Institution,
    make_person: Callable[..., Person],
    at_desk: Callable[..., Client],
    appoint: Any,
    language: str,
) -> None:
    officer, viewer = make_person("Şule", "Yetkin"), make_person("Deniz", "Bakan")
    appoint(officer, ministry, "officer", days=100)
    held = appoint(viewer, ministry, "viewer")
    flow.carry_out(contract(ministry, number="2026/1", starts=0).pk, by=Actor(role=Role.LIAISON, id="1001"))
    waiting = contract(ministry, number="2027/1", starts=365)
    end = flow.propose_end(ministry.pk, held.pk, ends=clock.today(), by=LIAISON)
    named, deputy = _deputy(officer, ministry)
    seats: list[tuple[Client, list[str]]] = [
        (
            at_desk(Role.LIAISON),
            [
                reverse("console:institutions"),
                to("institution", ministry),
                to("institution_appoint", ministry),
                to("institution_end", ministry, appointment_id=held.pk),
                to("institution_rule", ministry),
                to("institution_contract", ministry),
                to("institution_proposal", ministry, proposal_id=waiting.pk),
            ],
        ),
        (
            log_in(officer),
            [
                to("officer", ministry),
                to("officer_people", ministry),
                to("officer_appoint", ministry),
                to("officer_end", ministry, appointment_id=held.pk),
                to("officer_deputy", ministry),
                to("officer_end", ministry, appointment_id=deputy.pk),
                to("officer_proposal", ministry, proposal_id=named.pk),
                to("officer_proposal", ministry, proposal_id=end.pk),
                to("officer_proposal", ministry, proposal_id=waiting.pk),
                to("officer_programs", ministry),
                to("officer_program_ask", ministry),
                to("officer_program", ministry, program_id=program_of(ministry).pk),
            ],
        ),
        (log_in(viewer), [to("viewer", ministry)]),
        (log_in(deputy.person), [to("officer", ministry), to("officer_people", ministry)]),
    ]
    for client, addresses in seats:
        with window(chrome, base_url=live_server.url, language=language) as walker:
            enter(walker, live_server, client)
            for address in addresses:
                walker.open(address)
            assert walker.faults == [], "\n".join(walker.faults)


def test_two_officers_on_telephones_without_script(
    chrome: Browser,
    live_server: LiveServer,
    ministry: Institution,
    make_person: Callable[..., Person],
    appoint: Any,
) -> None:
    first, second = make_person("Şule", "Yetkin"), make_person("Ilgaz", "Yetkili")
    for person in (first, second):
        appoint(person, ministry, "officer", days=100)
    with window(chrome, base_url=live_server.url, script=False, size=NARROW) as walker:
        enter(walker, live_server, log_in(first))
        walker.open(to("officer", ministry)).follow("Kurum adına işlem yapanlar").follow("Görev verme öner")
        walker.press("Öner").expect("Bu alanı doldurun.", "Birini seçin.")
        walker.fill("tckn", synthetic_tckn(77))
        walker.fill("given_names", "Çağla")
        walker.fill("surname", "Sınama")
        walker.choose("role", "E-imza temsilcisi")
        walker.press("Öner").expect("Öneriniz kaydedildi. İkinci bir kişi onaylayınca yürürlüğe girer.")
        walker.follow("Görev verme: E-imza temsilcisi, Çağla Sınama")
        walker.expect("Bu öneriyi siz yaptınız; kararı başka bir kişi verir.")
        assert walker.button("Onayla ve uygula").count() == 0
        assert walker.faults == [], "\n".join(walker.faults)
    with window(chrome, base_url=live_server.url, script=False, size=NARROW) as walker:
        enter(walker, live_server, log_in(second))
        walker.open(to("officer_people", ministry)).follow("Görev verme: E-imza temsilcisi, Çağla Sınama")
        walker.press("Onayla ve uygula").expect("Öneri onaylandı ve uygulandı.", "Şule Yetkin, Ilgaz Yetkili")
        assert walker.faults == [], "\n".join(walker.faults)
    assert "representative" in {row.role for row in selectors.all_appointments_of(ministry.pk)}


def test_a_deputy_is_named_and_taken_back_on_telephones_without_script(
    chrome: Browser,
    live_server: LiveServer,
    ministry: Institution,
    make_person: Callable[..., Person],
    appoint: Any,
) -> None:
    first, second = make_person("Şule", "Yetkin"), make_person("Ilgaz", "Yetkili")
    for person in (first, second):
        appoint(person, ministry, "officer", days=100)
    with window(chrome, base_url=live_server.url, script=False, size=NARROW) as walker:
        enter(walker, live_server, log_in(first))
        walker.open(to("officer_people", ministry)).follow("Vekil belirle")
        walker.press("Öner").expect("Bu alanı doldurun.")
        walker.fill("tckn", synthetic_tckn(77))
        walker.fill("given_names", "Çağla")
        walker.fill("surname", "Sınama")
        walker.fill("ends", f"{clock.today() + timedelta(days=9):%d.%m.%Y}")
        walker.press("Öner").expect("Öneriniz kaydedildi.")
        assert walker.faults == [], "\n".join(walker.faults)
    with window(chrome, base_url=live_server.url, script=False, size=NARROW) as walker:
        enter(walker, live_server, log_in(second))
        walker.open(to("officer_people", ministry)).follow("Vekil belirleme: Kurum yetkilisi, Çağla Sınama")
        walker.expect("Kurum yetkilisi (Şule Yetkin adına vekâleten)")
        walker.press("Onayla ve uygula").expect("Öneri onaylandı ve uygulandı.")
        assert walker.faults == [], "\n".join(walker.faults)
    with window(chrome, base_url=live_server.url, script=False, size=NARROW) as walker:
        enter(walker, live_server, log_in(first))
        walker.open(to("officer_people", ministry)).follow("Vekâleti sonlandır")
        walker.press("Vekâleti hemen sonlandır").expect("Vekâlet sonlandırıldı.")
        assert walker.faults == [], "\n".join(walker.faults)
    assert [row.state for row in selectors.all_appointments_of(ministry.pk) if row.deputises_for] == ["taken_back"]


def test_two_officers_let_a_program_in_and_one_shuts_it_out(
    chrome: Browser,
    live_server: LiveServer,
    ministry: Institution,
    make_person: Callable[..., Person],
    appoint: Any,
) -> None:
    first, second = make_person("Şule", "Yetkin"), make_person("Ilgaz", "Yetkili")
    for person in (first, second):
        appoint(person, ministry, "officer", days=100)
    with window(chrome, base_url=live_server.url, script=False, size=NARROW) as walker:
        enter(walker, live_server, log_in(first))
        walker.open(to("officer", ministry)).follow("Kurumun programları").follow("Program iste")
        walker.press("İste").expect("Bu alanı doldurun.", "En az birini seçin.")
        walker.fill("name", "Personel sistemi")
        walker.page.get_by_label("Listeleri ve talepleri okur").check()
        walker.press("İste").expect("İsteğiniz kaydedildi.").follow("Personel sistemi")
        walker.expect("Bu programı siz istediniz")
        assert walker.button("Onayla").count() == 0
        assert walker.faults == [], "\n".join(walker.faults)
    with window(chrome, base_url=live_server.url, script=False, size=NARROW) as walker:
        enter(walker, live_server, log_in(second))
        walker.open(to("officer_programs", ministry)).follow("Personel sistemi")
        walker.press("Onayla").expect("Program onaylandı; artık anahtarı üretilebilir.")
        walker.press("Anahtar üret").expect("dvt_key_", "Anahtar yalnızca bu sayfada görünür")
        walker.follow("Anahtarı sakladım").expect("Henüz bağlanmadı")
        walker.press("Programı hemen kapat").expect("Program kapatıldı; artık bağlanamaz.")
        assert walker.faults == [], "\n".join(walker.faults)
