"""An institution with a contract, two officers and a representative, lists as files, and invited people."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest
from openpyxl import Workbook

from divit.applications.models import Application
from divit.flows import institution_paid_application, roster_approval, roster_upload
from divit.identity.models import Person
from divit.institutions import services as institutions
from divit.institutions.models import Contract, Institution
from divit.kernel import clock
from divit.kernel.actors import SYSTEM, Actor, Level, Role
from divit.rosters.models import Request, Roster
from tests.fixtures_pki import holder_of, synthetic_tckn
from tests.integration.applications.conftest import *  # noqa: F403
from tests.integration.applications.conftest import Way, ministry, reference_data, treasury, way

__all__ = ["ministry", "reference_data", "treasury", "way"]

HEADINGS = ("T.C. Kimlik No", "Ad", "Soyad", "Cep Telefonu", "e-Posta", "Birim", "Unvan", "Başvuru Türü")
Row = Sequence[str]


def row_of(number: int, *, given_names: str = "Ayşe", surname: str = "Sınama", kind: str = "İlk sertifika") -> Row:
    """A good row about the number-th synthetic person (from 40 on: those of `make_person` come from the other end)."""
    return (
        synthetic_tckn(number),
        given_names,
        surname,
        f"0505 900 00 {number:02d}",
        f"calisan{number}@kurum.example",
        "Bilgi İşlem Şubesi",
        "Öğretmen",
        kind,
    )


def xlsx(rows: Sequence[Row], *, salt: str = "") -> bytes:
    """The rows as a file; `salt` makes another file of the same rows."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = f"Liste{salt}"
    sheet.append(HEADINGS)
    for row in rows:
        sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def csv(rows: Sequence[Row]) -> bytes:
    """The same as text: the same bytes each time."""
    return "\n".join(";".join(row) for row in (HEADINGS, *rows)).encode()


@pytest.fixture
def contract(ministry: Institution) -> Contract:
    today = clock.today()
    return Contract.objects.create(
        institution=ministry,
        number="2026/7",
        starts=today - timedelta(days=30),
        ends=today + timedelta(days=300),
        quota=100,
        years=2,
        reader="mini",
    )


@pytest.fixture
def appoint(make_person: Callable[..., Person]) -> Callable[..., Actor]:
    """Somebody who acts for an institution today."""

    def make(institution: Institution, role: Role, *, person: Person | None = None) -> Actor:
        who = person or make_person("Şule", "Yetkin")
        institutions.appoint(
            institution_id=institution.id, person_id=who.id, role=str(role), starts=clock.today(), by=SYSTEM
        )
        return Actor(role=role, id=str(who.id), institution_id=str(institution.id), level=Level.SUBSTANTIAL)

    return make


@dataclass
class Desk:
    """The institution's side: who uploads, who approves."""

    institution: Institution
    contract: Contract
    uploader: Actor
    approver: Actor

    def upload(self, rows: Sequence[Row], *, by: Actor | None = None) -> Roster:
        roster, _new = roster_upload.upload(csv(rows), file_name="liste.csv", by=by or self.uploader)
        return roster

    def confirmed(self, rows: Sequence[Row], *, by: Actor | None = None) -> Roster:
        roster = self.upload(rows, by=by)
        roster_upload.confirm(roster.id, by=by or self.uploader)
        roster.refresh_from_db()
        return roster

    def invited(self, number: int = 50) -> Request:
        """One person, asked for."""
        return Request.objects.get(roster=self.confirmed([row_of(number)]))

    def approve(self, request: Request) -> None:
        roster_approval.approve(request.id, by=self.approver)


@pytest.fixture
def desk(ministry: Institution, contract: Contract, appoint: Callable[..., Actor]) -> Desk:
    return Desk(
        institution=ministry,
        contract=contract,
        uploader=appoint(ministry, Role.OFFICER),
        approver=appoint(ministry, Role.OFFICER),
    )


@pytest.fixture
def begin() -> Callable[[Request], Application]:
    """The invited person begins."""

    def make(request: Request) -> Application:
        return institution_paid_application.start(request.id, person=request.person, by=holder_of(request.person))

    return make


@pytest.fixture
def complete(way: Way, begin: Callable[[Request], Application]) -> Callable[[Request], Application]:
    """The invited person fills in, proves the phone and sends off."""

    def make(request: Request) -> Application:
        row = begin(request)
        way.fill(row)
        way.confirm(row)
        way.prove(row)
        return way.submit(row)

    return make
