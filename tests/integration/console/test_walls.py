"""The second wall: whoever acts for an institution sees its rows alone, also where a query forgot to ask for them."""

import os
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, reverse
from psycopg import sql

from divit.applications.models import Application
from divit.audit import ledger, walls
from divit.certificates.models import Certificate
from divit.cli.demo_people import synthetic_tckn
from divit.console.access import appointed
from divit.console.urls import urlpatterns
from divit.delivery.lifecycle import ConsignmentAct
from divit.delivery.models import Consignment, Parcel
from divit.delivery.services import consignments, parcels
from divit.flows import institution_proposals as flow
from divit.flows import roster_upload
from divit.identity.models import Person
from divit.institutions import services
from divit.institutions.models import Appointment, Contract, ContractPrice, Institution, Proposal, QuotaDraw
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor, Role
from divit.kernel.errors import NotFound
from divit.launcher.postgres import Cluster
from divit.payments.models import Bill, Statement, StatementLine
from divit.production.models import CardOrder
from divit.rosters.models import Request, Roster
from divit.stages.models import Block, Case
from tests.factories.programs import program_of
from tests.fixtures_cards import DISPATCHER
from tests.integration.console.conftest import a_webhook, bill_and_state, log_in, scanned

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("pin_recipient")]

LIAISON = Actor(role=Role.LIAISON, id="1000")
# Each with its way to the institution; a table with a wall and without a line here fails.
WALLED = {
    "applications_application": "institution_id",
    "certificates_certificate": "institution_id",
    "certificates_intent": "institution_id",
    "production_cardorder": "institution_id",
    "institutions_appointment": "institution_id",
    "institutions_contract": "institution_id",
    "institutions_contractprice": "(SELECT institution_id FROM institutions_contract c WHERE c.id = contract_id)",
    "institutions_quotadraw": "(SELECT institution_id FROM institutions_contract c WHERE c.id = contract_id)",
    "institutions_proposal": "institution_id",
    "rosters_roster": "institution_id",
    "rosters_request": "institution_id",
    "rosters_upload": "(SELECT institution_id FROM rosters_roster r WHERE r.id = roster_id)",
    "delivery_consignment": "institution_id",
    "scans_upload": "institution_id",
    "scans_scan": "institution_id",
    "scans_picture": "institution_id",
    "stages_case": "institution_id",
    "stages_block": "institution_id",
    "payments_bill": "institution_id",
    "payments_statement": "institution_id",
    "webhooks_webhook": "institution_id",
    "webhooks_message": "institution_id",
    "webhooks_delivery": "(SELECT institution_id FROM webhooks_webhook w WHERE w.id = webhook_id)",
    "connections_program": "institution_id",
    "connections_key": "(SELECT institution_id FROM connections_program p WHERE p.id = program_id)",
    "connections_token": "(SELECT institution_id FROM connections_program p WHERE p.id = program_id)",
    "connections_answer": "(SELECT institution_id FROM connections_program p WHERE p.id = program_id)",
    "payments_statementline": "(SELECT institution_id FROM payments_statement s WHERE s.id = statement_id)",
}
# An institution's rule is told to everybody who applies there.
OPEN = {"institutions_institutionrule"}
INSTITUTIONAL = [
    pattern
    for pattern in urlpatterns
    if isinstance(pattern, URLPattern) and getattr(pattern.callback, "access", "") == "appointed"
]


@pytest.fixture
def sides(
    make_order: Callable[..., CardOrder],
    make_person: Callable[..., Person],
    make_certificate: Callable[..., Certificate],
    appoint: Any,
) -> dict[str, dict[str, Any]]:
    """Two institutions that each have one of everything, and what every address of theirs is called with."""
    return {
        name: _one_of_everything(
            Institution.objects.create(name=f"T.C. {name}"), name, make_order, make_person, make_certificate, appoint
        )
        for name in ("Bir", "İki")
    }


