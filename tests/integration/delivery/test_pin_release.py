"""The PIN reaches its holder once, after the hand-over and a step-up, and is readable nowhere on its way."""

import logging
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from divit.applications.models import Application
from divit.audit import selectors as audit
from divit.delivery.models import PinRequest, SealedPin
from divit.delivery.services import pins
from divit.flows import card_delivery, card_production, pin_release
from divit.kernel import clock
from divit.kernel.actors import Actor, Role
from divit.kernel.errors import Invalid, NotFound, Refused
from divit.notifications.models import Message
from divit.production.models import CardOrder
from tests.fixtures_cards import DISPATCHER, INSPECTOR, PRODUCER, ScriptedCourier, ScriptedStation, digits_of
from tests.fixtures_pki import holder_of

pytestmark = pytest.mark.usefixtures("pin_recipient")
Jobs = Callable[..., None]


@pytest.fixture
def dispatched(
    make_order: Callable[..., CardOrder], station: ScriptedStation, courier: ScriptedCourier, run_jobs: Jobs
) -> CardOrder:
    """A card that is on its way."""
    order = make_order()
    card_production.take(order.pk, by=PRODUCER)
    run_jobs()
    card_production.inspect(order.pk, digits=digits_of(order), by=INSPECTOR)
    card_delivery.dispatch(order.pk, digits=digits_of(order), by=DISPATCHER)
    run_jobs()
    return order


@pytest.fixture
def delivered(dispatched: CardOrder, courier: ScriptedCourier) -> CardOrder:
    """A card in its holder's hand."""
    (number,) = courier.parcels.values()
    courier.happened(number, "delivered", checked=True)
    card_delivery.read_events(courier=courier)
    return dispatched


@pytest.fixture
def holder(dispatched: CardOrder) -> Actor:
    return holder_of(dispatched.person)


@pytest.fixture
def proven(prove_phone: Callable[..., None], holder: Actor, delivered: CardOrder) -> None:
    prove_phone(holder, purpose="pin_release", subject_id=str(delivered.application_id))


def _dump() -> str:
    """Every text and every byte of every table, the queue of jobs included."""
    found: list[str] = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            found += [row[0] for row in cursor.fetchall()]
    return "\n".join(found)


def _nowhere(dump: str, *secrets: str) -> None:
    for secret in secrets:
        assert secret not in dump
        assert secret.encode().hex() not in dump


def test_after_the_hand_over_and_a_step_up_it_is_shown_and_then_erased(
    delivered: CardOrder, holder: Actor, proven: None, station: ScriptedStation, run_jobs: Jobs, caplog: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    ((pin, puk),) = station.pins.values()
    _nowhere(_dump(), pin, puk)
    page = pin_release.ask(delivered.application_id, by=holder)
    assert pin_release.show(page, by=holder) is None
    _nowhere(_dump(), pin, puk)
    run_jobs("signing")
    _nowhere(_dump(), pin, puk)
    shown = pin_release.show(page, by=holder)
    assert shown is not None
    assert (shown.pin, shown.puk) == (pin, puk)
    pin_release.close(delivered.application_id, by=holder)
    row = SealedPin.objects.get(application_id=delivered.application_id)
    assert (row.state, row.sealed, row.shown) == ("released", None, 1)
    assert not PinRequest.objects.exists()
    assert Application.objects.get(pk=delivered.application_id).state == "closed"
    _nowhere(_dump() + caplog.text, pin, puk)
    with pytest.raises(Refused, match="pin_gone"):
        pin_release.ask(delivered.application_id, by=holder)
    acts = [entry.act for entry in audit.entries_of("pin", str(row.pk))]
    assert acts == ["pin.close", "pin.show", "pin.ask", "pin.begin"]
    assert Message.objects.filter(notice="pin_shown").count() == 2


def test_before_the_hand_over_there_is_no_pin(
    dispatched: CardOrder, holder: Actor, prove_phone: Callable[..., None]
) -> None:
    prove_phone(holder, purpose="pin_release", subject_id=str(dispatched.application_id))
    with pytest.raises(Refused, match="card_not_delivered"):
        pin_release.ask(dispatched.application_id, by=holder)


@pytest.mark.parametrize("wrong", ["nothing", "purpose", "subject", "session"])
def test_only_a_fresh_proof_for_this_very_pin_opens_it(
    delivered: CardOrder, holder: Actor, prove_phone: Callable[..., None], wrong: str
) -> None:
    subject = str(delivered.application_id)
    if wrong == "purpose":
        prove_phone(holder, purpose="reinstate", subject_id=subject)
    elif wrong == "subject":
        prove_phone(holder, purpose="pin_release", subject_id=str(delivered.pk))
    elif wrong == "session":
        other = Actor(role=holder.role, id=holder.id, level=holder.level, session="another-session")
        prove_phone(other, purpose="pin_release", subject_id=subject)
    with pytest.raises(Refused, match="proof_not_fresh"):
        pin_release.ask(delivered.application_id, by=holder)


def test_it_is_nobody_elses(
    delivered: CardOrder, holder: Actor, proven: None, make_person: Callable[..., Any], run_jobs: Jobs
) -> None:
    stranger = holder_of(make_person())
    with pytest.raises(NotFound):
        pin_release.ask(delivered.application_id, by=stranger)
    page = pin_release.ask(delivered.application_id, by=holder)
    run_jobs("signing")
    with pytest.raises(NotFound):
        pin_release.show(page, by=stranger)
    with pytest.raises(NotFound):
        pin_release.close(delivered.application_id, by=stranger)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.HOLDER])
