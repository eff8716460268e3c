"""Addresses of the person's pages; each slice keeps its own list."""

import importlib
import importlib.util
import pkgutil

from django.urls import URLPattern, URLResolver

import divit.portal

app_name = "portal"
urlpatterns: list[URLPattern | URLResolver] = []
for _slice in pkgutil.iter_modules(divit.portal.__path__):
    if _slice.ispkg and importlib.util.find_spec(f"divit.portal.{_slice.name}.urls"):
        urlpatterns += importlib.import_module(f"divit.portal.{_slice.name}.urls").urlpatterns
