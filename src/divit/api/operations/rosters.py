"""Lists: uploaded as rows or as a file, checked, confirmed or dropped; approval stays with an officer."""

from collections import Counter
from typing import Any
from uuid import UUID

from ninja import File, Query, Router, Schema
from ninja.files import UploadedFile
from pydantic import Field

from divit.api import shapes
from divit.api.door import Call, look
from divit.api.operations.routes import does, reads
from divit.api.paging import Paging, cut
from divit.connections.scopes import Scope
from divit.flows import roster_progress, roster_upload
from divit.flows.refusals import explain
from divit.flows.roster_progress import Stage
from divit.kernel.errors import Invalid, NotFound
from divit.rosters import selectors
from divit.rosters.checks import Fault
from divit.rosters.columns import Column
from divit.rosters.lifecycle import RosterState
from divit.rosters.models import Roster

router = Router(tags=["Listeler · Lists"])
_ONE = "/rosters/{uuid:roster_id}"
_MOST_FAULTS = 200


@reads(router, "/rosters", scope=Scope.ROSTERS_READ, answer=shapes.Rosters, summary="Listeler · Lists")
def rosters(request: Call, paging: Query[Paging]) -> shapes.Rosters:
    """Kurumun listeleri, en yenisi önce.
    · The lists of the institution, the newest first."""
    page = cut(selectors.all_rosters_of(_own(request)), by="uploaded_at", asked=paging, name="rosters")
    return shapes.Rosters(items=[_shape(row) for row in page.rows], next=page.next)


@does(
    router,
    "/rosters",
    scope=Scope.ROSTERS_WRITE,
    answer=shapes.Roster,
    status=201,
    summary="Kişileri gönder · Send people",
)
def upload_people(request: Call, told: shapes.People) -> tuple[int, shapes.Roster]:
    """Satırlar hemen denetlenir; onaylanana kadar kimseye haber gitmez. Aynı kişiler yeniden gönderilirse aynı liste
    döner. Satırlar 2'den sayılır.
    · The rows are checked; nobody hears of it before the list is confirmed. The same people again are the same list.
    Rows are counted from 2."""
    rows = [{column: getattr(person, column) for column in Column} for person in told.people]
    row, _new = roster_upload.upload_rows(rows, by=request.actor)
    return 201, _shape(row)


@does(
    router,
    "/rosters/file",
    scope=Scope.ROSTERS_WRITE,
    answer=shapes.Roster,
    status=201,
    summary="Dosya yükle · Upload a file",
    takes_file=True,
)
def upload_file(request: Call, file: File[UploadedFile]) -> tuple[int, shapes.Roster]:
    """Excel (.xlsx) ya da CSV; uzun listeler arka planda denetlenir: durumu `checked` olana kadar sorun.
    · Excel (.xlsx) or CSV; long lists are checked in the background: ask until its state is `checked`."""
    row, _new = roster_upload.upload(file.read(), file_name=file.name or "", by=request.actor)
    return 201, _shape(row)


@reads(router, _ONE, scope=Scope.ROSTERS_READ, answer=shapes.OneRoster, summary="Bir liste · One list")
def roster(request: Call, roster_id: UUID) -> shapes.OneRoster:
    """Liste ve kaç kişinin hangi aşamada olduğu.
    · The list, and how many people are at which stage."""
    row = selectors.roster_of(_own(request), roster_id)
    counted = roster_progress.totals([row.pk]).get(row.pk, Counter[Stage]())
    return shapes.OneRoster(**_shape(row).model_dump(), stages=dict(counted))


class _FaultPaging(Schema):
    limit: int = Field(50, ge=1, le=_MOST_FAULTS)
    cursor: str = Field("", max_length=20, pattern=r"^[0-9]*$")


@reads(
    router,
    f"{_ONE}/faults",
    scope=Scope.ROSTERS_READ,
    answer=shapes.Faults,
    summary="Listedeki yanlışlar · Faults of a list",
)
def faults(request: Call, roster_id: UUID, paging: Query[_FaultPaging]) -> shapes.Faults:
    """Bütün yanlışlar, satır satır; liste onaylanınca ya da bir gün sonra silinirler.
    · All faults, row by row; they are destroyed when the list is confirmed, or after a day."""
    row = selectors.roster_of(_own(request), roster_id)
    if row.state != RosterState.CHECKED:
        raise NotFound("faults")
    look(request, purpose="roster", subject=("roster", str(row.pk)))
    begin = int(paging.cursor or 0)
    found = selectors.faults(row)
    page = found[begin : begin + paging.limit]
    more = begin + paging.limit < len(found)
    return shapes.Faults(items=[_fault(one) for one in page], next=str(begin + paging.limit) if more else None)


def _fault(one: Fault) -> shapes.Fault:
    facts: dict[str, Any] = {**one.facts}
    said = explain(Invalid(one.code, **facts))
    return shapes.Fault(row=one.number, column=one.column, code=one.code, detail=said)


@does(
    router,
    f"{_ONE}/confirm",
    scope=Scope.ROSTERS_WRITE,
    answer=shapes.Roster,
    summary="Listeyi onaya gönder · Confirm a list",
    whole=True,
)
def confirm(request: Call, roster_id: UUID) -> tuple[int, shapes.Roster]:
    """Yanlışsız her satır için kişi davet edilir; talepleri kurumun bir yetkilisi kendi masasında onaylar.
    · Every row without a fault is invited; an officer approves the requests at the own desk."""
    roster_upload.confirm(roster_id, by=request.actor)
    return 200, _shape(selectors.roster_of(_own(request), roster_id))


@does(
    router,
    f"{_ONE}/discard",
    scope=Scope.ROSTERS_WRITE,
    answer=shapes.Roster,
    summary="Listeden vazgeç · Drop a list",
    whole=True,
)
def discard(request: Call, roster_id: UUID) -> tuple[int, shapes.Roster]:
    """Onaylanmamış liste hemen silinir.
    · A list that was not confirmed is destroyed at once."""
    roster_upload.discard(roster_id, by=request.actor)
    return 200, _shape(selectors.roster(roster_id))


def _own(request: Call) -> UUID:
    return request.program.institution_id


def _shape(row: Roster) -> shapes.Roster:
    return shapes.Roster(
        id=row.pk,
        file_name=row.file_name,
        state=RosterState(row.state),
        uploaded_at=row.uploaded_at,
        confirmed_at=row.confirmed_at,
        rows=row.lines,
        checked=row.looked_at,
        accepted=row.accepted,
        faulty=row.faulty,
        skipped=row.skipped,
    )
