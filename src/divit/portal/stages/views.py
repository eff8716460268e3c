"""Nitelikli Elektronik Sertifika Üretim Aşamaları ve Süreleri, for everybody."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from divit.flows import stage_figures as flow
from divit.kernel import clock
from divit.portal.access import public
from divit.stages import selectors
from divit.stages.groups import LEAST
from divit.stages.targets import targets_on


@public
@require_safe
def stages(request: HttpRequest) -> HttpResponse:
    """The picture, the table beside it, and how both are made."""
    institution = request.GET.get("kurum", "")
    whose = flow.named(institution)
    question = flow.asked(request.GET)
    kept = selectors.promises_kept(since=clock.today() - timedelta(days=365))
    page = {
        "answer": flow.figures_for(question, whose=whose),
        "question": question,
        "institutions": flow.named_institutions(),
        "institution": str(whose.institution_id or ""),
        "named": whose.institution_id is not None,
        "institution_dropped": bool(institution) and whose.institution_id is None,
        "targets": targets_on(clock.today()),
        "kept": kept if kept.judged >= LEAST else None,
        "least": LEAST,
    }
    return render(request, "portal/stages/stages.html", page)
