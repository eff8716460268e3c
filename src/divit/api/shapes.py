"""What goes over the wire: each shape with its words, Turkish · English, from which description and page are made."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field, StringConstraints, WithJsonSchema

from divit.applications.kinds import Kind, Payer
from divit.applications.lifecycle import State as ApplicationState
from divit.applications.requirements import RequirementKind
from divit.flows.roster_progress import Stage, Waits
from divit.rosters.lifecycle import RosterState
from divit.rosters.lifecycle import State as RequestState

Cell = Annotated[str, StringConstraints(max_length=300)]
Amount = Annotated[str, Field(description="TL, kuruşlarıyla · Turkish lira", examples=["1204.50"])]
CertificateState = Literal["valid", "suspended", "revoked", "expired"]


def _codes(of: type[StrEnum]) -> WithJsonSchema:
    """The codes of an enum where they are used: several rooms have a «State» of their own."""
    return WithJsonSchema({"type": "string", "enum": [str(one) for one in of]})


KindCode = Annotated[Kind, _codes(Kind)]
PayerCode = Annotated[Payer, _codes(Payer)]
ApplicationStateCode = Annotated[ApplicationState, _codes(ApplicationState)]
RequirementCode = Annotated[RequirementKind, _codes(RequirementKind)]
RosterStateCode = Annotated[RosterState, _codes(RosterState)]
RequestStateCode = Annotated[RequestState, _codes(RequestState)]
StageCode = Annotated[Stage, _codes(Stage)]
WaitsCode = Annotated[Waits, _codes(Waits)]


class Told(Schema):
    """What is sent to us: a field that nobody knows is a mistake, not a wish to be passed over."""

    model_config = ConfigDict(extra="forbid")


class Institution(Schema):
    """Kurum · An institution."""

    id: UUID
    name: str


class Itself(Schema):
    """Bağlanan program · The program that asks."""

    client_id: UUID
    name: str
    institution: Institution
    scopes: list[str] = Field(description="Bu belirtecin izinleri · The permissions of this token")
    ends: date = Field(description="Programın son günü · The program's last day")


class Contract(Schema):
    """Bugün yürürlükteki sözleşme · The contract in force today."""

    number: str
    starts: date
    ends: date
    quota: int
    left: int = Field(description="Kotada kalan yer · Places left")


class Person(Told):
    """Listedeki bir kişi · One person of a list."""

    tckn: Cell = Field(description="T.C. kimlik no · National number", examples=["10000000146"])
    given_names: Cell = Field(examples=["Ayşe Işıl"])
    surname: Cell = Field(examples=["Öğüt"])
    phone: Cell = Field(description="Cep telefonu · Mobile phone", examples=["0505 123 45 67"])
    email: Cell = Field(examples=["ayse.ogut@kurum.example"])
    unit: Cell = ""
    job_title: Cell = ""
    kind: Cell = Field("first", description="Başvuru türü · Kind of application: " + ", ".join(Kind))


class People(Told):
    """Kişiler · People; more of them than this go as a file."""

    people: list[Person] = Field(min_length=1, max_length=2000)


class Roster(Schema):
    """Liste · A list; its rows are checked first, and are asked for once it is confirmed."""

    id: UUID
    file_name: str
    state: RosterStateCode
    uploaded_at: datetime
    confirmed_at: datetime | None
    rows: int
    checked: int = Field(description="Şu ana kadar denetlenen satır · Rows checked so far")
    accepted: int
    faulty: int
    skipped: list[int] = Field(description="Onaydan sonra uymayan satırlar · Rows that no longer fitted")


class OneRoster(Roster):
    """Liste ve kişilerinin aşamaları · A list and how far its people are."""

    stages: dict[StageCode, int]


class Rosters(Schema):
    """Bir sayfa liste · A page of lists."""

    items: list[Roster]
    next: str | None


class Fault(Schema):
    """Bir satırın yanlışı · What is wrong with a row."""

    row: int = Field(description="Başlık 1. satırdır; 0: listenin tümü · The heading is row 1; 0: the whole list")
    column: str | None
    code: str
    detail: str


class Faults(Schema):
    """Bütün yanlışlar, bir sayfa · All faults, in pages."""

    items: list[Fault]
    next: str | None


class Request(Schema):
    """Talep · The institution asks for one person's certificate."""

    id: UUID
    roster_id: UUID
    row: int
    name: str
    kind: KindCode
    state: RequestStateCode
    stage: StageCode
    waits_for: list[WaitsCode]
    application_id: UUID | None
    asked_at: datetime
    expires_on: date
    ending: str = Field(description="Neden sona erdi · Why it ended")


