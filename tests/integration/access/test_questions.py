"""A page asks the database as often for many rows as for one."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from divit.certificates.models import Certificate
from divit.flows import suspension
from divit.identity.models import Person
from divit.institutions.models import Institution
from divit.verification.models import RateWindow
from tests.factories.people import actor_of, log_in
from tests.integration.applications.conftest import Way

pytestmark = pytest.mark.django_db
LISTS = ("transactions", "suspend", "reinstate", "revoke", "applications", "messages", "my_data", "lost_card")


def test_long_lists_are_not_dearer(
    way: Way, ministry: Institution, make_person: Callable[..., Person], make_certificate: Callable[..., Certificate]
) -> None:
    someone = make_person()
    # In one order: one institution has its cards sent to its representative, and asks for no address.
    institutions = [ministry, *Institution.objects.exclude(pk=ministry.pk).order_by("sort_key", "id")[:4]]

    def add(institution: Institution) -> None:
        suspension.suspend(make_certificate(someone, institution=institution).pk, by=actor_of(someone))
        RateWindow.objects.all().delete()
        way.submitted(someone, institution)

    def questions() -> dict[str, int]:
        client, asked = log_in(Client(), someone), {}
        for name in LISTS:
            with CaptureQueriesContext(connection) as seen:
                assert client.get(reverse(f"portal:{name}")).status_code == 200
            asked[name] = len(seen)
        return asked

    add(institutions[0])
    few = questions()
    for institution in institutions[1:]:
        add(institution)
    assert questions() == few
