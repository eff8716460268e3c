"""Addresses about institutions themselves."""

from django.urls import path

from divit.console.institutions import deciding, desk, people, proposing, viewing

_ONE = "kurumlar/<uuid:institution_id>/"
_OWN = "yetkili/<uuid:institution_id>/"
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
    path(f"{_OWN}gorevliler/<uuid:appointment_id>/", proposing.officer_end, name="officer_end"),
    path(f"{_OWN}oneri/<uuid:proposal_id>/", deciding.officer_proposal, name="officer_proposal"),
    path("goruntuleyici/", viewing.viewer_door, name="viewer_door"),
    path("goruntuleyici/<uuid:institution_id>/", viewing.viewer, name="viewer"),
]
