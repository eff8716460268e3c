"""Addresses of applications and of their status."""

from django.urls import path

from divit.portal.applications import addresses, choosing, drafts, form, invitations, overview, status

urlpatterns = [
    path("basvuru/", overview.applications, name="applications"),
    path("basvuru/kurum-odemeli/", invitations.institution_paid, name="applications_institution_paid"),
    path("basvuru/kurum-odemeli/<uuid:request_id>/", invitations.invitation, name="invitation"),
    path("basvuru/kisi-odemeli/", choosing.new, name="application_new"),
    path("basvuru/<uuid:application_id>/kurum-secimi/", choosing.choose, name="application_choose"),
    path("basvuru/<uuid:application_id>/ozet/", drafts.summary, name="application_summary"),
    path("basvuru/<uuid:application_id>/dogrulama/", drafts.phone, name="application_phone"),
    path("basvuru/<uuid:application_id>/gonderildi/", overview.submitted, name="application_submitted"),
    path("basvuru/<uuid:application_id>/<slug:step>/", drafts.part, name="application_step"),
    path("durum/<uuid:application_id>/", status.application_status, name="application_status"),
    path("durum/<uuid:application_id>/form.pdf", form.application_form_pdf, name="application_form_pdf"),
    path("durum/<uuid:application_id>/vazgec/", status.withdraw, name="application_withdraw"),
    path("durum/<uuid:application_id>/teslimat-adresi/", status.readdress, name="application_readdress"),
    path("durum/<uuid:application_id>/duzelt/<slug:step>/", status.amend, name="application_amend"),
    path("adres/", addresses.names, name="address_names"),
]
