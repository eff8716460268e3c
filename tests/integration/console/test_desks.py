"""The work of each desk through its pages: every act has an actor, every look is in the ledger."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from divit.audit import selectors as audit
from divit.certificates.models import Certificate
from divit.console.desks import cards, dispatching
from divit.delivery.models import Parcel
from divit.flows import card_delivery, card_production
from divit.identity.models import Person
from divit.kernel.actors import Role
from divit.production.models import CardOrder
from tests.fixtures_cards import DISPATCHER, INSPECTOR, PRODUCER, ScriptedCourier, ScriptedStation, digits_of
from tests.integration.console.conftest import log_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("pin_recipient")]
Jobs = Callable[..., None]


def _page(answer: Any) -> str:
    return str(answer.content.decode())


def _looks(person_id: object) -> list[tuple[str, str]]:
    return [(one.role, one.facts["purpose"]) for one in audit.entries_about(str(person_id)) if one.act == "look"]


def test_from_the_queue_to_the_courier_by_three_people(
    make_order: Callable[..., CardOrder],
    at_desk: Callable[..., Client],
    station: ScriptedStation,
    courier: ScriptedCourier,
    run_jobs: Jobs,
) -> None:
    order = make_order()
    reference = order.application.reference
    producer, inspector, dispatcher = (at_desk(role) for role in (Role.PRODUCER, Role.INSPECTOR, Role.DISPATCHER))
    here = {"order_id": order.pk}

    assert reference in _page(producer.get(reverse("console:production")))
    assert order.person.surname not in _page(producer.get(reverse("console:production")))
    page = producer.get(reverse("console:production_order", kwargs=here))
    assert "Üretime al" in _page(page)
    answer = producer.post(reverse("console:production_order", kwargs=here), {"act": "take"})
    assert answer.status_code == 303
    run_jobs()

    digits = digits_of(order)
    page = inspector.get(reverse("console:inspection_order", kwargs=here))
    assert digits not in _page(page).split("Kart numarası")[1].split("</dd>")[0]  # read from the card, not the screen
    wrong = inspector.post(reverse("console:inspection_order", kwargs=here), {"act": "inspect", "digits": "0000"})
    assert wrong.status_code == 409
    assert "Elinizdeki kart bu başvurunun kartı değil" in _page(wrong)
    answer = inspector.post(reverse("console:inspection_order", kwargs=here), {"act": "inspect", "digits": digits})
    assert answer.status_code == 303

    page = dispatcher.get(reverse("console:dispatch_order", kwargs=here))
    assert "719. Sokak" in _page(page)
    answer = dispatcher.post(reverse("console:dispatch_order", kwargs=here), {"act": "dispatch", "digits": digits})
    assert answer.status_code == 303
    run_jobs()
    parcel = Parcel.objects.get(order=order)
    assert parcel.tracking_no in _page(dispatcher.get(reverse("console:dispatch")))
    assert set(_looks(order.person_id)) == {
        ("producer", "card_order"),
        ("inspector", "card_order"),
        ("dispatcher", "delivery"),
    }
    row = CardOrder.objects.get(pk=order.pk)
    assert len({row.produced_by, row.inspected_by, row.dispatched_by}) == 3


def test_one_person_at_all_desks_gets_no_card_out_of_the_house(
    make_order: Callable[..., CardOrder], at_desk: Callable[..., Client], station: ScriptedStation, run_jobs: Jobs
) -> None:
    order = make_order()
    alone = at_desk(Role.PRODUCER, Role.INSPECTOR, Role.DISPATCHER)
    here = {"order_id": order.pk}
    alone.post(reverse("console:production_order", kwargs=here), {"act": "take"})
    run_jobs()
    page = _page(alone.get(reverse("console:inspection_order", kwargs=here)))
    assert "Bu kartı siz ürettiniz" in page
    assert 'value="inspect"' not in page
    forced = alone.post(
        reverse("console:inspection_order", kwargs=here), {"act": "inspect", "digits": digits_of(order)}
    )
    assert forced.status_code == 409
    assert CardOrder.objects.get(pk=order.pk).state == "produced"


def test_a_spoiled_card_is_given_up_and_queued_again(
    make_order: Callable[..., CardOrder], at_desk: Callable[..., Client], station: ScriptedStation, run_jobs: Jobs
) -> None:
    order = make_order()
    producer, inspector = at_desk(Role.PRODUCER), at_desk(Role.INSPECTOR)
    here = {"order_id": order.pk}
    producer.post(reverse("console:production_order", kwargs=here), {"act": "take"})
    run_jobs()
    unsaid = inspector.post(reverse("console:inspection_order", kwargs=here), {"act": "spoil"})
    assert unsaid.status_code == 409
    answer = inspector.post(reverse("console:inspection_order", kwargs=here), {"act": "spoil", "why": "print_wrong"})
    assert answer.status_code == 303
    assert Certificate.objects.get(card_order_id=order.pk).state == "revoked"
    page = _page(producer.get(reverse("console:production_order", kwargs=here)))
    assert "yanlış basılmış" in page
    assert producer.post(reverse("console:production_order", kwargs=here), {"act": "requeue"}).status_code == 303
    assert CardOrder.objects.get(pk=order.pk).state == "queued"


@pytest.mark.parametrize("act", ["", "inspect", "dispatch", "certify", "cancel", "<script>"])
def test_acts_of_others_do_nothing_at_this_desk(
    make_order: Callable[..., CardOrder], at_desk: Callable[..., Client], act: str
) -> None:
    order = make_order()
    answer = at_desk(Role.PRODUCER).post(
        reverse("console:production_order", kwargs={"order_id": order.pk}), {"act": act, "digits": "1234"}
    )
    assert answer.status_code == 200
    assert CardOrder.objects.get(pk=order.pk).state == "queued"


def test_a_returned_parcel_is_handed_over_at_the_counter(
    make_order: Callable[..., CardOrder],
    at_desk: Callable[..., Client],
    station: ScriptedStation,
    courier: ScriptedCourier,
    run_jobs: Jobs,
) -> None:
    order = make_order()
    producer, inspector, dispatcher = (at_desk(role) for role in (Role.PRODUCER, Role.INSPECTOR, Role.DISPATCHER))
    here = {"order_id": order.pk}
    producer.post(reverse("console:production_order", kwargs=here), {"act": "take"})
    run_jobs()
    digits = digits_of(order)
    inspector.post(reverse("console:inspection_order", kwargs=here), {"act": "inspect", "digits": digits})
    dispatcher.post(reverse("console:dispatch_order", kwargs=here), {"act": "dispatch", "digits": digits})
    run_jobs()
    parcel = Parcel.objects.get(order=order)
    courier.happened(parcel.tracking_no, "returned")
    card_delivery.read_events(courier=courier)
    address = reverse("console:dispatch_parcel", kwargs={"parcel_id": parcel.pk})
    assert "kapıda" in _page(dispatcher.get(address))
    unchecked = dispatcher.post(address, {"act": "collect"})
    assert unchecked.status_code == 409
    assert "Kimlik kontrolü yapılmadan" in _page(unchecked)
    assert dispatcher.post(address, {"act": "collect", "checked": "on"}).status_code == 303
    parcel.refresh_from_db()
    assert parcel.state == "collected"


def test_a_lost_parcel_is_given_up_at_the_dispatch_desk(
    make_order: Callable[..., CardOrder],
    at_desk: Callable[..., Client],
    station: ScriptedStation,
    courier: ScriptedCourier,
    run_jobs: Jobs,
) -> None:
    order = make_order()
    producer, inspector, dispatcher = (at_desk(role) for role in (Role.PRODUCER, Role.INSPECTOR, Role.DISPATCHER))
    here = {"order_id": order.pk}
    producer.post(reverse("console:production_order", kwargs=here), {"act": "take"})
    run_jobs()
    digits = digits_of(order)
    inspector.post(reverse("console:inspection_order", kwargs=here), {"act": "inspect", "digits": digits})
    dispatcher.post(reverse("console:dispatch_order", kwargs=here), {"act": "dispatch", "digits": digits})
    courier.refuses = 1
    run_jobs()
    parcel = Parcel.objects.get(order=order)
    address = reverse("console:dispatch_parcel", kwargs={"parcel_id": parcel.pk})
    assert "Yeniden dene" in _page(dispatcher.get(address))
    assert dispatcher.post(address, {"act": "retry"}).status_code == 303
    run_jobs()
    assert "Bu karttan vazgeç" in _page(dispatcher.get(address))
    assert dispatcher.post(address, {"act": "lose"}).status_code == 303
    parcel.refresh_from_db()
    assert parcel.state == "lost"
    assert dispatcher.post(address, {"act": "lose"}).status_code == 409
    assert producer.post(reverse("console:production_order", kwargs=here), {"act": "requeue"}).status_code == 303
    Parcel.objects.filter(pk=parcel.pk).update(address="Yeni Sokak, 12, 3")  # what its holder said last
    producer.post(reverse("console:production_order", kwargs=here), {"act": "take"})
    run_jobs()
    digits = digits_of(CardOrder.objects.get(pk=order.pk))
    inspector.post(reverse("console:inspection_order", kwargs=here), {"act": "inspect", "digits": digits})
    page = _page(dispatcher.get(reverse("console:dispatch_order", kwargs=here)))
    assert "Yeni Sokak, 12, 3" in page
    assert "719. Sokak" not in page


def test_the_registry_finds_by_reference_name_and_number(
    make_order: Callable[..., CardOrder], make_person: Callable[..., Person], at_desk: Callable[..., Client]
) -> None:
    person = make_person(given_names="Işıl", surname="Çağdaşoğlu")
    order = make_order(person)
    registrar = at_desk(Role.REGISTRAR)
    search = reverse("console:registration")
    reference = order.application.reference
    for typed in (reference, reference.replace("-", " "), person.tckn, "isil cagdas", "ÇAĞDAŞOĞLU"):
        assert reference in _page(registrar.post(search, {"text": typed})), typed
    for typed in ("10000000147", "Kimse Yok", "D7K3-M9Q2PA", "'; DROP TABLE", "\x00"):
        assert reference not in _page(registrar.post(search, {"text": typed})), typed
    assert _looks(person.pk) == [("registrar", "registration_search")] * 5
    assert str(order.application_id) not in _page(registrar.get(f"{search}?text={reference}"))


def test_the_auditor_reads_the_ledger(make_order: Callable[..., CardOrder], at_desk: Callable[..., Client]) -> None:
    order = make_order()
    auditor = at_desk(Role.AUDITOR)
    page = _page(auditor.get(reverse("console:books")))
    assert not re.search(r"card_order|application\.|\bauditor\b|\bsystem\b", page)
    assert ("auditor", "audit") not in _looks(order.person_id)
    page = _page(auditor.post(reverse("console:books"), {"text": str(order.pk)}))
    assert f'Kart <span class="serial">{order.pk}' in page
    assert "Başlatıldı" in page
    # The card's history is its holder's: read without their id, it was still looked at.
    assert _looks(order.person_id).count(("auditor", "audit")) == 1
    auditor.post(reverse("console:books"), {"text": str(order.person_id)})
    assert _looks(order.person_id).count(("auditor", "audit")) == 2
    page = _page(auditor.get(reverse("console:books")))
    assert re.search(r"Defter masası <span class=\"serial\">Çalışan \d", page)
    assert "Kişisel bilgilere bakıldı" in page


def test_the_home_shows_each_their_own(
    at_desk: Callable[..., Client],
    make_person: Callable[..., Person],
    make_order: Callable[..., CardOrder],
    appoint: Callable[..., Any],
) -> None:
    page = _page(at_desk(Role.PRODUCER, Role.AUDITOR).get(reverse("console:home")))
    assert "Üretim masası" in page
    assert "Defter masası" in page
    assert "Denetim masası" not in page
    person = make_person()
    order = make_order()
    assert "açık bir kurum masası yok" in _page(log_in(person).get(reverse("console:home")))
    appoint(person, order.institution, "representative")
    assert "E-imza temsilcisi masası" in _page(log_in(person).get(reverse("console:home")))
    assert "Çalışan girişi" in _page(Client().get(reverse("console:home")))


def test_behind_a_hundred_others_a_card_is_still_found(
    make_order: Callable[..., CardOrder], at_desk: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    for room in (cards, dispatching):
        monkeypatch.setattr(room, "MOST_SHOWN", 2)
    orders = [make_order() for _time in range(4)]
    last = orders[-1].application.reference
    producer = at_desk(Role.PRODUCER)
    page = _page(producer.get(reverse("console:production")))
    assert last not in page
    assert "ilk yüz kayıt" in page
    found = producer.post(reverse("console:production"), {"text": last.replace("-", " ").lower()})
    assert (found.status_code, found["Location"]) == (
        303,
        reverse("console:production_order", kwargs={"order_id": orders[-1].pk}),
    )
    for typed in ("D7K3-M9Q2PA", "'; DROP TABLE", "\x00", ""):
        assert producer.post(reverse("console:production"), {"text": typed}).status_code == 409, typed
    elsewhere = at_desk(Role.INSPECTOR).post(reverse("console:inspection"), {"text": last})
    assert "bekleyen bir şey yok" in _page(elsewhere)


def test_a_returned_parcel_stands_above_those_on_the_road_and_is_found_by_its_number(
    make_order: Callable[..., CardOrder],
    at_desk: Callable[..., Client],
    station: ScriptedStation,
    courier: ScriptedCourier,
    run_jobs: Jobs,
) -> None:
    orders = [make_order() for _time in range(3)]
    for order in orders:
        card_production.take(order.pk, by=PRODUCER)
    run_jobs()
    for order in orders:
        card_production.inspect(order.pk, digits=digits_of(order), by=INSPECTOR)
        card_delivery.dispatch(order.pk, digits=digits_of(order), by=DISPATCHER)
    run_jobs()
    back = Parcel.objects.get(order=orders[-1])
    courier.happened(back.tracking_no, "returned")
    card_delivery.read_events(courier=courier)
    dispatcher = at_desk(Role.DISPATCHER)
    desk = reverse("console:dispatch")
    page = _page(dispatcher.get(desk))
    assert min(page.index(order.application.reference) for order in orders) == page.index(back.application.reference)
    address = reverse("console:dispatch_parcel", kwargs={"parcel_id": back.pk})
    for typed in (back.tracking_no, f" {back.tracking_no} ", back.application.reference):
        assert dispatcher.post(desk, {"text": typed})["Location"] == address
