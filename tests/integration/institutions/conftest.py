"""An institution, its officers, the centre's two people, and acts that meet."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count

import pytest
from django.db import connection

from divit.cli.demo_people import synthetic_tckn
from divit.identity.models import Person
from divit.institutions import services
from divit.institutions.models import Institution
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor, Level, Role
from divit.kernel.errors import Refused
from divit.payments.services import load_reference_data as load_prices

LIAISON = Actor(role=Role.LIAISON, id="7", name="Birinci Kişi", level=Level.HIGH)
SECOND = Actor(role=Role.LIAISON, id="8", name="İkinci Kişi", level=Level.HIGH)


@pytest.fixture
def ministry(db: None) -> Institution:
    load_prices()
    return Institution.objects.create(name="T.C. Deneme Bakanlığı")


@pytest.fixture
def elsewhere(db: None) -> Institution:
    return Institution.objects.create(name="Başka Kurum Başkanlığı")


@pytest.fixture
def somebody(db: None) -> Callable[..., Person]:
    """A new person each time."""
    numbers: Iterator[int] = count(10)

    def make(given_names: str = "Ayşe Işıl", surname: str = "Öğüt") -> Person:
        return Person.objects.create(tckn=synthetic_tckn(next(numbers)), given_names=given_names, surname=surname)

    return make


@pytest.fixture
def officer(somebody: Callable[..., Person]) -> Callable[..., Actor]:
    """A new officer of an institution, as an actor."""

    def make(institution: Institution) -> Actor:
        person = somebody("Şule", "Yetkin")
        today = clock.today()
        services.appoint(
            institution_id=institution.pk,
            person_id=person.pk,
            role="officer",
            starts=today - timedelta(days=1),
            ends=today + timedelta(days=300),
            by=SYSTEM,
        )
        return Actor(role=Role.OFFICER, id=str(person.pk), name=person.name, institution_id=str(institution.pk))

    return make


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Run all of them from one barrier, each on its own connection; the outcomes in order."""
    barrier = threading.Barrier(len(acts))
    outcomes = [""] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait()
            act()
            outcomes[place] = "done"
        except Refused as refusal:
            outcomes[place] = refusal.code
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
