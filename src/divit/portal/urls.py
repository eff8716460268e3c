"""Addresses of the person's pages; each slice keeps its own list."""

import importlib
import importlib.util
import pkgutil

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path

import divit.portal
from divit.kernel.errors import NotFound
from divit.portal.access import public

app_name = "portal"
urlpatterns: list[URLPattern | URLResolver] = []
for _slice in pkgutil.iter_modules(divit.portal.__path__):
    if _slice.ispkg and importlib.util.find_spec(f"divit.portal.{_slice.name}.urls"):
        urlpatterns += importlib.import_module(f"divit.portal.{_slice.name}.urls").urlpatterns

# Until every slice stands: names that pages already link to lead to «there is no such page».
_PENDING = {
    "lost_card": "kayip/",
    "suspend": "nes/askiya-alma/",
    "reinstate": "nes/askidan-indirme/",
    "revoke": "nes/iptal/",
    "applications": "basvuru/",
    "debt": "odeme/borc/",
}


@public
def _pending(request: HttpRequest) -> HttpResponse:
    raise NotFound


_named = {pattern.name for pattern in urlpatterns if isinstance(pattern, URLPattern)}
urlpatterns += [path(_PENDING[name], _pending, name=name) for name in _PENDING if name not in _named]
