"""Exactly once, from a charge to the bank and back, whatever goes wrong between (promise 5; T7, T8, T11)."""

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, connection, connections, transaction

from divit.adapters.virtual_pos import NestPay
from divit.adapters.virtual_pos.ver3 import ver3_hash
from divit.applications.models import Application, Requirement
from divit.flows import payment, withdrawal
from divit.kernel import clock
from divit.kernel.actors import SYSTEM
from divit.kernel.errors import NeighbourFailed, Refused
from divit.notifications.models import Message
from divit.payments import selectors, services
from divit.payments.lifecycle import AttemptState, ChargeState
from divit.payments.models import Attempt, BankMessage, Charge, JournalEntry, JournalLine
from tests.contract.conftest import KEYS, RunningWorld
from tests.factories import people
from tests.integration.payments.conftest import HALF, POOR, Payer

pytestmark = pytest.mark.django_db(transaction=True)
Owe = Callable[..., Charge]
TOTAL = 32_400


@pytest.fixture(autouse=True)
def _books_balance_after_every_test(db: None) -> Any:
    yield
    unbalanced = JournalEntry.objects.raw(
        "SELECT entry_id AS id FROM payments_journalline GROUP BY entry_id HAVING sum(amount) <> 0"
    )
    assert list(unbalanced) == []
    assert sum(money.kurus for money in selectors.balances().values()) == 0


def state_of(charge: Charge) -> str:
    charge.refresh_from_db()
    return charge.state


def states(charge: Charge) -> list[str]:
    return list(Attempt.objects.filter(charge=charge).order_by("number").values_list("state", flat=True))


def fee_closed(charge: Charge) -> bool:
    return Requirement.objects.get(application=charge.application_id, kind="fee_paid").closed_at is not None


def balance(account: str) -> int:
    return selectors.balances()[account].kurus


class TestCharge:
    def test_it_is_fixed_by_the_prices_of_the_day(self, owe: Owe) -> None:
        charge = owe()
        assert (charge.net, charge.vat, charge.total, charge.vat_rate) == (27_000, 5_400, TOTAL, 20)
        assert balance("receivable") == TOTAL
        assert balance("revenue") == -27_000
        assert balance("vat") == -5_400

    def test_the_rate_of_the_day_holds(self, owe: Owe) -> None:
        owe()
        assert selectors.prices_on(clock.today().replace(year=2023, month=7, day=9)).vat_rate == 18
        assert selectors.prices_on(clock.today().replace(year=2023, month=7, day=10)).vat_rate == 20

    def test_one_for_one_application(self, owe: Owe) -> None:
        charge = owe()
        with pytest.raises(Refused, match="charge_exists"), transaction.atomic():
            services.accrue(
                application_id=charge.application_id, person_id=charge.person_id, lines=["nes-1y"], by=SYSTEM
            )

    @pytest.mark.parametrize("table", ["payments_journalentry", "payments_journalline", "payments_bankmessage"])
    def test_books_are_insert_only(self, owe: Owe, table: str, payer: Payer) -> None:
        payer.pay(owe())
        with connection.cursor() as cursor, pytest.raises(DatabaseError, match="insert-only"):
            cursor.execute(f"DELETE FROM {table}")

    def test_an_entry_that_does_not_balance_is_not_committed(self, owe: Owe) -> None:
        charge = owe()
        for lines in ([("bank", 100)], [("bank", 100), ("revenue", -99)], []):
            with pytest.raises(DatabaseError, match="does not balance"):
                _book(charge, lines)


