"""Calls that change something are made once, however often they are sent: by their Idempotency-Key."""

import hashlib
import re
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Schema

from divit.connections import answers
from divit.connections.models import Answer
from divit.kernel.errors import Invalid

HEADER = "Idempotency-Key"
LONGEST = 200
_PLAIN = re.compile(rf"[\x21-\x7e]{{1,{LONGEST}}}")
_JSON = "application/json; charset=utf-8"

Act = Callable[..., tuple[int, Schema]]


def once(act: Act) -> Callable[..., HttpResponse]:
    """The act answers with a status and a body; the same call again gets the same answer for a day.

    A refusal is not kept: nothing was done, so the same call may be tried again.
    """

    @wraps(act)
    def call(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = request.headers.get(HEADER, "")
        if not _PLAIN.fullmatch(key):
            raise Invalid("idempotency_key_missing", field=HEADER, longest=LONGEST)
        row = answers.begin(request.program.pk, key=key, call=b"\n".join(_said(request)))  # type: ignore[attr-defined]
        if row.status is not None:
            return _again(row)
        kept = False
        try:
            status, told = act(request, *args, **kwargs)
            body = told.model_dump_json().encode()
            answers.keep(row, status=status, body=body)
            kept = True
        finally:
            if not kept:
                answers.let_go(row)
        return HttpResponse(body, status=status, content_type=_JSON)

    return call


def _again(row: Answer) -> HttpResponse:
    answer = HttpResponse(bytes(row.body), status=row.status, content_type=_JSON)
    answer.headers["Idempotency-Replayed"] = "true"
    return answer


def _said(request: HttpRequest) -> Iterator[bytes]:
    """What makes two calls the same; the boundary of a form with a file is another one each time."""
    yield f"{request.method} {request.path}".encode()
    if request.content_type != "multipart/form-data":
        yield request.body
        return
    for name, file in sorted(request.FILES.items()):
        yield name.encode()
        yield hashlib.sha256(file.read()).digest()  # type: ignore[union-attr]
        file.seek(0)  # type: ignore[union-attr]


def described() -> dict[str, Any]:
    """The header, for the description of an operation."""
    return {
        "parameters": [
            {
                "in": "header",
                "name": HEADER,
                "required": True,
                "description": "Her yeni iş için rastgele bir metin; aynı metinle yinelenen çağrı bir kez yapılır · "
                "A random text for each new task; a call repeated with the same text is made once",
                "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": r"^[\x21-\x7e]+$"},
                "example": "3f1f6f0e-6d0f-4c55-9f0a-1b1f5f0f7a11",
            }
        ]
    }
