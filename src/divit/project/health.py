"""Whether this process lives, whether it can work, and its figures: for process managers, balancers and Prometheus.

Answered before anything else: no session, no rule about host names, nothing of the database where it is not needed.
"""

import time
from collections.abc import Callable
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from divit.project import metrics

_PLAIN = "text/plain; charset=utf-8"
_METRICS = "text/plain; version=0.0.4; charset=utf-8"
# Whoever comes through a proxy brings one of these, and is not inside.
_OF_PROXIES = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")


class Inside:
    """Answers `/healthz`, `/readyz` and `/metrics`; counts and times everything else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response
        self._answers = {"/healthz": _healthz, "/readyz": _readyz, "/metrics": _metrics}

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        own = self._answers.get(request.path_info)
        if own is not None and (own is not _metrics or _is_inside(request)):
            answer = own()
            answer.headers["Cache-Control"] = "no-store"
            return answer
        begun = time.monotonic()
        response = self._get_response(request)
        metrics.REQUESTS.count(request.method or "", response.status_code, seconds=time.monotonic() - begun)
        return response


def _healthz() -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type=_PLAIN)


def _readyz() -> HttpResponse:
    """The process answers and reaches its database."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("database unreachable\n", content_type=_PLAIN, status=503)
    return HttpResponse("ready\n", content_type=_PLAIN)


def _metrics() -> HttpResponse:
    """Figures of this process, and of those that have no port, as the database knows them."""
    return HttpResponse(metrics.everything(), content_type=_METRICS)


def _is_inside(request: HttpRequest) -> bool:
    if any(request.META.get(name) for name in _OF_PROXIES):
        return False
    try:
        seen = ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    networks = (ip_network(one.strip()) for one in settings.DIVIT.metrics_from.split(",") if one.strip())
    return any(seen in network for network in networks)
