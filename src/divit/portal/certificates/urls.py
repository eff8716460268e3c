"""Addresses of the certificate pages."""

from django.urls import path

from divit.portal.certificates import lost_card, proof, views

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
    path("kayip/", lost_card.lost_card, name="lost_card"),
]
