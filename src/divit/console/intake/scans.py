"""Taranmış formlar: files are uploaded, read by the worker, and their pages wait here one by one."""

from collections import Counter
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from divit.console.access import DeskRequest, appointed, desk
from divit.console.intake.forms import ScansForm
from divit.console.intake.places import CENTRE, Place, of_institution
from divit.console.intake.wording import SORTED, UPLOADS
from divit.console.paging import page_of
from divit.console.uploads import left_out, takes
from divit.flows import scan_intake, scan_upload
from divit.flows.refusals import explain
from divit.flows.scan_intake import Sorted
from divit.kernel import clock
from divit.kernel.actors import Role
from divit.kernel.errors import Coded, Invalid, Refused
from divit.scans import selectors
from divit.scans.lifecycle import UploadState
from divit.scans.limits import MOST_AT_ONCE, MOST_FILES, TOLD_FOR
from divit.scans.models import Upload


@appointed(Role.REPRESENTATIVE)
@takes(MOST_AT_ONCE)
@require_http_methods(["GET", "POST"])
def representative_scans(request: DeskRequest) -> HttpResponse:
    """Scanned forms at an institution."""
    return _scans(request, of_institution(request))


@desk(Role.REGISTRAR)
@takes(MOST_AT_ONCE)
@require_http_methods(["GET", "POST"])
def registration_scans(request: DeskRequest) -> HttpResponse:
    """Scanned forms at the centre."""
    return _scans(request, CENTRE)


@appointed(Role.REPRESENTATIVE)
@require_safe
@never_cache
def representative_scans_live(request: DeskRequest) -> HttpResponse:
    """How far the reading is."""
    return _live(request, of_institution(request))


@desk(Role.REGISTRAR)
@require_safe
@never_cache
def registration_scans_live(request: DeskRequest) -> HttpResponse:
    """How far the reading is."""
    return _live(request, CENTRE)


def _scans(request: DeskRequest, place: Place) -> HttpResponse:
    form = ScansForm(request.POST, request.FILES) if request.method == "POST" else ScansForm()
    if form.is_bound:
        if left_out(request):
            form.errors.clear()
            form.add_error("scans", explain(Invalid("scan_files_too_large", megabytes=MOST_AT_ONCE // 1_000_000)))
        elif form.is_valid():
            _upload_all(request, form)
        if not form.errors:
            response = HttpResponseRedirect(place.scans)
            response.status_code = 303
            return response
    pages = scan_intake.waiting(selectors.waiting_at(scan_upload.desk_of(request.actor)), by=request.actor)
    counted = Counter(needs for _one, needs in pages)
    shown = page_of(pages, request.GET.get("sayfa", ""))
    context = {
        "form": form,
        "place": place,
        "institution": request.institution if place.here else None,
        "counts": [{"name": SORTED[one], "number": counted[one]} for one in Sorted if counted[one]],
        "page": shown,
        "rows": [
            {"scan": one, "needs": SORTED[needs], "address": place.scan(one.pk), "ready": needs is Sorted.READY}
            for one, needs in shown
        ],
        "has_errors": bool(form.errors),
        **_uploads(request),
    }
    return render(request, "console/intake/scans.html", context, status=409 if form.errors else 200)


def _upload_all(request: DeskRequest, form: ScansForm) -> None:
    """Each file for itself: one that cannot be taken does not hold up the others."""
    files: list[UploadedFile[Any]] = form.cleaned_data["scans"]
    if len(files) > MOST_FILES:
        form.add_error("scans", explain(Refused("scan_too_many_files", most=MOST_FILES)))
        return
    taken = []
    for file in files:
        try:
            taken.append(scan_upload.upload(file.read(), file_name=file.name or "", by=request.actor))
        except Coded as wrong:
            form.add_error("scans", f"{file.name}: {explain(wrong)}" if len(files) > 1 else explain(wrong))
    new = sum(new for _row, new in taken)
    if new:
        said = ngettext("{count} dosya alındı, okunuyor.", "{count} dosya alındı, okunuyor.", new)
        messages.success(request, said.format(count=new))
    if len(taken) > new:
        said = ngettext(
            "{count} dosya daha önce yüklenmiş; yeniden okunmadı.",
            "{count} dosya daha önce yüklenmiş; yeniden okunmadı.",
            len(taken) - new,
        )
        messages.info(request, said.format(count=len(taken) - new))


def _uploads(request: DeskRequest) -> dict[str, Any]:
    rows = selectors.uploads_of(scan_upload.desk_of(request.actor), since=clock.now() - TOLD_FOR)
    return {
        "reading": sum(row.state == UploadState.READING for row in rows),
        "uploads": [
            {"upload": row, "state": UPLOADS[UploadState(row.state)], "refusal": _why(row)}
            for row in rows
            if row.state != UploadState.READ or row.blank
        ],
    }


def _why(row: Upload) -> str:
    return explain(Invalid(row.refusal)) if row.refusal else ""


def _live(request: DeskRequest, place: Place) -> HttpResponse:
    told = _uploads(request)
    answer = render(request, "console/intake/scans_moving.html", told)
    if not told["reading"]:
        answer["X-Live"] = "done"
        answer["X-Live-Location"] = place.scans
    return answer
