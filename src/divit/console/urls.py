"""Addresses of the desks."""

from django.urls import path

from divit.console.desks import (
    announcements,
    books,
    cards,
    consignments,
    dispatching,
    ending,
    findings,
    hand_over,
    home,
    institution,
    leavers,
    leavers_applications,
    past_status,
    registration,
    reinstatements,
    reports,
    stages,
)
from divit.console.institutions import urls as institutions
from divit.console.intake import desk as intake
from divit.console.intake import scan, scans
from divit.console.programs import pages as programs
from divit.console.rosters import lists, one, requests
from divit.console.webhooks import urls as webhooks

app_name = "console"
urlpatterns = [
    path("", home.home, name="home"),
    path("ikinci-adim-yok/", home.no_second_factor, name="no_second_factor"),
    path("kayit/", registration.registration, name="registration"),
    path("kayit/<uuid:application_id>/", registration.registration_application, name="registration_application"),
    path("kayit/kisi/<uuid:person_id>/", registration.registration_person, name="registration_person"),
    path(
        "kayit/sertifika/<uuid:certificate_id>/",
        reinstatements.registration_certificate,
        name="registration_certificate",
    ),
    path("kayit/istekler/", reinstatements.registration_asks, name="registration_asks"),
    path("kayit/istekler/<uuid:ask_id>/", reinstatements.registration_ask, name="registration_ask"),
    path("kayit/gecmis-durum/", past_status.registration_past_status_ask, name="registration_past_status_ask"),
    path(
        "kayit/gecmis-durum/<uuid:past_status_id>/",
        past_status.registration_past_status,
        name="registration_past_status",
    ),
    path(
        "kayit/gecmis-durum/<uuid:past_status_id>/belge.pdf",
        past_status.registration_past_status_file,
        name="registration_past_status_file",
    ),
    path("kayit/duyurular/", announcements.registration_announcements, name="registration_announcements"),
    path("kayit/bulgular/", findings.registration_findings, name="registration_findings"),
    path("kayit/bulgular/<int:finding_id>/", findings.registration_finding, name="registration_finding"),
    path("kayit/raporlar/", reports.reports, name="reports"),
    path("kayit/raporlar/kurumlar.xlsx", reports.reports_file, name="reports_file"),
    path("kayit/raporlar/<slug:report>/", reports.report, name="report"),
    path("kayit/raporlar/<slug:report>/liste.xlsx", reports.report_file, name="report_file"),
    path("uretim/", cards.production, name="production"),
    path("uretim/<uuid:order_id>/", cards.production_order, name="production_order"),
    path("denetim/", cards.inspection, name="inspection"),
    path("denetim/<uuid:order_id>/", cards.inspection_order, name="inspection_order"),
    path("sevkiyat/", dispatching.dispatch, name="dispatch"),
    path("sevkiyat/kart/<uuid:order_id>/", dispatching.dispatch_order, name="dispatch_order"),
    path("sevkiyat/gonderi/<uuid:parcel_id>/", dispatching.dispatch_parcel, name="dispatch_parcel"),
    path("sevkiyat/koli/yeni/<uuid:institution_id>/", consignments.dispatch_box, name="dispatch_box"),
    path("sevkiyat/koli/<uuid:consignment_id>/", consignments.dispatch_consignment, name="dispatch_consignment"),
    path("sevkiyat/koli/<uuid:consignment_id>/liste.pdf", consignments.dispatch_list, name="dispatch_list"),
    path("kayit/toplu/", intake.registration_intake, name="registration_intake"),
    path("kayit/toplu/ozet/", intake.registration_intake_summary, name="registration_intake_summary"),
    path("temsilci/<uuid:institution_id>/toplu/", intake.representative_intake, name="representative_intake"),
    path(
        "temsilci/<uuid:institution_id>/toplu/ozet/",
        intake.representative_intake_summary,
        name="representative_intake_summary",
    ),
    path("kayit/tarama/", scans.registration_scans, name="registration_scans"),
    path("kayit/tarama/okunan/", scans.registration_scans_live, name="registration_scans_live"),
    path("kayit/tarama/<uuid:scan_id>/", scan.registration_scan, name="registration_scan"),
    path("kayit/tarama/<uuid:scan_id>/resim/", scan.registration_scan_picture, name="registration_scan_picture"),
    path("temsilci/<uuid:institution_id>/tarama/", scans.representative_scans, name="representative_scans"),
    path(
        "temsilci/<uuid:institution_id>/tarama/okunan/",
        scans.representative_scans_live,
        name="representative_scans_live",
    ),
    path("temsilci/<uuid:institution_id>/tarama/<uuid:scan_id>/", scan.representative_scan, name="representative_scan"),
    path(
        "temsilci/<uuid:institution_id>/tarama/<uuid:scan_id>/resim/",
        scan.representative_scan_picture,
        name="representative_scan_picture",
    ),
    path("defter/", books.books, name="books"),
    path("temsilci/", institution.representative_door, name="representative_door"),
    path("temsilci/<uuid:institution_id>/", institution.representative, name="representative"),
    path("temsilci/<uuid:institution_id>/asamalar/", stages.representative_stages, name="representative_stages"),
    path(
        "temsilci/<uuid:institution_id>/<uuid:application_id>/",
        institution.representative_application,
        name="representative_application",
    ),
    path("temsilci/<uuid:institution_id>/kartlar/", hand_over.representative_cards, name="representative_cards"),
    path(
        "temsilci/<uuid:institution_id>/koli/<uuid:consignment_id>/",
        hand_over.representative_box,
        name="representative_box",
    ),
    path(
        "temsilci/<uuid:institution_id>/koli/<uuid:consignment_id>/liste.pdf",
        hand_over.representative_list,
        name="representative_list",
    ),
    path(
        "temsilci/<uuid:institution_id>/kart/<uuid:parcel_id>/",
        hand_over.representative_card,
        name="representative_card",
    ),
    path("yetkili/", institution.officer_door, name="officer_door"),
    path("yetkili/<uuid:institution_id>/", leavers.officer, name="officer"),
    path("yetkili/<uuid:institution_id>/programlar/", programs.officer_programs, name="officer_programs"),
    path("yetkili/<uuid:institution_id>/programlar/yeni/", programs.officer_program_ask, name="officer_program_ask"),
    path(
        "yetkili/<uuid:institution_id>/programlar/<uuid:program_id>/",
        programs.officer_program,
        name="officer_program",
    ),
    path("yetkili/<uuid:institution_id>/ayrilan/", leavers.officer_leavers, name="officer_leavers"),
    path(
        "yetkili/<uuid:institution_id>/basvurular/",
        leavers_applications.officer_applications,
        name="officer_applications",
    ),
    path(
        "yetkili/<uuid:institution_id>/basvurular/<uuid:application_id>/",
        leavers_applications.officer_application,
        name="officer_application",
    ),
    path("yetkili/<uuid:institution_id>/bitecek/", ending.officer_ending, name="officer_ending"),
    path(
        "yetkili/<uuid:institution_id>/<uuid:certificate_id>/", leavers.officer_certificate, name="officer_certificate"
    ),
    path("yetkili/<uuid:institution_id>/asamalar/", stages.officer_stages, name="officer_stages"),
    path("kurum/<uuid:institution_id>/listeler/", lists.rosters, name="rosters"),
    path("kurum/<uuid:institution_id>/listeler/sablon.xlsx", lists.roster_template, name="roster_template"),
    path("kurum/<uuid:institution_id>/listeler/<uuid:roster_id>/", one.roster, name="roster"),
    path("kurum/<uuid:institution_id>/listeler/<uuid:roster_id>/ilerleme/", one.roster_live, name="roster_live"),
    path(
        "kurum/<uuid:institution_id>/listeler/<uuid:roster_id>/duzeltilecek.xlsx",
        one.roster_corrected,
        name="roster_corrected",
    ),
    path("kurum/<uuid:institution_id>/talepler/<uuid:request_id>/", requests.roster_request, name="roster_request"),
    *institutions.urlpatterns,
    *webhooks.urlpatterns,
]
