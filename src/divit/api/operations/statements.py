"""Money: the contract and its quota, and the monthly statements."""

from uuid import UUID

from ninja import Query, Router

from divit.api import shapes
from divit.api.door import Call
from divit.api.operations.routes import reads
from divit.api.paging import Paging, cut
from divit.applications.kinds import Kind
from divit.connections.scopes import Scope
from divit.institutions import selectors as institutions
from divit.kernel import clock
from divit.kernel.money import Money
from divit.payments import accounts
from divit.payments.models import Statement

router = Router(tags=["Hesap · Account"])


@reads(router, "/contract", scope=Scope.STATEMENTS_READ, answer=shapes.Contract, summary="Sözleşme · The contract")
def contract(request: Call) -> shapes.Contract:
    """Bugün yürürlükteki sözleşme ve kotada kalan yer; sözleşme yoksa 404.
    · The contract in force today and the places left; 404 where there is none."""
    row = institutions.contract_for(request.program.institution_id, on=clock.today())
    left = institutions.quota_left(row.pk)
    return shapes.Contract(number=row.number, starts=row.starts, ends=row.ends, quota=row.quota, left=left)


@reads(
    router,
    "/statements",
    scope=Scope.STATEMENTS_READ,
    answer=shapes.Statements,
    summary="Hesap özetleri · Statements",
)
def statements(request: Call, paging: Query[Paging]) -> shapes.Statements:
    """Aylık hesap özetleri, en yenisi önce.
    · The monthly statements, the newest first."""
    own = request.program.institution_id
    page = cut(accounts.all_statements_of(own), by="month", asked=paging, name="statements")
    states = accounts.charge_states(own)
    return shapes.Statements(items=[_shape(row, states.get(row.pk, "")) for row in page.rows], next=page.next)


@reads(
    router,
    "/statements/{uuid:statement_id}",
    scope=Scope.STATEMENTS_READ,
    answer=shapes.OneStatement,
    summary="Bir hesap özeti · One statement",
)
def statement(request: Call, statement_id: UUID, paging: Query[Paging]) -> shapes.OneStatement:
    """Özet ve üzerindeki sertifikalar, sayfa sayfa.
    · The statement and the certificates on it, in pages."""
    row = accounts.statement(request.program.institution_id, statement_id)
    charge = accounts.charge_of(row.pk)
    bills = accounts.all_bills_on(row)
    page = cut(bills, by="billed_at", newest_first=False, asked=paging, name=f"statement:{row.pk}")
    lines = [
        shapes.Line(
            application_id=one.application_id,
            reference=one.application.reference,
            kind=Kind(one.application.kind),
            billed_at=one.billed_at,
            net=Money(one.net).plain,
            vat=Money(one.vat).plain,
            total=Money(one.total).plain,
        )
        for one in page.rows
    ]
    told = _shape(row, charge.state if charge else "").model_dump()
    return shapes.OneStatement(**told, lines=lines, next=page.next)


def _shape(row: Statement, payment: str) -> shapes.Statement:
    return shapes.Statement(
        id=row.pk,
        reference=row.reference,
        month=row.month,
        count=row.count,
        net=Money(row.net).plain,
        vat=Money(row.vat).plain,
        total=Money(row.total).plain,
        payment=payment,
    )
