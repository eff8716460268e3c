"""The table of kinds (spec §3.6) and what follows from it."""

from dataclasses import replace
from datetime import date

import pytest

from divit.applications.kinds import (
    RULES,
    Holdings,
    Kind,
    Payer,
    Transfer,
    TransferRule,
    months_before,
    rule_for,
    unfit,
    why_closed,
    will_be_revoked,
    window_opens,
)
from divit.applications.requirements import RULE_OF, Case, RequirementKind, check_closer, required
from divit.applications.words import REFUSALS
from divit.kernel.actors import Role
from divit.kernel.errors import Refused

REPLACING = {Kind.LOST, Kind.HARDWARE_FAULT, Kind.IDENTITY_UPDATE, Kind.PIN_LOST}
COMING = Transfer(
    institution="T.C. Önceki Bakanlık",
    valid_until=date(2027, 8, 31),
    rules={
        Kind.FIRST: TransferRule(kind=Kind.FIRST, offered=True, months_left=6),
        Kind.OTHER: TransferRule(kind=Kind.OTHER, offered=False, months_left=None),
        Kind.RENEWAL: TransferRule(kind=Kind.RENEWAL, offered=True, months_left=None),
    },
)
HELD = Holdings(ever=("0A", "0B", "0C"), open=("0C", "0B"), newest_valid_until=date(2027, 4, 30))


def test_every_kind_has_its_row() -> None:
    assert set(RULES) == set(Kind)


@pytest.mark.parametrize("kind", Kind)
def test_only_replacing_kinds_revoke(kind: Kind) -> None:
    assert will_be_revoked(kind, HELD) == (("0B", "0C") if kind in REPLACING else ())


@pytest.mark.parametrize("kind", Kind)
def test_only_renewal_waits_for_its_window(kind: Kind) -> None:
    assert window_opens(kind, HELD) == (date(2027, 2, 28) if kind is Kind.RENEWAL else None)


@pytest.mark.parametrize(
    ("kind", "held", "code"),
    [
        (Kind.FIRST, HELD, "first_but_one_is_open"),
        (Kind.FIRST, Holdings(ever=("0A",)), None),
        (Kind.RENEWAL, Holdings(ever=("0A",)), "nothing_to_renew"),
        (Kind.RENEWAL, Holdings(ever=("0A",), open=("0A",)), "renewal_while_suspended"),
        (Kind.RENEWAL, replace(HELD, renewal_from=date(2027, 1, 30)), "renewal_too_early"),
        (Kind.RENEWAL, HELD, None),
        (Kind.LOST, Holdings(), "nothing_to_replace"),
        (Kind.LOST, Holdings(ever=("0A",)), None),
        (Kind.OTHER, Holdings(), None),
        (Kind.FIRST, Holdings(transfer=COMING), None),
        (Kind.OTHER, Holdings(transfer=COMING), "not_for_transfers"),
        (Kind.RENEWAL, Holdings(transfer=COMING), None),
        (Kind.RENEWAL, Holdings(transfer=COMING, renewal_from=date(2027, 5, 1)), "renewal_too_early"),
        (Kind.RENEWAL, Holdings(transfer=replace(COMING, rules={})), "not_for_transfers"),
        (Kind.FIRST, Holdings(transfer=replace(COMING, rules={})), None),
        *((kind, Holdings(transfer=COMING), "replaced_where_it_was_issued") for kind in sorted(REPLACING)),
        *((kind, Holdings(ever=("0A",), transfer=COMING), None) for kind in sorted(REPLACING)),
    ],
)
def test_a_kind_fits_what_the_person_holds(kind: Kind, held: Holdings, code: str | None) -> None:
    assert unfit(kind, held) == code


def test_every_refusal_has_its_words() -> None:
    held = [Holdings(), HELD, replace(HELD, renewal_from=date(2027, 1, 30)), Holdings(transfer=COMING)]
    for refusal in (why_closed(kind, one) for kind in Kind for one in held):
        if refusal is not None:
            said = str(REFUSALS[refusal.code]).format(**refusal.facts)
            assert "{" not in said


def test_a_transfer_changes_when_a_kind_is_produced_and_nothing_else() -> None:
    held = Holdings(transfer=COMING)
    for kind, months in ((Kind.FIRST, 6), (Kind.RENEWAL, None)):
        assert rule_for(kind, held) == replace(RULES[kind], months_left=months)
    assert window_opens(Kind.FIRST, held) == date(2027, 2, 28)
    assert window_opens(Kind.RENEWAL, held) is None
    for kind in Kind:
        assert will_be_revoked(kind, held) == ()
        assert kind in COMING.rules or rule_for(kind, held) == RULES[kind]


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2027, 1, 15), 2, date(2026, 11, 15)),
        (date(2027, 4, 30), 2, date(2027, 2, 28)),
        (date(2028, 4, 30), 2, date(2028, 2, 29)),
        (date(2027, 3, 1), 14, date(2026, 1, 1)),
        (date(2027, 2, 1), 2, date(2026, 12, 1)),
    ],
)
def test_months_are_counted_on_the_calendar(day: date, months: int, before: date) -> None:
    assert months_before(day, months) == before


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("payer", Payer)
@pytest.mark.parametrize("wet_form", [True, False])
def test_requirements_follow_from_the_case(kind: Kind, payer: Payer, wet_form: bool) -> None:
    expected = {RequirementKind.PHONE_PROVEN}
    if payer is Payer.PERSON:
        expected.add(RequirementKind.FEE_PAID)
    else:
        expected.add(RequirementKind.INSTITUTION_APPROVED)
    if wet_form:
        expected.add(RequirementKind.FORM_RECEIVED)
    if kind in {Kind.LOST, Kind.PIN_LOST}:
        expected.add(RequirementKind.NO_CERTIFICATE_OPEN)
    if kind is Kind.RENEWAL:
        expected.add(RequirementKind.RENEWAL_WINDOW)
    assert set(required(Case(kind=kind, payer=payer, wet_form=wet_form))) == expected


@pytest.mark.parametrize("kind", Kind)
def test_a_transfer_that_waits_has_a_window_to_wait_for(kind: Kind) -> None:
    case = Case(kind=kind, payer=Payer.PERSON, wet_form=True, transfer_waits=True)
    assert RequirementKind.RENEWAL_WINDOW in required(case)


@pytest.mark.parametrize("requirement", RequirementKind)
@pytest.mark.parametrize("role", Role)
def test_only_the_right_hand_closes_a_requirement(requirement: RequirementKind, role: Role) -> None:
    hands = {
        RequirementKind.PHONE_PROVEN: {Role.HOLDER},
        RequirementKind.FEE_PAID: {Role.BANK, Role.SYSTEM},
        RequirementKind.INSTITUTION_APPROVED: {Role.OFFICER, Role.SYSTEM},
        RequirementKind.FORM_RECEIVED: {Role.REPRESENTATIVE, Role.REGISTRAR},
        RequirementKind.NO_CERTIFICATE_OPEN: {Role.SYSTEM},
        RequirementKind.RENEWAL_WINDOW: {Role.SYSTEM},
    }
    assert set(hands) == set(RULE_OF)
    if role in hands[requirement]:
        check_closer(requirement, role)
    else:
        with pytest.raises(Refused, match="not_your_requirement"):
            check_closer(requirement, role)
