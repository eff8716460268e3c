"""The application of somebody who left: found by name and ended with a reason, also where there is no certificate."""

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from divit.applications.kinds import Payer
from divit.applications.labels import PAYERS
from divit.console.access import DeskRequest, appointed
from divit.console.desks.registration import look, shown
from divit.console.forms import LeaversApplicationForm, SearchForm
from divit.console.pages import attempt, done
from divit.console.paging import page_of
from divit.flows import leavers
from divit.kernel.actors import Role


@appointed(Role.OFFICER)
@require_http_methods(["GET", "POST"])
def officer_applications(request: DeskRequest) -> HttpResponse:
    """Found by name alone: nobody's application is listed who was not asked for."""
    form = SearchForm(
        request.POST or None,
        label=_("Ad soyad"),
        hint=_("Yalnızca kendi kurumunuzda gönderilmiş ve kartı henüz üretilmemiş başvurular aranır."),
    )
    text = form.cleaned_data["text"] if form.is_bound and form.is_valid() else ""
    page = page_of(leavers.find_applications(text, by=request.actor), request.POST.get("page", ""))
    request.looks += [look(request.actor, row, purpose="institution_leavers_application") for row in page.object_list]
    context = {
        "form": form,
        "institution": request.institution,
        "asked": bool(text),
        "page": page,
        "rows": shown(page.object_list),
        "has_errors": form.is_bound and bool(form.errors),
    }
    return render(request, "console/institution/applications.html", context)


@appointed(Role.OFFICER)
@require_http_methods(["GET", "POST"])
def officer_application(request: DeskRequest, application_id: uuid.UUID) -> HttpResponse:
    """One of them: what stands in it, what its end means, and the reason that the person will read."""
    row = leavers.application(application_id, by=request.actor)
    form = LeaversApplicationForm(request.POST or None)
    refusal = ""
    if form.is_bound and form.is_valid():
        refusal = attempt(lambda: _end(request, form, application_id), form=form)
        if not refusal and not form.errors:
            said = _("{reference} numaralı başvuru sonlandırıldı; sahibine haber verildi.").format(
                reference=row.reference
            )
            return done(request, said, to="console:officer_applications", institution_id=request.institution.pk)
        row = leavers.application(application_id, by=request.actor)
    request.looks.append(look(request.actor, row, purpose="institution_leavers_application"))
    context = {
        "form": form,
        "institution": request.institution,
        "one": shown([row])[0],
        "payer": PAYERS[Payer(row.payer)],
        "by_person": row.payer == Payer.PERSON,
        "may_reject": leavers.may_reject(row, by=request.actor),
        "certificates": leavers.open_certificates(row, by=request.actor),
        "refusal": refusal,
        "has_errors": form.is_bound,
    }
    return render(request, "console/institution/application.html", context, status=409 if form.is_bound else 200)


def _end(request: DeskRequest, form: LeaversApplicationForm, application_id: uuid.UUID) -> None:
    said = leavers.leave(reason=form.cleaned_data["reason"], last_day=None)
    leavers.reject(application_id, said=said, by=request.actor)
