"""One field finds a person by any known fact (that an index answers: test_plans.py)."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from divit.applications.models import Application
from divit.certificates.models import Certificate
from divit.delivery.models import Parcel
from divit.flows import card_delivery, card_production, registry_search
from divit.flows.registry_search import Fact
from divit.identity.models import Person
from divit.institutions.models import Institution
from divit.kernel.actors import Actor, Role
from divit.kernel.errors import NotFound
from divit.production.models import Card, CardOrder
from tests.fixtures_cards import DISPATCHER, INSPECTOR, PRODUCER, ScriptedCourier, ScriptedStation, digits_of
from tests.fixtures_consignments import Office

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("pin_recipient")]


@pytest.fixture
def sent(
    make_order: Callable[..., CardOrder],
    make_person: Callable[..., Person],
    station: ScriptedStation,
    courier: ScriptedCourier,
    run_jobs: Callable[..., None],
) -> CardOrder:
    """The card of Işıl Çağdaşoğlu is on its way."""
    person = make_person("Işıl Nur", "Çağdaşoğlu", email="Isil.C@okul.example")
    order = make_order(person, phone="+905321112233", email="isil@posta.example")
    card_production.take(order.pk, by=PRODUCER)
    run_jobs()
    card_production.inspect(order.pk, digits=digits_of(order), by=INSPECTOR)
    card_delivery.dispatch(order.pk, digits=digits_of(order), by=DISPATCHER)
    run_jobs()
    return order


def typed_facts(order: CardOrder) -> list[tuple[str, Fact]]:
    """Everything that somebody may know of it, as they type it."""
    person, reference = order.person, order.application.reference
    certificate = Certificate.objects.get(card_order_id=order.pk)
    card, parcel = Card.objects.get(order=order), Parcel.objects.get(order=order)
    serial = certificate.serial
    return [
        (person.tckn, Fact.TCKN),
        (f" {person.tckn[:3]} {person.tckn[3:]} ", Fact.TCKN),
        ("0" + person.phone[3:], Fact.PHONE),
        (person.phone, Fact.PHONE),
        ("0532 111 22 33", Fact.PHONE),  # of the application
        ("isil.c@OKUL.example", Fact.EMAIL),
        ("isil@posta.example", Fact.EMAIL),
        (reference, Fact.REFERENCE),
        (reference.replace("-", " "), Fact.REFERENCE),
        (serial, Fact.CERTIFICATE),
        (serial.lower(), Fact.CERTIFICATE),
        (serial.lstrip("0"), Fact.CERTIFICATE),
        (f"0000{serial}", Fact.CERTIFICATE),
        (f"0x{serial}", Fact.CERTIFICATE),
        (":".join(serial[at : at + 2] for at in range(0, len(serial), 2)), Fact.CERTIFICATE),
        (card.card_serial, Fact.CARD),
        (" ".join(card.card_serial[at : at + 4] for at in range(0, 16, 4)), Fact.CARD),
        (parcel.tracking_no, Fact.TRACKING),
        (parcel.tracking_no.replace("TR", "tr "), Fact.TRACKING),
        ("Işıl Nur Çağdaşoğlu", Fact.NAME),
        ("ÇAĞDAŞOĞLU IŞIL", Fact.NAME),
        ("cagdasoglu isil", Fact.NAME),
        ("çağdaş", Fact.NAME),
        ("nu çağdaşoğlu", Fact.NAME),
        ("isil, ornek bakan", Fact.NAME),
    ]


def test_every_known_fact_finds_the_person(
    sent: CardOrder, make_order: Callable[..., CardOrder], make_person: Callable[..., Person], registrar: Actor
) -> None:
    make_order(make_person("Nuray", "Başkası"))
    for typed, fact in typed_facts(sent):
        hits = registry_search.find(typed, by=registrar).hits
        assert [(hit.person.pk, fact in hit.facts) for hit in hits] == [(sent.person_id, True)], (typed, fact)


@pytest.mark.parametrize(
    "typed",
    ["kimse yok", "10000000147", "D7K3-M9Q2PA", "0505 999 99 99", "'; DROP TABLE", "%", "_", "a", "1", ",", "0x0"],
)
def test_what_nobody_has_finds_nobody(sent: CardOrder, registrar: Actor, typed: str) -> None:
    found = registry_search.find(typed, by=registrar)
    assert (found.hits, found.total, found.too_many) == ([], 0, False)


def test_drafts_and_mere_logins_are_nobodys_business(make_person: Callable[..., Person], registrar: Actor) -> None:
    person = make_person("Meltem", "Taslakçı")
    for typed in ("taslakci", person.tckn, person.phone, person.email):
        assert registry_search.find(typed, by=registrar).hits == []


def test_a_certificate_alone_is_enough(
    make_person: Callable[..., Person], make_certificate: Callable[..., Certificate], registrar: Actor
) -> None:
    person = make_person("Meltem", "Sertifikalı")
    certificate = make_certificate(person)
    hit = registry_search.find(certificate.card_serial, by=registrar).hits[0]
    assert (hit.person, hit.facts, hit.application) == (person, (Fact.CARD,), None)


def test_a_box_finds_everybody_whose_card_lies_in_it(
    office: Office, make_person: Callable[..., Person], registrar: Actor
) -> None:
    orders = office.inspected(2)
    office.appoint(make_person(), orders[0].institution)
    box = office.sent(orders)
    for typed in (box.tracking_no, box.reference, box.reference.replace("-", "- ")):
        hits = registry_search.find(typed, by=registrar).hits
        assert {hit.person.pk for hit in hits} == {order.person_id for order in orders}
        assert {hit.facts for hit in hits} == {(Fact.TRACKING,)}


def test_institutions_are_found_by_name(ministry: Institution, registrar: Actor) -> None:
    assert registry_search.find("millî eğitim", by=registrar).institutions == [ministry]
    assert registry_search.find("EGITIM milli", by=registrar).institutions == [ministry]


def test_an_institution_narrows_a_name(
    make_application: Callable[..., Application], make_person: Callable[..., Person], registrar: Actor
) -> None:
    row = make_application(make_person("Deniz", "Aranan"))
    assert registry_search.find("deniz, ornek", by=registrar).total == 1
    other = Institution.objects.create(name="T.C. Başka Kurum")
    assert registry_search.find("deniz, baska kurum", by=registrar).total == 0
    Application.objects.filter(pk=row.pk).update(institution=other)
    assert registry_search.find("deniz, baska kurum", by=registrar).total == 1


def test_a_long_answer_comes_in_pages_and_one_that_is_too_long_not_at_all(
    make_application: Callable[..., Application],
    make_person: Callable[..., Person],
    registrar: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(registry_search, "PAGE", 2)
    monkeypatch.setattr(registry_search, "MOST", 5)
    for letter in "CADBE":
        make_application(make_person("Sevgi", f"{letter}yaz"))
    pages = [registry_search.find("sevgi", page=number, by=registrar) for number in (1, 2, 3, 9)]
    assert [hit.person.surname for page in pages[:3] for hit in page.hits] == [f"{c}yaz" for c in "ABCDE"]
    assert (pages[3].page, pages[0].pages, pages[0].total) == (3, 3, 5)
    make_application(make_person("Sevgi", "Fyaz"))
    many = registry_search.find("sevgi", by=registrar)
    assert (many.hits, many.too_many) == ([], True)
    assert registry_search.find("sevgi fyaz", by=registrar).total == 1


def test_nobody_else_may_ask(sent: CardOrder, registrar: Actor) -> None:
    for role in set(Role) - {Role.REGISTRAR}:
        with pytest.raises(NotFound):
            registry_search.find("isil", by=Actor(role=role, id=registrar.id))


def test_a_page_of_many_asks_as_often_as_one(
    make_application: Callable[..., Application], make_person: Callable[..., Person], registrar: Actor
) -> None:
    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            registry_search.find("sevgi", by=registrar)
        return len(asked)

    make_application(make_person("Sevgi", "Bir"))
    few = questions()
    for surname in ("İki", "Üç", "Dört"):
        make_application(make_person("Sevgi", surname))
    assert questions() == few
