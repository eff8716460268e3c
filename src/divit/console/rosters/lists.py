"""The lists of an institution: uploading one, the template, and those that were uploaded."""

from typing import Any, cast

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from divit.console.access import DeskRequest, appointed
from divit.console.pages import attempt, done
from divit.console.rosters import wording
from divit.console.rosters.forms import UploadForm
from divit.console.uploads import left_out
from divit.flows import roster_progress, roster_upload
from divit.flows.refusals import explain
from divit.institutions import selectors as institutions
from divit.kernel import clock
from divit.kernel.actors import Role
from divit.kernel.errors import Invalid, NotFound
from divit.rosters import selectors
from divit.rosters.lifecycle import RosterState
from divit.rosters.reading import MOST_OCTETS

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@appointed(Role.OFFICER, Role.REPRESENTATIVE)
@require_http_methods(["GET", "POST"])
def rosters(request: DeskRequest) -> HttpResponse:
    """Kurum listeleri."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_bound and form.is_valid():
        file = cast("UploadedFile[Any]", form.cleaned_data["file"])
        found: list[Any] = []
        refusal = attempt(lambda: found.append(_upload(request, file)))
        if found:
            row, new = found[0]
            said = _("Liste yüklendi.") if new else _("Bu dosya daha önce yüklenmiş; hiçbir şey değişmedi.")
            return done(request, said, to="console:roster", institution_id=request.institution.pk, roster_id=row.pk)
        form.add_error("file", refusal)
    elif form.is_bound and left_out(request):
        form.errors.clear()
        form.add_error("file", explain(Invalid("roster_too_large", megabytes=MOST_OCTETS >> 20)))
    failed = bool(form.is_bound and form.errors)
    context = {
        "form": form,
        "institution": request.institution,
        "contract": _contract(request),
        "totals": wording.institution(roster_progress.of_institution(request.institution.pk)),
        "rows": [
            {"roster": row, "state": wording.ROSTERS[RosterState(row.state)], "waiting": waiting}
            for row, waiting in selectors.with_waiting(selectors.rosters_of(request.institution.pk))
        ],
    }
    return render(request, "console/rosters/lists.html", context, status=409 if failed else 200)


def _upload(request: DeskRequest, file: "UploadedFile[Any]") -> Any:
    return roster_upload.upload(file.read(), file_name=file.name or "", by=request.actor)


def _contract(request: DeskRequest) -> dict[str, object] | None:
    try:
        contract = institutions.contract_for(request.institution.pk, on=clock.today())
    except NotFound:
        return None
    return {"number": contract.number, "ends": contract.ends, "left": institutions.quota_left(contract.id)}


@appointed(Role.OFFICER, Role.REPRESENTATIVE)
@require_safe
def roster_template(request: DeskRequest) -> HttpResponse:
    """An empty list with the right headings."""
    return workbook(roster_upload.template(), name="liste-sablonu.xlsx")


def workbook(content: bytes, *, name: str) -> HttpResponse:
    """An XLSX to keep."""
    response = HttpResponse(content, content_type=XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
