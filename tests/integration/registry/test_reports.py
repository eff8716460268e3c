"""The registry's lists: who is on them, in which order, narrowed to what; and the figures of institutions."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from divit.applications.models import Application, FormVisit, Requirement
from divit.certificates.models import Certificate
from divit.console.desks.report_tables import TABLES
from divit.delivery.models import Parcel
from divit.flows import card_delivery, card_production, form_receipt, registry_reports, suspension
from divit.flows.registry_reports import Filter, Report
from divit.identity.models import Person
from divit.institutions.models import Institution
from divit.kernel import clock
from divit.kernel.actors import Actor, Role
from divit.kernel.errors import NotFound
from divit.production.models import CardOrder
from tests.fixtures_cards import DISPATCHER, INSPECTOR, PRODUCER, ScriptedCourier, ScriptedStation, digits_of
from tests.fixtures_pki import holder_of
from tests.integration.applications.conftest import Way

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_ends_soon(
    make_person: Callable[..., Person], make_certificate: Callable[..., Certificate], registrar: Actor
) -> None:
    elsewhere = Institution.objects.create(name="T.C. Başka Kurum")
    later, soon, held, ours, first = (
        make_certificate(make_person(), until=clock.now() + timedelta(days=days), institution=place)
        for days, place in ((40, None), (10, None), (20, None), (25, elsewhere), (5, None))
    )
    suspension.suspend(held.pk, by=holder_of(held.person))

    def listed(**wanted: object) -> list[Certificate]:
        return list(registry_reports.rows(Report.ENDING, Filter(**wanted), by=registrar))  # type: ignore[arg-type]

    assert listed(days=30) == [first, soon, held, ours]
    assert listed(days=60) == [first, soon, held, ours, later]
    assert listed(days=30, institution_id=elsewhere.pk) == [ours]


def test_what_waits_and_since_when(
    way: Way,
    ministry: Institution,
    make_person: Callable[..., Person],
    representative_of: Callable[..., Actor],
    registrar: Actor,
) -> None:
    first, second = (way.submitted(make_person(), ministry) for _ in range(2))
    by = representative_of(ministry)

    def listed(**wanted: object) -> list[Requirement]:
        return list(registry_reports.rows(Report.WAITING, Filter(**wanted), by=registrar))  # type: ignore[arg-type]

    forms = listed(requirement="form_received")
    assert [row.application for row in forms] == [first, second]
    assert {row.kind for row in listed()} >= {"form_received", "fee_paid"}
    assert listed(institution_id=Institution.objects.exclude(pk=ministry.pk)[0].pk) == []
    form_receipt.give_back(second.pk, reason="İmza eksik", by=by)
    given_back = FormVisit.objects.get(application=second)
    since = {row.application_id: row.since for row in listed(requirement="form_received")}  # type: ignore[attr-defined]
    assert since == {first.pk: Application.objects.get(pk=first.pk).submitted_at, second.pk: given_back.at}
    assert list(registry_reports.rows(Report.FORMS_RETURNED, Filter(), by=registrar)) == [given_back]
    form_receipt.take_in(second.pk, by=by)
    assert list(registry_reports.rows(Report.FORMS_RETURNED, Filter(), by=registrar)) == []


@pytest.fixture
def sent_back(
    make_order: Callable[..., CardOrder],
    station: ScriptedStation,
    courier: ScriptedCourier,
    run_jobs: Callable[..., None],
    pin_recipient: bytes,
) -> Callable[[], Parcel]:
    """A card that came back from the courier."""

    def make() -> Parcel:
        order = make_order()
        card_production.take(order.pk, by=PRODUCER)
        run_jobs()
        card_production.inspect(order.pk, digits=digits_of(order), by=INSPECTOR)
        card_delivery.dispatch(order.pk, digits=digits_of(order), by=DISPATCHER)
        run_jobs()
        parcel = Parcel.objects.get(order=order)
        courier.happened(parcel.tracking_no, "returned")
        card_delivery.read_events(courier=courier)
        return parcel

    return make


def test_parcels_that_came_back(sent_back: Callable[[], Parcel], registrar: Actor) -> None:
    parcel = sent_back()
    institution = parcel.application.institution
    here = Filter(institution_id=institution.pk)
    assert list(registry_reports.rows(Report.PARCELS_RETURNED, here, by=registrar)) == [parcel]
    one = registry_reports.totals(by=registrar)[0]
    assert (one.institution, one.returned, one.under_way, one.valid) == (institution, 1, 1, 1)


def test_a_list_asks_as_often_for_many_as_for_one(
    way: Way,
    ministry: Institution,
    make_person: Callable[..., Person],
    make_certificate: Callable[..., Certificate],
    representative_of: Callable[..., Actor],
    sent_back: Callable[[], Parcel],
    registrar: Actor,
) -> None:
    by = representative_of(ministry)

    def add() -> None:
        sent_back()
        form_receipt.give_back(way.submitted(make_person(), ministry).pk, reason="İmza eksik", by=by)
        make_certificate(make_person(), until=clock.now() + timedelta(days=9))

    def questions() -> dict[Report, tuple[int, int]]:
        asked = {}
        for report in Report:
            with CaptureQueriesContext(connection) as seen:
                lines = [TABLES[report].line(row) for row in registry_reports.rows(report, Filter(), by=registrar)]
            asked[report] = (len(seen), len(lines))
        return asked

    add()
    few = questions()
    add()
    many = questions()
    assert {report: asked for report, (asked, _lines) in few.items()} == dict.fromkeys(Report, 1)
    assert {report: asked for report, (asked, _lines) in many.items()} == dict.fromkeys(Report, 1)
    assert all(many[report][1] > few[report][1] > 0 for report in Report)


def test_figures_of_institutions_need_the_same_questions_for_any_number(
    way: Way, ministry: Institution, treasury: Institution, make_person: Callable[..., Person], registrar: Actor
) -> None:
    way.submitted(make_person(), ministry)
    with CaptureQueriesContext(connection) as few:
        one = registry_reports.totals(by=registrar)
    way.submitted(make_person(), treasury)
    with CaptureQueriesContext(connection) as more:
        two = registry_reports.totals(by=registrar)
    assert [(row.institution, row.waiting) for row in one] == [(ministry, 1)]
    assert {row.institution: row.waiting for row in two} == {ministry: 1, treasury: 1}
    assert len(few) == len(more)


def test_nobody_else_may_ask(registrar: Actor) -> None:
    for role in set(Role) - {Role.REGISTRAR}:
        other = Actor(role=role, id=registrar.id)
        with pytest.raises(NotFound):
            registry_reports.totals(by=other)
        for report in Report:
            with pytest.raises(NotFound):
                registry_reports.rows(report, Filter(), by=other)
