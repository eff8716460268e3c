"""The same people and ways as the flows' tests, with a mine."""

from collections.abc import Callable

import pytest
from django.test import Client

from divit.identity.models import Person
from tests.factories.people import log_in
from tests.integration.applications.conftest import *  # noqa: F403
from tests.integration.applications.conftest import ministry, pay, reference_data, representative_of, treasury, way

__all__ = ["ministry", "pay", "reference_data", "representative_of", "treasury", "way"]


@pytest.fixture
def ayse(make_person: Callable[..., Person]) -> Person:
    return make_person("Ayşe Işıl", "Öğüt", phone="+905051234567", email="ayse@okul.example")


@pytest.fixture
def mine(client: Client, ayse: Person) -> Client:
    """Ayşe's mine."""
    return log_in(client, ayse)
