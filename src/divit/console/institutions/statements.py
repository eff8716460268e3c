"""Hesap: the monthly statements of an institution, at its officer's desk and at the centre's."""

import uuid

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from divit.applications.labels import KINDS
from divit.console.access import DeskRequest, appointed, desk
from divit.console.rosters.lists import workbook
from divit.institutions import selectors as institutions
from divit.institutions.models import Institution
from divit.kernel.actors import Role
from divit.kernel.money import Money
from divit.payments import accounts, statement_files
from divit.payments import selectors as payments
from divit.payments.lifecycle import AttemptState

MOST_SHOWN = 200


@appointed(Role.OFFICER)
@require_safe
def officer_account(request: DeskRequest) -> HttpResponse:
    """The own institution's account."""
    return _account(request, request.institution, place="officer")


@desk(Role.LIAISON)
@require_safe
def institution_account(request: DeskRequest, institution_id: uuid.UUID) -> HttpResponse:
    """Any institution's account."""
    return _account(request, institutions.institution(institution_id), place="institution")


@appointed(Role.OFFICER)
@require_safe
def officer_statement(request: DeskRequest, statement_id: uuid.UUID) -> HttpResponse:
    """One statement of the own institution."""
    return _statement(request, request.institution.pk, statement_id, place="officer")


@desk(Role.LIAISON)
@require_safe
def institution_statement(request: DeskRequest, institution_id: uuid.UUID, statement_id: uuid.UUID) -> HttpResponse:
    """One statement of any institution."""
    return _statement(request, institution_id, statement_id, place="institution")


@appointed(Role.OFFICER)
@require_safe
def officer_statement_pdf(request: DeskRequest, statement_id: uuid.UUID) -> HttpResponse:
    """To print and to file."""
    return _pdf(request.institution.pk, statement_id)


@desk(Role.LIAISON)
@require_safe
def institution_statement_pdf(request: DeskRequest, institution_id: uuid.UUID, statement_id: uuid.UUID) -> HttpResponse:
    """To print and to file."""
    return _pdf(institution_id, statement_id)


@appointed(Role.OFFICER)
@require_safe
def officer_statement_xlsx(request: DeskRequest, statement_id: uuid.UUID) -> HttpResponse:
    """To reckon with."""
    return _xlsx(request.institution.pk, statement_id)


@desk(Role.LIAISON)
@require_safe
def institution_statement_xlsx(
    request: DeskRequest, institution_id: uuid.UUID, statement_id: uuid.UUID
) -> HttpResponse:
    """To reckon with."""
    return _xlsx(institution_id, statement_id)


def _account(request: DeskRequest, institution: Institution, *, place: str) -> HttpResponse:
    states = accounts.charge_states(institution.pk)
    context = {
        "institution": institution,
        "running": accounts.running(institution.pk),
        "rows": [
            {"statement": row, "total": Money(row.total), "state": states.get(row.pk, "")}
            for row in accounts.statements_of(institution.pk)
        ],
        "back": f"console:{place}",
        "one": f"console:{place}_statement",
    }
    return render(request, "console/institutions/account.html", context)


def _statement(request: DeskRequest, institution_id: uuid.UUID, statement_id: uuid.UUID, *, place: str) -> HttpResponse:
    row = accounts.statement(institution_id, statement_id)
    bills = accounts.bills_on(row)
    kinds = _kinds()
    charge = accounts.charge_of(row.pk)
    open_now = payments.open_attempt_of(charge.pk) if charge else None
    context = {
        "institution": row.institution,
        "statement": row,
        "charge": charge,
        "checking": open_now if open_now and open_now.state == AttemptState.UNKNOWN else None,
        "may_pay": place == "officer",
        "facts": statement_files.facts(row),
        "sums": statement_files.sums(row, bills),
        "lines": [
            {
                "at": one.billed_at,
                "reference": one.application.reference,
                "kind": kinds.get(one.application.kind, one.application.kind),
                "amounts": (Money(one.net), Money(one.vat), Money(one.total)),
            }
            for one in bills[:MOST_SHOWN]
        ],
        "more": len(bills) > MOST_SHOWN,
        "back": f"console:{place}_account",
        "pdf": f"console:{place}_statement_pdf",
        "xlsx": f"console:{place}_statement_xlsx",
    }
    return render(request, "console/institutions/statement.html", context)


def _pdf(institution_id: uuid.UUID, statement_id: uuid.UUID) -> HttpResponse:
    row = accounts.statement(institution_id, statement_id)
    document = statement_files.pdf(
        row,
        accounts.bills_on(row),
        kinds=_kinds(),
        language="en" if get_language() == "en" else "tr",
        notice=str(settings.INSTALLATION_NOTICE),
    )
    response = HttpResponse(document, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="divit-hesap-ozeti-{row.month:%Y-%m}.pdf"'
    return response


def _xlsx(institution_id: uuid.UUID, statement_id: uuid.UUID) -> HttpResponse:
    row = accounts.statement(institution_id, statement_id)
    content = statement_files.xlsx(row, accounts.bills_on(row), kinds=_kinds())
    return workbook(content, name=f"divit-hesap-ozeti-{row.month:%Y-%m}.xlsx")


def _kinds() -> dict[str, str]:
    return {str(kind): str(label) for kind, label in KINDS.items()}