class TestTheGoodWay:
    def test_paid_once_and_everything_follows(self, owe: Owe, payer: Payer) -> None:
        charge = owe()
        attempt = payer.pay(charge)
        assert attempt.state == AttemptState.APPROVED
        assert state_of(charge) == ChargeState.PAID
        assert payer.charges(charge) == [("charge", TOTAL)]
        assert fee_closed(charge)
        assert (balance("bank"), balance("receivable")) == (TOTAL, 0)
        texts = list(Message.objects.order_by("created_at").values_list("text", flat=True))
        assert any("324,00 TL" in text for text in texts)

    def test_the_page_is_ours_and_the_order_is_new(self, owe: Owe, payer: Payer) -> None:
        charge = owe()
        begun = payer.begin(charge)
        assert begun.page.fields["oid"] == f"{charge.id.hex}-1"
        assert begun.page.fields["amount"] == "324.00"
        assert "pan" not in begun.page.fields

    def test_what_is_paid_cannot_be_paid_again(self, owe: Owe, payer: Payer) -> None:
        charge = owe()
        payer.pay(charge)
        with pytest.raises(Refused, match="charge_paid"):
            payer.begin(charge)

    def test_after_a_refusal_the_next_attempt_has_the_next_number(self, owe: Owe, payer: Payer) -> None:
        charge = owe()
        assert payer.pay(charge, POOR).state == AttemptState.DECLINED
        begun = payer.begin(charge)
        assert begun.attempt.order_id.endswith("-2")
        assert payer.pay(charge).state == AttemptState.APPROVED
        assert payer.charges(charge) == [("charge", TOTAL)]

    def test_going_back_and_trying_again_is_the_same_order(self, owe: Owe, payer: Payer) -> None:
        charge = owe()
        first, second = payer.begin(charge), payer.begin(charge)
        assert first.attempt.id == second.attempt.id
        one, two = payer.at_bank(first.page), payer.at_bank(second.page)
        for pairs in (two, one):
            payer.hear(pairs)
            payment.inquire(first.attempt.id, bank=payer.bank)
        assert payer.charges(charge) == [("charge", TOTAL)]
        assert state_of(charge) == ChargeState.PAID


