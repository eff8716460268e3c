"""Calls that change something are made once, however often they are sent: by their Idempotency-Key."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from functools import wraps
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from ninja import Schema
from ninja.responses import NinjaJSONEncoder

from divit.api import seen
from divit.api.door import Call
from divit.connections import answers
from divit.connections.models import Answer
from divit.kernel.errors import Invalid

HEADER = "Idempotency-Key"
LONGEST = 200
_PLAIN = re.compile(rf"[\x21-\x7e]{{1,{LONGEST}}}")
_JSON = "application/json; charset=utf-8"

Act = Callable[..., tuple[int, Schema]]


def once(act: Act, *, whole: bool, takes_file: bool) -> Callable[..., HttpResponse]:
    """The act answers with a status and a body; the same call again gets the same answer for a day.

    `whole`: act and answer live or die together; without it the act must find by itself that it was done before.
    A refusal is not kept: nothing was done, so the same call may be tried again.
    """

    @wraps(act)
    def call(request: Call, *args: Any, **kwargs: Any) -> HttpResponse:
        key = request.headers.get(HEADER, "")
        if not _PLAIN.fullmatch(key):
            raise Invalid("idempotency_key_missing", field=HEADER, longest=LONGEST)
        said = b"\n".join(_said(request, takes_file=takes_file))
        row = answers.begin(request.program.pk, key=key, call=said)
        if row.status is not None:
            return _again(row)
        kept = False
        try:
            with transaction.atomic() if whole else nullcontext():
                status, told = act(request, *args, **kwargs)
                body = json.dumps(told.model_dump(), cls=NinjaJSONEncoder, ensure_ascii=False).encode()
                # Before the answer is kept: given again, it shows what was written down the first time.
                seen.record(request.seen)
                if not request.to_be_tried_again:
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


def _said(request: Call, *, takes_file: bool) -> Iterator[bytes]:
    """What makes two calls the same; the boundary of a form with a file is another one each time."""
    yield f"{request.method} {request.path}".encode()
    if not takes_file:
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
