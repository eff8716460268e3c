"""The API put together: its operations, under one address, with errors in one shape."""

from collections.abc import Mapping
from typing import Any

from ninja import NinjaAPI
from ninja.renderers import JSONRenderer

from divit.api import problems
from divit.api.operations import applications, certificates, itself, requests, rosters, statements


class _Readable(JSONRenderer):
    """Turkish letters as they are."""

    json_dumps_params: Mapping[str, Any] = {"ensure_ascii": False}


api = NinjaAPI(
    title="Divit",
    version="1",
    description="Kurum programları için · For programs of institutions",
    openapi_url=None,
    docs_url=None,
    urls_namespace="api",
    renderer=_Readable(),
)
problems.teach(api)
for room in (itself, rosters, requests, applications, certificates, statements):
    api.add_router("", room.router)