class TestWhatTheBankSays:
    def test_ten_times_the_same_in_any_order_is_one_payment(self, owe: Owe, payer: Payer) -> None:
        charge = owe()
        begun = payer.begin(charge)
        pairs = payer.at_bank(begun.page)
        for number in range(10):
            payer.hear(list(reversed(pairs)) if number % 2 else pairs)
            payment.inquire(begun.attempt.id, bank=payer.bank)
        assert states(charge) == ["approved"]
        assert JournalEntry.objects.filter(charge=charge, kind="paid").count() == 1
        assert BankMessage.objects.filter(proven=True).count() == 10
        assert Message.objects.filter(notice="payment_received").count() == 2  # SMS and mail

    def test_cancelled_at_the_bank(self, owe: Owe, payer: Payer) -> None:
        charge = owe()
        begun = payer.begin(charge)
        payer.hear(payer.cancel_at_bank(begun.page))
        assert payment.inquire(begun.attempt.id, bank=payer.bank) == AttemptState.DECLINED
        assert state_of(charge) == ChargeState.DUE

    def test_a_word_alone_moves_no_money(self, owe: Owe, payer: Payer) -> None:
        """The hash holds, all says approved, but the bank's books know of nothing."""
        charge = owe()
        begun = payer.begin(charge)
        forged = _as_approved(begun.page.fields)
        assert payer.hear(forged).proven
        assert payment.inquire(begun.attempt.id, bank=payer.bank) == AttemptState.UNKNOWN
        assert state_of(charge) == ChargeState.DUE

    def test_another_amount_in_the_word_is_settled_by_the_books(
        self, owe: Owe, payer: Payer, world: RunningWorld
    ) -> None:
        world.fail("bank", "wrong_amount")
        charge = owe()
        assert payer.pay(charge).state == AttemptState.APPROVED
        assert balance("bank") == TOTAL

    def test_another_amount_in_the_books_goes_back(self, owe: Owe, payer: Payer) -> None:
        charge = owe()
        begun = payer.begin(charge)
        fields = {k: v for k, v in begun.page.fields.items() if k != "hash"} | {"amount": "1.00"}
        fields["hash"] = ver3_hash(fields, KEYS.bank)
        payer.hear(payer.at_bank(type(begun.page)(url=begun.page.url, fields=fields)))
        assert payment.inquire(begun.attempt.id, bank=payer.bank) == AttemptState.RETURNING
        assert payment.inquire(begun.attempt.id, bank=payer.bank) == AttemptState.RETURNED
        assert state_of(charge) == ChargeState.DUE
        assert (balance("bank"), balance("to_return")) == (0, 0)
        told = Message.objects.filter(notice="payment_returned", channel="email").get()
        assert "1,00 TL" in told.text

    def test_half_secure_goes_back(self, owe: Owe, payer: Payer) -> None:
        charge = owe()
        attempt = payer.pay(charge, HALF)
        assert (attempt.state, attempt.reason) == (AttemptState.RETURNING, "not_authenticated")
        payment.inquire(attempt.id, bank=payer.bank)
        assert states(charge) == ["returned"]
        assert state_of(charge) == ChargeState.DUE

    def test_half_secure_goes_back_when_only_the_books_tell_of_it(self, owe: Owe, payer: Payer) -> None:
        """Neither the browser nor the bank's call came through."""
        charge = owe()
        begun = payer.begin(charge)
        payer.at_bank(begun.page, HALF)
        assert payment.inquire(begun.attempt.id, bank=payer.bank) == AttemptState.RETURNING
        assert payment.inquire(begun.attempt.id, bank=payer.bank) == AttemptState.RETURNED
        assert state_of(charge) == ChargeState.DUE

    @pytest.mark.parametrize("failure", ["browser_closed", "callback_lost", "error_500_after_charging"])
    def test_charged_and_nobody_tells(self, owe: Owe, payer: Payer, world: RunningWorld, failure: str) -> None:
        world.fail("bank", failure)
        charge = owe()
        begun = payer.begin(charge)
        payer.at_bank(begun.page)
        with time_machine.travel(clock.now() + timedelta(seconds=61)):
            assert payment.ask_about_all() == 1
            payment.inquire(begun.attempt.id, bank=payer.bank)
        assert state_of(charge) == ChargeState.PAID

    def test_while_the_bank_is_silent_nobody_pays_twice(self, owe: Owe, payer: Payer, world: RunningWorld) -> None:
        charge = owe()
        begun = payer.begin(charge)
        payer.hear(payer.at_bank(begun.page))
        world.fail("bank", "inquiry_down", times=2)
        for _ in range(2):
            with pytest.raises(NeighbourFailed):
                payer.begin(charge)
        assert states(charge) == ["unknown"]
        with pytest.raises(Refused, match="charge_paid"):
            payer.begin(charge)

    def test_questions_come_at_ever_longer_pauses(self, owe: Owe, payer: Payer, world: RunningWorld) -> None:
        begun = payer.begin(owe())
        payer.hear(_as_approved(begun.page.fields))
        pauses = []
        for _ in range(6):
            before = clock.now()
            payment.inquire(begun.attempt.id, bank=payer.bank)
            begun.attempt.refresh_from_db()
            pauses.append(round((begun.attempt.next_inquiry_at - before).total_seconds()))
        assert pauses == [15, 60, 300, 1800, 3600, 3600]

    def test_abandoned_then_paid_after_all(self, owe: Owe, payer: Payer) -> None:
        """The attempt was given up; the tab at the bank was still open."""
        charge = owe()
        begun = payer.begin(charge)
        with time_machine.travel(clock.now() + timedelta(minutes=91)):
            assert payment.inquire(begun.attempt.id, bank=payer.bank) == AttemptState.DECLINED
        payer.hear(payer.at_bank(begun.page))
        payment.inquire(begun.attempt.id, bank=payer.bank)
        assert state_of(charge) == ChargeState.PAID

    def test_what_was_paid_late_can_be_given_back_and_has_its_receipt(self, owe: Owe, payer: Payer) -> None:
        charge = owe()
        begun = payer.begin(charge)
        with time_machine.travel(clock.now() + timedelta(minutes=91)):
            assert payment.inquire(begun.attempt.id, bank=payer.bank) == AttemptState.DECLINED
        payer.hear(payer.at_bank(begun.page))
        payment.inquire(begun.attempt.id, bank=payer.bank)
        assert selectors.lasting_attempt_of(charge.id) == begun.attempt
        withdrawal.withdraw(charge.application_id, by=people.actor_of(charge.person))
        assert payment.inquire(begun.attempt.id, bank=payer.bank) == AttemptState.RETURNED
        assert [kind for kind, _ in payer.charges(charge)] == ["charge", "void"]
        assert all(money.kurus == 0 for money in selectors.balances().values())

    def test_found_by_the_nightly_reconciliation_when_never_told(self, owe: Owe, payer: Payer) -> None:
        charge = owe()
        begun = payer.begin(charge)
        with time_machine.travel(clock.now() + timedelta(minutes=91)):
            payment.inquire(begun.attempt.id, bank=payer.bank)
        payer.at_bank(begun.page)
        with time_machine.travel(clock.now() + timedelta(minutes=92)):
            assert payment.reconcile() == 1
            assert payment.ask_about_all() == 1
            payment.inquire(begun.attempt.id, bank=payer.bank)
        assert state_of(charge) == ChargeState.PAID
        assert payment.reconcile() == 0

    def test_a_second_approval_is_given_back(self, owe: Owe, payer: Payer) -> None:
        charge = owe()
        first = payer.begin(charge)
        with time_machine.travel(clock.now() + timedelta(minutes=91)):
            payment.inquire(first.attempt.id, bank=payer.bank)
        assert payer.pay(charge).state == AttemptState.APPROVED
        payer.hear(payer.at_bank(first.page))
        assert payment.inquire(first.attempt.id, bank=payer.bank) == AttemptState.RETURNING
        assert payment.inquire(first.attempt.id, bank=payer.bank) == AttemptState.RETURNED
        assert states(charge) == ["returned", "approved"]
        assert sorted(kind for kind, _ in payer.charges(charge)) == ["charge", "charge", "void"]
        assert (balance("bank"), balance("to_return"), balance("receivable")) == (TOTAL, 0, 0)

    def test_yesterdays_word_about_another_order_changes_nothing_here(self, owe: Owe, payer: Payer) -> None:
        paid = owe()
        begun = payer.begin(paid)
        old = payer.at_bank(begun.page)
        payer.hear(old)
        payment.inquire(begun.attempt.id, bank=payer.bank)
        other = owe("11111111110")
        today = payer.begin(other)
        moved = [(name, today.attempt.order_id if name == "oid" else value) for name, value in old]
        assert not payer.hear(moved).proven
        assert payer.hear(old).proven
        assert state_of(other) == ChargeState.DUE

    def test_raw_words_are_kept_without_card_numbers(self, owe: Owe, payer: Payer) -> None:
        payer.hear([("pan", "4242424242424242"), ("cv2", "123"), ("oid", "x"), ("note", "ğ\x00")])
        [message] = BankMessage.objects.order_by("id")
        assert "4242" not in message.raw
        assert ["oid", "x"] in json.loads(message.raw)
        assert not message.proven


