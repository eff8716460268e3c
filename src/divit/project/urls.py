"""Root addresses: the portal for people, `masa/` for the desks."""

from django.urls import include, path

urlpatterns = [
    path("masa/hesap/", include("allauth.urls")),
    path("masa/", include("divit.console.urls", namespace="console")),
    path("", include("divit.portal.urls", namespace="portal")),
]