def _one_of_everything(
    institution: Institution, name: str, make_order: Any, make_person: Any, make_certificate: Any, appoint: Any
) -> dict[str, Any]:
    surname = f"Gizli{'çğ'[name == 'İki']}oğlu"
    order = make_order(make_person(surname=surname), institution=institution)
    certificate = make_certificate(make_person(surname=surname), institution=institution)
    today = clock.today()
    contract = Contract.objects.create(
        institution=institution,
        number=f"{surname}-1",
        starts=today,
        ends=today + timedelta(days=10),
        quota=5,
        years=3,
        reader="mini",
    )
    ContractPrice.objects.create(contract=contract, code="nes-3y", net=10000)
    with transaction.atomic():
        services.draw_quota(contract.pk, request_id=uuid4(), by=SYSTEM)
    held = appoint(make_person(surname=surname), institution, "representative")
    proposal = flow.propose_end(institution.pk, held.pk, ends=today, by=LIAISON)
    waiting, request = _lists(institution, name, surname, by=held.person_id)
    box, card = _box(order, held)
    _figures(order)
    return {
        "institution": institution,
        "secret": surname,
        "arguments": {
            "application_id": order.application_id,
            "certificate_id": certificate.pk,
            "appointment_id": held.pk,
            "proposal_id": proposal.pk,
            "roster_id": waiting,
            "request_id": request,
            "statement_id": bill_and_state(order.application).pk,
            "consignment_id": box.pk,
            "parcel_id": card.pk,
            "webhook_id": a_webhook(institution, surname).pk,
            "program_id": program_of(institution, name=surname).pk,
            "scan_id": scanned(order.application, at=institution.pk),
        },
    }


def _box(order: CardOrder, held: Appointment) -> tuple[Consignment, Parcel]:
    """A box that is on its way to a representative, with one card in it."""
    with transaction.atomic():
        box = consignments.pack(
            institution_id=order.institution_id, appointment_id=held.pk, address="Atatürk Bulvarı 98", by=DISPATCHER
        )
        card = parcels.enclose(
            box,
            order_id=order.pk,
            application_id=order.application_id,
            person_id=order.person_id,
            produced_by="101",
            by=DISPATCHER,
            now=clock.now(),
        )
        consignments.carry_out(
            box, ConsignmentAct.ANNOUNCE, by=SYSTEM, now=clock.now(), tracking_no=f"KR{order.pk.hex[:8]}"
        )
    return box, card


def _figures(order: CardOrder) -> None:
    """One measured case, and a month of figures for the institution alone."""
    month = clock.today().replace(day=1)
    Case.objects.create(
        application=order.application,
        institution=order.institution,
        payer="person",
        kind="first",
        lane="normal",
        reasons=[],
        month=month,
        delivered_on=month,
    )
    Block.objects.create(
        scope=Block.Scope.OWN, institution=order.institution, first=month, last=month, made_at=clock.now()
    )


def _lists(institution: Institution, name: str, surname: str, *, by: UUID) -> tuple[UUID, UUID]:
    """A list that waits for confirmation, and one person's request of another."""
    actor = Actor(role=Role.REPRESENTATIVE, id=str(by), institution_id=str(institution.pk))
    made = []
    for number in (92, 93) if name == "Bir" else (94, 95):
        text = "T.C. Kimlik No;Ad;Soyad;Cep Telefonu;e-Posta\n"
        text += f"{synthetic_tckn(number)};Ayşe;{surname};0505 900 00 {number};c{number}@kurum.example\n;;;;\n1;2;3;4;5"
        made.append(roster_upload.upload(text.encode(), file_name="liste.csv", by=actor)[0])
    roster_upload.confirm(made[1].pk, by=actor)
    return made[0].pk, Request.objects.get(roster=made[1]).pk


@pytest.fixture
def web() -> Iterator[psycopg.Connection[Any]]:
    """The database as the pages' own role reaches it."""
    home = Path(os.environ["DIVIT_HOME"])  # the embedded database of the tests, whose roles have passwords there
    url = Cluster(home).url("divit_web", database=str(connection.settings_dict["NAME"]))
    with psycopg.connect(url, autocommit=True) as raw:
        yield raw


def _seen(raw: psycopg.Connection[Any], table: str) -> set[UUID]:
    """To whom the rows belong that a query without any filter gets."""
    found = raw.execute(sql.SQL("SELECT {} FROM {}").format(sql.SQL(WALLED[table]), sql.Identifier(table)))  # type: ignore[arg-type]
    return {row[0] for row in found.fetchall()}