class TestMutations:
    def test_no_altered_word_is_believed(self, owe: Owe, payer: Payer) -> None:
        """Each field changed, missing, doubled, emptied, and moved across the boundary to the next."""
        charge = owe()
        begun = payer.begin(charge)
        good = payer.at_bank(begun.page)
        altered: list[list[tuple[str, str]]] = []
        for place, (name, value) in enumerate(good):
            before, after = good[:place], good[place + 1 :]
            altered += [
                [*before, (name, value + "1"), *after],
                [*before, *after],
                [*good, (name, value)],
                [*good, (name.upper() if name != name.upper() else name.lower(), "1")],
            ]
            if value:
                altered.append([*before, (name, ""), *after])
            if after and name not in ("HASH", "encoding"):
                (next_name, next_value), *rest = after
                altered.append([*before, (name, value + "|"), (next_name, next_value), *rest])
                altered.append([*before, (name, ""), (next_name, value + next_value), *rest])
        altered = [pairs for pairs in altered if sorted(pairs) != sorted(good)]
        unhashed = {"encoding", "nationalidno"}
        believed = [p for p in altered if payer.hear(p).proven and not {n.casefold() for n, _ in p} & unhashed]
        assert believed == []
        assert len(altered) > 80
        assert states(charge) == ["started"]

    def test_the_older_hash_that_names_its_own_fields_is_not_believed(self, owe: Owe, payer: Payer) -> None:
        begun = payer.begin(owe())
        fields = dict(_as_approved(begun.page.fields)) | {"HASHPARAMS": "clientid:oid:", "HASHPARAMSVAL": "x"}
        assert not payer.hear(list(fields.items())).proven

    def test_a_changed_word_is_refused_with_any_amount(self, owe: Owe, payer: Payer) -> None:
        begun = payer.begin(owe())
        fields = dict(_as_approved(begun.page.fields))
        for amount in ("0.01", "324.01", "32400", "-324.00", "3.24e2", "٣٢٤٫٠٠"):
            assert not payer.hear(list((fields | {"amount": amount}).items())).proven


