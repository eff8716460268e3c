"""Addresses of the API: its token endpoint, its description, its operations, and the page for people."""

from django.urls import path

from divit.api import documentation, tokens
from divit.api.service import api

urlpatterns = [
    path("", documentation.page, name="api_documentation"),
    path("v1/oauth/token", tokens.token, name="api_token"),
    path("v1/openapi.json", documentation.openapi, name="api_openapi"),
    path("v1/", api.urls),
]
