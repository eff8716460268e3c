"""One list: followed while it is checked, shown with all its faults, confirmed; then how far each of its people is."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from divit.applications.kinds import Kind
from divit.applications.labels import KINDS
from divit.console.access import DeskRequest, appointed
from divit.console.forms import ReasonForm
from divit.console.pages import attempt, done
from divit.console.rosters import wording
from divit.console.rosters.forms import chosen
from divit.console.rosters.lists import workbook
from divit.flows import roster_approval, roster_progress, roster_upload
from divit.flows.refusals import explain
from divit.kernel.actors import Role
from divit.kernel.tckn import Tckn
from divit.rosters import selectors
from divit.rosters.columns import HEADINGS
from divit.rosters.lifecycle import RosterState, State
from divit.rosters.models import Request, Roster

ON_A_PAGE = 50
_MOVING = (RosterState.CHECKING, RosterState.CONFIRMED)


@appointed(Role.OFFICER, Role.REPRESENTATIVE)
@require_http_methods(["GET", "POST"])
def roster(request: DeskRequest, roster_id: UUID) -> HttpResponse:
    """The page of one list, by how far it is."""
    row = selectors.roster_of(request.institution.pk, roster_id)
    refusal, reason = "", ReasonForm()
    if request.method == "POST":
        reason = ReasonForm(request.POST if request.POST.get("act") == "refuse" else None)
        answer = _act(request, row, reason)
        if isinstance(answer, HttpResponse):
            return answer
        refusal = answer
        row = selectors.roster_of(request.institution.pk, roster_id)
    failed = bool(refusal or (reason.is_bound and reason.errors))
    context = {
        "roster": row,
        "state": wording.ROSTERS[RosterState(row.state)],
        "institution": request.institution,
        "refusal": refusal,
        "has_errors": failed,
    }
    if row.state == RosterState.CHECKED:
        page = _preview(request, row)
        template = "console/rosters/preview.html"
    elif row.state == RosterState.CHECKING:
        page = {"percent": _percent(row)}
        template = "console/rosters/checking.html"
    else:
        page = _people(request, row) | {"reason": reason, "percent": _percent(row)}
        template = "console/rosters/people.html"
    return render(request, template, context | page, status=409 if failed else 200)


def _act(request: DeskRequest, row: Roster, reason: ReasonForm) -> HttpResponse | str:
    """The page that follows, or why it could not be done."""
    act = request.POST.get("act")
    if act == "confirm":
        refusal = attempt(lambda: roster_upload.confirm(row.pk, by=request.actor))
        return refusal or _back(request, row, _("Liste onaylandı; listedekilere davet gönderiliyor."))
    if act == "discard":
        refusal = attempt(lambda: roster_upload.discard(row.pk, by=request.actor))
        said = _("Listeden vazgeçildi; dosya silindi.")
        return refusal or done(request, said, to="console:rosters", institution_id=request.institution.pk)
    ids = chosen(request.POST.getlist("request"))
    if act == "approve_all":
        return _tried(request, row, lambda: roster_approval.approve_all(row.pk, by=request.actor))
    if act == "approve" and ids:
        return _tried(request, row, lambda: roster_approval.approve_some(ids, by=request.actor))
    if act == "refuse" and ids and reason.is_valid():
        words = reason.cleaned_data["reason"]
        return _tried(
            request, row, lambda: roster_approval.refuse_some(ids, reason=words, by=request.actor), form=reason
        )
    return "" if act == "refuse" and ids else _("Önce listeden kişi seçin.")


def _tried(request: DeskRequest, row: Roster, act: Any, *, form: ReasonForm | None = None) -> HttpResponse | str:
    told: list[roster_approval.Outcome | None] = []
    refusal = attempt(lambda: told.append(act()), form=form)
    if not told:
        return refusal
    outcome = told[0]
    if outcome is None:
        return _back(request, row, _("Onayınız alındı; talepler arka planda tek tek onaylanıyor."))
    said = ngettext("{count} talep işlendi.", "{count} talep işlendi.", outcome.done).format(count=outcome.done)
    others = " ".join(f"{outcome.counts[code]} × {explain(one)}" for code, one in outcome.refused.items())
    if not outcome.done:
        return others
    return _back(request, row, f"{said} {others}".strip())


def _back(request: DeskRequest, row: Roster, said: str) -> HttpResponse:
    return done(request, said, to="console:roster", institution_id=request.institution.pk, roster_id=row.pk)


def _percent(row: Roster) -> int:
    if row.state == RosterState.CHECKING:
        return 100 * row.looked_at // max(row.lines, 1)
    return 100 * row.taken // max(row.accepted, 1)


@appointed(Role.OFFICER, Role.REPRESENTATIVE)
@require_safe
@never_cache
def roster_live(request: DeskRequest, roster_id: UUID) -> HttpResponse:
    """The moving part of the page while a list is checked or its invitations are written."""
    row = selectors.roster_of(request.institution.pk, roster_id)
    context = {"roster": row, "percent": _percent(row), "state": wording.ROSTERS[RosterState(row.state)]}
    answer = render(request, "console/rosters/moving.html", context)
    if row.state not in _MOVING:
        answer["X-Live"] = "done"
        answer["X-Live-Location"] = request.path.removesuffix("ilerleme/")
    return answer


@appointed(Role.OFFICER, Role.REPRESENTATIVE)
@require_safe
def roster_corrected(request: DeskRequest, roster_id: UUID) -> HttpResponse:
    """The faulty rows, with what is wrong beside them."""
    content = roster_upload.corrected(roster_id, say=wording.say, by=request.actor)
    request.looks.append(_look(request, person_id="", subject=("roster", str(roster_id))))
    return workbook(content, name="duzeltilecek-satirlar.xlsx")


def _look(request: DeskRequest, *, person_id: str, subject: tuple[str, str]) -> dict[str, Any]:
    return {"by": request.actor, "person_id": person_id, "purpose": "roster", "subject": subject}


def _page(request: DeskRequest, name: str, rows: Any) -> Page[Any]:
    return Paginator(rows, ON_A_PAGE).get_page(request.GET.get(name))


def _preview(request: DeskRequest, row: Roster) -> dict[str, object]:
    """Nobody of the list is a person of ours yet: it is the list that is looked at."""
    request.looks.append(_look(request, person_id="", subject=("roster", str(row.pk))))
    faults = _page(request, "hata", selectors.faults(row))
    good = _page(request, "sayfa", range(row.accepted))
    shown = selectors.wishes(row, begin=good.start_index() - 1, most=ON_A_PAGE) if row.accepted else []
    return {
        "fault_page": faults,
        "faulty": [
            {
                "number": number or "",
                "faults": [(HEADINGS[one.column] if one.column else "", wording.say(one)) for one in some],
            }
            for number, some in groupby(faults, lambda one: one.number)
        ],
        "good_page": good,
        "good": [{"wish": one, "tckn": Tckn(one.tckn).masked, "kind": KINDS[Kind(one.kind)]} for one in shown],
    }


def _people(request: DeskRequest, row: Roster) -> dict[str, object]:
    """One page of people; each of them can read that they were looked at."""
    only_waiting = request.GET.get("goster") == "onay"
    found = selectors.requests_in(row)
    page = _page(request, "sayfa", found.filter(state=State.PROPOSED) if only_waiting else found)
    rows: Sequence[Request] = list(page.object_list)
    request.looks += [_look(request, person_id=str(one.person_id), subject=("request", str(one.pk))) for one in rows]
    progress = roster_progress.of_requests(rows)
    counted = roster_progress.totals([row.pk]).get(row.pk)
    officer = request.actor.role is Role.OFFICER
    uploader = row.uploaded_by == request.actor.id
    ticked = set(request.POST.getlist("request"))
    key_holder = roster_approval.holds_its_key(row, by=request.actor)
    tied = roster_approval.tied_to_its_uploader(row, by=request.actor)
    return {
        "page": page,
        "only_waiting": only_waiting,
        "totals": wording.totals(counted) if counted else [],
        "waiting": len(selectors.proposed_in(row)),
        "people": [
            {
                "request": one,
                "kind": KINDS[Kind(one.kind)],
                "state": wording.REQUESTS[State(one.state)],
                "stage": wording.STAGES[progress[one.pk].stage],
                "waits": wording.waits(progress[one.pk].waits),
                "proposed": one.state == State.PROPOSED,
                "ticked": str(one.pk) in ticked,
            }
            for one in rows
        ],
        "may_approve": officer and not (uploader or key_holder or tied),
        "may_refuse": officer,
        "uploader": uploader,
        "key_holder": key_holder,
        "tied": tied and officer,
        "officer": officer,
        "moving": row.state in _MOVING,
    }
