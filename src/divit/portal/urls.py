"""Addresses of the person's pages; each slice keeps its own list, and all of them are named here."""

from django.urls import URLPattern, URLResolver

from divit.portal.account.urls import urlpatterns as account
from divit.portal.applications.urls import urlpatterns as applications
from divit.portal.certificates.urls import urlpatterns as certificates
from divit.portal.delivery.urls import urlpatterns as delivery
from divit.portal.home.urls import urlpatterns as home
from divit.portal.payments.urls import urlpatterns as payments
from divit.portal.phone_proof.urls import urlpatterns as phone_proof
from divit.portal.sign_in.urls import urlpatterns as sign_in
from divit.portal.stages.urls import urlpatterns as stages
from divit.portal.status.urls import urlpatterns as status

app_name = "portal"
urlpatterns: list[URLPattern | URLResolver] = [
    *home,
    *sign_in,
    *certificates,
    *applications,
    *phone_proof,
    *payments,
    *delivery,
    *account,
    *stages,
    *status,
]
