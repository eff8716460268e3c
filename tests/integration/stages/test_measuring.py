"""From histories to cases, and from cases to what may be published."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from divit.applications import services as application_services
from divit.applications.lifecycle import Act as ApplicationAct
from divit.delivery.models import Parcel
from divit.flows import card_delivery, card_production, stages
from divit.flows.stage_tracks import follow
from divit.kernel import clock
from divit.kernel.actors import SYSTEM
from divit.production.models import CardOrder
from divit.stages import selectors
from divit.stages.models import Block, Case, Figure, Promise
from divit.stages.names import Lane, Reason, Stage
from divit.stages.tracks import present
from tests.factories.histories import Year, some_institutions
from tests.fixtures_cards import DISPATCHER, INSPECTOR, PRODUCER, ScriptedCourier, ScriptedStation, digits_of

pytestmark = pytest.mark.django_db(transaction=True)


def soon() -> Any:
    """When everything that has been written by now is surely to be seen."""
    return time_machine.travel(clock.now() + timedelta(minutes=11))


@pytest.fixture
def delivered(
    make_order: Callable[..., CardOrder],
    station: ScriptedStation,
    courier: ScriptedCourier,
    pin_recipient: bytes,
    run_jobs: Callable[..., None],
) -> Callable[..., CardOrder]:
    """A card brought to its holder by the real flows; `spoiled` times it goes wrong before."""

    def bring(*, spoiled: int = 0, returned: int = 0) -> CardOrder:
        order = make_order()
        station.fails += ["spoiled"] * spoiled
        for _ in range(spoiled):
            card_production.take(order.pk, by=PRODUCER)
            run_jobs()
            card_production.requeue(order.pk, by=PRODUCER)
        card_production.take(order.pk, by=PRODUCER)
        run_jobs()
        card_production.inspect(order.pk, digits=digits_of(order), by=INSPECTOR)
        parcel = card_delivery.dispatch(order.pk, digits=digits_of(order), by=DISPATCHER)
        run_jobs()
        for _ in range(returned):
            courier.happened(Parcel.objects.get(pk=parcel.pk).tracking_no, "returned")
            card_delivery.read_events(courier=courier)
            card_delivery.send_again(parcel.pk, by=DISPATCHER)
            run_jobs()
        courier.happened(Parcel.objects.get(pk=parcel.pk).tracking_no, "delivered", checked=True)
        card_delivery.read_events(courier=courier)
        order.refresh_from_db()
        return order

    return bring


def test_a_card_that_came_without_mishap(delivered: Callable[..., CardOrder]) -> None:
    order = delivered()
    assert stages.learn() == 0  # its move might not be to be seen by everybody yet
    with soon():
        assert stages.learn() == 1
        assert stages.learn() == 0
    case = Case.objects.get(application_id=order.application_id)
    assert (case.lane, case.reasons) == (Lane.NORMAL, [])
    assert case.delivered_on == clock.today()
    assert case.month == clock.today().replace(day=1)
    for stage in ("conditions", "queue", "making", "packing", "travel", "total"):
        assert getattr(case, stage) >= 0, stage
    assert case.pin is None


def test_a_card_that_was_spoiled_and_a_parcel_that_came_back(delivered: Callable[..., CardOrder]) -> None:
    order = delivered(spoiled=1, returned=1)
    with soon():
        stages.learn()
    case = Case.objects.get(application_id=order.application_id)
    assert case.lane == Lane.DELAYED
    assert case.reasons == [Reason.CARD_SPOILED, Reason.PARCEL_RETURNED]


def test_a_case_is_measured_again_when_its_pin_is_taken(delivered: Callable[..., CardOrder]) -> None:
    order = delivered()
    with soon():
        stages.learn()
    with transaction.atomic():
        row = application_services.locked(order.application_id)
        application_services.carry_out(row, ApplicationAct.CLOSE, by=SYSTEM)
    with soon():
        assert stages.learn() == 1
    assert Case.objects.get(application_id=order.application_id).pin is not None


def test_where_an_application_is_follows_from_the_same_histories(
    make_order: Callable[..., CardOrder], station: ScriptedStation, pin_recipient: bytes, run_jobs: Callable[..., None]
) -> None:
    order = make_order()

    def stage() -> Stage | None:
        here = present(follow([order.application_id])[0].track)
        return here.stage if here else None

    assert stage() is Stage.QUEUE
    card_production.take(order.pk, by=PRODUCER)
    assert stage() is Stage.MAKING
    run_jobs()
    card_production.inspect(order.pk, digits=digits_of(order), by=INSPECTOR)
    assert stage() is Stage.PACKING


def test_published_groups_are_large_true_and_stay_as_they_are(a_year: Year) -> None:
    assert stages.publish() > 20
    the_figures_are_those_of_the_cases()
    assert Figure.objects.exclude(cases__gte=10).count() == 0
    before = list(Figure.objects.filter(block__whole=False).order_by("id").values())
    assert stages.publish() == 0
    with time_machine.travel(clock.now() + timedelta(days=40), tick=True):
        stages.learn()
        stages.publish()
    assert list(Figure.objects.filter(pk__in=[row["id"] for row in before]).order_by("id").values()) == before


def the_figures_are_those_of_the_cases() -> None:
    block = Block.objects.filter(scope="public", dims="lane", whole=True).get()
    for lane in ("normal", "delayed"):
        known = sorted(
            Case.objects.filter(month__range=(block.first, block.last), lane=lane)
            .order_by("id")
            .values_list("total", flat=True)
        )
        figure = Figure.objects.get(block=block, lane=lane, stage="total")
        assert figure.cases == len(known)
        assert figure.median == pytest.approx(known[len(known) // 2], abs=0.5)
        assert sum(value <= figure.ninety for value in known) / len(known) == pytest.approx(0.9, abs=0.03)


def test_the_month_under_way_is_not_told(keep_cases: Callable[..., None]) -> None:
    (office,) = some_institutions("Kurum")
    keep_cases(office, date(2026, 9, 4), 30)
    keep_cases(office, date(2026, 10, 4), 30)
    stages.publish(today=date(2026, 11, 5))
    assert [block.last for block in Block.objects.filter(scope="public", dims="").order_by("id")] == [date(2026, 9, 1)]
    stages.publish(today=date(2026, 11, 11))
    told = Block.objects.filter(scope="public", dims="", whole=False).order_by("last")
    assert [block.last for block in told] == [date(2026, 9, 1), date(2026, 10, 1)]


def test_a_small_institution_is_never_told_by_name_nor_by_what_is_left(keep_cases: Callable[..., None]) -> None:
    large, middle, small, other = some_institutions("Büyük", "Orta", "Küçük", "Başka")
    for month in (date(2026, 7, 6), date(2026, 8, 6), date(2026, 9, 7)):
        keep_cases(large, month, 40)
        keep_cases(middle, month, 12)
        keep_cases(small, month, 1)
    stages.publish(today=date(2026, 10, 20))
    # With the largest named, the people of the middle one could tell what is left: three cases.
    assert selectors.named_institutions() == []
    for month in (date(2026, 10, 6), date(2026, 11, 6), date(2026, 12, 7)):
        keep_cases(large, month, 40)
        keep_cases(middle, month, 12)
        keep_cases(small, month, 1)
        keep_cases(other, month, 3)
    stages.publish(today=date(2027, 1, 20))
    assert selectors.named_institutions() == [large.pk]


def test_an_officer_who_subtracts_the_own_cases_learns_of_nobody(keep_cases: Callable[..., None]) -> None:
    """What is published for all, less all that one institution knows of itself, is no case or ten, stage by stage."""
    large, small = some_institutions("Büyük", "Küçük")
    for month, others in ((7, 12), (8, 2), (9, 15)):
        keep_cases(large, date(2026, month, 6), 30)
        keep_cases(small, date(2026, month, 7), others)
        keep_cases(large, date(2026, month, 8), 10, kind="lost", lane="delayed", closing=2.0)
    keep_cases(small, date(2026, 9, 9), 13, kind="lost", lane="delayed")
    keep_cases(small, date(2026, 9, 9), 9, kind="lost", lane="delayed", closing=3.0)
    stages.publish(today=date(2026, 11, 20))
    public = Figure.objects.filter(block__scope="public").select_related("block")
    assert {block.first.month for block in Block.objects.filter(scope="public", dims="", whole=False)} == {7, 8}
    for figure in public.order_by("id"):
        group = Case.objects.filter(month__range=(figure.block.first, figure.block.last))
        for name in ("payer", "kind", "lane"):
            group = group.filter(**{name: getattr(figure, name)}) if getattr(figure, name) else group
        passed = group.exclude(**{figure.stage: None})
        for known in (large, small):
            for rest in (group.exclude(institution=known).count(), passed.exclude(institution=known).count()):
                assert rest == 0 or rest >= 10, (figure.block.dims, figure.kind, figure.stage)
    # Nine others closed an old certificate first: of theirs nothing is told, while the institution reads its own.
    assert not public.filter(stage="closing", block__last=date(2026, 9, 1)).exists()
    assert Figure.objects.filter(block__scope="own", block__institution=large, stage="closing").exists()


def test_a_stage_that_few_went_through_is_not_told(keep_cases: Callable[..., None]) -> None:
    (office,) = some_institutions("Kurum")
    keep_cases(office, date(2026, 9, 4), 20)
    keep_cases(office, date(2026, 9, 5), 9, closing=3.0)
    stages.publish(today=date(2026, 11, 20))
    told = set(Figure.objects.order_by("id").values_list("stage", flat=True))
    assert {"queue", "total"} <= told
    assert "closing" not in told


def test_the_database_refuses_a_small_group_and_a_changed_promise(
    keep_cases: Callable[..., None], make_order: Callable[..., CardOrder]
) -> None:
    (office,) = some_institutions("Kurum")
    keep_cases(office, date(2026, 9, 4), 20)
    stages.publish(today=date(2026, 11, 20))
    figure = Figure.objects.order_by("id")[0]
    figure.pk, figure.cases, figure.stage = None, 9, "phone"
    with pytest.raises(IntegrityError, match="stages_no_small_group"), transaction.atomic():
        figure.save()
    order = make_order()
    Promise.objects.create(
        application_id=order.application_id,
        given_at=clock.now(),
        stage="queue",
        earliest=clock.today(),
        until=clock.today(),
        compared="all",
        cases=30,
    )
    with connection.cursor() as cursor, pytest.raises(Exception, match="insert-only"):
        cursor.execute("UPDATE stages_promise SET until = until + 30")
