"""Bütün listeler: the totals of an institution are those of its people, one by one, and cost the same for many."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from divit.applications.models import Application
from divit.delivery.models import Parcel
from divit.flows import card_delivery, card_production, form_receipt, roster_approval, roster_progress
from divit.flows.roster_progress import Stage, Waits
from divit.institutions.models import Institution
from divit.kernel.actors import Actor, Role
from divit.production.models import CardOrder
from divit.rosters.models import Request
from tests.fixtures_cards import *  # noqa: F403
from tests.fixtures_cards import DISPATCHER, INSPECTOR, PRODUCER, ScriptedCourier, digits_of
from tests.integration.applications.conftest import Way
from tests.integration.rosters.conftest import Desk, row_of
from tests.integration.rosters.test_pages import seated, words

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sent_off(begin: Callable[[Request], Application], way: Way) -> Callable[[Request], Application]:
    """The invited person sends the application off; each has a telephone of their own."""

    def send(request: Request) -> Application:
        row = begin(request)
        way.fill(row, phone=f"0505 900 11 {request.number:02d}")
        way.confirm(row)
        way.prove(row)
        return way.submit(row)

    return send


def test_all_lists_together_say_what_each_of_their_people_says(
    desk: Desk,
    treasury: Institution,
    begin: Callable[[Request], Application],
    sent_off: Callable[[Request], Application],
    appoint: Callable[..., Actor],
    station: Any,
    courier: ScriptedCourier,
    pin_recipient: bytes,
    run_jobs: Callable[..., None],
    django_assert_num_queries: Any,
) -> None:
    omer = appoint(desk.institution, Role.REPRESENTATIVE)
    desk.confirmed([row_of(number) for number in range(50, 54)])
    desk.confirmed([row_of(number) for number in range(54, 60)])
    _invited, begun, sent, refused, approved, formed, queued, made, moving, there = Request.objects.order_by("person")
    with django_assert_num_queries(3):
        assert roster_progress.of_institution(desk.institution.pk).stages == Counter({Stage.INVITED: 10})
    begin(begun)
    applications = {row.pk: sent_off(row) for row in (sent, approved, formed, queued, made, moving, there)}
    roster_approval.refuse(refused.pk, reason="Neden", by=desk.approver)
    for row in (formed, queued, made, moving, there):
        form_receipt.take_in(applications[row.pk].pk, by=omer)
    for row in (approved, queued, made, moving, there):
        desk.approve(row)
    for row in (made, moving, there):
        order = CardOrder.objects.get(application=applications[row.pk])
        card_production.take(order.pk, by=PRODUCER)
    run_jobs()
    for row in (moving, there):
        order = CardOrder.objects.get(application=applications[row.pk])
        card_production.inspect(order.pk, digits=digits_of(order), by=INSPECTOR)
        card_delivery.dispatch(order.pk, digits=digits_of(order), by=DISPATCHER)
    run_jobs()
    courier.happened(Parcel.objects.get(application=applications[there.pk]).tracking_no, "delivered", checked=True)
    card_delivery.read_events(courier=courier)

    with django_assert_num_queries(3):
        told = roster_progress.of_institution(desk.institution.pk)
    each = roster_progress.of_requests(Request.objects.order_by("id"))
    assert +told.stages == Counter(one.stage for one in each.values())
    assert +told.waits == Counter(who for one in each.values() for who in one.waits)
    assert told.requests == 10
    assert told.stages == Counter(
        {
            Stage.INVITED: 1,
            Stage.BEGUN: 1,
            Stage.WAITING_FOR_FORM: 2,
            Stage.WAITING_FOR_APPROVAL: 1,
            Stage.IN_PRODUCTION: 2,
            Stage.ON_THE_WAY: 1,
            Stage.DELIVERED: 1,
            Stage.ENDED: 1,
        }
    )
    assert told.waits[Waits.REPRESENTATIVE] == 2
    assert roster_progress.of_institution(treasury.pk).requests == 0

    for name, by in (("officer", desk.approver), ("representative", omer), ("rosters", omer)):
        page = words(seated(by).get(reverse(f"console:{name}", args=[desk.institution.pk])))
        assert "10 talep var" in page
        assert "Üretimde 2" in page
        assert "E-imza temsilcisi: 2" in page
