"""Addresses about institutions themselves."""

from django.urls import path

from divit.console.institutions import deciding, desk, people, proposing, statements, viewing

_ONE = "kurumlar/<uuid:institution_id>/"
_OWN = "yetkili/<uuid:institution_id>/"
_STATEMENT = "<uuid:statement_id>/"
urlpatterns = [
    path("kurumlar/", desk.institutions, name="institutions"),
    path(_ONE, desk.institution, name="institution"),
    path(f"{_ONE}gorev/", proposing.institution_appoint, name="institution_appoint"),
    path(f"{_ONE}gorev/<uuid:appointment_id>/", proposing.institution_end, name="institution_end"),
    path(f"{_ONE}kural/", proposing.institution_rule, name="institution_rule"),
    path(f"{_ONE}sozlesme/", proposing.institution_contract, name="institution_contract"),
    path(f"{_ONE}oneri/<uuid:proposal_id>/", deciding.institution_proposal, name="institution_proposal"),
    path(f"{_OWN}gorevliler/", people.officer_people, name="officer_people"),
    path(f"{_OWN}gorevliler/yeni/", proposing.officer_appoint, name="officer_appoint"),
    path(f"{_OWN}gorevliler/vekil/", proposing.officer_deputy, name="officer_deputy"),
    path(f"{_OWN}gorevliler/<uuid:appointment_id>/", proposing.officer_end, name="officer_end"),
    path(f"{_OWN}oneri/<uuid:proposal_id>/", deciding.officer_proposal, name="officer_proposal"),
    path(f"{_ONE}hesap/", statements.institution_account, name="institution_account"),
    path(f"{_ONE}hesap/{_STATEMENT}", statements.institution_statement, name="institution_statement"),
    path(f"{_ONE}hesap/{_STATEMENT}ozet.pdf", statements.institution_statement_pdf, name="institution_statement_pdf"),
    path(
        f"{_ONE}hesap/{_STATEMENT}ozet.xlsx", statements.institution_statement_xlsx, name="institution_statement_xlsx"
    ),
    path(f"{_OWN}hesap/", statements.officer_account, name="officer_account"),
    path(f"{_OWN}hesap/{_STATEMENT}", statements.officer_statement, name="officer_statement"),
    path(f"{_OWN}hesap/{_STATEMENT}ozet.pdf", statements.officer_statement_pdf, name="officer_statement_pdf"),
    path(f"{_OWN}hesap/{_STATEMENT}ozet.xlsx", statements.officer_statement_xlsx, name="officer_statement_xlsx"),
    path("goruntuleyici/", viewing.viewer_door, name="viewer_door"),
    path("goruntuleyici/<uuid:institution_id>/", viewing.viewer, name="viewer"),
]
