"""The questions of registry_search.py, which starts the database and this; fills the tables first."""

import random
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from divit.applications.reference import new_reference  # noqa: E402
from divit.audit import ledger  # noqa: E402
from divit.cli.demo_people import synthetic_tckn  # noqa: E402
from divit.flows import registry_search  # noqa: E402
from divit.identity.models import StaffAccount  # noqa: E402
from divit.identity.staff import create_staff  # noqa: E402
from divit.institutions.models import Institution  # noqa: E402
from divit.kernel.actors import SYSTEM, Actor, Level, Role  # noqa: E402
from divit.kernel.turkish import tr_fold, tr_upper  # noqa: E402

APPLICATIONS = int(sys.argv[1])
TIMES = 100


def words(text: str) -> list[str]:
    """One a word."""
    return text.split()


GIVEN = words(
    """Mehmet Fatma Mustafa Ayşe Ahmet Emine Ali Hatice Hüseyin Zeynep Hasan Elif İbrahim Meryem İsmail Şerife Osman
Zehra Murat Sultan Yusuf Hanife Ömer Merve Ramazan Havva Halil Zeliha Süleyman Esra Abdullah Fadime Mahmut Özlem Recep
Hacer Salih Rabia Fatih Melek Kadir Yasemin Emre Hülya Hakan Cemile Adem Sevim Kemal Gülsüm Yaşar Leyla Bekir Dilek
Musa Büşra Metin Aysel Orhan Songül Burak Kübra Furkan Halime Mert Esma Selim Tuğba Serkan Ümmü Cemal Aynur Engin
Selma Onur Gamze Gökhan Filiz Erkan Sibel Bayram Nurcan Enes Derya Cengiz Ebru Veli Saliha Ufuk Pınar Tolga Çiğdem
Volkan Şule Barış Nuray Deniz Işıl Kaan Müge Özgür Ilgaz Çağlar Öykü Doruk Ceren Umut Irmak Yiğit Güneş Ege Nehir
Tuna Beril Alp Defne Kuzey Ada Rüzgâr Mavi Toprak İpek"""
)
STEMS = words(
    """Yıl Kay De Çel Şah Öz Ak Gün Bul Er Ay Kara Sarı Demir Taş Koç Ars Doğ Kıl Aslan Çet Kurt Tek Bey Tun Uç Yağ
Gök Il Işık Bal Can Dur Ekin Fer Gür Has İnce Kum Mut Nal Ok Pek Rüz Sev Şen Top Ulu Var Zor"""
)
ENDINGS = words(
    """maz a mir ik in türk taş doğan yıldız lan an ıç baş oğlu kaya er soy can gül bay tepe su göz kan sever alp tekin
    men yürek ince de el ay"""
)
CITIES = words("Erzincan Isparta Şanlıurfa Muğla Kütahya Çanakkale Iğdır Ağrı Gümüşhane Bingöl")
PLACES = words("Eğitim Sağlık Tarım Gençlik Kültür Adalet Ulaştırma Çevre")
TABLES = words(
    """identity_person applications_application applications_requirement production_cardorder production_card
    certificates_intent certificates_certificate delivery_parcel"""
)
FOLDING = "çğıöşüâîûÇĞİÖŞÜÂÎÛI"


def fill() -> list[tuple[Any, ...]]:
    """The tables, a million applications in them, and what a question may know of some of them."""
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    for number in range(25):
        for city in CITIES:
            for kind in PLACES:
                Institution.objects.create(name=f"T.C. {city} {kind} Müdürlüğü {number}")
    surnames = [stem + ending for ending in ENDINGS for stem in STEMS]
    random.Random(1).shuffle(surnames)  # noqa: S311 - no secret
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica; SET synchronous_commit = off")
        cursor.execute("SET maintenance_work_mem = '512MB'; SET work_mem = '256MB'")
        cursor.execute("CREATE TEMP TABLE names AS SELECT %s::text[] given, %s::text[] surname", [GIVEN, surnames])
        cursor.execute(
            "CREATE TEMP TABLE places AS SELECT array_agg(id ORDER BY sort_key) AS ids FROM institutions_institution"
        )
        cursor.execute(
            "CREATE FUNCTION pg_temp.folded(text) RETURNS text LANGUAGE sql AS"
            f" $$ SELECT lower(translate($1, '{FOLDING}', '{tr_fold(FOLDING)}')) $$"
        )
        cursor.execute(
            "INSERT INTO certificates_issuer (id, name, certificate, crl_url, created_at)"
            " VALUES (gen_random_uuid(), 'bench', '', '', now())"
        )
        set_aside = _set_indexes_aside(cursor)
        sizes = {
            "persons": APPLICATIONS * 7 // 10,
            "applications": APPLICATIONS,
            "issued": APPLICATIONS * 8 // 10,
        }
        cursor.execute(Path(__file__).with_name("registry_million.sql").read_text().format(**sizes))
        for index in set_aside:
            cursor.execute(index)
        known = _known(cursor)
        cursor.execute("RESET ALL; DROP TABLE a, p")
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
    return known