class Requests(Schema):
    """Bir sayfa talep · A page of requests."""

    items: list[Request]
    next: str | None


class Reason(Told):
    """Gerekçe; kişi okur · Why; the person reads it."""

    reason: Annotated[str, StringConstraints(min_length=1, max_length=300)]


class Application(Schema):
    """Başvuru · An application that was sent off."""

    id: UUID
    reference: str
    name: str
    kind: KindCode
    payer: PayerCode
    state: ApplicationStateCode
    submitted_at: datetime
    ending: str


class Requirement(Schema):
    """Başvurunun bir koşulu · What it needs before production."""

    kind: RequirementCode
    closed_at: datetime | None


class Expected(Schema):
    """Beklenen teslim · When the card is expected."""

    earliest: date
    until: date
    late: bool


class OneApplication(Application):
    """Başvuru, koşulları ve beklenen teslim · With what it needs and when the card is expected."""

    requirements: list[Requirement]
    expected: Expected | None


class Applications(Schema):
    """Bir sayfa başvuru · A page of applications."""

    items: list[Application]
    next: str | None


class Certificate(Schema):
    """Sertifika · A certificate that was issued through the institution."""

    id: UUID
    serial: str
    holder: str
    state: CertificateState
    not_before: datetime
    not_after: datetime
    suspended_at: datetime | None
    suspended_for: str = Field(description="Kimin isteğiyle askıda · Whose wish the suspension is")
    revoked_at: datetime | None
    reason: str = Field(description="RFC 5280 5.3.1")


class Change(Schema):
    """Durumuna ne oldu · What happened to its status."""

    act: str
    state: str
    at: datetime
    by: str
    said: str


class OneCertificate(Certificate):
    """Sertifika ve geçmişi · With its history."""

    changes: list[Change]


class Certificates(Schema):
    """Bir sayfa sertifika · A page of certificates."""

    items: list[Certificate]
    next: str | None


class WhoseCertificates(Told):
    """Kimin sertifikaları · Whose certificates."""

    tckn: Cell = Field(description="T.C. kimlik no · National number", examples=["10000000146"])


class Leavers(Told):
    """Ayrılanların sertifikaları ve gerekçe · Certificates of people who left, and why."""

    certificates: list[UUID] = Field(min_length=1, max_length=100)
    reason: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    last_day: date | None = Field(None, description="Son çalışma günü · Last working day")


class Closed(Schema):
    """Bir sertifikaya ne oldu · What became of one."""

    certificate_id: UUID
    suspended: bool
    code: str = ""
    detail: str = ""


class ClosedAll(Schema):
    """Her biri · Each of them."""

    items: list[Closed]


class Statement(Schema):
    """Aylık hesap özeti · A monthly statement."""

    id: UUID
    reference: str
    month: date
    count: int
    net: Amount
    vat: Amount
    total: Amount
    payment: str = Field(description="Boş: ödenecek bir şey yok · Empty: nothing to pay")


class Line(Schema):
    """Özetteki bir sertifika · One certificate of a statement."""

    application_id: UUID
    reference: str
    kind: KindCode
    billed_at: datetime
    net: Amount
    vat: Amount
    total: Amount


class OneStatement(Statement):
    """Hesap özeti ve bir sayfa satırı · With a page of its lines."""

    lines: list[Line]
    next: str | None


class Statements(Schema):
    """Bir sayfa özet · A page of statements."""

    items: list[Statement]
    next: str | None


class Problem(Schema):
    """Engel (RFC 9457) · A problem; `code` is stable, the words are in the language of Accept-Language."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list["WrongValue"] = []


class WrongValue(Schema):
    """Yanlış bir değer · One wrong value."""

    at: str
    code: str
    detail: str
