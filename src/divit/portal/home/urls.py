"""Addresses of the public pages and the menus."""

from django.urls import path

from divit.portal import preferences
from divit.portal.home import views

urlpatterns = [
    path("", views.home, name="home"),
    path("islemler/", views.transactions, name="transactions"),
    path("nes/", views.nes, name="nes"),
    path("nes/bireysel/", views.individual, name="individual"),
    path("ucretler/", views.prices, name="prices"),
    path("yardim/", views.help_page, name="help"),
    path("erisilebilirlik/", views.accessibility, name="accessibility"),
    path("kvkk/", views.privacy, name="privacy"),
    path("dil/", preferences.choose_language, name="choose_language"),
    path("gorunum/", preferences.choose_appearance, name="choose_appearance"),
]
