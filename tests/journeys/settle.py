"""People of the journeys, settled in a running demo as `divit seed` settles its own; none disturbs another.

Run as a program with the environment of the demo's owner.
"""

import httpx2

from divit.cli.demo_people import DemoPerson

_YEARS = 3 * 365
NARROW_ONE = DemoPerson(20, "Gülşen Nur", "Yürüyen", "1984-05-17", "Iğdır", "", "", certificate_days=_YEARS)
WIDE_ONE = DemoPerson(21, "Çınar", "Gezgin", "1990-12-01", "Şırnak", "", "", certificate_days=_YEARS)
KEYS_ONE = DemoPerson(22, "İpek", "Tuşlar", "1977-08-23", "Muş", "", "", certificate_days=_YEARS)
MENUS_ONE = DemoPerson(23, "Oğuz Ünal", "Menü", "1969-01-30", "Kütahya", "", "", certificate_days=_YEARS)
PAYING_ONE = DemoPerson(24, "Sıdıka", "Öder", "1992-10-10", "Şanlıurfa", "", "")
DEBTOR = DemoPerson(25, "Müjgân", "Borçlu", "1986-07-04", "Ağrı", "", "")
CARELESS_ONE = DemoPerson(26, "Yiğit", "Dalgın", "1998-04-23", "Gümüşhane", "", "")
NEWCOMERS = (NARROW_ONE, WIDE_ONE, KEYS_ONE, MENUS_ONE, PAYING_ONE, DEBTOR, CARELESS_ONE)


def main() -> None:
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "divit.project.settings")
    django.setup()
    from divit.cli.demo_people import INSTITUTION
    from divit.cli.settling import settle
    from divit.institutions.selectors import active_institutions

    world = os.environ["DIVIT_WORLD_URL"]
    everybody = [person.as_neighbours_know() for person in NEWCOMERS]
    httpx2.post(f"{world}/people", json=everybody, timeout=10).raise_for_status()
    institution = next(one for one in active_institutions() if one.name == INSTITUTION)
    for person in NEWCOMERS:
        settle(person, institution.id)


if __name__ == "__main__":
    main()
