"""The questions of registry_search.py, asked as the web process asks them: with its rights, behind the same walls."""

import json
import re
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402
from registry_words import TABLES, questions  # noqa: E402

from divit.audit import ledger  # noqa: E402
from divit.flows import registry_search  # noqa: E402
from divit.identity import selectors as identity  # noqa: E402
from divit.identity.models import StaffAccount  # noqa: E402
from divit.identity.staff import create_staff  # noqa: E402
from divit.kernel.actors import SYSTEM, Actor, Level, Role  # noqa: E402
from divit.kernel.errors import NotFound  # noqa: E402

TIMES = int(sys.argv[1])
FILLED = Path(sys.argv[2])
PROMISED = 100
"""Milliseconds at p95, for the search alone."""
PLANNED = 5
WARMING = 20
"""So many questions about other people come first and are not counted: the desk is not opened for one question."""


def measure(kinds: dict[str, list[str]]) -> list[str]:
    """Print the figures: the search alone, and the whole page with its entries in the ledger; tell what was broken."""
    account = _registrar()
    by = Actor(role=Role.REGISTRAR, id=str(account.pk), name=account.name, level=Level.HIGH)
    desk = seat(Client(HTTP_HOST=settings.ALLOWED_HOSTS[0]), account)
    address = reverse("console:registration")
    broken = []
    print(f"{'':38}{'search, ms':>18}{'page, ms':>18}{'people found':>18}")
    print(f"{'':38}{'p50':>9}{'p95':>9}{'p50':>9}{'p95':>9}{'median':>9}{'most':>9}")
    for kind, texts in kinds.items():
        totals: list[int] = []

        def search(text: str, totals: list[int] = totals) -> None:
            found = registry_search.find(text, by=by)
            totals.append(registry_search.MOST + 1 if found.too_many else found.total)

        for text in texts[TIMES:][:WARMING]:
            registry_search.find(text, by=by)
        alone = spread([timed(partial(search, text)) for text in texts[:TIMES]])
        paged = spread([timed(partial(desk.post, address, {"text": text})) for text in texts[: max(2, TIMES // 2)]])
        figures = "".join(f"{value:9.1f}" for value in (*alone, *paged))
        print(f"{kind:38}{figures}{many(int(statistics.median(totals)))}{many(max(totals))}", flush=True)
        whole = read_whole([partial(search, text) for text in texts[:PLANNED]])
        broken += [f"{kind}: {alone[1]:.0f} ms"] if alone[1] > PROMISED else []
        broken += [f"{kind}: all of {table} is read" for table in sorted(whole)]
    for name, act in {
        "figures of every institution": partial(desk.get, reverse("console:reports")),
        "page of what ends in 30 days": partial(desk.get, reverse("console:report", args=["bitecek"])),
        "page of what waits": partial(desk.get, reverse("console:report", args=["bekleyen"])),
        "XLSX of 5,000 rows, looks written": partial(desk.post, reverse("console:report_file", args=["bekleyen"])),
    }.items():
        assert act().status_code == 200
        print(f"{name:38}{statistics.median(timed(act) for _ in range(3)):27.0f}", flush=True)
    return broken


def read_whole(searches: list[Callable[[], None]]) -> set[str]:
    """The large tables that are read from one end to the other for these questions, each asked as the search does."""
    found: set[str] = set()
    for search in searches:
        with CaptureQueriesContext(connection) as asked:
            search()
        with transaction.atomic(), connection.cursor() as cursor:
            for sql in (query["sql"] for query in asked):
                if sql.startswith("SELECT"):
                    cursor.execute(f"EXPLAIN {sql}")
                    found |= set(re.findall(r"Seq Scan on (\w+)", "\n".join(line for (line,) in cursor.fetchall())))
                elif sql.startswith("SET LOCAL"):
                    cursor.execute(sql)
                elif sql.startswith("COMMIT"):
                    cursor.execute("RESET enable_seqscan")
    return found & set(TABLES)


def _registrar() -> StaffAccount:
    email = "kayit@merkez.example"
    try:
        return identity.staff_by_email(email)
    except NotFound:
        return create_staff(email, name="Kayıtçı", desks=[Role.REGISTRAR], by=SYSTEM)[0]


def look_times() -> None:
    """How long the ledger is held while the looks of a long list are written."""
    by = Actor(role=Role.REGISTRAR, id="1", level=Level.HIGH)
    looks = [
        {"by": by, "person_id": str(number), "purpose": "report_file", "subject": ("person", str(number))}
        for number in range(5000)
    ]
    whole = timed(partial(ledger.look_all, looks))
    once = statistics.median(timed(partial(ledger.look_all, looks[:250])) for _ in range(9))
    print(f"5,000 looks in the ledger: {whole:.0f} ms; it is held for {once:.0f} ms at a time")


def many(people: int) -> str:
    """So many, or more than are listed."""
    return f"{people:9}" if people <= registry_search.MOST else f"{'>200':>9}"


def seat(client: Client, account: StaffAccount) -> Client:
    """A browser in which this account has signed in."""
    session = client.session
    session["_auth_user_id"] = str(account.pk)
    session["_auth_user_backend"] = "allauth.account.auth_backends.AuthenticationBackend"
    session["_auth_user_hash"] = account.get_session_auth_hash()
    session["account_authentication_methods"] = [{"method": "mfa", "at": time.time(), "reauthenticated": False}]
    session["account_authentication_methods_user"] = str(account.pk)
    session.save()
    client.cookies["divit-session"] = session.session_key
    return client


def timed(act: Callable[[], object]) -> float:
    """Milliseconds."""
    begun = time.perf_counter()
    act()
    return (time.perf_counter() - begun) * 1000


def spread(times: list[float]) -> tuple[float, float]:
    """p50 and p95."""
    return statistics.median(times), statistics.quantiles(times, n=20)[-1]


if __name__ == "__main__":
    faults = measure(questions(json.loads(FILLED.read_text())["known"]))
    look_times()
    sys.exit("The promise is broken:\n" + "\n".join(faults) if faults else 0)
