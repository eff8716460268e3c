"""How a simulated year begins: who acts at the institution and at the centre, and the contract."""

from datetime import datetime, timedelta
from uuid import UUID

import httpx2
from django.conf import settings

from divit.applications.addresses import read_addresses
from divit.cli.demo_people import DISPATCHER, INSPECTOR, LEVENT, NILGUN, PRODUCER, RUZGAR, STAFF, TOGETHER, DemoPerson
from divit.cli.settling import conclude, employ, settle
from divit.cli.simulation.employees import Employee
from divit.cli.simulation.house import Agenda, Cast, House
from divit.cli.simulation.moving import MovedClock
from divit.cli.simulation.neighbours import Neighbours
from divit.cli.simulation.workers import Workers
from divit.identity import selectors as people
from divit.institutions import selectors as institutions
from divit.kernel.actors import Actor, Level, Role
from divit.kernel.tckn import Tckn

# Everybody who is asked for draws a place of the quota, some of them twice or three times.
_QUOTA_FOR_EACH, _QUOTA_BESIDES = 3, 500
_CONTRACT_NUMBER = 2  # as `divit seed` counts its contracts
_SEPTEMBER, _IN_SEPTEMBER = 9, 2


def furnish(clock: MovedClock, *, ends: datetime, seed: int, people_count: int, world: str) -> House:
    """The house on the first day of the year."""
    institution_id = _institution()
    for account in STAFF:
        employ(account, world=world)
    officers = (LEVENT, NILGUN, RUZGAR)
    known = [one.as_neighbours_know() for one in officers]
    httpx2.post(f"{world}/people", json=known, timeout=10).raise_for_status()
    for one in officers:
        settle(one, institution_id)
    quota = people_count * _QUOTA_FOR_EACH + _QUOTA_BESIDES
    conclude(institution_id, _CONTRACT_NUMBER, quota=quota, years=1)
    return House(
        clock=clock,
        agenda=Agenda(ends=ends),
        workers=Workers(clock),
        neighbours=Neighbours(world),
        cast=_cast(institution_id),
        addresses=read_addresses(settings.DIVIT.build / "data" / "addresses.json"),
        seed=seed,
    )


def _institution() -> UUID:
    return next(one.id for one in institutions.active_institutions() if one.name == TOGETHER)


def _cast(institution_id: UUID) -> Cast:
    return Cast(
        institution_id=institution_id,
        officer=_appointed(LEVENT, Role.OFFICER, institution_id),
        other_officer=_appointed(NILGUN, Role.OFFICER, institution_id),
        representative=_appointed(RUZGAR, Role.REPRESENTATIVE, institution_id),
        representative_last4=RUZGAR.tckn[-4:],
        producer=_staff(PRODUCER.email, Role.PRODUCER),
        inspector=_staff(INSPECTOR.email, Role.INSPECTOR),
        dispatcher=_staff(DISPATCHER.email, Role.DISPATCHER),
    )


def _appointed(told: DemoPerson, role: Role, institution_id: UUID) -> Actor:
    person = people.person_by_tckn(Tckn(told.tckn))
    if person is None:
        raise LookupError(told.name)
    return Actor(
        role=role,
        id=str(person.pk),
        name=person.name,
        level=Level.SUBSTANTIAL,
        institution_id=str(institution_id),
        session=f"simulated-{role}",
    )


def _staff(email: str, role: Role) -> Actor:
    account = people.staff_by_email(email)
    return Actor(role=role, id=str(account.pk), name=account.name, level=Level.HIGH)


def first_days(employees: list[Employee], *, begins: datetime, ends: datetime) -> list[tuple[datetime, Employee]]:
    """On which day each employee first comes to want a certificate.

    Unit by unit over ten months, ever more of them as word goes round, and twice as many in September, when people
    change their posts.
    """
    days = (ends - begins).days
    usable = max(days - days // 6, 1)
    weights = [_pressing(begins + timedelta(days=day), part=day / usable) for day in range(usable)]
    total, reached, place = sum(weights), 0.0, 0
    found: list[tuple[datetime, Employee]] = []
    for day, weight in enumerate(weights):
        reached += weight
        while place < len(employees) and place * total < reached * len(employees):
            found.append((begins + timedelta(days=day), employees[place]))
            place += 1
    return found


def _pressing(day: datetime, *, part: float) -> float:
    return (1 + 2 * part) * (_IN_SEPTEMBER if day.month == _SEPTEMBER else 1)
