"""Addresses of the certificate pages."""

from django.urls import path

from divit.portal.certificates import lost_card, past_status, proof, views

urlpatterns = [
    path("nes/askiya-alma/", views.suspend, name="suspend"),
    path("nes/askiya-alma/<uuid:certificate_id>/", views.suspend_one, name="suspend_one"),
    path("nes/askidan-indirme/", views.reinstate, name="reinstate"),
    path("nes/askidan-indirme/<uuid:certificate_id>/", views.reinstate_one, name="reinstate_one"),
    path("nes/iptal/", views.revoke, name="revoke"),
    path("nes/iptal/<uuid:certificate_id>/", views.revoke_one, name="revoke_one"),
    path("nes/sertifika/<uuid:certificate_id>/", proof.certificate, name="certificate"),
    path("nes/islem/<uuid:change_id>/", proof.certificate_act, name="certificate_act"),
    path("nes/islem/<uuid:change_id>/durum/", proof.certificate_act_live, name="certificate_act_live"),
    path("nes/islem/<uuid:change_id>/belge.pdf", proof.certificate_receipt, name="certificate_receipt"),
    path("nes/sertifika/<uuid:certificate_id>/o-anda/", past_status.past_status_ask, name="past_status_ask"),
    path("nes/gecmis-durum/<uuid:past_status_id>/", past_status.past_status, name="past_status"),
    path("nes/gecmis-durum/<uuid:past_status_id>/belge/", past_status.past_status_live, name="past_status_live"),
    path("nes/gecmis-durum/<uuid:past_status_id>/belge.pdf", past_status.past_status_file, name="past_status_file"),
    path("o-anda-gecerli-miydi/", past_status.public_status_ask, name="public_status_ask"),
    path("o-anda-gecerli-miydi/<uuid:past_status_id>/", past_status.public_status, name="public_status"),
    path(
        "o-anda-gecerli-miydi/<uuid:past_status_id>/belge/", past_status.public_status_live, name="public_status_live"
    ),
    path(
        "o-anda-gecerli-miydi/<uuid:past_status_id>/belge.pdf",
        past_status.public_status_file,
        name="public_status_file",
    ),
    path("kayip/", lost_card.lost_card, name="lost_card"),
]
