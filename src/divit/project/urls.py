"""Root addresses: the portal for people, `masa/` for the desks, `api/` for programs.

`/healthz`, `/readyz` and `/metrics` are answered before any of them (`divit.project.health`).
"""

from django.urls import include, path

urlpatterns = [
    path("api/", include("divit.api.urls")),
    path("masa/hesap/", include("divit.console.account_urls")),
    path("masa/", include("divit.console.urls", namespace="console")),
    path("", include("divit.portal.urls", namespace="portal")),
]

handler400 = "divit.portal.errors.bad_request"
handler403 = "divit.portal.errors.forbidden"
handler404 = "divit.portal.errors.not_found"
handler500 = "divit.portal.errors.failed"