def test_no_role_of_the_house_can_ask(delivered: CardOrder, holder: Actor, proven: None, role: Role) -> None:
    with pytest.raises(Refused, match="not_your_act"):
        pin_release.ask(delivered.application_id, by=Actor(role=role, id=holder.id, session=holder.session))


def test_a_page_that_died_before_showing_costs_nothing(
    delivered: CardOrder, holder: Actor, proven: None, station: ScriptedStation, run_jobs: Jobs
) -> None:
    pin_release.ask(delivered.application_id, by=holder)
    run_jobs("signing")
    SealedPin.objects.update(changed_at=clock.now() - timedelta(minutes=2))
    assert pin_release.tidy() == 1
    assert SealedPin.objects.get().state == "sealed"
    assert not PinRequest.objects.exists()
    page = pin_release.ask(delivered.application_id, by=holder)
    run_jobs("signing")
    shown = pin_release.show(page, by=holder)
    assert shown is not None
    assert (shown.pin, shown.puk) in station.pins.values()


def test_a_second_page_takes_the_place_of_the_first(
    delivered: CardOrder, holder: Actor, proven: None, run_jobs: Jobs
) -> None:
    first = pin_release.ask(delivered.application_id, by=holder)
    second = pin_release.ask(delivered.application_id, by=holder)
    run_jobs("signing")
    with pytest.raises(Refused, match="pin_gone"):
        pin_release.show(first, by=holder)
    pin_release.give_up(first)
    assert pin_release.show(second, by=holder) is not None
    with pytest.raises(Refused, match="pin_gone"):
        pin_release.show(second, by=holder)


def test_three_showings_within_ten_minutes_and_then_the_clock_erases_it(
    delivered: CardOrder, holder: Actor, proven: None, run_jobs: Jobs
) -> None:
    for _time in range(3):
        page = pin_release.ask(delivered.application_id, by=holder)
        run_jobs("signing")
        assert pin_release.show(page, by=holder) is not None
    with pytest.raises(Refused, match="shown_too_often"):
        pin_release.ask(delivered.application_id, by=holder)
    assert pin_release.tidy() == 0
    SealedPin.objects.update(first_shown_at=clock.now() - timedelta(minutes=11))
    assert pin_release.tidy() == 1
    assert SealedPin.objects.get().state == "released"
    assert Application.objects.get(pk=delivered.application_id).state == "closed"


def test_one_pin_that_cannot_be_closed_holds_up_no_other(
    delivered: CardOrder, holder: Actor, proven: None, run_jobs: Jobs, make_order: Callable[..., CardOrder]
) -> None:
    page = pin_release.ask(delivered.application_id, by=holder)
    run_jobs("signing")
    pin_release.show(page, by=holder)
    other = make_order()
    stuck = SealedPin.objects.create(
        card_id=uuid.uuid4(),
        application_id=other.application_id,
        person_id=other.person_id,
        station_order_id="other",
        card_serial="4000000000009999",
        sealed=b"\0",
    )
    holder_of_other = holder_of(other.person)
    with transaction.atomic():
        locked = pins.locked(stuck.pk)
        more = {"session": "s", "card_in_hand": True, "step_up": True, "by": holder_of_other, "now": clock.now()}
        request = pins.ask(locked, public_key=b"\0" * 32, **more)
        pins.record_showing(locked, request, by=holder_of_other, now=clock.now())
    long_ago = clock.now() - timedelta(minutes=11)
    SealedPin.objects.filter(pk=stuck.pk).update(first_shown_at=long_ago - timedelta(minutes=1))
    SealedPin.objects.exclude(pk=stuck.pk).update(first_shown_at=long_ago)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION no_more() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF NEW.id = '{stuck.pk}' THEN RAISE EXCEPTION 'stuck'; END IF; RETURN NEW; END $$;"
            "CREATE TRIGGER no_more BEFORE UPDATE ON delivery_sealedpin FOR EACH ROW EXECUTE FUNCTION no_more()"
        )
    try:
        with pytest.raises(ExceptionGroup):
            pin_release.tidy()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION no_more() CASCADE")
    assert SealedPin.objects.exclude(pk=stuck.pk).get().state == "released"


