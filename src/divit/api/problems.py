"""When something is in the way of a call: one shape for all of it, in the caller's language (RFC 9457)."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from divit.api.words import FAULTS, REFUSALS
from divit.flows.refusals import explain
from divit.kernel.errors import Coded, Invalid, NeighbourFailed, NotFound, Refused
from divit.rosters.reading import MOST_OCTETS

MEDIA_TYPE = "application/problem+json"
_TYPE = "urn:divit:problem:"
_TITLES: Mapping[int, str | Promise] = {
    400: _("Çağrı anlaşılamadı"),
    401: _("Program kendini tanıtmadı"),
    403: _("Programın bu işe izni yok"),
    404: _("Böyle bir şey yok"),
    405: _("Bu adreste bu işlem yok"),
    409: _("Kurallar buna izin vermiyor"),
    413: _("Gönderilen çok büyük"),
    415: _("Bu türde içerik alınmıyor"),
    422: _("Gönderilen bilgide yanlış var"),
    429: _("Çok sık çağrı"),
    500: _("Bir şeyler ters gitti"),
    503: _("Kısa bir ara"),
}
# What a refusal of the flows is, where it is not simply a rule that says no.
_STATUS = {"program_calls_too_often": 429, "scope_missing": 403}

Faults = Sequence[Mapping[str, str]]


def problem(*, status: int, code: str, detail: str, errors: Faults = (), **more: object) -> HttpResponse:
    """The answer; `code` is stable, title and detail are words for people."""
    body: dict[str, object] = {
        "type": _TYPE + code,
        "title": str(_TITLES.get(status) or HTTPStatus(status).phrase),
        "status": status,
        "detail": detail,
        "code": code,
        **({"errors": list(errors)} if errors else {}),
        **more,
    }
    content = json.dumps(body, ensure_ascii=False)
    answer = HttpResponse(content, status=status, content_type=MEDIA_TYPE)
    if status == HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="divit"'
    return answer


def known(code: str, *, status: int, **facts: object) -> HttpResponse:
    """A problem that the API itself has words for."""
    return problem(status=status, code=code, detail=str(REFUSALS[code]).format(**facts))


def of(error: Coded) -> HttpResponse:
    """A refusal or a wrong value, as every edge explains it."""
    status = _STATUS.get(error.code, 409 if isinstance(error, Refused) else 422)
    said = explain(error)
    wrong_at = error.field if isinstance(error, Invalid) and error.field else ""
    return problem(
        status=status,
        code=error.code,
        detail=said,
        errors=[{"at": wrong_at, "code": error.code, "detail": said}] if wrong_at else (),
    )


def teach(api: NinjaAPI) -> None:
    """Every error of an operation is told in this shape."""
    api.add_exception_handler(Coded, lambda _request, error: of(cast("Coded", error)))
    api.add_exception_handler(NotFound, lambda _request, _error: known("not_found", status=404))
    api.add_exception_handler(NeighbourFailed, lambda _request, _error: known("neighbour_failed", status=503))
    api.add_exception_handler(ValidationError, _values)
    api.add_exception_handler(RequestDataTooBig, lambda _request, _error: too_large())
    api.add_exception_handler(HttpError, lambda _request, error: _http(error))


def _values(_request: HttpRequest, error: Any) -> HttpResponse:
    """What was sent has not the shape that the description asks for: all of it at once, without repeating it."""
    faults = [
        {
            "at": ".".join(_place(one)),
            "code": str(one["type"]),
            "detail": str(FAULTS.get(one["type"], FAULTS[""])).format(**one.get("ctx", {})),
        }
        for one in error.errors
    ]
    return problem(status=422, code="values_wrong", detail=str(REFUSALS["values_wrong"]), errors=faults)


def _place(one: Mapping[str, Any]) -> Sequence[str]:
    """Where it stands in what was sent: without our own names for the parts, and without a name that is not ours,
    because anything could stand there."""
    loc = [str(part) for part in one["loc"]]
    begin = 2 if loc[:1] == ["body"] else 1
    return loc[begin : -1 if one["type"] == "extra_forbidden" else None]


def _http(error: Any) -> HttpResponse:
    return _said_elsewhere(error.status_code)


def in_this_shape(answer: HttpResponseBase) -> HttpResponseBase:
    """What another layer answered as a page (no such address, a failure) is said in this shape too."""
    page = answer.headers.get("Content-Type", "").startswith("text/")
    if answer.status_code < HTTPStatus.BAD_REQUEST or not page:
        return answer
    told = _said_elsewhere(answer.status_code)
    if "Allow" in answer.headers:
        told.headers["Allow"] = answer.headers["Allow"]
    return told


_ELSEWHERE = {
    400: "not_understood",
    401: "token_missing",
    404: "not_found",
    405: "method_not_offered",
    413: "too_large",
    503: "away",
}


def _said_elsewhere(status: int) -> HttpResponse:
    code = _ELSEWHERE.get(status, "failed" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "not_understood")
    return too_large() if code == "too_large" else known(code, status=status)


def too_large() -> HttpResponse:
    """More was sent than is taken in."""
    json_octets, file_octets = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0, MOST_OCTETS
    return known("too_large", status=413, json=json_octets // 1_000_000, file=file_octets // 1_000_000)
