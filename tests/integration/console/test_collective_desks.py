"""The box through its pages: packed by the dispatcher, counted and handed over by the representative."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from divit.audit import selectors as audit
from divit.certificates.models import Certificate
from divit.delivery.models import Consignment, Parcel
from divit.flows import card_delivery, collective_hand_over, revocation
from divit.identity.models import Person
from divit.kernel.actors import Role
from divit.pki.reasons import Reason
from divit.production.models import CardOrder
from tests.fixtures_cards import digits_of
from tests.fixtures_consignments import ADDRESS, Office
from tests.fixtures_pki import holder_of
from tests.integration.console.conftest import log_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("pin_recipient")]


def _page(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.fixture
def dispatcher(at_desk: Callable[..., Client]) -> Client:
    return at_desk(Role.DISPATCHER)


@pytest.fixture
def orders(office: Office) -> list[CardOrder]:
    return office.inspected(2)


@pytest.fixture
def omer(office: Office, orders: list[CardOrder], make_person: Callable[..., Person]) -> Person:
    person = make_person("Ömer", "Yıldız")
    office.appoint(person, orders[0].institution)
    return person


def test_the_dispatcher_packs_cards_that_are_in_the_hand(
    office: Office, orders: list[CardOrder], omer: Person, dispatcher: Client
) -> None:
    here = reverse("console:dispatch_box", kwargs={"institution_id": orders[0].institution_id})
    queue = _page(dispatcher.get(reverse("console:dispatch")))
    assert here in queue
    assert orders[0].application.reference not in queue.split("Koliye girecek kartlar")[0]
    page = _page(dispatcher.get(here))
    assert orders[0].person.name in page
    assert digits_of(orders[0]) not in page
    told = {
        "appointment": str(office.appointments[0].pk),
        "address": ADDRESS,
        f"card-{orders[0].pk}": digits_of(orders[0]),
        f"card-{orders[1].pk}": "0000",
    }
    wrong = dispatcher.post(here, told)
    assert wrong.status_code == 409
    assert "Elinizdeki kart bu başvurunun kartı değil" in _page(wrong)
    assert not Consignment.objects.exists()
    assert dispatcher.post(here, told | {"appointment": ""}).status_code == 409
    nothing = dispatcher.post(here, {"appointment": told["appointment"], "address": ADDRESS})
    assert "en az bir kart" in _page(nothing)
    done = dispatcher.post(here, told | {f"card-{orders[1].pk}": ""})
    assert done.status_code == 303
    assert Parcel.objects.get().order_id == orders[0].pk  # the other stays on the desk
    again = _page(dispatcher.get(here))
    assert ADDRESS in again  # where the last box went
    office.run_jobs()
    box = Consignment.objects.get()
    assert box.tracking_no in _page(dispatcher.get(done.headers["Location"]))
    assert "kurumun kolisini hazırla" in _page(
        dispatcher.get(reverse("console:dispatch_order", kwargs={"order_id": orders[1].pk}))
    ).replace("Kurumun", "kurumun")
    looks = [one for one in audit.entries_about(str(orders[0].person_id)) if one.act == "look"]
    assert {one.facts["purpose"] for one in looks} == {"delivery"}


def test_a_card_that_was_closed_meanwhile_is_named_and_the_others_go(
    office: Office, orders: list[CardOrder], omer: Person, dispatcher: Client
) -> None:
    closed, other = orders
    here = reverse("console:dispatch_box", kwargs={"institution_id": closed.institution_id})
    assert "Koliye girmeyecek kartlar" not in _page(dispatcher.get(here))
    certificate = Certificate.objects.get(card_order_id=closed.pk)
    revocation.revoke(certificate.pk, reason=Reason.KEY_COMPROMISE, by=holder_of(closed.person))
    told = {"appointment": str(office.appointments[0].pk), "address": ADDRESS}
    told |= {f"card-{order.pk}": digits_of(order) for order in orders}
    alone = dispatcher.post(here, told | {f"card-{other.pk}": ""})
    assert (alone.status_code, Consignment.objects.exists()) == (409, False)
    assert "Bu karttaki sertifika kapatılmış" in _page(alone)
    packed = dispatcher.post(here, told, follow=True)
    assert f"koliye girmeyen kartlar: {closed.application.reference}." in _page(packed)
    assert [parcel.order_id for parcel in Parcel.objects.all()] == [other.pk]
    page = _page(dispatcher.get(here))
    address = reverse("console:dispatch_order", kwargs={"order_id": closed.pk})
    assert f"card-{closed.pk}" not in page
    assert address in page.split("Koliye girmeyecek kartlar")[1]
    assert dispatcher.post(address, {"act": "spoil", "why": "damaged"}).status_code == 303


def test_the_representative_counts_and_says_what_is_missing(
    office: Office, orders: list[CardOrder], omer: Person, dispatcher: Client
) -> None:
    box = office.arrived(orders)
    first, second = (Parcel.objects.get(order=order) for order in orders)
    client = log_in(omer)
    ours = {"institution_id": orders[0].institution_id}
    cards = reverse("console:representative_cards", kwargs=ours)
    here = reverse("console:representative_box", kwargs=ours | {"consignment_id": box.pk})
    assert here in _page(client.get(cards))
    page = _page(client.get(here))
    assert first.person.name in page
    assert digits_of(orders[0]) in page
    unsaid = client.post(here, {"there": [str(first.pk)]})
    assert unsaid.status_code == 409
    assert "1 kartı işaretlemediniz" in _page(unsaid)
    assert client.post(here, {"there": ["nonsense"]}).status_code == 409
    assert client.post(here, {"there": [str(first.pk)], "missing": "on"}).status_code == 303
    second.refresh_from_db()
    assert second.state == "missing"
    assert "Koliden çıkmadı" in _page(client.get(here))
    desk = _page(dispatcher.get(reverse("console:dispatch")))
    assert "koliden çıkmadığını bildirdi" in desk
    assert second.application.reference in desk
    address = reverse("console:dispatch_parcel", kwargs={"parcel_id": second.pk})
    assert "Bu karttan vazgeç" in _page(dispatcher.get(address))
    assert dispatcher.post(address, {"act": "take_back", "digits": "0000"}).status_code == 409
    found = reverse("console:representative_card", kwargs=ours | {"parcel_id": second.pk})
    assert client.post(found, {"act": "receive"}).status_code == 303
    assert dispatcher.post(address, {"act": "lose"}).status_code == 409
    second.refresh_from_db()
    assert second.state == "with_representative"


def test_a_card_is_found_and_handed_over_against_identity(
    office: Office, orders: list[CardOrder], omer: Person
) -> None:
    acting = office.acting(omer, orders[0].institution)
    first, second = office.received(orders, by=acting)
    client = log_in(omer)
    ours = {"institution_id": orders[0].institution_id}
    cards = reverse("console:representative_cards", kwargs=ours)
    here = reverse("console:representative_card", kwargs=ours | {"parcel_id": first.pk})
    for typed in (first.application.reference, first.person.name, digits_of(orders[0])):
        assert here in _page(client.post(cards, {"text": typed})).split("Koliler")[0], typed
    assert here not in _page(client.post(cards, {"text": "Kimse Yok"})).split("Koliler")[0]
    page = _page(client.get(here))
    assert first.person.tckn not in page
    assert first.person.tckn[-4:] in page
    unchecked = client.post(here, {"act": "hand_over"})
    assert unchecked.status_code == 409
    assert "Kimlik kontrolü yapılmadan" in _page(unchecked)
    assert client.post(here, {"act": "hand_over", "checked": "on"}).status_code == 303
    first.refresh_from_db()
    assert first.state == "delivered"
    assert client.post(here, {"act": "hand_over", "checked": "on"}).status_code == 409
    other = reverse("console:representative_card", kwargs=ours | {"parcel_id": second.pk})
    assert client.post(other, {"act": "return_to_centre"}).status_code == 409
    assert client.post(other, {"act": "return_to_centre", "why": "never_came"}).status_code == 303
    second.refresh_from_db()
    assert second.state == "returning"
    purposes = {one.facts["purpose"] for one in audit.entries_about(str(first.person_id)) if one.act == "look"}
    assert {"hand_over", "hand_over_search"} <= purposes


def test_a_card_with_a_closed_certificate_is_sent_back_not_handed_over(
    office: Office, orders: list[CardOrder], omer: Person, dispatcher: Client
) -> None:
    first, _second = office.received(orders, by=office.acting(omer, orders[0].institution))
    certificate = Certificate.objects.get(card_order_id=first.order_id)
    revocation.revoke(certificate.pk, reason=Reason.KEY_COMPROMISE, by=holder_of(first.person))
    whose = {"institution_id": orders[0].institution_id, "parcel_id": first.pk}
    here = reverse("console:representative_card", kwargs=whose)
    client = log_in(omer)
    page = _page(client.get(here))
    assert "Aşağıdan merkeze geri gönderin" in page
    assert "Sahibine teslim" not in page
    assert client.post(here, {"act": "hand_over", "checked": "on"}).status_code == 409
    assert client.post(here, {"act": "return_to_centre", "why": "closed"}).status_code == 303
    address = reverse("console:dispatch_parcel", kwargs={"parcel_id": first.pk})
    assert dispatcher.post(address, {"act": "take_back", "digits": digits_of(orders[0])}).status_code == 303
    page = _page(dispatcher.get(address))
    assert "kart kimseye verilmez ve gönderilmez" in page
    assert "Elden teslim et" not in page
    assert dispatcher.post(address, {"act": "lose"}).status_code == 303


def test_the_own_card_says_why_it_needs_a_colleague(
    office: Office, orders: list[CardOrder], omer: Person, make_person: Callable[..., Person]
) -> None:
    person = make_person("Su", "Ak")
    acting = office.appoint(person, orders[0].institution)
    (order,) = office.inspected(people=[person])
    (own,) = office.received([order], by=acting)
    here = reverse("console:representative_card", kwargs={"institution_id": order.institution_id, "parcel_id": own.pk})
    client = log_in(person)
    assert "Kimse kendi kimliğini kendisi onaylayamaz" in _page(client.get(here))
    assert client.post(here, {"act": "hand_over", "checked": "on"}).status_code == 409
    assert log_in(omer).post(here, {"act": "hand_over", "checked": "on"}).status_code == 303


def test_the_list_to_sign(office: Office, orders: list[CardOrder], omer: Person, dispatcher: Client) -> None:
    acting = office.acting(omer, orders[0].institution)
    first, second = office.received(orders, by=acting)
    collective_hand_over.hand_over(first.pk, identity_checked=True, by=acting)
    box = Consignment.objects.get()
    ours = {"institution_id": orders[0].institution_id, "consignment_id": box.pk}
    for client, name, here in (
        (log_in(omer), "representative_list", ours),
        (dispatcher, "dispatch_list", {"consignment_id": box.pk}),
    ):
        answer = client.get(reverse(f"console:{name}", kwargs=here))
        assert answer.headers["Content-Type"] == "application/pdf"
        reader = PdfReader(BytesIO(answer.content))
        text = " ".join(" ".join(page.extract_text().split()) for page in reader.pages)
        for said in (box.reference, first.application.reference, second.application.reference, omer.name):
            assert said in text
        assert "tarihinde teslim edildi" in text
        assert first.person.tckn not in text
        assert digits_of(orders[1]) in text


def test_a_box_that_came_back_or_was_lost(
    office: Office, orders: list[CardOrder], omer: Person, dispatcher: Client
) -> None:
    box = office.sent(orders)
    here = reverse("console:dispatch_consignment", kwargs={"consignment_id": box.pk})
    page = _page(dispatcher.get(here))
    assert 'value="lose"' in page
    assert 'value="unpack"' not in page
    assert dispatcher.post(here, {"act": "unpack"}).status_code == 409
    office.courier.happened(box.tracking_no, "returned")
    card_delivery.read_events(courier=office.courier)
    assert "kapıda" in _page(dispatcher.get(here))
    assert dispatcher.post(here, {"act": "unpack"}).status_code == 303
    box = office.sent(orders)
    here = reverse("console:dispatch_consignment", kwargs={"consignment_id": box.pk})
    assert dispatcher.post(here, {"act": "lose"}).status_code == 303
    assert {parcel.state for parcel in Parcel.objects.all()} == {"missing"}
