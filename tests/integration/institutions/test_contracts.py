"""Contracts and their quota: one contract a day, the last place goes to one, a place given back is free again."""

import uuid
from datetime import date, timedelta
from functools import partial

import pytest
from django.db import DatabaseError, transaction

from divit.audit import ledger
from divit.institutions import selectors, services
from divit.institutions.models import Contract, Institution, QuotaDraw
from divit.kernel import clock
from divit.kernel.actors import SYSTEM
from divit.kernel.errors import NotFound, Refused
from tests.integration.institutions.conftest import at_once

pytestmark = pytest.mark.django_db(transaction=True)
_ROUNDS = 8


def contract_of(institution: Institution, *, quota: int = 2, starts: date | None = None, days: int = 365) -> Contract:
    first = starts or clock.today()
    return Contract.objects.create(
        institution=institution,
        number=f"2026/{uuid.uuid4().hex[:6]}",
        starts=first,
        ends=first + timedelta(days=days - 1),
        quota=quota,
        years=3,
        reader="mini",
    )


def draw(contract: Contract, request_id: uuid.UUID) -> None:
    with transaction.atomic():
        services.draw_quota(contract.id, request_id=request_id, by=SYSTEM)


def give_back(request_id: uuid.UUID) -> None:
    with transaction.atomic():
        services.return_quota(request_id, by=SYSTEM)


def test_a_contract_holds_from_its_first_to_its_last_day(ministry: Institution) -> None:
    contract = contract_of(ministry, starts=date(2026, 3, 1), days=31)
    assert selectors.contract_for(ministry.id, on=date(2026, 3, 1)) == contract
    assert selectors.contract_for(ministry.id, on=date(2026, 3, 31)) == contract
    for outside in (date(2026, 2, 28), date(2026, 4, 1)):
        with pytest.raises(NotFound):
            selectors.contract_for(ministry.id, on=outside)


def test_on_no_day_do_two_contracts_hold(ministry: Institution) -> None:
    contract_of(ministry, starts=date(2026, 3, 1), days=31)
    contract_of(ministry, starts=date(2026, 4, 1), days=30)
    contract_of(Institution.objects.create(name="Deneme Kurumu"), starts=date(2026, 3, 15), days=30)
    with pytest.raises(DatabaseError), transaction.atomic():
        contract_of(ministry, starts=date(2026, 4, 30), days=10)


def test_a_request_takes_one_place_and_gives_it_back(ministry: Institution) -> None:
    contract = contract_of(ministry, quota=1)
    first, second = uuid.uuid4(), uuid.uuid4()
    draw(contract, first)
    draw(contract, first)
    assert selectors.quota_left(contract.id) == 0
    with pytest.raises(Refused, match="quota_exhausted"):
        draw(contract, second)
    give_back(first)
    give_back(first)
    assert selectors.quota_left(contract.id) == 1
    with pytest.raises(Refused, match="quota_given_back"):
        draw(contract, first)
    draw(contract, second)
    give_back(uuid.uuid4())
    assert selectors.quota_left(contract.id) == 0
    assert list(ledger.verify()) == []


def test_nothing_is_drawn_before_or_after_the_contract(ministry: Institution) -> None:
    today = clock.today()
    for starts, days in ((today + timedelta(days=1), 10), (today - timedelta(days=10), 10)):
        contract = contract_of(ministry, starts=starts, days=days)
        with pytest.raises(Refused, match="contract_not_in_force"):
            draw(contract, uuid.uuid4())
    with pytest.raises(NotFound), transaction.atomic():
        services.draw_quota(uuid.uuid4(), request_id=uuid.uuid4(), by=SYSTEM)


def test_the_last_place_goes_to_one(ministry: Institution) -> None:
    contract = contract_of(ministry, quota=_ROUNDS)
    for left in range(_ROUNDS - 1, 0, -1):
        draw(contract, uuid.uuid4())
        assert selectors.quota_left(contract.id) == left
    for _round in range(_ROUNDS):
        requests = [uuid.uuid4(), uuid.uuid4(), uuid.uuid4()]
        outcomes = at_once(*[partial(draw, contract, request) for request in requests])
        assert sorted(outcomes) == ["done", "quota_exhausted", "quota_exhausted"]
        assert selectors.quota_left(contract.id) == 0
        give_back(requests[outcomes.index("done")])


def test_one_request_from_two_sides_takes_one_place(ministry: Institution) -> None:
    contract = contract_of(ministry, quota=100)
    for count in range(1, _ROUNDS + 1):
        request = uuid.uuid4()
        assert at_once(*[partial(draw, contract, request)] * 2) == ["done", "done"]
        assert QuotaDraw.objects.filter(contract=contract).count() == count
    assert selectors.quota_left(contract.id) == 100 - _ROUNDS


def test_a_place_given_back_from_two_sides_is_free_once(ministry: Institution) -> None:
    contract = contract_of(ministry, quota=2)
    request = uuid.uuid4()
    draw(contract, request)
    assert at_once(*[partial(give_back, request)] * 2) == ["done", "done"]
    assert selectors.quota_left(contract.id) == 2
