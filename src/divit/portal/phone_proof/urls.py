"""Addresses of the code page."""

from django.urls import path

from divit.portal.phone_proof import views

urlpatterns = [
    path("dogrulama/<uuid:code_id>/", views.phone_proof, name="phone_proof"),
    path("dogrulama/<uuid:code_id>/yeniden/", views.send_again, name="phone_proof_again"),
    path("dogrulama/<uuid:code_id>/e-posta/", views.send_by_mail, name="phone_proof_mail"),
]
