"""The running service with people of our own in it; it is well again before and after every test."""

import sys
from collections.abc import Callable, Iterator

import pytest

from divit.cli.demo_people import DemoPerson
from tests.resilience.house import House
from tests.resilience.settle import HOLDERS
from tests.running_service import Service


@pytest.fixture(scope="session")
def settled(service: Service) -> House:
    """The shared service, with the people who are attacked."""
    done = service.as_owner(sys.executable, "-m", "tests.resilience.settle")
    assert done.returncode == 0, done.stdout + done.stderr
    return House(service)


@pytest.fixture
def house(settled: House) -> Iterator[House]:
    """Well before the test, and whatever the test did to it, well after."""
    settled.wait_well()
    yield settled
    settled.send_home()
    settled.wait_well()


@pytest.fixture(scope="session")
def _holders() -> Iterator[DemoPerson]:
    return iter(HOLDERS)


@pytest.fixture
def holder(_holders: Iterator[DemoPerson]) -> Callable[[], DemoPerson]:
    """Call it for the next person with a valid certificate whom nobody has used."""
    return lambda: next(_holders)
