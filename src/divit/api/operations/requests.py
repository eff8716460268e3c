"""Requests: how far each person is, and taking one back; approving and refusing stay with an officer."""

from collections.abc import Sequence
from uuid import UUID

from ninja import Query, Router
from pydantic import Field

from divit.api import shapes
from divit.api.door import Call, look
from divit.api.operations.routes import does, reads
from divit.api.paging import Paging, cut
from divit.applications.kinds import Kind
from divit.connections.scopes import Scope
from divit.flows import roster_approval, roster_progress
from divit.rosters import selectors
from divit.rosters.lifecycle import State
from divit.rosters.models import Request

router = Router(tags=["Talepler · Requests"])
_ONE = "/requests/{uuid:request_id}"


class _Asked(Paging):
    roster_id: UUID | None = Field(None, description="Yalnızca bu listenin · Of this list alone")
    state: shapes.RequestStateCode | None = None


@reads(router, "/requests", scope=Scope.ROSTERS_READ, answer=shapes.Requests, summary="Talepler · Requests")
def requests(request: Call, asked: Query[_Asked]) -> shapes.Requests:
    """Kurumun talepleri, en yenisi önce.
    · The requests of the institution, the newest first."""
    rows = selectors.all_requests_of(request.program.institution_id)
    if asked.roster_id is not None:
        rows = rows.filter(roster_id=asked.roster_id)
    if asked.state is not None:
        rows = rows.filter(state=asked.state)
    page = cut(rows, by="created_at", asked=asked, name="requests")
    return shapes.Requests(items=_shapes(request, page.rows), next=page.next)


@reads(router, _ONE, scope=Scope.ROSTERS_READ, answer=shapes.Request, summary="Bir talep · One request")
def one_request(request: Call, request_id: UUID) -> shapes.Request:
    """Bir kişinin talebi: kim bekleniyor, hangi aşamada.
    · One person's request: who is waited for, at which stage."""
    row = selectors.request_of(request.program.institution_id, request_id)
    return _shapes(request, [row])[0]


@does(
    router,
    f"{_ONE}/withdraw",
    scope=Scope.ROSTERS_WRITE,
    answer=shapes.Request,
    summary="Talebi geri çek · Take a request back",
    whole=True,
)
def withdraw(request: Call, request_id: UUID, told: shapes.Reason) -> tuple[int, shapes.Request]:
    """Kart üretime alınana kadar; kişiye gerekçesiyle haber gider, kotadaki yer geri döner.
    · Until the card is in production; the person hears why, the place in the quota is free again."""
    roster_approval.withdraw(request_id, reason=told.reason, by=request.actor)
    return 200, _shapes(request, [selectors.request_of(request.program.institution_id, request_id)])[0]


def _shapes(request: Call, rows: Sequence[Request]) -> list[shapes.Request]:
    """Each of them can read that they were looked at."""
    for row in rows:
        look(request, purpose="roster", subject=("request", str(row.pk)), person_id=row.person_id)
    progress = roster_progress.of_requests(rows)
    return [
        shapes.Request(
            id=row.pk,
            roster_id=row.roster_id,
            row=row.number,
            name=row.name,
            kind=Kind(row.kind),
            state=State(row.state),
            stage=progress[row.pk].stage,
            waits_for=list(progress[row.pk].waits),
            application_id=row.application_id,
            asked_at=row.created_at,
            expires_on=row.expires_on,
            ending=row.ending,
        )
        for row in rows
    ]
