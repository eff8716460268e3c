"""People for the tests that kill: each test has its own, so that none depends on what another did.

Run as a program with the environment of the demo's owner.
"""

import os

import httpx2

from divit.cli.demo_people import INSTITUTION, DemoPerson

_NAMES = ("Ayşegül", "Burçin", "Cengizhan", "Dürdane", "Elçin", "Ferit Işık", "Gökçe", "Hıfzı", "İlknur", "Jülide")


def somebody(number: int, *, days: int = 3 * 365) -> DemoPerson:
    """Number 60 to 89."""
    given_names = _NAMES[number % len(_NAMES)]
    return DemoPerson(number, given_names, "Dayanıklı", "1980-02-29", "Çanakkale", "", "", certificate_days=days)


APPLICANT = somebody(89, days=0)
HOLDERS = tuple(somebody(number) for number in range(60, 76))


def main() -> None:
    """Settle all of them, as the demo settles its own people."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "divit.project.settings")
    django.setup()
    from divit.cli.settling import settle
    from divit.institutions.selectors import active_institutions

    everybody = [person.as_neighbours_know() for person in (*HOLDERS, APPLICANT)]
    httpx2.post(f"{os.environ['DIVIT_WORLD_URL']}/people", json=everybody, timeout=10).raise_for_status()
    institution = next(one for one in active_institutions() if one.name == INSTITUTION)
    for person in (*HOLDERS, APPLICANT):
        settle(person, institution.id)


if __name__ == "__main__":
    main()
