"""Addresses of the pages of bildirim adresleri."""

from django.urls import path

from divit.console.webhooks import pages

_OWN = "yetkili/<uuid:institution_id>/bildirim-adresleri/"
urlpatterns = [
    path(_OWN, pages.officer_webhooks, name="officer_webhooks"),
    path(f"{_OWN}yeni/", pages.officer_webhook_new, name="officer_webhook_new"),
    path(f"{_OWN}<uuid:webhook_id>/", pages.officer_webhook, name="officer_webhook"),
]