def test_without_any_filter_there_are_no_foreign_rows(
    sides: dict[str, dict[str, Any]], web: psycopg.Connection[Any]
) -> None:
    ours, theirs = (side["institution"].pk for side in sides.values())
    assert web.execute("SELECT current_user").fetchone() == ("divit_web",)
    for table in WALLED:
        assert {ours, theirs} <= _seen(web, table), table
        web.execute("SELECT set_config('divit.institution', %s, false)", [str(ours)])
        assert _seen(web, table) == {ours}, table
        web.execute("SELECT set_config('divit.institution', %s, false)", [str(uuid4())])
        assert _seen(web, table) == set(), table
        web.execute("SELECT set_config('divit.institution', '', false)")


def test_nothing_foreign_is_written_either(sides: dict[str, dict[str, Any]], web: psycopg.Connection[Any]) -> None:
    ours, theirs = (side["institution"].pk for side in sides.values())
    web.execute("SELECT set_config('divit.institution', %s, false)", [str(ours)])
    untouched = web.execute("UPDATE institutions_contract SET quota = 9 WHERE institution_id = %s", [theirs])
    assert untouched.rowcount == 0
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
        web.execute("UPDATE institutions_contract SET institution_id = %s", [theirs])
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
        web.execute(
            "INSERT INTO institutions_contract (id, institution_id, number, starts, ends, quota, years, reader)"
            " VALUES (gen_random_uuid(), %s, 'x', '2020-01-01', '2020-01-02', 1, 1, 'none')",
            [theirs],
        )


def test_every_table_of_an_institution_has_its_wall() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.columns JOIN information_schema.tables USING (table_name)"
            " WHERE column_name = 'institution_id' AND table_type = 'BASE TABLE'"
        )
        institutional = {name for (name,) in cursor.fetchall()}
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
        walled = {name for (name,) in cursor.fetchall()}
    assert institutional - OPEN <= walled
    assert walled == set(WALLED)


@pytest.mark.parametrize("role", ["representative", "officer", "viewer"])
def test_every_address_of_two_institutions(
    sides: dict[str, dict[str, Any]], role: str, make_person: Callable[..., Person], appoint: Any
) -> None:
    """With the own institution in the address and every foreign row behind it, and the other way round."""
    ours, theirs = sides["Bir"], sides["İki"]
    person = make_person()
    appoint(person, ours["institution"], role)
    client = log_in(person)
    opened = 0
    for pattern in INSTITUTIONAL:
        objects = set(pattern.pattern.converters) - {"institution_id"}
        if Role(role) not in pattern.callback.roles:  # type: ignore[attr-defined]
            continue
        for where, what in ((ours, theirs), (theirs, theirs), (theirs, ours), (ours, ours)):
            arguments = {name: what["arguments"][name] for name in objects}
            address = reverse(
                f"console:{pattern.name}", kwargs={"institution_id": where["institution"].pk, **arguments}
            )
            for method in ("get", "post"):
                answer = getattr(client, method)(address, {"text": "Gizli", "act": "carry_out"})
                seen = f"{method} {pattern.name} ({role}): {answer.status_code}"
                assert theirs["secret"] not in answer.content.decode(errors="replace"), seen
                if where is theirs or (objects and what is theirs):
                    assert answer.status_code == 404 or (where is ours and answer.status_code == 405), seen
                else:
                    assert answer.status_code in (200, 302, 303, 405, 409), seen
                    opened += 1
    assert opened >= 2
    assert Proposal.objects.get(pk=theirs["arguments"]["proposal_id"]).state == "proposed"
    assert _setting() == ("", connection.settings_dict["USER"])


