"""What an operation asks of a token: its permission is checked before anything else, and stands in the description."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from ninja.errors import AuthenticationError

from divit.connections.models import Program
from divit.connections.scopes import Scope
from divit.kernel.errors import Refused

SCHEME = "OAuth2"


def needs(scope: Scope | None) -> Callable[[HttpRequest], Program]:
    """A check for ninja's `auth`: the program behind the token, if the token has this permission (None: any token)."""

    def check(request: HttpRequest) -> Program:
        program: Program | None = request.program  # type: ignore[attr-defined]
        if program is None:
            raise AuthenticationError
        if scope is not None and scope not in request.scopes:  # type: ignore[attr-defined]
            raise Refused("scope_missing", scope=str(scope))
        return program

    return check


def described(scope: Scope | None) -> dict[str, Any]:
    """The same for the description of the operation."""
    return {"security": [{SCHEME: [str(scope)] if scope else []}]}
