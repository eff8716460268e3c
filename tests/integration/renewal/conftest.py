"""Applications and certificates on their way, cards, and officers of institutions."""

from collections.abc import Callable

import pytest

from divit.identity.models import Person
from divit.institutions import services as institutions
from divit.institutions.models import Institution
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor, Role
from tests.fixtures_cards import *  # noqa: F403
from tests.integration.applications.conftest import *  # noqa: F403
from tests.integration.applications.conftest import ministry, pay, reference_data, representative_of, treasury, way

__all__ = ["ministry", "pay", "reference_data", "representative_of", "treasury", "way"]


@pytest.fixture
def ayse(make_person: Callable[..., Person]) -> Person:
    return make_person("Ayşe Işıl", "Öğüt", phone="+905051234567", email="ayse@okul.example")


@pytest.fixture
def officer_of(make_person: Callable[..., Person]) -> Callable[[Institution], Actor]:
    """A new officer of the institution, as the console hands them to flows."""

    def make(institution: Institution, surname: str = "Yetkin") -> Actor:
        person = make_person("Ferit", surname)
        institutions.appoint(
            institution_id=institution.id, person_id=person.id, role="officer", starts=clock.today(), by=SYSTEM
        )
        return Actor(role=Role.OFFICER, id=str(person.id), name=person.name, institution_id=str(institution.id))

    return make
