"""One released application becomes one card with one living certificate, whatever fails on the way."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from divit.applications.models import Application
from divit.audit.selectors import moves_of
from divit.certificates.models import Certificate, Intent
from divit.delivery.models import SealedPin
from divit.flows import bulk_issuance, card_delivery, card_production, issuance, revocation
from divit.identity.models import Person
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor, Role
from divit.kernel.errors import Invalid, NeighbourFailed, Refused
from divit.pki import issuance as pki
from divit.pki.reasons import Reason
from divit.production import services
from divit.production.models import Card, CardOrder
from tests.fixtures_cards import DISPATCHER, INSPECTOR, PRODUCER, ScriptedStation, digits_of
from tests.fixtures_pki import holder_of

pytestmark = pytest.mark.usefixtures("pin_recipient")
Order = Callable[..., CardOrder]
Jobs = Callable[..., None]


def _state(order: CardOrder) -> str:
    return CardOrder.objects.get(pk=order.pk).state


def _age(order: CardOrder) -> None:
    CardOrder.objects.filter(pk=order.pk).update(changed_at=clock.now() - timedelta(minutes=10))


def test_from_the_queue_to_an_inspected_card(make_order: Order, station: ScriptedStation, run_jobs: Jobs) -> None:
    order = make_order()
    card_production.take(order.pk, by=PRODUCER)
    run_jobs()
    card = Card.objects.get(order=order)
    certificate = Certificate.objects.get(card_order_id=order.pk)
    assert _state(order) == "produced"
    assert certificate.state == "valid"
    assert card.certificate_id == certificate.pk
    assert station.loaded == {card.card_serial: [bytes(certificate.der)]}
    assert Application.objects.get(pk=order.application_id).state == "produced"
    card_production.inspect(order.pk, digits=digits_of(order), by=INSPECTOR)
    assert _state(order) == "inspected"
    acts = [move.act for move in moves_of("card_order", str(order.pk))]
    assert acts == ["begin", "take", "certify", "issue", "load", "inspect"]


def test_the_same_application_is_queued_once(make_application: Callable[..., Application]) -> None:
    application = make_application()
    wanted: dict[str, Any] = {
        "application_id": application.pk,
        "person_id": application.person_id,
        "institution_id": application.institution_id,
        "product": "nes-3y",
        "replaces": False,
        "by": SYSTEM,
    }
    with transaction.atomic():
        first, second = services.enqueue(**wanted), services.enqueue(**wanted)
    assert first.pk == second.pk


def test_who_produced_neither_inspects_nor_slips_past_the_database(
    make_order: Order, station: ScriptedStation, run_jobs: Jobs
) -> None:
    order = make_order()
    card_production.take(order.pk, by=PRODUCER)
    run_jobs()
    same_person = Actor(role=Role.INSPECTOR, id=PRODUCER.id, level=PRODUCER.level)
    with pytest.raises(Refused, match="same_person_twice"):
        card_production.inspect(order.pk, digits=digits_of(order), by=same_person)
    with pytest.raises(DatabaseError, match="card_order_two_persons_inspect"):
        CardOrder.objects.filter(pk=order.pk).update(inspected_by=PRODUCER.id)
    assert _state(order) == "produced"


def test_the_card_in_the_hand_must_be_the_card_of_the_order(
    make_order: Order, station: ScriptedStation, run_jobs: Jobs
) -> None:
    first, second = make_order(), make_order()
    for order in (first, second):
        card_production.take(order.pk, by=PRODUCER)
    run_jobs()
    with pytest.raises(Invalid, match="card_number_other"):
        card_production.inspect(first.pk, digits=digits_of(second), by=INSPECTOR)


def test_a_state_moves_by_the_law_alone(make_order: Order) -> None:
    order = make_order()
    with pytest.raises(DatabaseError):
        CardOrder.objects.filter(pk=order.pk).update(state="inspected")


@pytest.mark.parametrize("failure", ["down", "answer_lost"])
def test_a_station_that_fails_is_asked_again_for_the_same_card(
    make_order: Order, station: ScriptedStation, run_jobs: Jobs, failure: str, pin_recipient: bytes
) -> None:
    order = make_order()
    card_production.take(order.pk, by=PRODUCER)
    station.fails = [failure]
    with pytest.raises(NeighbourFailed):
        card_production.personalise(order.pk, station=station, pin_recipient=pin_recipient)
    assert CardOrder.objects.get(pk=order.pk).trouble == "station_down"
    assert Card.objects.get(order=order).asked_at is not None
    run_jobs()
    assert _state(order) == "produced"
    assert len(station.made) == 1
    assert CardOrder.objects.get(pk=order.pk).trouble == ""


def test_loading_whose_answer_was_lost_is_done_again(
    make_order: Order, station: ScriptedStation, run_jobs: Jobs
) -> None:
    order = make_order()
    card_production.take(order.pk, by=PRODUCER)
    station.fails = ["", "answer_lost"]
    run_jobs()
    assert CardOrder.objects.get(pk=order.pk).trouble == "station_down"
    card_production.load(order.pk, station=station)  # what the waiting job will do
    assert _state(order) == "produced"
    (written,) = station.loaded.values()
    assert len(set(written)) == 1


@pytest.mark.parametrize(
    ("failure", "trouble"),
    [
        ("spoiled", "card_spoiled"),
        ("foreign_proof", "proof_failed"),
        ("no_pin", "envelope_unfit"),
        ("other_recipient", "envelope_unfit"),
    ],
)
def test_a_card_that_fails_its_proof_is_spoiled_and_the_next_one_is_made(
    make_order: Order, station: ScriptedStation, run_jobs: Jobs, failure: str, trouble: str
) -> None:
    order = make_order()
    card_production.take(order.pk, by=PRODUCER)
    station.fails = [failure]
    run_jobs()
    row = CardOrder.objects.get(pk=order.pk)
    assert (row.state, row.trouble) == ("spoiled", trouble)
    assert not Certificate.objects.exists()
    card_production.requeue(order.pk, by=PRODUCER)
    card_production.take(order.pk, by=PRODUCER)
    run_jobs()
    assert _state(order) == "produced"
    assert [card.number for card in Card.objects.filter(order=order).order_by("number")] == [1, 2]
    assert Certificate.objects.count() == 1


def test_a_card_that_breaks_when_it_is_loaded_is_given_up(
    make_order: Order, station: ScriptedStation, run_jobs: Jobs
) -> None:
    order = make_order()
    card_production.take(order.pk, by=PRODUCER)
    station.fails = ["", "spoiled"]
    run_jobs()
    row = CardOrder.objects.get(pk=order.pk)
    assert (row.state, row.trouble) == ("spoiled", "card_spoiled")
    assert Certificate.objects.get().state == "revoked"


def test_a_station_that_says_no_is_not_told_as_silence(
    make_order: Order, station: ScriptedStation, run_jobs: Jobs
) -> None:
    order = make_order()
    card_production.take(order.pk, by=PRODUCER)
    station.fails = ["", "refused"]
    run_jobs()
    assert CardOrder.objects.get(pk=order.pk).trouble == "station_refused"


def test_a_spoiled_card_takes_its_certificate_and_its_pin_along(
    make_order: Order, station: ScriptedStation, run_jobs: Jobs
) -> None:
    order = make_order()
    card_production.take(order.pk, by=PRODUCER)
    run_jobs()
    card_production.spoil(order.pk, why="print_wrong", by=INSPECTOR)
    first = Certificate.objects.get(card_order_id=order.pk)
    assert (first.state, first.reason) == ("revoked", "cessationOfOperation")
    pin = SealedPin.objects.get(application_id=order.application_id)
    assert (pin.state, pin.sealed) == ("discarded", None)
    card_production.requeue(order.pk, by=PRODUCER)
    card_production.take(order.pk, by=PRODUCER)
    run_jobs()
    states = sorted(Certificate.objects.filter(card_order_id=order.pk).values_list("state", flat=True))
    assert states == ["revoked", "valid"]
    assert SealedPin.objects.filter(state="sealed").count() == 1
    assert _state(order) == "produced"


def _closed(order: CardOrder) -> None:
    """The holder, who sees the new certificate as soon as it is issued, closes it."""
    certificate = Certificate.objects.get(card_order_id=order.pk, state="valid")
    revocation.revoke(certificate.pk, reason=Reason.CESSATION_OF_OPERATION, by=holder_of(order.person))


def test_a_certificate_that_was_closed_is_not_written_on_a_card(
    make_order: Order, station: ScriptedStation, run_jobs: Jobs
) -> None:
    order = make_order()
    card_production.take(order.pk, by=PRODUCER)
    run_jobs("default")
    run_jobs("signing")
    card_production.issued(order.pk, Certificate.objects.get(card_order_id=order.pk).pk)
    _closed(order)
    run_jobs()
    row = CardOrder.objects.get(pk=order.pk)
    assert (row.state, row.trouble, station.loaded) == ("spoiled", "certificate_closed", {})
    card_production.requeue(order.pk, by=PRODUCER)


def test_among_many_pkilint_looks_later_and_before_that_nothing_is_written_on_the_card(
    make_order: Order, station: ScriptedStation, run_jobs: Jobs, pin_recipient: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(card_production, "MANY_AT_STATIONS", 1)
    monkeypatch.setattr(bulk_issuance, "MANY", 2)
    orders = [make_order(), make_order()]
    for order in orders:
        card_production.take(order.pk, by=PRODUCER)
        card_production.personalise(order.pk, station=station, pin_recipient=pin_recipient)
    run_jobs("signing")
    certificates = {one.card_order_id: one for one in Certificate.objects.all()}
    assert len({one.intent.batch_id for one in certificates.values()}) == 1
    first = orders[0].pk
    card_production.issued(first, certificates[first].pk)  # as `resume` would, were the judgement late
    card_production.load(first, station=station)
    row = CardOrder.objects.get(pk=first)
    assert (row.state, row.trouble, station.loaded) == ("loading", "certificate_questioned", {})
    run_jobs()
    assert [_state(order) for order in orders] == ["produced", "produced"]
    assert CardOrder.objects.get(pk=first).trouble == ""


@pytest.mark.parametrize("inspected", [False, True])
def test_a_card_whose_certificate_was_closed_goes_no_further_and_is_made_anew(
    make_order: Order, station: ScriptedStation, run_jobs: Jobs, inspected: bool
) -> None:
    order = make_order()
    card_production.take(order.pk, by=PRODUCER)
    run_jobs()
    if inspected:
        card_production.inspect(order.pk, digits=digits_of(order), by=INSPECTOR)
    _closed(order)
    go_on, by = (card_delivery.dispatch, DISPATCHER) if inspected else (card_production.inspect, INSPECTOR)
    with pytest.raises(Refused, match="certificate_does_not_stand"):
        go_on(order.pk, digits=digits_of(order), by=by)
    card_production.spoil(order.pk, why="certificate_closed", by=by)
    card_production.requeue(order.pk, by=PRODUCER)
    card_production.take(order.pk, by=PRODUCER)
    run_jobs()
    assert _state(order) == "produced"
    first, second = Certificate.objects.filter(card_order_id=order.pk).order_by("issued_at")
    assert (first.state, first.reason, second.state) == ("revoked", "cessationOfOperation", "valid")


def test_a_card_cannot_be_given_up_while_the_signer_works(
    make_order: Order, station: ScriptedStation, run_jobs: Jobs
) -> None:
    order = make_order()
    card_production.take(order.pk, by=PRODUCER)
    run_jobs("default")
    assert _state(order) == "certifying"
    with pytest.raises(Refused, match="not_from_this_state"):
        card_production.spoil(order.pk, why="damaged", by=INSPECTOR)


def test_a_card_that_waits_for_its_station_or_its_content_can_be_given_up(
    make_order: Order, station: ScriptedStation, run_jobs: Jobs, make_person: Callable[..., Person]
) -> None:
    order = make_order(make_person(given_names="Ayşe<script>"))
    card_production.take(order.pk, by=PRODUCER)
    run_jobs()
    assert CardOrder.objects.get(pk=order.pk).trouble == "content_refused"
    card_production.spoil(order.pk, why="not_made", by=PRODUCER)
    Person.objects.filter(pk=order.person_id).update(given_names="Ayşe")
    card_production.requeue(order.pk, by=PRODUCER)
    card_production.take(order.pk, by=PRODUCER)
    run_jobs()
    assert _state(order) == "produced"


def _refuses(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """As after an upgrade: what was stored under the old rules is refused by the new ones."""

    def restore(*_tbs: object, **_terms: object) -> pki.Prepared:
        raise Refused(code)

    monkeypatch.setattr(pki, "restore", restore)


@pytest.mark.parametrize("job_dies", [False, True])
def test_what_the_signer_refuses_for_good_is_given_up_and_made_anew(
    make_order: Order, station: ScriptedStation, run_jobs: Jobs, monkeypatch: pytest.MonkeyPatch, job_dies: bool
) -> None:
    order = make_order()
    card_production.take(order.pk, by=PRODUCER)
    run_jobs("default")
    with monkeypatch.context() as upgrade:
        _refuses(upgrade, "profile_changed")
        run_jobs("signing")
    assert Intent.objects.get().state == "abandoned"
    if job_dies:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs")
        _age(order)
        assert card_production.resume() == 1
    run_jobs("default")
    row = CardOrder.objects.get(pk=order.pk)
    assert (row.state, row.trouble) == ("spoiled", "signing_refused")
    assert SealedPin.objects.get().state == "discarded"
    card_production.requeue(order.pk, by=PRODUCER)
    card_production.take(order.pk, by=PRODUCER)
    run_jobs()
    assert _state(order) == "produced"


def test_a_signer_that_is_late_is_told_at_the_desk(make_order: Order, station: ScriptedStation, run_jobs: Jobs) -> None:
    order = make_order()
    card_production.take(order.pk, by=PRODUCER)
    run_jobs("default")
    _age(order)
    card_production.resume()
    assert CardOrder.objects.get(pk=order.pk).trouble == "signer_late"
    run_jobs()
    assert (_state(order), CardOrder.objects.get(pk=order.pk).trouble) == ("produced", "")


def test_a_certificate_that_was_closed_before_production_heard_of_it_leaves_no_card_behind(
    make_order: Order, station: ScriptedStation, run_jobs: Jobs
) -> None:
    order = make_order()
    card_production.take(order.pk, by=PRODUCER)
    run_jobs("default")
    run_jobs("signing")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    _closed(order)
    _age(order)
    card_production.resume()
    run_jobs()
    assert _state(order) == "spoiled"


def test_a_replacement_ends_the_earlier_certificates_when_it_begins_to_stand(
    make_order: Order,
    station: ScriptedStation,
    run_jobs: Jobs,
    make_certificate: Callable[..., Certificate],
    make_person: Callable[..., Person],
) -> None:
    person = make_person()
    order = make_order(person, replaces=True, kind="lost")
    earlier = make_certificate(person)
    other = make_certificate(make_person())
    card_production.take(order.pk, by=PRODUCER)
    run_jobs("default")
    earlier.refresh_from_db()
    assert earlier.state == "valid"
    run_jobs("signing")
    earlier.refresh_from_db()
    other.refresh_from_db()
    assert (earlier.state, earlier.reason, other.state) == ("revoked", "superseded", "valid")


def test_what_the_authority_refuses_waits_for_a_person_at_the_desk(
    make_order: Order, station: ScriptedStation, run_jobs: Jobs, make_person: Callable[..., Person]
) -> None:
    order = make_order(make_person(given_names="Ayşe<script>"))
    card_production.take(order.pk, by=PRODUCER)
    run_jobs()
    row = CardOrder.objects.get(pk=order.pk)
    assert (row.state, row.trouble) == ("personalising", "content_refused")
    assert not Certificate.objects.exists()
    assert not SealedPin.objects.exists()
    _age(order)
    assert card_production.resume() == 0
    Person.objects.filter(pk=order.person_id).update(given_names="Ayşe")
    card_production.retry(order.pk, by=PRODUCER)
    run_jobs()
    assert _state(order) == "produced"


@pytest.mark.parametrize("dies_after", ["take", "personalise", "sign", "issued"])
def test_a_job_that_died_is_put_back(
    make_order: Order, station: ScriptedStation, run_jobs: Jobs, dies_after: str
) -> None:
    """The queue is wiped at each step, as if every worker had died and its job with it."""
    order = make_order()
    card_production.take(order.pk, by=PRODUCER)
    for step, queue in {"take": None, "personalise": "default", "sign": "signing", "issued": "default"}.items():
        if step == "issued":
            certificate = Certificate.objects.get(card_order_id=order.pk)
            card_production.issued(order.pk, certificate.pk)
        elif queue:
            run_jobs(queue)
        if step == dies_after:
            break
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    _age(order)
    assert card_production.resume() == 1
    Intent.objects.update(created_at=clock.now() - timedelta(minutes=10))
    issuance.watch()
    run_jobs()
    assert _state(order) == "produced"
    assert Certificate.objects.filter(card_order_id=order.pk).count() == 1
    assert len(station.made) == 1


def test_an_order_is_cancelled_only_before_a_card_was_taken(
    make_order: Order, station: ScriptedStation, run_jobs: Jobs
) -> None:
    first, second = make_order(), make_order()
    services.cancel(first.application_id, by=SYSTEM, now=clock.now())
    assert _state(first) == "cancelled"
    card_production.take(second.pk, by=PRODUCER)
    station.fails = ["spoiled"]
    run_jobs()
    card_production.requeue(second.pk, by=PRODUCER)
    with pytest.raises(Refused, match="card_already_taken"):
        services.cancel(second.application_id, by=SYSTEM, now=clock.now())


def test_no_card_is_made_anew_for_somebody_who_has_left(
    make_order: Order, station: ScriptedStation, run_jobs: Jobs
) -> None:
    order = make_order()
    card_production.take(order.pk, by=PRODUCER)
    run_jobs()
    officer = Actor(role=Role.OFFICER, id="7", institution_id=str(order.institution_id))
    closed = Certificate.objects.get(card_order_id=order.pk)
    revocation.revoke(closed.pk, reason=Reason.AFFILIATION_CHANGED, by=officer)
    card_production.spoil(order.pk, why="certificate_closed", by=PRODUCER)
    with pytest.raises(Refused, match="holder_has_left"):
        card_production.requeue(order.pk, by=PRODUCER)