class TestTheEnd:
    def test_withdrawn_before_paying(self, owe: Owe, payer: Payer) -> None:
        charge = owe()
        withdrawal.withdraw(charge.application_id, by=people.actor_of(charge.person))
        assert state_of(charge) == ChargeState.CANCELLED
        assert all(money.kurus == 0 for money in selectors.balances().values())
        with pytest.raises(Refused, match="charge_not_due"):
            payer.begin(charge)

    def test_withdrawn_after_paying(self, owe: Owe, payer: Payer) -> None:
        charge = owe()
        attempt = payer.pay(charge)
        withdrawal.withdraw(charge.application_id, by=people.actor_of(charge.person))
        assert state_of(charge) == ChargeState.REFUNDED
        assert payment.inquire(attempt.id, bank=payer.bank) == AttemptState.RETURNED
        assert [kind for kind, _ in payer.charges(charge)] == ["charge", "void"]
        assert all(money.kurus == 0 for money in selectors.balances().values())

    @pytest.mark.parametrize("minutes", [0, 60, 3 * 24 * 60])
    def test_paid_while_or_after_withdrawing(self, owe: Owe, payer: Payer, minutes: int) -> None:
        charge = owe()
        begun = payer.begin(charge)
        pairs = payer.at_bank(begun.page)
        withdrawal.withdraw(charge.application_id, by=people.actor_of(charge.person))
        with time_machine.travel(clock.now() + timedelta(minutes=minutes)):
            payer.hear(pairs)
            assert payment.inquire(begun.attempt.id, bank=payer.bank) == AttemptState.RETURNING
            assert payment.inquire(begun.attempt.id, bank=payer.bank) == AttemptState.RETURNED
        assert state_of(charge) == ChargeState.CANCELLED
        assert not fee_closed(charge)
        assert all(money.kurus == 0 for money in selectors.balances().values())

    def test_the_bank_refuses_to_give_back_and_is_asked_again(
        self, owe: Owe, payer: Payer, world: RunningWorld
    ) -> None:
        charge = owe()
        attempt = payer.pay(charge)
        withdrawal.withdraw(charge.application_id, by=people.actor_of(charge.person))
        world.fail("bank", "void_refused", times=2)
        with pytest.raises(NeighbourFailed):
            payment.inquire(attempt.id, bank=payer.bank)
        assert states(charge) == ["returning"]
        assert payment.inquire(attempt.id, bank=payer.bank) == AttemptState.RETURNED

    def test_after_the_banks_day_it_is_a_refund(self, owe: Owe, payer: Payer, world: RunningWorld) -> None:
        charge = owe()
        attempt = payer.pay(charge)
        withdrawal.withdraw(charge.application_id, by=people.actor_of(charge.person))
        world.fail("bank", "void_refused", times=1)
        assert payment.inquire(attempt.id, bank=payer.bank) == AttemptState.RETURNED
        assert payer.charges(charge)[-1] == ("refund", TOTAL)

    def test_given_back_once_however_often_asked(self, owe: Owe, payer: Payer) -> None:
        charge = owe()
        attempt = payer.pay(charge)
        withdrawal.withdraw(charge.application_id, by=people.actor_of(charge.person))
        for _ in range(3):
            payment.inquire(attempt.id, bank=payer.bank)
        assert len(payer.charges(charge)) == 2


