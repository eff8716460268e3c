"""Address of the status of the service."""

from django.urls import path

from divit.portal.status import views

urlpatterns = [path("durum/", views.status, name="status")]
