"""`divit walk` against the running service: the lost-card journey with OpenSSL as witness."""

import pytest

from tests.running_service import DIVIT, Service

pytestmark = [pytest.mark.journey, pytest.mark.service]


def test_the_whole_journey_holds(service: Service) -> None:
    done = service.walk()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The whole journey holds" in done.stdout


def test_an_institutions_side_holds(service: Service) -> None:
    done = service.walk("institution", "--people", "10")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "10 certificates" in done.stdout


def test_the_ledger_is_whole_afterwards(service: Service) -> None:
    done = service.as_owner(DIVIT, "ledger", "verify")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The ledger is whole" in done.stdout


def test_a_walk_without_a_demo_says_so(service: Service) -> None:
    done = service.walk("--web", "http://localhost:1", "--validation", "http://127.0.0.1:1")
    assert done.returncode == 1
    assert "Is the demo running?" in done.stderr
