"""Who may, changes only by two operators; what merely takes away needs one."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from divit.audit import selectors as audit
from divit.cli.operator import operator
from divit.identity import staff, staff_changes
from divit.identity.models import StaffAccount, StaffChange
from divit.kernel import clock
from divit.kernel.actors import Actor, Level, Role
from divit.kernel.errors import Invalid, NotFound, Refused

pytestmark = pytest.mark.django_db(transaction=True)
EMAIL = "yeni@merkez.example"


def _operator(name: str) -> Actor:
    return Actor(role=Role.SYSTEM, id=f"operator:{name}", name=name, level=Level.HIGH)


AYSE, BARIS = _operator("ayse"), _operator("baris")


def _ask() -> StaffChange:
    return staff_changes.ask_for_account(EMAIL, name="Yeni Kişi", desks=[Role.INSPECTOR], by=AYSE)


def test_an_account_is_there_when_a_second_operator_confirms() -> None:
    change = _ask()
    assert staff_changes.waiting() == [change]
    with pytest.raises(Refused, match="second_operator_needed"):
        staff_changes.confirm(change.pk, by=AYSE)
    assert not StaffAccount.objects.exists()
    assert staff_changes.confirm(change.pk, by=BARIS).startswith("otpauth://totp/")
    account = StaffAccount.objects.get()
    assert (account.email, account.name, account.desks) == (EMAIL, "Yeni Kişi", ["inspector"])
    assert staff_changes.waiting() == []
    told = [(one.act, one.actor_id) for one in audit.latest()]
    assert told[:3] == [
        ("staff.create", "operator:baris"),
        ("staff_change.confirm", "operator:baris"),
        ("staff_change.begin", "operator:ayse"),
    ]
    with pytest.raises(Refused, match="not_from_this_state"):
        staff_changes.confirm(change.pk, by=BARIS)


def test_more_desks_and_a_new_second_factor_need_two_and_fewer_desks_one() -> None:
    staff_changes.confirm(_ask().pk, by=BARIS)
    wider = staff_changes.ask_for_desks(EMAIL, desks=["inspector", "producer"], by=AYSE)
    assert wider is not None
    assert StaffAccount.objects.get().desks == ["inspector"]
    staff_changes.confirm(wider.pk, by=BARIS)
    assert StaffAccount.objects.get().desks == ["inspector", "producer"]
    assert staff_changes.ask_for_desks(EMAIL, desks=["producer"], by=AYSE) is None
    assert StaffAccount.objects.get().desks == ["producer"]
    factor = staff_changes.ask_for_second_factor(EMAIL, by=BARIS)
    with pytest.raises(Refused, match="second_operator_needed"):
        staff_changes.confirm(factor.pk, by=BARIS)
    assert staff_changes.confirm(factor.pk, by=AYSE).startswith("otpauth://totp/")


def test_a_change_that_stands_in_no_way_any_more_undoes_its_confirmation() -> None:
    first, again = _ask(), _ask()
    staff_changes.confirm(first.pk, by=BARIS)
    with pytest.raises(Refused, match="staff_exists"):
        staff_changes.confirm(again.pk, by=BARIS)
    assert staff_changes.waiting() == [again]
    staff_changes.withdraw(again.pk, by=AYSE)
    assert staff_changes.waiting() == []


def test_a_change_of_an_account_that_became_another_is_asked_for_anew() -> None:
    staff_changes.confirm(_ask().pk, by=BARIS)

    def wider(*desks: str) -> StaffChange:
        change = staff_changes.ask_for_desks(EMAIL, desks=desks, by=AYSE)
        assert change is not None
        return change

    asked = wider("inspector", "producer")
    staff_changes.ask_for_desks(EMAIL, desks=[], by=BARIS)  # at once: closing is easy
    with pytest.raises(Refused, match="staff_change_overtaken"):
        staff_changes.confirm(asked.pk, by=BARIS)
    assert (StaffAccount.objects.get().desks, staff_changes.waiting()) == ([], [asked])
    staff_changes.withdraw(asked.pk, by=BARIS)
    first, second = wider("auditor"), wider("producer")
    staff_changes.confirm(second.pk, by=BARIS)
    with pytest.raises(Refused, match="staff_change_overtaken"):
        staff_changes.confirm(first.pk, by=BARIS)
    assert StaffAccount.objects.get().desks == ["producer"]

    first, second = wider("auditor", "producer"), wider("auditor", "producer")
    staff_changes.confirm(second.pk, by=BARIS)
    staff_changes.ask_for_desks(EMAIL, desks=["producer"], by=BARIS)  # given and taken away again
    with pytest.raises(Refused, match="staff_change_overtaken"):
        staff_changes.confirm(first.pk, by=BARIS)

    factors = [staff_changes.ask_for_second_factor(EMAIL, by=AYSE) for _ in range(2)]
    staff_changes.confirm(factors[0].pk, by=BARIS)
    with pytest.raises(Refused, match="staff_change_overtaken"):
        staff_changes.confirm(factors[1].pk, by=BARIS)
    factor = staff_changes.ask_for_second_factor(EMAIL, by=AYSE)
    staff.close_account(EMAIL, by=BARIS)
    with pytest.raises(Refused, match="staff_change_overtaken"):
        staff_changes.confirm(factor.pk, by=BARIS)
    with pytest.raises(Refused, match="staff_closed"):
        staff_changes.ask_for_second_factor(EMAIL, by=AYSE)
    with pytest.raises(Refused, match="staff_closed"):
        wider("auditor", "producer")


def test_after_a_week_it_is_asked_for_anew() -> None:
    change = _ask()
    with time_machine.travel(clock.now() + timedelta(days=7)), pytest.raises(Refused, match="staff_change_too_old"):
        staff_changes.confirm(change.pk, by=BARIS)


def test_what_could_not_be_done_is_not_asked_for() -> None:
    with pytest.raises(Invalid):
        staff_changes.ask_for_account("no address", name="A", desks=[Role.AUDITOR], by=AYSE)
    with pytest.raises(NotFound):
        staff_changes.ask_for_second_factor(EMAIL, by=AYSE)
    with pytest.raises(NotFound):
        staff_changes.confirm(0, by=AYSE)


def test_the_database_itself_wants_two_operators() -> None:
    change = _ask()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('divit.act', 'confirm', true), set_config('divit.actor', 'x', true)")
        with pytest.raises(DatabaseError, match="staff_change_two_operators"):
            StaffChange.objects.filter(pk=change.pk).update(state="confirmed", decided_by=AYSE.id)
        transaction.set_rollback(True)


@pytest.fixture
def logged_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the operating system says who logged in."""
    login = tmp_path / "loginuid"
    monkeypatch.setattr("divit.cli.operator._LOGIN", login)
    return login


