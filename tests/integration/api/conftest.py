"""Two institutions that each have one of everything, with officers, and a program that may do all of it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from divit.certificates.models import Certificate
from divit.cli.demo_people import synthetic_tckn
from divit.connections.models import Program
from divit.connections.scopes import Scope
from divit.flows import programs, roster_upload
from divit.identity.models import Person
from divit.institutions import services as institutions
from divit.institutions.models import Contract, Institution
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor, Role
from divit.production.models import CardOrder
from divit.rosters.models import Request, Roster
from tests.fixtures_cards import *  # noqa: F403
from tests.fixtures_pki import *  # noqa: F403
from tests.integration.console.conftest import bill_and_state

HEADINGS = "T.C. Kimlik No;Ad;Soyad;Cep Telefonu;e-Posta"


@dataclass
class Wire:
    """A program at the other end: one token, and an Idempotency-Key for each new task."""

    token: str
    client: Client = field(default_factory=Client)
    language: str = "tr"

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(f"/api/v1{path}", headers=self._headers(headers))

    def post(self, path: str, body: object = None, *, key: str | None = None, **headers: str) -> Any:
        told = {"Idempotency-Key": key or str(uuid4()), **self._headers(headers)}
        content = json.dumps(body if body is not None else {})
        return self.client.post(f"/api/v1{path}", content, content_type="application/json", headers=told)

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        own = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return {**own, "Accept-Language": self.language, **more}


@dataclass
class Side:
    """One institution, and what it has."""

    institution: Institution
    first: Actor
    second: Actor
    program: Program
    key: str
    wire: Wire
    secret: str
    ids: dict[str, UUID]


@dataclass
class Connect:
    """Officers let a program in and make its key."""

    make_person: Callable[..., Person]

    def officer(self, institution: Institution) -> Actor:
        person = self.make_person("Şule", "Yetkin")
        institutions.appoint(
            institution_id=institution.pk, person_id=person.pk, role="officer", starts=clock.today(), by=SYSTEM
        )
        return Actor(role=Role.OFFICER, id=str(person.pk), name=person.name, institution_id=str(institution.pk))

    def program(
        self, first: Actor, second: Actor, *, scopes: tuple[Scope, ...] = tuple(Scope), name: str = "Personel sistemi"
    ) -> tuple[Program, str]:
        row = programs.ask(name=name, scopes=scopes, ends=clock.today() + timedelta(days=30), by=first)
        programs.confirm(row.pk, by=second)
        return row, programs.renew_key(row.pk, at_once=False, by=first)

    def wire(self, row: Program, key: str) -> Wire:
        return Wire(programs.grant(str(row.pk), key, scopes=(), address="192.0.2.1").token)


@pytest.fixture
def connect(make_person: Callable[..., Person]) -> Connect:
    return Connect(make_person)


@pytest.fixture
def kurum(db: None) -> Institution:
    return Institution.objects.create(name="T.C. Bağlı Kurum")


@pytest.fixture
def contract_of() -> Callable[[Institution], Contract]:
    def make(institution: Institution) -> Contract:
        today = clock.today()
        ends = today + timedelta(days=90)
        return Contract.objects.create(
            institution=institution, number="2026/1", starts=today, ends=ends, quota=50, years=3, reader="mini"
        )

    return make


def listed(number: int, *, surname: str) -> bytes:
    """A list of one good and one bad row."""
    row = f"{synthetic_tckn(number)};Ayşe;{surname};0505 900 00 {number};c{number}@kurum.example"
    return f"{HEADINGS}\n{row}\n1;2;3;4;5".encode()


@pytest.fixture
def sides(
    connect: Connect,
    contract_of: Callable[[Institution], Contract],
    make_order: Callable[..., CardOrder],
    make_person: Callable[..., Person],
    make_certificate: Callable[..., Certificate],
) -> tuple[Side, Side]:
    """«Bir» and «İki»."""
    return _side("Bir", 70, **locals()), _side("İki", 80, **locals())


def _side(name: str, number: int, **made: Any) -> Side:
    institution = Institution.objects.create(name=f"T.C. {name}")
    made["contract_of"](institution)
    surname = "Gizliçoğlu" if name == "Bir" else "Gizliğoğlu"
    order = made["make_order"](made["make_person"](surname=surname), institution=institution)
    certificate = made["make_certificate"](made["make_person"](surname=surname), institution=institution)
    connect: Connect = made["connect"]
    first, second = connect.officer(institution), connect.officer(institution)
    checked, _new = roster_upload.upload(listed(number, surname=surname), file_name="bir.csv", by=second)
    taken, _new = roster_upload.upload(listed(number + 1, surname=surname), file_name="iki.csv", by=second)
    roster_upload.confirm(taken.pk, by=second)
    row, key = connect.program(first, second)
    return Side(
        institution=institution,
        first=first,
        second=second,
        program=row,
        key=key,
        wire=connect.wire(row, key),
        secret=surname,
        ids={
            "roster_id": Roster.objects.get(pk=checked.pk).pk,
            "request_id": Request.objects.get(roster=taken).pk,
            "application_id": order.application_id,
            "certificate_id": certificate.pk,
            "statement_id": bill_and_state(order.application).pk,
        },
    )