def _set_indexes_aside(cursor: Any) -> list[str]:
    """Dropped while a million rows come in; returns how to make them again."""
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s)"
        " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conname = indexname) ORDER BY indexname",
        [TABLES],
    )
    found = cursor.fetchall()
    for name, _definition in found:
        cursor.execute(f'DROP INDEX "{name}"')
    return [definition for _name, definition in found]


def _known(cursor: Any) -> list[tuple[Any, ...]]:
    """Some of the people and their papers, given numbers that pass for real ones of the demo's range."""
    cursor.execute(
        "SELECT a.id, p.id, p.given_names, p.surname, p.phone, a.email, c.serial, c.card_serial, d.tracking_no, i.name"
        " FROM applications_application a JOIN identity_person p ON p.id = a.person_id"
        " JOIN institutions_institution i ON i.id = a.institution_id"
        " JOIN delivery_parcel d ON d.application_id = a.id JOIN certificates_certificate c"
        " ON c.card_order_id = d.order_id WHERE a.state = 'closed' ORDER BY md5(a.id::text) LIMIT %s",
        [TIMES],
    )
    known = []
    for number, (application_id, person_id, *rest) in enumerate(cursor.fetchall()):
        reference, tckn = new_reference(), synthetic_tckn(number)
        cursor.execute("UPDATE applications_application SET reference = %s WHERE id = %s", [reference, application_id])
        cursor.execute("UPDATE identity_person SET tckn = %s WHERE id = %s", [tckn, person_id])
        known.append((reference, tckn, *rest))
    return known


def questions(known: list[tuple[Any, ...]]) -> dict[str, list[str]]:
    """Every kind of question, as people type it."""
    references, tckns, given, surnames, phones, mailboxes, serials, cards, parcels, places = zip(*known, strict=True)
    names = list(zip(given, surnames, strict=True))
    return {
        "T.C. kimlik no": list(tckns),
        "telephone": [f"0{phone[3:]}" for phone in phones],
        "e-mail": list(mailboxes),
        "application reference": [reference.replace("-", " ") for reference in references],
        "certificate serial": list(serials),
        "certificate serial, zeros before it": [f"0000{serial.lower()}" for serial in serials],
        "card serial": list(cards),
        "parcel tracking number": list(parcels),
        "given names and surname": [f"{first} {last}" for first, last in names],
        "surname first, no Turkish marks": [tr_fold(f"{last} {first.split()[0]}") for first, last in names],
        "surname alone, capitals": [tr_upper(last) for last in surnames],
        "first four letters of a surname": [last[:4] for last in surnames],
        "one given name, the commonest first": GIVEN[:TIMES],
        "two letters and a surname": [f"{first[:2]} {last}" for first, last in names],
        "two letters alone": [first[:2] for first in given],
        "a name that nobody has": [f"{last[:4]}qxw" for last in surnames],
        "surname, institution": [f"{last}, {place}" for last, place in zip(surnames, places, strict=True)],
        "given name, institution": [f"{first.split()[0]}, {place}" for first, place in zip(given, places, strict=True)],
        "institution": list(places),
    }


def measure(kinds: dict[str, list[str]]) -> None:
    """Print the figures: the search alone, and the whole page with its entries in the ledger."""
    account, _uri = create_staff("kayit@merkez.example", name="Kayıtçı", desks=[Role.REGISTRAR], by=SYSTEM)
    by = Actor(role=Role.REGISTRAR, id=str(account.pk), name=account.name, level=Level.HIGH)
    desk = seat(Client(HTTP_HOST=settings.ALLOWED_HOSTS[0]), account)
    address = reverse("console:registration")
    print(f"{'':38}{'search, ms':>18}{'page, ms':>18}{'people found':>18}")
    print(f"{'':38}{'p50':>9}{'p95':>9}{'p50':>9}{'p95':>9}{'median':>9}{'most':>9}")
    for kind, texts in kinds.items():
        totals: list[int] = []

        def search(text: str, totals: list[int] = totals) -> None:
            found = registry_search.find(text, by=by)
            totals.append(registry_search.MOST + 1 if found.too_many else found.total)

        alone = [timed(partial(search, text)) for text in texts]
        paged = [timed(partial(desk.post, address, {"text": text})) for text in texts[: TIMES // 2]]
        figures = "".join(f"{value:9.1f}" for value in (*spread(alone), *spread(paged)))
        print(f"{kind:38}{figures}{many(int(statistics.median(totals)))}{many(max(totals))}", flush=True)
    for name, act in {
        "figures of every institution": partial(desk.get, reverse("console:reports")),
        "page of what ends in 30 days": partial(desk.get, reverse("console:report", args=["bitecek"])),
        "page of what waits": partial(desk.get, reverse("console:report", args=["bekleyen"])),
        "XLSX of 5,000 rows, looks written": partial(desk.post, reverse("console:report_file", args=["bekleyen"])),
    }.items():
        assert act().status_code == 200
        print(f"{name:38}{statistics.median(timed(act) for _ in range(3)):27.0f}", flush=True)


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
    started = time.perf_counter()
    known = fill()
    print(f"filled in {time.perf_counter() - started:.0f} s", flush=True)
    measure(questions(known))
    look_times()
