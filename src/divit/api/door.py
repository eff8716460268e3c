"""The door of the API: who calls, how often they may, and the wall that stands while they are answered."""

import hashlib
import logging
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from http import HTTPStatus
from math import ceil
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag

from divit.api import problems, seen
from divit.audit import walls
from divit.connections.models import Program
from divit.flows import programs, rate_limits
from divit.flows.rate_limits import Spent
from divit.kernel import clock
from divit.kernel.actors import Actor
from divit.kernel.errors import Refused

PREFIX = "/api/v1/"
_SAFE = ("GET", "HEAD", "OPTIONS")
# Nothing is written there: what is asked must not stand in an address.
_READ_BY_POST = (f"{PREFIX}certificates/find",)
_BEARER = "bearer "

log = logging.getLogger(__name__)


class Call(HttpRequest):
    """A request as operations get it: somebody has shown a token, and every look is written down."""

    program: Program
    scopes: frozenset[str]
    actor: Actor
    seen: list[dict[str, Any]]
    to_be_tried_again: bool


def look(request: Call, *, purpose: str, subject: tuple[str, str], person_id: object = "") -> None:
    """Whoever was shown to the program can read that they were; without a person, a list was."""
    told = {"by": request.actor, "person_id": str(person_id or ""), "purpose": purpose, "subject": subject}
    request.seen.append(told)


class Door:
    """Stands before the gate of all pages, so that reading still happens in a transaction that cannot write."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(PREFIX):
            return self.get_response(request)
        try:
            program = _recognise(request)
            spent = _spend(request, program)
            answer = self._answer(request, program, spent)
        except (OperationalError, InterfaceError):
            log.exception("the door has no database")
            return problems.known("away", status=HTTPStatus.SERVICE_UNAVAILABLE)
        if spent is not None:
            _tell(answer, spent)
        return answer

    def _answer(self, request: HttpRequest, program: Program | None, spent: Spent | None) -> HttpResponseBase:
        if spent is not None and not spent.granted:
            return _too_often(spent)
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal():
            return problems.known("not_understood", status=HTTPStatus.BAD_REQUEST)
        if int(length) > settings.FILE_UPLOAD_MAX_MEMORY_SIZE:
            return problems.too_large()
        with walls.confined(program.institution_id) if program else nullcontext():
            answer = _if_changed(request, problems.in_this_shape(self.get_response(request)))
            if answer.status_code < HTTPStatus.MULTIPLE_CHOICES:  # what was not sent was not seen
                seen.record(request.seen)  # type: ignore[attr-defined]
            return answer


def _if_changed(request: HttpRequest, answer: HttpResponseBase) -> HttpResponseBase:
    """What was read carries an ETag, and is not sent again to a program that has it."""
    if request.method not in _SAFE or answer.status_code != HTTPStatus.OK or not isinstance(answer, HttpResponse):
        return answer
    etag = quote_etag(hashlib.sha256(answer.content).hexdigest()[:32])
    answer.headers["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=answer) or answer


def _recognise(request: HttpRequest) -> Program | None:
    """Nobody's session counts here: who calls is who shows a token."""
    request.program, request.scopes = None, frozenset()  # type: ignore[attr-defined]
    request.seen, request.to_be_tried_again = [], False  # type: ignore[attr-defined]
    told = request.headers.get("Authorization", "")
    if told[: len(_BEARER)].lower() != _BEARER:  # ascii
        return None
    token = programs.shown(told[len(_BEARER) :].strip())
    if token is None:
        return None
    request.program, request.scopes = token.program, frozenset(token.scopes)  # type: ignore[attr-defined]
    request.actor = programs.actor_of(token.program, session=str(token.pk))  # type: ignore[attr-defined]
    return token.program


def _spend(request: HttpRequest, program: Program | None) -> Spent | None:
    if program is None:
        return None
    writes = request.method not in _SAFE and request.path not in _READ_BY_POST
    return rate_limits.spend(rate_limits.program_limit(str(program.pk), writes=writes))


def _too_often(spent: Spent) -> HttpResponse:
    until = clock.local(clock.now() + timedelta(seconds=spent.seconds))
    answer = problems.of(Refused("program_calls_too_often", until=until))
    answer.headers["Retry-After"] = str(ceil(spent.seconds))
    return answer


def _tell(answer: HttpResponseBase, spent: Spent) -> None:
    answer.headers["RateLimit-Limit"] = str(spent.limit.most)
    answer.headers["RateLimit-Remaining"] = str(spent.left)
    answer.headers["RateLimit-Reset"] = str(ceil(spent.seconds))
    answer.headers["RateLimit-Policy"] = f"{spent.limit.most};w={spent.limit.seconds}"
