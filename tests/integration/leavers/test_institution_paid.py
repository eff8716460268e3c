"""A leaver's application that the institution pays for ends with its request; the place in the quota is free again."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from divit.applications.models import Application
from divit.certificates.models import Certificate
from divit.flows import leavers, suspension
from divit.flows.leavers import Leave
from divit.identity.models import Person
from divit.institutions import selectors as institutions
from divit.kernel import clock
from divit.rosters import selectors as rosters
from divit.rosters.models import Request
from tests.fixtures_pki import holder_of, synthetic_tckn
from tests.integration.rosters.conftest import Desk, appoint, begin, complete, contract, desk, row_of

__all__ = ["appoint", "begin", "complete", "contract", "desk"]
pytestmark = pytest.mark.django_db
LEFT = Leave(reason="Kurumdan ayrıldı")


@pytest.mark.parametrize("approved", [False, True])
def test_request_and_quota_end_with_it(
    desk: Desk, complete: Callable[[Request], Application], *, approved: bool
) -> None:
    request = desk.invited()
    application = complete(request)
    if approved:
        desk.approve(request)
    leavers.reject(application.id, said=LEFT, by=desk.approver)
    application.refresh_from_db()
    request.refresh_from_db()
    assert (application.state, application.ending) == ("rejected", LEFT.reason)
    assert request.state == "withdrawn"
    assert institutions.quota_left(desk.contract.id) == 100


def test_a_list_asks_for_renewals_in_their_time_alone(
    desk: Desk, make_person: Callable[..., Person], make_certificate: Callable[..., Certificate]
) -> None:
    ends = {50: 300, 51: 40, 52: 40}
    made = {
        number: make_certificate(
            make_person(tckn=synthetic_tckn(number)),
            institution=desk.institution,
            until=clock.now() + timedelta(days=days),
        )
        for number, days in ends.items()
    }
    suspension.suspend(made[52].pk, by=holder_of(made[52].person))
    roster = desk.upload([row_of(number, kind="Yenileme") for number in (*ends, 53)])
    assert sorted(fault.code for fault in rosters.faults(roster)) == [
        "person_certificate_suspended",
        "person_has_nothing_to_renew",
        "person_renewal_too_early",
    ]
    assert roster.accepted == 1
