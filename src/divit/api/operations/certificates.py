"""Certificates that were issued through the institution, and closing those of people who left, for the time being."""

from collections.abc import Iterable
from typing import cast
from uuid import UUID

from ninja import Query, Router

from divit.api import shapes
from divit.api.door import Call, look
from divit.api.operations.routes import does, reads
from divit.api.paging import Paging, cut
from divit.certificates import selectors
from divit.certificates.models import Certificate
from divit.connections.scopes import Scope
from divit.flows import leavers, programs
from divit.flows.leavers import How, Outcome
from divit.flows.refusals import explain
from divit.kernel.actors import Actor
from divit.kernel.tckn import Tckn

router = Router(tags=["Sertifikalar · Certificates"])


@reads(
    router,
    "/certificates",
    scope=Scope.CERTIFICATES_READ,
    answer=shapes.Certificates,
    summary="Sertifikalar · Certificates",
)
def certificates(request: Call, paging: Query[Paging]) -> shapes.Certificates:
    """Kurumdan alınan bütün sertifikalar, en yenisi önce.
    · Every certificate that was issued through the institution, the newest first."""
    rows = selectors.all_of_institution(request.program.institution_id)
    page = cut(rows, by="issued_at", asked=paging, name="certificates")
    _look(request, page.rows, purpose="institution_certificates")
    return shapes.Certificates(items=[_shape(row) for row in page.rows], next=page.next)


@reads(
    router,
    "/certificates/find",
    scope=Scope.CERTIFICATES_READ,
    answer=shapes.Certificates,
    summary="Birinin sertifikaları · Somebody's certificates",
    post=True,
)
def find(request: Call, told: shapes.WhoseCertificates) -> shapes.Certificates:
    """Bir kişinin kurumdan aldığı açık sertifikalar; numara adreste değil gövdede durur.
    · The open certificates of one person; the number stands in the body, not in an address."""
    rows = leavers.of_person(Tckn(told.tckn), by=request.actor)
    _look(request, rows, purpose="institution_certificates")
    return shapes.Certificates(items=[_shape(row) for row in rows], next=None)


@reads(
    router,
    "/certificates/{uuid:certificate_id}",
    scope=Scope.CERTIFICATES_READ,
    answer=shapes.OneCertificate,
    summary="Bir sertifika · One certificate",
)
def certificate(request: Call, certificate_id: UUID) -> shapes.OneCertificate:
    """Sertifika ve durumuna ne olduğu.
    · The certificate and what happened to its status."""
    row = selectors.some_of_institution(request.program.institution_id, [certificate_id])[0]
    _look(request, [row], purpose="institution_certificates")
    changes = [
        shapes.Change(act=one.act, state=one.state, at=one.at, by=one.by_role, said=one.said)
        for one in selectors.changes_of(row)
    ]
    return shapes.OneCertificate(**_shape(row).model_dump(), changes=changes)


@does(
    router,
    "/leavers",
    scope=Scope.LEAVERS_WRITE,
    answer=shapes.ClosedAll,
    summary="Ayrılanların sertifikalarını askıya al · Suspend leavers' certificates",
)
def leave(request: Call, told: shapes.Leavers) -> tuple[int, shapes.ClosedAll]:
    """Her biri hemen askıya alınır ve sahibine gerekçesiyle haber gider. İptali bir yetkili kendi masasında yapar:
    geri dönüşü yoktur.
    · Each is suspended at once, and its holder hears why. Revoking is for an officer at the own desk: there is no way
    back."""
    chosen = leavers.chosen(dict.fromkeys(told.certificates), by=request.actor)
    said = leavers.leave(reason=told.reason, last_day=told.last_day)
    _look(request, [one.certificate for one in chosen], purpose="institution_leavers")
    programs.count_closings(len(chosen), by=request.actor)
    outcomes = leavers.close(chosen, how=How.SUSPEND, said=said, by=request.actor)
    request.to_be_tried_again = any(one.refusal and one.refusal.code == "could_not_be_written" for one in outcomes)
    return 200, shapes.ClosedAll(items=[_closed(one, by=request.actor) for one in outcomes])


def _closed(one: Outcome, *, by: Actor) -> shapes.Closed:
    certificate_id = one.leaver.certificate.pk
    # What this program has suspended before is done, so that a call that broke off may be sent again.
    if one.refusal is None or (one.refusal.code == "already_suspended" and _suspended(one.leaver.certificate, by=by)):
        return shapes.Closed(certificate_id=certificate_id, suspended=True)
    said = explain(one.refusal)
    return shapes.Closed(certificate_id=certificate_id, suspended=False, code=one.refusal.code, detail=said)


def _suspended(row: Certificate, *, by: Actor) -> bool:
    stands = selectors.held_for_cause(row)
    return stands is not None and (stands.by_role, stands.by_id) == (str(by.role), by.id)


def _look(request: Call, rows: Iterable[Certificate], *, purpose: str) -> None:
    for row in rows:
        look(request, purpose=purpose, subject=("certificate", str(row.pk)), person_id=row.person_id)


def _shape(row: Certificate) -> shapes.Certificate:
    state = "expired" if row.state != "revoked" and selectors.is_expired(row) else row.state
    return shapes.Certificate(
        id=row.pk,
        serial=row.serial,
        holder=row.holder_name,
        state=cast("shapes.CertificateState", state),
        not_before=row.not_before,
        not_after=row.not_after,
        suspended_at=row.hold_started_at if row.state == "suspended" else None,
        suspended_for=row.hold_cause if row.state == "suspended" else "",
        revoked_at=row.revoked_at,
        reason=row.reason,
    )
