"""Applications that were sent off through the institution: where each stands, and when its card is expected."""

from uuid import UUID

from ninja import Query, Router

from divit.api import shapes
from divit.api.door import Call, look
from divit.api.operations.routes import reads
from divit.api.paging import Paging, cut
from divit.applications import selectors
from divit.applications.kinds import Kind, Payer
from divit.applications.lifecycle import State
from divit.applications.models import Application
from divit.applications.requirements import RequirementKind
from divit.connections.scopes import Scope
from divit.flows import expected_dates
from divit.kernel.errors import NotFound

router = Router(tags=["Başvurular · Applications"])


class _Asked(Paging):
    state: shapes.ApplicationStateCode | None = None


@reads(
    router,
    "/applications",
    scope=Scope.APPLICATIONS_READ,
    answer=shapes.Applications,
    summary="Başvurular · Applications",
)
def applications(request: Call, asked: Query[_Asked]) -> shapes.Applications:
    """Kurum üzerinden gönderilen başvurular, en yenisi önce; taslaklar kişinin kendisindedir.
    · What was sent off through the institution, the newest first; drafts are their person's alone."""
    rows = selectors.sent_off_at(request.program.institution_id)
    if asked.state is not None:
        rows = rows.filter(state=asked.state)
    page = cut(rows, by="submitted_at", asked=asked, name="applications")
    return shapes.Applications(items=[_shape(request, row) for row in page.rows], next=page.next)


@reads(
    router,
    "/applications/{uuid:application_id}",
    scope=Scope.APPLICATIONS_READ,
    answer=shapes.OneApplication,
    summary="Bir başvuru · One application",
)
def application(request: Call, application_id: UUID) -> shapes.OneApplication:
    """Koşulları, hangilerinin tamamlandığı ve beklenen teslim günü.
    · What it needs, what of it is done, and when the card is expected."""
    row = selectors.sent_off_at(request.program.institution_id).filter(pk=application_id).first()
    if row is None:
        raise NotFound("application")
    outlook = expected_dates.outlook_of(row.pk)
    promised = outlook.promised if outlook else None
    return shapes.OneApplication(
        **_shape(request, row).model_dump(),
        requirements=[
            shapes.Requirement(kind=RequirementKind(one.kind), closed_at=one.closed_at)
            for one in selectors.requirements_of(row)
        ],
        expected=shapes.Expected(earliest=promised.earliest, until=promised.until, late=outlook.late)
        if outlook and promised
        else None,
    )


def _shape(request: Call, row: Application) -> shapes.Application:
    subject = ("application", str(row.pk))
    look(request, purpose="institution_applications", subject=subject, person_id=row.person_id)
    if row.submitted_at is None:
        raise NotFound("application")
    return shapes.Application(
        id=row.pk,
        reference=row.reference,
        name=row.person.name,
        kind=Kind(row.kind),
        payer=Payer(row.payer),
        state=State(row.state),
        submitted_at=row.submitted_at,
        ending=row.ending,
    )