def _setting() -> tuple[str, str]:
    """Where the wall of this connection stands, and as whom it speaks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('divit.institution', true), current_user")
        wall, who = cursor.fetchone()
    return wall or "", who


def test_a_forgotten_filter_shows_nothing_foreign(sides: dict[str, dict[str, Any]]) -> None:
    ours = sides["Bir"]["institution"]
    for model in (
        Application,
        Certificate,
        CardOrder,
        Appointment,
        Contract,
        Proposal,
        Roster,
        Request,
        Bill,
        Statement,
    ):
        assert model.objects.values("institution").distinct().order_by("institution").count() > 1
        with walls.confined(ours.pk):
            assert {row.institution_id for row in model.objects.order_by("pk")} == {ours.pk}  # type: ignore[attr-defined]
    with walls.confined(ours.pk):
        assert {row.contract.institution_id for row in QuotaDraw.objects.order_by("pk")} == {ours.pk}
        assert {row.statement.institution_id for row in StatementLine.objects.order_by("pk")} == {ours.pk}
        with walls.lifted():
            assert Contract.objects.count() == 2
        assert Contract.objects.count() == 1


def test_the_door_puts_the_wall_up(sides: dict[str, dict[str, Any]], make_person: Any, appoint: Any) -> None:
    """A page that forgets its institution altogether."""

    def forgetful(request: Any) -> HttpResponse:
        assert _setting()[0] == str(request.institution.pk)
        return HttpResponse(" ".join(Contract.objects.order_by("pk").values_list("number", flat=True)))

    person = make_person()
    appoint(person, sides["Bir"]["institution"], "viewer")
    request: Any = RequestFactory().get("/")
    request.person, request.login = person, SimpleNamespace(level=2, session="s")
    answer = appointed(Role.VIEWER)(forgetful)(request, institution_id=sides["Bir"]["institution"].pk)
    assert answer.content.decode() == f"{sides['Bir']['secret']}-1"  # type: ignore[attr-defined]
    assert Contract.objects.count() == 2


def test_the_wall_is_gone_after_whatever_happened(sides: dict[str, dict[str, Any]]) -> None:
    ours = sides["Bir"]["institution"]
    as_it_was = _setting()

    def in_the_block(what: Callable[[], object]) -> None:
        with walls.confined(ours.pk):
            assert Contract.objects.count() == 1
            what()

    def refused() -> None:
        raise NotFound

    def broken() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    def killed() -> None:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    for wrong, error in ((refused, NotFound), (broken, DatabaseError), (killed, DatabaseError)):
        with pytest.raises(error):
            in_the_block(wrong)
        assert _setting() == as_it_was
    for wrong, error in ((refused, NotFound), (broken, DatabaseError)):
        with pytest.raises(error), transaction.atomic():  # as the pages do that only read
            in_the_block(wrong)
        assert _setting() == as_it_was
    assert Contract.objects.count() == 2


def test_a_connection_that_is_opened_again_stands_behind_the_same_wall(sides: dict[str, dict[str, Any]]) -> None:
    with walls.confined(sides["Bir"]["institution"].pk):
        connection.close()
        assert Contract.objects.count() == 1
    connection.close()
    assert Contract.objects.count() == 2


def test_another_request_at_the_same_time_is_not_confined(sides: dict[str, dict[str, Any]]) -> None:
    counted: list[int] = []

    def count() -> None:
        try:
            counted.append(Contract.objects.count())
        finally:
            connection.close()

    with walls.confined(sides["Bir"]["institution"].pk):
        other = threading.Thread(target=count)
        other.start()
        other.join()
    assert counted == [2]


def test_acts_behind_the_wall_are_written_as_everywhere(
    sides: dict[str, dict[str, Any]], make_person: Callable[..., Person], appoint: Any
) -> None:
    """Law, trigger, ledger and notices do their work for an officer of the institution."""
    ours = sides["Bir"]
    officer = make_person("Şule", "Yetkin")
    appoint(officer, ours["institution"], "officer", days=100)
    client: Client = log_in(officer)
    here = {"institution_id": ours["institution"].pk}
    told = {
        "act": "close",
        "certificate": ours["arguments"]["certificate_id"],
        "how": "suspend",
        "reason": "Ayrıldı.",
        "checked": "on",
    }
    answer = client.post(reverse("console:officer_leavers", kwargs=here), told)
    assert answer.status_code == 200, answer.content.decode()
    assert Certificate.objects.get(pk=ours["arguments"]["certificate_id"]).state == "suspended"
    decide = reverse("console:officer_proposal", kwargs=here | {"proposal_id": ours["arguments"]["proposal_id"]})
    assert client.post(decide, {"act": "carry_out"}).status_code == 303
    assert Appointment.objects.get(pk=ours["arguments"]["appointment_id"]).ends == clock.today()
    assert list(ledger.verify()) == []
