"""Proposals: put forward by one, decided by another, checked twice, done once."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from divit.audit import ledger
from divit.audit import selectors as audit
from divit.cli.demo_people import synthetic_tckn
from divit.flows import institution_proposals as flow
from divit.identity.models import Person
from divit.institutions import proposals, selectors
from divit.institutions.models import Appointment, Institution, InstitutionRule, Proposal
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor
from divit.kernel.errors import Invalid, NotFound, Refused
from divit.kernel.money import Money
from divit.kernel.tckn import Tckn
from divit.notifications.models import Message
from divit.worker import institutions as jobs
from tests.integration.institutions.conftest import LIAISON, SECOND, at_once

pytestmark = pytest.mark.django_db(transaction=True)
NEW = Tckn(synthetic_tckn(90))


def days(count: int) -> date:
    return clock.today() + timedelta(days=count)


def appointment(institution: Institution, *, by: Actor = LIAISON, **said: Any) -> Proposal:
    wanted = {
        "tckn": NEW,
        "given_names": "Çağla",
        "surname": "Sınama",
        "role": "representative",
        "starts": days(0),
        "ends": None,
    }
    return flow.propose_appointment(institution.pk, **{**wanted, **said}, by=by)


def contract(institution: Institution, *, by: Actor = LIAISON, **said: Any) -> Proposal:
    wanted = {
        "number": "2026/1",
        "starts": days(0),
        "ends": days(364),
        "quota": 40,
        "years": 3,
        "reader": "mini",
        "prices": {"nes-3y": Money.lira("120.50"), "reader-mini": Money(0)},
    }
    return flow.propose_contract(institution.pk, **{**wanted, **said}, by=by)


def rule(institution: Institution, *, by: Actor = LIAISON, **said: Any) -> Proposal:
    wanted = {
        "valid_from": days(1),
        "form_target": "centre",
        "pay_gate": "after_form",
        "born_state": "suspended",
        "profile": "etsi-tr",
        "delivery": "representative",
        "wet_form": False,
    }
    return flow.propose_rule(institution.pk, **{**wanted, **said}, by=by)


def test_an_appointment_by_two_people_keeps_both(ministry: Institution) -> None:
    proposal = appointment(ministry, ends=days(100))
    assert not selectors.all_appointments_of(ministry.pk)
    flow.carry_out(proposal.pk, by=SECOND)
    (row,) = selectors.all_appointments_of(ministry.pk)
    assert (row.person.tckn, row.starts, row.ends) == (str(NEW), days(0), days(100))
    assert (row.proposed_by, row.appointed_by) == ("liaison:7", "liaison:8")
    assert selectors.holds_appointment(person_id=row.person_id, institution_id=ministry.pk, role="representative")
    acts = [one.act for one in audit.entries_about(str(row.person_id))]
    assert acts == ["proposal.carry_out", "appointment.begin", "proposal.begin", "person.named"]
    assert [move.act for move in audit.moves_of("proposal", str(proposal.pk))] == ["begin", "carry_out"]
    assert Message.objects.get(person_id=row.person_id, notice="appointment_begun").text
    assert list(ledger.verify()) == []


def test_an_end_by_two_people(ministry: Institution) -> None:
    flow.carry_out(appointment(ministry).pk, by=SECOND)
    (row,) = selectors.all_appointments_of(ministry.pk)
    proposal = flow.propose_end(ministry.pk, row.pk, ends=days(5), by=SECOND)
    assert selectors.all_appointments_of(ministry.pk)[0].ends is None
    flow.carry_out(proposal.pk, by=LIAISON)
    assert selectors.all_appointments_of(ministry.pk)[0].ends == days(5)
    with pytest.raises(Refused, match="appointment_already_ended"):
        flow.propose_end(ministry.pk, row.pk, ends=days(6), by=LIAISON)
    with pytest.raises(Invalid, match="appointment_end_in_past"):
        flow.propose_end(ministry.pk, row.pk, ends=days(-1), by=LIAISON)


def test_a_contract_with_its_own_prices(ministry: Institution) -> None:
    flow.carry_out(contract(ministry).pk, by=SECOND)
    made = selectors.contract_for(ministry.pk, on=days(0))
    assert (made.number, made.quota, made.years, made.reader) == ("2026/1", 40, 3, "mini")
    assert selectors.contract_prices(made.pk) == {"nes-3y": Money(12050), "reader-mini": Money(0)}
    assert selectors.quota_left(made.pk) == 40
    assert [(one.number, one.used) for one in selectors.contracts_of(ministry.pk)] == [("2026/1", 0)]  # type: ignore[attr-defined]


def test_a_rule_from_tomorrow_on(ministry: Institution) -> None:
    flow.carry_out(rule(ministry).pk, by=SECOND)
    assert selectors.rule_for(ministry.pk, on=days(1)).form_target == "centre"
    with pytest.raises(NotFound):
        selectors.rule_for(ministry.pk, on=days(0))
    assert [one.valid_from for one in selectors.rules_of(ministry.pk)] == [days(1)]


@pytest.mark.parametrize(
    ("put_forward", "said", "code", "field"),
    [
        (appointment, {"role": "king"}, "appointment_role_unknown", "role"),
        (appointment, {"starts": "yesterday"}, "appointment_starts_in_past", "starts"),
        (appointment, {"starts": "later", "ends": "today"}, "appointment_ends_before_start", "ends"),
        (appointment, {"role": "officer"}, "officer_needs_an_end", "ends"),
        (appointment, {"role": "officer", "ends": "in ten years"}, "officer_ends_too_late", "ends"),
        (appointment, {"given_names": "<b>"}, "name_invalid", "given_names"),
        (rule, {"valid_from": "today"}, "rule_not_ahead", "valid_from"),
        (rule, {"form_target": "here"}, "rule_value_unknown", "form_target"),
        (rule, {"profile": "root"}, "rule_value_unknown", "profile"),
        (contract, {"number": " "}, "contract_number_missing", "number"),
        (contract, {"ends": "yesterday"}, "contract_ends_before_start", "ends"),
        (contract, {"starts": "long ago", "ends": "yesterday"}, "contract_over", "ends"),
        (contract, {"quota": 0}, "contract_quota_impossible", "quota"),
        (contract, {"quota": 10**9}, "contract_quota_impossible", "quota"),
        (contract, {"years": 9}, "contract_not_offered", "years"),
        (contract, {"reader": "gold"}, "contract_not_offered", "reader"),
        (contract, {"prices": {"gold": Money(1)}}, "contract_price_impossible", "gold"),
        (contract, {"prices": {"nes-3y": Money(-1)}}, "contract_price_impossible", "nes-3y"),
    ],
)
def test_what_cannot_be_is_not_even_proposed(
    ministry: Institution, put_forward: Callable[..., Proposal], said: dict[str, Any], code: str, field: str
) -> None:
    words = {"yesterday": -1, "today": 0, "later": 5, "in ten years": 3650, "long ago": -500}
    dated = {name: days(words[one]) if isinstance(one, str) and one in words else one for name, one in said.items()}
    with pytest.raises(Invalid) as refusal:
        put_forward(ministry, **dated)
    assert (refusal.value.code, refusal.value.field) == (code, field)
    assert not Proposal.objects.exists()


def test_it_is_checked_again_when_it_is_decided(ministry: Institution) -> None:
    """Two proposals that each could be done, and not both."""
    next_one = contract(ministry, number="2026/2", starts=days(300), ends=days(500))
    pairs = [
        (contract(ministry), next_one, "contract_overlaps"),
        (rule(ministry), rule(ministry, wet_form=True), "rule_day_taken"),
        (appointment(ministry), appointment(ministry, starts=days(3)), "already_appointed"),
    ]
    for first, second, code in pairs:
        flow.carry_out(first.pk, by=SECOND)
        with pytest.raises((Refused, Invalid)) as refusal:
            flow.carry_out(second.pk, by=SECOND)
        assert refusal.value.code == code
        assert Proposal.objects.get(pk=second.pk).state == "proposed"
    assert Appointment.objects.count() == InstitutionRule.objects.count() == 1


def test_nothing_takes_effect_before_it_was_decided(ministry: Institution) -> None:
    proposal = appointment(ministry)
    late = appointment(ministry, role="viewer", ends=days(1))
    Proposal.objects.filter(pk=proposal.pk).update(content=proposal.content | {"starts": str(days(-9))})
    past = {"starts": str(days(-9)), "ends": str(days(-1))}
    Proposal.objects.filter(pk=late.pk).update(content=late.content | past)
    flow.carry_out(proposal.pk, by=SECOND)
    assert Appointment.objects.get().starts == days(0)
    with pytest.raises(Invalid, match="appointment_ends_before_start"):
        flow.carry_out(late.pk, by=SECOND)


def test_the_same_is_not_proposed_twice(ministry: Institution) -> None:
    first = contract(ministry)
    with pytest.raises(Refused, match="already_proposed"):
        contract(ministry, by=SECOND)
    proposals.withdraw(first.pk, by=LIAISON)
    contract(ministry, by=SECOND)


def test_who_may_not_decide(ministry: Institution, elsewhere: Institution, officer: Callable[..., Actor]) -> None:
    ours, colleague, stranger = officer(ministry), officer(ministry), officer(elsewhere)
    proposal = appointment(ministry, by=ours)
    with pytest.raises(Refused, match="same_person"):
        flow.carry_out(proposal.pk, by=ours)
    for act in (flow.carry_out, partial(flow.refuse, reason="Hayır."), proposals.withdraw):
        with pytest.raises(NotFound):
            act(proposal.pk, by=stranger)
    with pytest.raises(Refused, match="not_your_proposal"):
        proposals.withdraw(proposal.pk, by=colleague)
    about = appointment(
        ministry, by=ours, tckn=Tckn(Person.objects.get(pk=colleague.id).tckn), given_names="ŞULE", surname="yetkin"
    )
    with pytest.raises(Refused, match="about_oneself"):
        flow.carry_out(about.pk, by=colleague)
    flow.carry_out(about.pk, by=LIAISON)
    flow.carry_out(proposal.pk, by=colleague)
    with pytest.raises(Refused, match="not_from_this_state"):
        flow.refuse(proposal.pk, reason="Geç.", by=LIAISON)


def test_what_officers_leave_to_the_centre(
    ministry: Institution, elsewhere: Institution, officer: Callable[..., Actor]
) -> None:
    ours, colleague = officer(ministry), officer(ministry)
    for put_forward in (contract, rule, partial(appointment, role="officer", ends=days(30))):
        with pytest.raises(Refused, match="not_yours_to_propose"):
            put_forward(ministry, by=ours)
        with pytest.raises(Refused, match="for_the_centre"):
            flow.carry_out(put_forward(ministry).pk, by=colleague)
    with pytest.raises(NotFound):
        appointment(elsewhere, by=ours, tckn=Tckn(synthetic_tckn(91)))
    assert not Person.objects.filter(tckn=synthetic_tckn(91)).exists()


def test_a_former_officer_decides_nothing(ministry: Institution, officer: Callable[..., Actor]) -> None:
    former = officer(ministry)
    proposal = appointment(ministry)
    Appointment.objects.filter(person_id=former.id).update(ends=days(-1))
    with pytest.raises(NotFound):
        flow.carry_out(proposal.pk, by=former)


def test_a_refusal_says_why_and_an_officer_hears_of_it(ministry: Institution, officer: Callable[..., Actor]) -> None:
    ours = officer(ministry)
    proposal = appointment(ministry, by=ours)
    flow.refuse(proposal.pk, reason="Bu kişi kurumdan ayrıldı.", by=LIAISON)
    row = Proposal.objects.get(pk=proposal.pk)
    assert (row.state, row.reason, row.decided_by) == ("refused", "Bu kişi kurumdan ayrıldı.", "liaison:7")
    assert "kurumdan ayrıldı" in Message.objects.get(person_id=ours.id, notice="proposal_refused").text
    assert not Appointment.objects.exclude(person_id=ours.id).exists()


def test_a_known_number_with_another_name_is_refused_and_the_name_is_not_told(
    ministry: Institution, somebody: Callable[..., Person]
) -> None:
    known = somebody("Ilgaz", "Deneme")
    with pytest.raises(Invalid, match="person_named_otherwise") as refusal:
        appointment(ministry, tckn=Tckn(known.tckn))
    assert not refusal.value.facts
    appointment(ministry, tckn=Tckn(known.tckn), given_names="ILGAZ", surname="DENEME")


def test_what_nobody_decides_expires(ministry: Institution) -> None:
    proposal = contract(ministry)
    assert proposals.expire() == 0
    with transaction.atomic():
        Proposal.objects.update(decide_by=days(-1))
    with pytest.raises(Refused, match="decided_too_late"):
        flow.carry_out(proposal.pk, by=SECOND)
    jobs.expire_proposals(timestamp=0)
    row = Proposal.objects.get(pk=proposal.pk)
    assert (row.state, row.decided_by) == ("expired", "system:system")
    assert proposals.expire() == 0


def test_the_database_itself_wants_two_people(ministry: Institution) -> None:
    proposal = contract(ministry)
    by_one = {"state": "carried_out", "decided_by": proposal.proposed_by, "decided_at": clock.now()}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('divit.act', 'carry_out', true), set_config('divit.actor', 'x', true)")
        with pytest.raises(DatabaseError, match="proposal_two_people"), transaction.atomic():
            Proposal.objects.filter(pk=proposal.pk).update(**by_one)


def _done_once(outcomes: list[str]) -> bool:
    return sorted(outcomes) == ["done", "not_from_this_state"]


@pytest.mark.parametrize("put_forward", [appointment, contract, rule])
def test_two_decide_at_once(ministry: Institution, put_forward: Callable[..., Proposal]) -> None:
    third = Actor(role=LIAISON.role, id="9", level=LIAISON.level)
    proposal = put_forward(ministry)
    outcomes = at_once(*[partial(flow.carry_out, proposal.pk, by=who) for who in (SECOND, third)])
    assert _done_once(outcomes)
    assert len(audit.moves_of("proposal", str(proposal.pk))) == 2
    made = Appointment.objects.count() + InstitutionRule.objects.count() + len(selectors.contracts_of(ministry.pk))
    assert made == 1


@pytest.mark.parametrize(
    "other",
    [partial(flow.refuse, reason="Hayır.", by=SECOND), partial(proposals.withdraw, by=LIAISON)],
    ids=["refused", "withdrawn"],
)
def test_approved_and_not_at_once(ministry: Institution, other: Callable[..., object]) -> None:
    for _round in range(4):
        proposal = appointment(ministry, role="viewer", starts=days(_round * 10), ends=days(_round * 10 + 1))
        before = Appointment.objects.count()
        outcomes = at_once(partial(flow.carry_out, proposal.pk, by=SECOND), partial(other, proposal.pk))
        assert _done_once(outcomes)
        assert Appointment.objects.count() - before == (outcomes[0] == "done")


def test_two_contracts_for_the_same_days_at_once(ministry: Institution) -> None:
    first, second = contract(ministry), contract(ministry, number="2026/2")

    def decide(proposal: Proposal) -> None:
        try:
            flow.carry_out(proposal.pk, by=SECOND)
        except Invalid as wrong:
            raise Refused(wrong.code) from wrong

    assert sorted(at_once(partial(decide, first), partial(decide, second))) == ["contract_overlaps", "done"]
    assert len(selectors.contracts_of(ministry.pk)) == 1
    assert proposals.expire(by=SYSTEM) == 0
