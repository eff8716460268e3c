"""What a person holds at another institution counts for production also when a representative closes the last step."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from divit.applications import selectors
from divit.applications.kinds import Kind
from divit.applications.models import Application
from divit.applications.requirements import RequirementKind
from divit.audit import walls
from divit.certificates.models import Certificate
from divit.flows import form_receipt
from divit.identity.models import Person
from divit.institutions.models import Institution
from divit.kernel import clock
from divit.kernel.actors import Actor
from tests.integration.applications.conftest import Way

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_transfer_waits_for_its_day_whoever_takes_the_form_in(
    way: Way,
    ministry: Institution,
    treasury: Institution,
    make_person: Callable[..., Person],
    make_certificate: Callable[..., Certificate],
    representative_of: Callable[[Institution], Actor],
    pay: Callable[[Application], None],
) -> None:
    person = make_person()
    make_certificate(person, institution=treasury, until=clock.now() + timedelta(days=80))
    row = way.submitted(person, ministry, Kind.RENEWAL)
    pay(row)
    representative = representative_of(ministry)
    with walls.confined(ministry.pk):
        assert form_receipt.take_in(row.pk, by=representative)
        assert not Certificate.objects.filter(person=person).exists()
    row.refresh_from_db()
    assert row.state == "open"
    assert selectors.open_requirements(row) == [RequirementKind.RENEWAL_WINDOW]
