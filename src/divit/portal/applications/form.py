"""The form to print and sign."""

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from divit.applications.form.render import Destination, Signer, form_pdf
from divit.applications.lifecycle import State
from divit.flows import application_status
from divit.institutions.models import InstitutionRule
from divit.kernel.errors import NotFound
from divit.portal.access import PersonRequest, for_person


@for_person
@require_safe
def application_form_pdf(request: PersonRequest, application_id: UUID) -> HttpResponse:
    """The person's own form, made anew each time from what the application says now."""
    status = application_status.status(request.person.id, application_id, by=request.actor)
    row = status.row
    if row.state == State.DRAFT or not row.content_hash:
        raise NotFound
    pdf = form_pdf(
        row,
        signer=Signer(tckn=request.person.tckn, name=request.person.name),
        destination=Destination(to_institution=status.rule.form_target == InstitutionRule.FormTarget.INSTITUTION),
        institution=row.institution.name,
    )
    response = HttpResponse(pdf, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="basvuru-{row.reference}.pdf"'
    return response
