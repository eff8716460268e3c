"""How an operation is declared: its permission, and whether it is made once."""

from collections.abc import Callable
from typing import Any

from ninja import Router

from divit.api import once, permission
from divit.connections.scopes import Scope

Operation = Callable[..., Any]


def reads(
    router: Router, path: str, *, scope: Scope | None, answer: Any, summary: str, post: bool = False
) -> Callable[[Operation], Operation]:
    """Something is read; `post` where what is asked must not stand in an address."""

    def decorate(read: Operation) -> Operation:
        register = (router.post if post else router.get)(
            path,
            auth=permission.needs(scope),
            response={200: answer},
            operation_id=read.__name__,
            summary=summary,
            openapi_extra=permission.described(scope),
        )
        return register(read)

    return decorate


def does(
    router: Router,
    path: str,
    *,
    scope: Scope,
    answer: Any,
    summary: str,
    status: int = 200,
    whole: bool = False,
    takes_file: bool = False,
) -> Callable[[Operation], Operation]:
    """Something is done, once for each Idempotency-Key (see `once`); the function gives a status and a body."""

    def decorate(act: Operation) -> Operation:
        register = router.post(
            path,
            auth=permission.needs(scope),
            response={status: answer},
            operation_id=act.__name__,
            summary=summary,
            openapi_extra=permission.described(scope) | once.described(),
        )
        return register(once.once(act, whole=whole, takes_file=takes_file))

    return decorate
