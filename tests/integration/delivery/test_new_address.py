"""Another address for a card that came back, or that no courier takes to the old one: its holder says so."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from divit.applications.models import Application
from divit.applications.steps import Step
from divit.certificates.models import Certificate
from divit.delivery import selectors
from divit.delivery.models import Parcel
from divit.flows import card_delivery, card_production, new_address, revocation
from divit.kernel.errors import NotFound, Refused
from divit.notifications.models import Message
from divit.pki.reasons import Reason
from divit.portal.applications.addresses import the_addresses
from divit.production.models import CardOrder
from tests.factories.people import actor_of, log_in
from tests.fixtures_cards import DISPATCHER, INSPECTOR, PRODUCER, ScriptedCourier, ScriptedStation, digits_of
from tests.fixtures_pki import holder_of
from tests.integration.applications.conftest import TYPED

pytestmark = pytest.mark.usefixtures("pin_recipient")
Jobs = Callable[..., None]
NEW = TYPED[Step.DELIVERY] | {"address_kind": "home", "street": "Yeni Sokak", "building": "12", "flat": "3"}


@pytest.fixture
def parcel(
    make_order: Callable[..., CardOrder], station: ScriptedStation, courier: ScriptedCourier, run_jobs: Jobs
) -> Parcel:
    """Packed, and not yet known to the courier."""
    order = make_order()
    card_production.take(order.pk, by=PRODUCER)
    run_jobs()
    card_production.inspect(order.pk, digits=digits_of(order), by=INSPECTOR)
    return card_delivery.dispatch(order.pk, digits=digits_of(order), by=DISPATCHER)


def _notices(parcel: Parcel) -> set[str]:
    return set(Message.objects.filter(person_id=parcel.person_id).values_list("notice", flat=True))


def test_a_card_that_came_back_goes_to_where_its_holder_says(
    parcel: Parcel, courier: ScriptedCourier, run_jobs: Jobs, client: Client
) -> None:
    run_jobs()
    parcel.refresh_from_db()
    signed = Application.objects.get(pk=parcel.application_id)
    mine = log_in(client, parcel.person)
    status = reverse("portal:application_status", args=[signed.pk])
    here = reverse("portal:application_readdress", args=[signed.pk])
    assert here not in mine.get(status).content.decode()  # it is on its way
    assert mine.get(here).headers["Location"] == status
    with pytest.raises(Refused, match="not_from_this_state"):
        new_address.change(signed.pk, NEW, addresses=the_addresses(), by=actor_of(parcel.person))
    courier.happened(parcel.tracking_no, "returned")
    card_delivery.read_events(courier=courier)

    parcel.refresh_from_db()
    back, steps = parcel.changed_at, selectors.steps_of(parcel.pk)
    assert here in mine.get(status).content.decode()
    assert mine.get(here).status_code == 200
    assert mine.post(here, NEW | {"street": "", "act": "next"}).status_code == 200
    assert mine.post(here, NEW | {"act": "next"}).headers["Location"] == status
    assert "kartınız bu adrese gönderilecek" in mine.get(status).content.decode()
    again = Application.objects.get(pk=signed.pk)
    assert (again.street, again.content_hash) == (signed.street, signed.content_hash)
    assert "parcel_readdressed" in _notices(parcel)
    parcel.refresh_from_db()
    assert (parcel.changed_at, selectors.steps_of(parcel.pk)) == (back, steps)  # waiting since it came back
    card_delivery.send_again(parcel.pk, by=DISPATCHER)
    run_jobs()
    addresses = [address for _recipient, address, _reference in courier.told]
    assert "719. Sokak" in addresses[0]
    assert "Yeni Sokak, 12, 3" in addresses[1]


def test_what_the_courier_refuses_is_announced_anew_at_once(
    parcel: Parcel, courier: ScriptedCourier, run_jobs: Jobs, client: Client
) -> None:
    courier.refuses = 1
    run_jobs()
    assert "parcel_address_refused" in _notices(parcel)
    mine = log_in(client, parcel.person)
    page = mine.get(reverse("portal:application_status", args=[parcel.application_id])).content.decode()
    assert "Kurye kartınızı bu adrese götüremiyor" in page
    here = reverse("portal:application_readdress", args=[parcel.application_id])
    assert mine.post(here, NEW | {"act": "next"}).status_code == 302
    run_jobs()
    parcel.refresh_from_db()
    assert (parcel.state, parcel.trouble, parcel.journey) == ("handed_over", "", 2)
    assert "Yeni Sokak" in courier.told[-1][1]


def test_what_the_desk_asks_the_courier_again_goes_to_no_second_address(
    parcel: Parcel, courier: ScriptedCourier, run_jobs: Jobs
) -> None:
    courier.refuses = 1
    run_jobs()
    card_delivery.retry(parcel.pk, by=DISPATCHER)
    with pytest.raises(Refused, match="courier_takes_it_already"):
        new_address.change(parcel.application_id, NEW, addresses=the_addresses(), by=actor_of(parcel.person))
    run_jobs()
    assert [address for _recipient, address, _reference in courier.told if "Yeni Sokak" in address] == []
    parcel.refresh_from_db()
    assert (parcel.state, parcel.trouble, parcel.journey) == ("handed_over", "", 1)


def test_nobody_else_and_no_card_that_goes_nowhere(
    parcel: Parcel, courier: ScriptedCourier, run_jobs: Jobs, make_person: Callable[..., object], client: Client
) -> None:
    run_jobs()
    parcel.refresh_from_db()
    courier.happened(parcel.tracking_no, "returned")
    card_delivery.read_events(courier=courier)
    stranger = make_person()
    with pytest.raises(NotFound):
        new_address.change(parcel.application_id, NEW, addresses=the_addresses(), by=actor_of(stranger))  # type: ignore[arg-type]
    certificate = Certificate.objects.get(card_order_id=parcel.order_id)
    revocation.revoke(certificate.pk, reason=Reason.KEY_COMPROMISE, by=holder_of(parcel.person))
    with pytest.raises(Refused, match="certificate_closed_meanwhile"):
        new_address.change(parcel.application_id, NEW, addresses=the_addresses(), by=actor_of(parcel.person))
    assert Parcel.objects.get(pk=parcel.pk).address == ""
