"""One person's request: what was asked, how far it is, and what an officer may do with it."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from divit.applications.kinds import Kind
from divit.applications.labels import KINDS
from divit.audit import selectors as audit
from divit.console.access import DeskRequest, appointed
from divit.console.forms import ReasonForm
from divit.console.naming import who
from divit.console.pages import attempt, done
from divit.console.rosters import wording
from divit.flows import roster_approval, roster_progress
from divit.kernel.actors import Role
from divit.kernel.turkish import tr_fold
from divit.rosters import selectors
from divit.rosters.lifecycle import Act, State
from divit.rosters.models import Request

_DECISIONS = {f"request.{act}" for act in (Act.APPROVE, Act.REFUSE, Act.WITHDRAW)}


@appointed(Role.OFFICER, Role.REPRESENTATIVE)
@require_http_methods(["GET", "POST"])
def roster_request(request: DeskRequest, request_id: UUID) -> HttpResponse:
    """Approve, refuse, or take back."""
    row = selectors.request_of(request.institution.pk, request_id)
    act = request.POST.get("act")
    reason = ReasonForm(request.POST if act in ("refuse", "withdraw") else None)
    refusal = ""
    if act == "approve":
        refusal = attempt(lambda: roster_approval.approve(request_id, by=request.actor))
        if not refusal:
            return _back(request, row, _("Talep onaylandı."))
    elif reason.is_bound and reason.is_valid():
        flow = roster_approval.refuse if act == "refuse" else roster_approval.withdraw
        words = reason.cleaned_data["reason"]
        refusal = attempt(lambda: flow(request_id, reason=words, by=request.actor), form=reason)
        if not refusal and not reason.errors:
            said = _("Talep reddedildi; kişiye haber verildi.")
            return _back(request, row, said if act == "refuse" else _("Talep geri çekildi; kişiye haber verildi."))
    request.looks.append(
        {
            "by": request.actor,
            "person_id": str(row.person_id),
            "purpose": "roster",
            "subject": ("request", str(row.pk)),
        }
    )
    failed = bool(refusal or (reason.is_bound and reason.errors))
    context = _shown(request, row) | {"reason": reason, "act": act, "refusal": refusal, "has_errors": failed}
    return render(request, "console/rosters/request.html", context, status=409 if failed else 200)


def _back(request: DeskRequest, row: Request, said: str) -> HttpResponse:
    here = {"institution_id": request.institution.pk, "roster_id": row.roster_id}
    return done(request, said, to="console:roster", **here)


def _shown(request: DeskRequest, row: Request) -> dict[str, object]:
    row = selectors.request_of(request.institution.pk, row.pk)
    progress = roster_progress.of_requests([row])[row.pk]
    acts = roster_approval.acts_open_to(row, by=request.actor)
    return {
        "row": row,
        "institution": request.institution,
        "kind": KINDS[Kind(row.kind)],
        "state": wording.REQUESTS[State(row.state)],
        "stage": wording.STAGES[progress.stage],
        "waits": wording.waits(progress.waits),
        "may_approve": Act.APPROVE in acts,
        "may_refuse": Act.REFUSE in acts,
        "may_withdraw": Act.WITHDRAW in acts,
        "uploader": row.roster.uploaded_by == request.actor.id,
        "key_holder": roster_approval.holds_its_key(row.roster, by=request.actor),
        "tied": request.actor.role is Role.OFFICER
        and roster_approval.tied_to_its_uploader(row.roster, by=request.actor),
        "decider": _decider(row),
        "other_name": _other_name(row),
    }


def _decider(row: Request) -> str:
    """Which officer approved, refused or withdrew it, and in whose stead."""
    if row.decided_by.partition(":")[0] != Role.OFFICER:
        return ""
    entry = next((one for one in audit.entries_of("request", str(row.pk)) if one.act in _DECISIONS), None)
    return who(row.decided_by, deputising_for=entry.facts.get("deputising_for", "") if entry else "")


def _other_name(row: Request) -> str:
    """The name by e-Devlet where it is another one; told only once the person has sent the application off."""
    if row.application is None or row.application.submitted_at is None:
        return ""
    return "" if tr_fold(row.person.name) == tr_fold(row.name) else row.person.name