def test_the_signer_asks_the_law_itself(
    delivered: CardOrder, holder: Actor, proven: None, keystore: Any, pin_recipient: bytes
) -> None:
    """Whoever writes a request into the table without the holder's step-up gets nothing."""
    row = SealedPin.objects.get()
    thief = {"public_key": b"\x09" + b"\0" * 31, "session": "thief", "asked_at": clock.now()}
    forged = PinRequest.objects.create(pin=row, **thief)
    pin_release.answer(forged.pk, keystore=keystore)
    pin_release.ask(delivered.application_id, by=holder)
    beside = PinRequest.objects.create(pin=row, **thief)
    pin_release.answer(beside.pk, keystore=keystore)
    beside.refresh_from_db()
    assert (beside.answer, beside.failed) == (None, "pin_gone")


class _WatchedStore:
    """The real key store; `meanwhile` happens while it is asked."""

    def __init__(self, store: Any, meanwhile: Callable[[], object]) -> None:
        self._store, self._meanwhile = store, meanwhile

    def open(self, label: str) -> Any:
        self._meanwhile()
        return self._store.open(label)


def test_a_key_store_that_hangs_holds_no_row(
    delivered: CardOrder, holder: Actor, proven: None, keystore: Any, transactional_db: None
) -> None:
    page = pin_release.ask(delivered.application_id, by=holder)
    free: list[bool] = []
    pin_release.answer(
        page.request_id, keystore=_WatchedStore(keystore, lambda: free.append(not connection.in_atomic_block))
    )
    assert free == [True]
    assert pin_release.show(page, by=holder) is not None


@pytest.mark.parametrize("by_another", [False, True])
def test_a_page_that_stopped_waiting_while_the_key_store_was_asked_gets_nothing(
    delivered: CardOrder, holder: Actor, proven: None, keystore: Any, transactional_db: None, by_another: bool
) -> None:
    first = pin_release.ask(delivered.application_id, by=holder)

    def meanwhile() -> None:
        if by_another:
            pin_release.ask(delivered.application_id, by=holder)
        else:
            pin_release.give_up(first)

    pin_release.answer(first.request_id, keystore=_WatchedStore(keystore, meanwhile))
    assert not PinRequest.objects.exclude(answer=None).exists()
    assert SealedPin.objects.get().state == ("releasing" if by_another else "sealed")


def test_a_swapped_envelope_is_not_given_out(delivered: CardOrder, holder: Actor, proven: None, run_jobs: Jobs) -> None:
    SealedPin.objects.update(card_serial="4999999999999999")
    page = pin_release.ask(delivered.application_id, by=holder)
    run_jobs("signing")
    with pytest.raises(Refused, match="envelope_of_another_card"):
        pin_release.show(page, by=holder)
    pin_release.give_up(page)
    assert SealedPin.objects.get().state == "sealed"


def test_the_recipient_key_is_made_once(keystore: Any, tmp_path: Any) -> None:
    first = pin_release.prepare_recipient(keystore=keystore, folder=tmp_path)
    assert pin_release.prepare_recipient(keystore=keystore, folder=tmp_path) == first
    assert pin_release.recipient(tmp_path) == first
    (tmp_path / pin_release.RECIPIENT_FILE).write_bytes(b"")
    with pytest.raises((Invalid, ValueError)):
        pin_release.recipient(tmp_path)


def test_the_spoiled_cards_pin_is_gone_for_good(
    make_order: Callable[..., CardOrder], station: ScriptedStation, run_jobs: Jobs
) -> None:
    order = make_order()
    card_production.take(order.pk, by=PRODUCER)
    run_jobs()
    card_production.spoil(order.pk, why="damaged", by=INSPECTOR)
    with pytest.raises(NotFound), transaction.atomic():
        pins.locked_of_application(order.application_id, person_id=order.person_id)
