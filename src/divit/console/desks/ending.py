"""«Süresi dolmak üzere olanlar»: whose certificate of the own institution ends soon, and how far the renewal is."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from divit.console import labels
from divit.console.access import DeskRequest, appointed
from divit.console.paging import page_of
from divit.flows import renewal
from divit.kernel.actors import Role


@appointed(Role.OFFICER)
@require_safe
def officer_ending(request: DeskRequest) -> HttpResponse:
    """The list, page by page; each person on it can see that it was looked at."""
    page = page_of(renewal.ending_soon(by=request.actor), request.GET.get("sayfa", ""))
    rows = renewal.with_state(page.object_list)
    request.looks += [
        {
            "by": request.actor,
            "person_id": str(one.certificate.person_id),
            "purpose": "institution_renewals",
            "subject": ("certificate", str(one.certificate.pk)),
        }
        for one in rows
    ]
    context = {
        "institution": request.institution,
        "page": page,
        "rows": [(one, labels.RENEWALS[one.stands]) for one in rows],
        "days": renewal.LISTED_DAYS,
    }
    return render(request, "console/institution/ending.html", context)
