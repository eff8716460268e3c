"""The proof: what was done and when, since when the world knows, and the sealed receipt."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from divit.certificates import selectors
from divit.certificates.models import StatusChange, StatusEvidence
from divit.certificates.words import ACTS
from divit.kernel.errors import NotFound
from divit.portal.access import PersonRequest, for_person
from divit.portal.certificates import tables


@for_person
@require_safe
def certificate(request: PersonRequest, certificate_id: UUID) -> HttpResponse:
    """One certificate and everything that ever happened to it."""
    found = selectors.certificate_of(request.person.pk, certificate_id)
    changes = [(change, ACTS[change.act]) for change in reversed(selectors.changes_of(found))]
    facts = {"row": tables.row(found, by=request.actor), "changes": changes}
    return render(request, "portal/certificates/certificate.html", facts)


@for_person
@require_safe
@never_cache
def certificate_act(request: PersonRequest, change_id: UUID) -> HttpResponse:
    """One act: confirmed, and followed until OCSP, the list and the receipt are there."""
    change = selectors.change_of(request.person.pk, change_id)
    facts = {
        **_progress(change),
        "row": tables.row(change.certificate, by=request.actor),
        "what": ACTS[change.act],
    }
    return render(request, "portal/certificates/certificate_act.html", facts)


@for_person
@require_safe
@never_cache
def certificate_act_live(request: PersonRequest, change_id: UUID) -> HttpResponse:
    """The moving part of that page, asked for again and again."""
    progress = _progress(selectors.change_of(request.person.pk, change_id))
    answer = render(request, "portal/certificates/parts/progress.html", progress)
    if progress["over"]:
        answer["X-Live"] = "done"
    return answer


@for_person
@require_safe
def certificate_receipt(request: PersonRequest, change_id: UUID) -> HttpResponse:
    """The sealed PDF."""
    receipt = selectors.receipt_of(selectors.change_of(request.person.pk, change_id))
    if receipt is None or receipt.pdf is None:
        raise NotFound("receipt")
    answer = HttpResponse(bytes(receipt.pdf), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="divit-{change_id}.pdf"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _progress(change: StatusChange) -> dict[str, object]:
    by_source = {evidence.source: evidence for evidence in change.evidence.all()}
    receipt = selectors.receipt_of(change)
    sealed = receipt is not None and receipt.sealed_at is not None
    overtaken = selectors.overtaken(change)
    return {
        "change": change,
        "ocsp": by_source.get(StatusEvidence.Source.OCSP),
        "listed": by_source.get(StatusEvidence.Source.CRL),
        "receipt": receipt,
        "overtaken": overtaken,
        "over": (receipt is None or sealed) and (len(by_source) == len(StatusEvidence.Source) or overtaken),
    }
