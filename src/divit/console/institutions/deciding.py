"""The page of one proposal: what would change, who put it forward, and the buttons of the second person."""

import uuid

from django.http import HttpResponse
from django.shortcuts import render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from divit.console.access import DeskRequest, appointed, desk
from divit.console.institutions import showing
from divit.console.institutions.forms import RefusalForm
from divit.console.institutions.proposing import BACK
from divit.console.naming import who
from divit.console.pages import attempt, done
from divit.flows import institution_proposals as flow
from divit.institutions import proposals, selectors, words
from divit.institutions.lifecycle import Act, State, among_officers
from divit.institutions.models import Proposal
from divit.kernel.actors import Role


@desk(Role.LIAISON)
@require_http_methods(["GET", "POST"])
def institution_proposal(request: DeskRequest, institution_id: uuid.UUID, proposal_id: uuid.UUID) -> HttpResponse:
    """One proposal at the centre's desk."""
    return _page(request, selectors.proposal(institution_id, proposal_id))


@appointed(Role.OFFICER)
@require_http_methods(["GET", "POST"])
def officer_proposal(request: DeskRequest, proposal_id: uuid.UUID) -> HttpResponse:
    """One proposal of the own institution."""
    return _page(request, selectors.proposal(request.institution.pk, proposal_id))


def _page(request: DeskRequest, row: Proposal) -> HttpResponse:
    act = request.POST.get("act")
    form = RefusalForm(request.POST if act == Act.REFUSE else None)
    back, here = BACK[request.actor.role], {"institution_id": row.institution_id}
    refusal = ""
    if act == Act.CARRY_OUT:
        refusal = attempt(lambda: flow.carry_out(row.pk, by=request.actor))
        if not refusal:
            return done(request, _("Öneri onaylandı ve uygulandı."), to=back, **here)
    elif act == Act.WITHDRAW:
        refusal = attempt(lambda: proposals.withdraw(row.pk, by=request.actor))
        if not refusal:
            return done(request, _("Öneri geri çekildi."), to=back, **here)
    elif form.is_bound and form.is_valid():
        refusal = attempt(lambda: flow.refuse(row.pk, reason=form.cleaned_data["reason"], by=request.actor))
        if not refusal:
            return done(request, _("Öneri gerekçesiyle geri çevrildi."), to=back, **here)
    _look(request, row)
    failed = bool(refusal) or bool(form.is_bound and form.errors)
    context = {
        "row": row,
        "kind": words.KINDS[row.kind],
        "state": words.STATES[row.state],
        "waits": row.state == State.PROPOSED,
        "lines": showing.content(row),
        "proposer": who(row.proposed_by),
        "decider": who(row.decided_by) if row.decided_by else "",
        "acts": {str(one) for one in proposals.acts_open_to(row, by=request.actor)},
        "own": row.proposed_by == str(request.actor),
        "deputy": bool(request.actor.deputises_for),
        "for_the_centre": request.actor.role is Role.OFFICER
        and not among_officers(proposals.facts_of(row, by=request.actor).kind, row.content.get("role", "")),
        "form": form,
        "refusal": refusal,
        "has_errors": failed,
        "back_to": resolve_url(back, **here),
    }
    return render(request, "console/institutions/proposal.html", context, status=409 if failed else 200)


def _look(request: DeskRequest, row: Proposal) -> None:
    if row.person_id:
        request.looks.append(
            {
                "by": request.actor,
                "person_id": str(row.person_id),
                "purpose": "institution_people",
                "subject": ("proposal", str(row.pk)),
            }
        )
