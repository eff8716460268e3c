"""Addresses of the hand-over."""

from django.urls import path

from divit.portal.delivery import views

urlpatterns = [
    path("pin/<uuid:application_id>/", views.pin, name="pin"),
]
