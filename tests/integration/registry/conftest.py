"""People with papers, cards and certificates, and members of the registry's staff."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from divit.identity.models import StaffAccount
from divit.identity.staff import create_staff
from divit.kernel.actors import SYSTEM, Actor, Level, Role
from tests.fixtures_cards import *  # noqa: F403
from tests.fixtures_consignments import *  # noqa: F403
from tests.integration.applications.conftest import *  # noqa: F403
from tests.integration.applications.conftest import ministry, pay, reference_data, representative_of, treasury, way

__all__ = ["ministry", "pay", "reference_data", "representative_of", "treasury", "way"]


def acting(account: StaffAccount, role: Role = Role.REGISTRAR) -> Actor:
    """This member of staff at a desk."""
    return Actor(role=role, id=str(account.pk), name=account.name, level=Level.HIGH)


@pytest.fixture
def make_registrar(db: None) -> Callable[..., StaffAccount]:
    """A new member of staff, at the registry unless told otherwise."""
    made = iter(range(1, 50))

    def make(*desks: Role) -> StaffAccount:
        number = next(made)
        account, uri = create_staff(
            f"kayit{number}@merkez.example", name=f"Kayıtçı {number}", desks=desks or (Role.REGISTRAR,), by=SYSTEM
        )
        assert parse_qs(urlsplit(uri).query)["secret"]
        return account

    return make


@pytest.fixture
def registrar(make_registrar: Callable[..., StaffAccount]) -> Actor:
    """Somebody at the registry."""
    return acting(make_registrar())
