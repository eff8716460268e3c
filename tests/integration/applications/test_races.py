"""Two at once: what the database must keep true when nobody waits for anybody."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from divit.applications import selectors, services
from divit.applications.lifecycle import RUNNING, State
from divit.applications.models import Application, Requirement
from divit.flows import form_receipt, self_paid_application, withdrawal
from divit.flows.payment import BANK
from divit.identity.models import Person
from divit.institutions.models import Institution
from divit.kernel.actors import Actor
from divit.kernel.errors import DivitError
from divit.production.models import CardOrder
from tests.fixtures_pki import holder_of
from tests.integration.applications.conftest import Way

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run the acts in threads that start together; what each returned, or the error it raised."""
    barrier = threading.Barrier(len(acts))
    results: list[object] = [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        try:
            barrier.wait()
            results[place] = act()
        except DivitError as problem:
            results[place] = problem
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.parametrize("_round", range(5))
def test_eight_starts_make_one_application(
    way: Way, make_person: Callable[..., Person], ministry: Institution, _round: int
) -> None:
    ayse = make_person()
    results = at_once(*[lambda: way.begin(ayse, ministry) for _ in range(8)])
    refused = [result for result in results if isinstance(result, DivitError)]
    assert len(refused) == 7
    assert {str(problem) for problem in refused} == {"application_already_running"}
    assert Application.objects.filter(person=ayse, state__in=RUNNING).count() == 1


@pytest.mark.parametrize("_round", range(5))
def test_submitting_twice_at_once_submits_once(
    way: Way, make_person: Callable[..., Person], ministry: Institution, _round: int
) -> None:
    row = way.ready(make_person(), ministry)
    by = holder_of(row.person)
    results = at_once(*[lambda: self_paid_application.submit(row.id, by=by) for _ in range(4)])
    assert not [result for result in results if isinstance(result, DivitError)]
    assert Requirement.objects.filter(application=row).count() == 3


@pytest.mark.parametrize("_round", range(8))
def test_withdrawing_while_the_last_requirement_closes(
    way: Way,
    make_person: Callable[..., Person],
    treasury: Institution,
    representative_of: Callable[[Institution], Actor],
    _round: int,
) -> None:
    row = way.submitted(make_person(), treasury)
    with transaction.atomic():
        services.close_requirement(services.locked(row.id), "fee_paid", by=BANK, proof="test")
    representative, by = representative_of(treasury), holder_of(row.person)
    taken, left = at_once(
        lambda: form_receipt.take_in(row.id, by=representative), lambda: withdrawal.withdraw(row.id, by=by)
    )
    state = selectors.application(row.id).state
    order = CardOrder.objects.filter(application_id=row.id).first()
    if isinstance(left, DivitError):
        assert taken is True
        assert state == State.RELEASED
        assert order is not None
        assert order.state == "queued"
    else:
        assert state == State.WITHDRAWN
        assert order is None or order.state == "cancelled"
