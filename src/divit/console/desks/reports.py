"""Raporlar: lists for the registry on the screen, on paper and as XLSX; every person on them can see who looked."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from divit.console import labels
from divit.console.access import DeskRequest, desk
from divit.console.desks.report_tables import IN_FILE, PURPOSES, TABLES, TOTALS_HEADINGS, Line, totals_cells
from divit.console.paging import page_of
from divit.console.registry_forms import ReportForm
from divit.console.spreadsheets import TYPE, spreadsheet
from divit.flows import registry_reports
from divit.flows.registry_reports import Filter, Report
from divit.institutions import selectors as institutions
from divit.kernel import clock
from divit.kernel.actors import Role
from divit.kernel.errors import NotFound

MOST_IN_FILE = 5000
MOST_ON_PAPER = 500


@desk(Role.REGISTRAR)
@require_safe
def reports(request: DeskRequest) -> HttpResponse:
    """The lists there are, and every institution in figures: no person stands in them."""
    context = {
        "reports": [(str(one), name) for one, name in labels.REPORTS.items()],
        "page": page_of(registry_reports.totals(by=request.actor), request.GET.get("sayfa", "")),
        "days": registry_reports.DAYS,
        "today": clock.now(),
    }
    return render(request, "console/registration/reports.html", context)


@desk(Role.REGISTRAR)
@require_POST
def reports_file(request: DeskRequest) -> HttpResponse:
    """The figures of every institution as XLSX."""
    rows = [totals_cells(one) for one in registry_reports.totals(by=request.actor)]
    return _file("kurumlar", TOTALS_HEADINGS, rows)


@desk(Role.REGISTRAR)
@require_safe
def report(request: DeskRequest, report: str) -> HttpResponse:
    """One list, page by page, or in long pages for the printer; what it is narrowed to stands in the address and names
    no person."""
    chosen = _report(report)
    form = ReportForm(request.GET or None, report=chosen)
    wanted = _filter(form)
    on_paper = "yazdir" in request.GET
    rows = registry_reports.rows(chosen, wanted, by=request.actor)
    page = page_of(rows, request.GET.get("sayfa", ""), size=MOST_ON_PAPER if on_paper else 0)
    lines = [TABLES[chosen].line(row) for row in page.object_list]
    _look(request, chosen, lines, purpose=PURPOSES[chosen], wanted=wanted, of=page.paginator.count)
    kept = request.GET.copy()
    kept.pop("sayfa", None)
    context = {
        "form": form,
        "report": str(chosen),
        "name": labels.REPORTS[chosen],
        "place": institutions.institution(wanted.institution_id) if wanted.institution_id else None,
        "headings": TABLES[chosen].headings,
        "lines": [(line, list(zip(TABLES[chosen].headings, line.cells, strict=True))) for line in lines],
        "page": page,
        "kept": kept.urlencode(),
        "kept_fields": list(kept.items()),
        "most": MOST_IN_FILE,
        "on_paper": on_paper,
        "most_on_paper": MOST_ON_PAPER,
        "today": clock.now(),
    }
    return render(request, "console/registration/report.html", context)


@desk(Role.REGISTRAR)
@require_POST
def report_file(request: DeskRequest, report: str) -> HttpResponse:
    """The whole list as XLSX, up to a bound; everybody in it is a look, written before the file is handed out."""
    chosen = _report(report)
    form = ReportForm(request.POST, report=chosen)
    if not form.is_valid():
        raise NotFound("report")
    wanted = _filter(form)
    rows = registry_reports.rows(chosen, wanted, by=request.actor)
    lines = [TABLES[chosen].line(row) for row in rows[:MOST_IN_FILE]]
    _look(request, chosen, lines, purpose=IN_FILE, wanted=wanted, of=rows.count())
    return _file(str(chosen), TABLES[chosen].headings, [line.cells for line in lines])


def _file(name: str, headings: Iterable[object], rows: Iterable[Sequence[str]]) -> HttpResponse:
    content = spreadsheet(_("Liste"), [str(heading) for heading in headings], rows)
    response = HttpResponse(content, content_type=TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-{clock.today():%Y-%m-%d}.xlsx"'
    return response


def _report(name: str) -> Report:
    try:
        return Report(name)
    except ValueError as wrong:
        raise NotFound("report") from wrong


def _filter(form: ReportForm) -> Filter:
    """What was chosen; the list as a whole where nothing was, or nothing that there is."""
    chosen: dict[str, Any] = form.cleaned_data if form.is_bound and form.is_valid() else {}
    return Filter(
        days=int(chosen.get("gun") or registry_reports.DAYS),
        requirement=chosen.get("kosul") or "",
        institution_id=chosen.get("kurum") or None,
    )


def _look(request: DeskRequest, report: Report, lines: list[Line], *, purpose: str, wanted: Filter, of: int) -> None:
    """One entry for the list with its filter and size, and one for each person on it: once, however often they stand
    there."""
    whole = {"filter": wanted.told(), "shown": len(lines), "of": of}
    by, subject = request.actor, ("report", str(report))
    request.looks.append({"by": by, "person_id": "", "purpose": purpose, "subject": subject, **whole})
    people = {line.person_id: line.subject for line in reversed(lines)}
    request.looks += [
        {"by": by, "person_id": person_id, "purpose": purpose, "subject": about} for person_id, about in people.items()
    ]