def test_the_operating_system_says_who_the_operator_is(logged_in: Path) -> None:
    who_runs_this = operator().id
    logged_in.write_text("0")
    assert operator().id == "operator:root"
    logged_in.write_text("4294967295")
    assert operator().id == who_runs_this
    logged_in.write_text("59999")
    assert (operator().id, operator().role) == ("operator:59999", Role.SYSTEM)


def test_the_command(capsys: pytest.CaptureFixture[str], logged_in: Path) -> None:
    logged_in.write_text("0")
    call_command("staff", "add", EMAIL, "--name", "Yeni Kişi", "--desk", "inspector")
    number = str(staff_changes.waiting()[0].pk)
    assert "otpauth:" not in capsys.readouterr().out
    with pytest.raises(CommandError, match="second_operator_needed"):
        call_command("staff", "confirm", number)
    call_command("staff", "waiting")
    assert EMAIL in capsys.readouterr().out
    logged_in.write_text("59999")
    call_command("staff", "confirm", number)
    assert "otpauth://totp/" in capsys.readouterr().out
    call_command("staff", "second-factor", EMAIL)
    call_command("staff", "withdraw", str(staff_changes.waiting()[0].pk))
    call_command("staff", "desks", EMAIL)
    assert StaffAccount.objects.get().desks == []
    call_command("staff", "close", EMAIL)
    assert not StaffAccount.objects.get().is_active
    with pytest.raises(CommandError, match="staff_exists"):
        call_command("staff", "add", EMAIL, "--name", "Bir Daha")
    with pytest.raises(CommandError, match="no account"):
        call_command("staff", "close", "kimse@merkez.example")
    with pytest.raises(CommandError, match="no change"):
        call_command("staff", "confirm", "x")


def test_only_a_demo_makes_accounts_without_two_operators() -> None:
    with pytest.raises(CommandError, match="belong into a demo"):
        call_command("seed")
