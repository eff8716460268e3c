"""Addresses of signing in and out."""

from django.urls import path

from divit.portal.sign_in import views

urlpatterns = [
    path("giris/", views.sign_in, name="sign_in"),
    path("giris/yeniden/", views.sign_in_again, name="sign_in_again"),
    path("giris/edevlet/", views.start, name="sign_in_start"),
    path("giris/edevlet/donus/", views.back, name="sign_in_return"),
    path("cikis/", views.sign_out, name="sign_out"),
    path("oturum/uzat/", views.stay, name="stay"),
]
