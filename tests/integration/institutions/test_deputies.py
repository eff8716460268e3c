"""Vekâlet: named by the officer, decided by another, for a limited time, taken back by the officer alone, at once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from divit.audit import ledger
from divit.audit import selectors as audit
from divit.cli.demo_people import synthetic_tckn
from divit.flows import institution_proposals as flow
from divit.flows import programs, webhook_endpoints
from divit.flows.officers import is_officer, officer_today
from divit.institutions import deputies, proposals
from divit.institutions.models import Appointment, Institution, Proposal
from divit.kernel import clock
from divit.kernel.actors import Actor, Level, Role
from divit.kernel.errors import Invalid, NotFound, Refused
from divit.kernel.tckn import Tckn
from divit.notifications.models import Message
from tests.integration.institutions.conftest import LIAISON, SECOND, at_once

pytestmark = pytest.mark.django_db(transaction=True)
Officer = Callable[[Institution], Actor]


def days(count: int) -> date:
    return clock.today() + timedelta(days=count)


def name_deputy(by: Actor, number: int = 90, **said: Any) -> Proposal:
    person = {"tckn": Tckn(synthetic_tckn(number)), "given_names": "Çağla", "surname": "Sınama"}
    wanted = {**person, "starts": days(0), "ends": days(20), **said}
    return flow.propose_deputy(by.institution_id, **wanted, by=by)  # type: ignore[arg-type]


def acting(row: Appointment) -> Actor:
    found = officer_today(str(row.person_id), institution_id=row.institution_id, level=Level.SUBSTANTIAL)
    assert found is not None
    return found


def named(by: Actor, second: Actor) -> Appointment:
    flow.carry_out(name_deputy(by).pk, by=second)
    return Appointment.objects.get(deputises_for__person_id=by.id)


def test_from_naming_to_taking_back(ministry: Institution, officer: Officer) -> None:
    away, colleague, third = officer(ministry), officer(ministry), officer(ministry)
    proposal = name_deputy(away)
    waits = Message.objects.filter(notice="deputy_waits").values_list("person_id", flat=True)
    assert {str(one) for one in waits} == {colleague.id, third.id}
    with pytest.raises(Refused, match="same_person"):
        flow.carry_out(proposal.pk, by=away)
    flow.carry_out(proposal.pk, by=colleague)
    row = Appointment.objects.get(deputises_for__isnull=False)
    assert (row.role, row.in_stead_of, row.starts, row.ends) == ("officer", away.id, days(0), days(20))
    assert "adına vekâleten" in Message.objects.get(person_id=row.person_id, notice="appointment_begun").text
    assert str(Message.objects.get(notice="deputy_named").person_id) == third.id
    deputy = acting(row)
    assert deputy.deputises_for == away.id
    # Whoever leaves out in whose stead, or says another, is nobody.
    for wrong in ("", third.id):
        assert not is_officer(replace(deputy, deputises_for=wrong))
    for other in (colleague, deputy):
        with pytest.raises(Refused, match="not_your_deputy"):
            flow.take_back(ministry.pk, row.pk, by=other)
    own = Appointment.objects.get(person_id=away.id)
    with pytest.raises(Refused, match="not_your_deputy"):
        flow.take_back(ministry.pk, own.pk, by=away)

    flow.take_back(ministry.pk, row.pk, by=away)
    assert not is_officer(deputy)
    assert officer_today(deputy.id, institution_id=ministry.pk, level=Level.LOW) is None
    told = Message.objects.filter(notice="deputy_taken_back").values_list("person_id", flat=True)
    assert {str(one) for one in told} == {deputy.id, colleague.id, third.id}
    moves = [(move.act, move.actor) for move in audit.moves_of("appointment", str(row.pk))]
    assert moves[-1] == ("take_back", str(away))
    with pytest.raises(Refused, match="not_from_this_state"):
        flow.take_back(ministry.pk, row.pk, by=away)
    # Its days are free again, today's too; and what was taken back before it began never had one.
    again = name_deputy(away, starts=days(3))
    flow.carry_out(again.pk, by=colleague)
    ahead = Appointment.objects.get(deputises_for__isnull=False, state="standing")
    flow.take_back(ministry.pk, ahead.pk, by=away)
    flow.carry_out(name_deputy(away).pk, by=LIAISON)
    assert acting(Appointment.objects.get(deputises_for__isnull=False, state="standing")) == deputy
    assert not list(ledger.verify())


def test_what_a_deputy_may_not_do(ministry: Institution, officer: Officer) -> None:
    away, colleague = officer(ministry), officer(ministry)
    deputy = acting(named(away, colleague))
    appointment = {"given_names": "Deniz", "surname": "Sınama", "role": "viewer", "starts": days(0), "ends": None}
    about = flow.propose_appointment(ministry.pk, tckn=Tckn(synthetic_tckn(91)), **appointment, by=colleague)  # type: ignore[arg-type]
    number = Tckn(synthetic_tckn(92))
    for act in (
        partial(name_deputy, deputy, 92),
        partial(flow.propose_appointment, ministry.pk, tckn=number, **appointment, by=deputy),  # type: ignore[arg-type]
        partial(flow.carry_out, about.pk, by=deputy),
        partial(flow.refuse, about.pk, reason="Hayır.", by=deputy),
    ):
        with pytest.raises(Refused, match="deputy_changes_no_appointment"):
            act()
    assert not proposals.acts_open_to(about, by=deputy)
    asked = programs.ask(name="Personel", scopes=["rosters:read"], ends=days(30), by=colleague)
    assert str(Message.objects.get(notice="program_waits").person_id) == away.id
    for act in (
        partial(programs.ask, name="Başka", scopes=["rosters:read"], ends=days(30), by=deputy),
        partial(programs.confirm, asked.pk, by=deputy),
        partial(programs.refuse, asked.pk, reason="Hayır.", by=deputy),
    ):
        with pytest.raises(Refused, match="program_not_by_deputy"):
            act()
    programs.confirm(asked.pk, by=away)
    with pytest.raises(Refused, match="program_not_by_deputy"):
        programs.renew_key(asked.pk, at_once=False, by=deputy)
    with pytest.raises(Refused, match="webhook_not_by_deputy"):
        webhook_endpoints.add(url="https://kurum.example/bildirim", name="Personel", topics=["request"], by=deputy)
    programs.close(asked.pk, by=deputy)
    (entry, *_rest) = audit.entries_of("program", str(asked.pk))
    assert (entry.act, entry.facts["deputising_for"]) == ("program.close", away.id)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"starts": -1}, "appointment_starts_in_past"),
        ({"starts": 3, "ends": 2}, "appointment_ends_before_start"),
        ({"ends": 60}, "deputy_ends_too_late"),
        ({"starts": 280, "ends": 301}, "deputy_ends_too_late"),  # the officer's own ends on the 300th day
        ({"tckn": "own"}, "deputy_is_oneself"),
        ({"tckn": "colleague"}, "already_appointed"),
    ],
)
def test_what_cannot_be(ministry: Institution, officer: Officer, said: dict[str, Any], code: str) -> None:
    away, colleague = officer(ministry), officer(ministry)
    asked = {name: days(day) for name, day in said.items() if name != "tckn"}
    if "tckn" in said:
        who = away if said["tckn"] == "own" else colleague
        person = Appointment.objects.get(person_id=who.id).person
        asked |= {"tckn": Tckn(person.tckn), "given_names": person.given_names, "surname": person.surname}
    with pytest.raises((Invalid, Refused)) as refusal:
        name_deputy(away, **asked)
    assert refusal.value.code == code
    assert not Proposal.objects.exists()


def test_one_deputy_at_a_time_and_none_by_the_centre(ministry: Institution, officer: Officer) -> None:
    away, colleague = officer(ministry), officer(ministry)
    first, second = name_deputy(away), name_deputy(away, 91, starts=days(20), ends=days(25))
    flow.carry_out(first.pk, by=colleague)
    with pytest.raises(Refused, match="deputy_already_named"):
        flow.carry_out(second.pk, by=SECOND)
    with pytest.raises(NotFound):
        name_deputy(Actor(role=Role.LIAISON, id="7", institution_id=str(ministry.pk)), 92)


def test_it_ends_with_the_officers_own(ministry: Institution, officer: Officer) -> None:
    away, colleague = officer(ministry), officer(ministry)
    row = named(away, colleague)
    deputy = acting(row)
    own = Appointment.objects.get(person_id=away.id)
    flow.carry_out(flow.propose_end(ministry.pk, own.pk, ends=days(4), by=LIAISON).pk, by=SECOND)
    row.refresh_from_db()
    assert row.ends == days(4)
    told = Message.objects.get(person_id=deputy.id, notice="appointment_ended").text
    assert f"{days(4):%d.%m.%Y}" in told
    assert "Şule Yetkin adına vekâleten" in told
    # Whatever else moves the officer's own days, a deputy has none beyond them.
    Appointment.objects.filter(pk=own.pk).update(ends=days(-1))
    assert not is_officer(deputy)
    with pytest.raises(NotFound), transaction.atomic():
        deputies.hold(deputy)
    with pytest.raises(DatabaseError, match="appointment_deputy"), transaction.atomic():
        Appointment.objects.filter(pk=row.pk).update(role="viewer")


@pytest.mark.parametrize("_round", range(3))
def test_two_decide_at_once(ministry: Institution, officer: Officer, _round: int) -> None:
    away, colleague, third = officer(ministry), officer(ministry), officer(ministry)
    proposal = name_deputy(away)
    outcomes = at_once(*[partial(flow.carry_out, proposal.pk, by=who) for who in (colleague, third)])
    assert sorted(outcomes) == ["done", "not_from_this_state"]
    assert Appointment.objects.filter(deputises_for__isnull=False).count() == 1