class TestRaces:
    def test_two_tabs(self, owe: Owe, payer: Payer) -> None:
        charge = owe()
        pages = _at_once(*[lambda: payer.begin(charge)] * 6)
        assert len({begun.attempt.id for begun in pages if not isinstance(begun, Exception)}) == 1
        assert states(charge) == ["started"]
        assert not [page for page in pages if isinstance(page, Exception)]

    @pytest.mark.parametrize("_round", range(3))
    def test_callback_and_callback_and_worker(self, owe: Owe, payer: Payer, bank: NestPay, _round: int) -> None:
        charge = owe()
        begun = payer.begin(charge)
        pairs = payer.at_bank(begun.page)
        hear = lambda: payer.hear(pairs)  # noqa: E731
        ask = lambda: payment.inquire(begun.attempt.id, bank=bank)  # noqa: E731
        results = _at_once(hear, hear, ask, ask, ask)
        assert not [result for result in results if isinstance(result, Exception)]
        ask()
        assert states(charge) == ["approved"]
        assert JournalEntry.objects.filter(kind="paid").count() == 1

    @pytest.mark.parametrize("_round", range(3))
    def test_pay_and_withdraw(self, owe: Owe, payer: Payer, bank: NestPay, _round: int) -> None:
        charge = owe()
        begun = payer.begin(charge)
        payer.hear(payer.at_bank(begun.page))
        by = people.actor_of(charge.person)
        results = _at_once(
            lambda: payment.inquire(begun.attempt.id, bank=bank),
            lambda: withdrawal.withdraw(charge.application_id, by=by),
        )
        assert not [result for result in results if isinstance(result, Exception)]
        payment.inquire(begun.attempt.id, bank=bank)
        assert states(charge) == ["returned"]
        assert state_of(charge) in {ChargeState.CANCELLED, ChargeState.REFUNDED}
        assert Application.objects.get(pk=charge.application_id).state == "withdrawn"
        assert all(money.kurus == 0 for money in selectors.balances().values())


def test_the_amount_of_one_person_is_not_paid_by_another(owe: Owe, payer: Payer) -> None:
    one, other = owe(), owe("11111111110")
    payer.pay(one)
    assert state_of(other) == ChargeState.DUE
    assert balance("receivable") == other.total


@transaction.atomic
def _book(charge: Charge, lines: list[tuple[str, int]]) -> None:
    entry = JournalEntry.objects.create(kind="paid", charge=charge, at=clock.now())
    JournalLine.objects.bulk_create(JournalLine(entry=entry, account=account, amount=n) for account, n in lines)


def _as_approved(asked: dict[str, str]) -> list[tuple[str, str]]:
    """A word that says yes, with a hash that holds: what somebody who knows the store key could send."""
    said = {k: v for k, v in asked.items() if k != "hash"}
    said |= {"mdStatus": "1", "ProcReturnCode": "00", "Response": "Approved", "TransId": "T-forged"}
    return list((said | {"HASH": ver3_hash(said, KEYS.bank)}).items())


def _at_once(*acts: Callable[[], Any]) -> list[Any]:
    together = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        together.wait(10)
        try:
            return act()
        except Exception as problem:  # noqa: BLE001 - the test looks at it
            return problem
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))
