"""The description of the API for machines (OpenAPI 3.1), made from the operations themselves."""

from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from http import HTTPStatus
from typing import Any

from django.conf import settings

from divit.api import permission, problems, shapes
from divit.api.door import PREFIX
from divit.api.service import api
from divit.connections import services
from divit.connections.scopes import Scope

_REF = "#/components/schemas/{model}"
_TOKEN = f"{PREFIX}oauth/token"
_EVERYWHERE = (400, 401, 422, 429)
_RATE = {
    "RateLimit-Limit": "Bir dakikada kaç çağrı · Calls in a minute",
    "RateLimit-Remaining": "Kalan çağrı · Calls left",
    "RateLimit-Reset": "En eskisi kaç saniye sonra unutulur · Seconds until the oldest is forgotten",
    "RateLimit-Policy": "Sınır; w saniye olarak pencere · The limit; w is the window in seconds",
}


def description() -> dict[str, Any]:
    """OpenAPI 3.1; the reader gets an own copy."""
    return deepcopy(_made())


@cache
def _made() -> dict[str, Any]:
    told: dict[str, Any] = dict(deepcopy(api.get_openapi_schema(path_prefix=PREFIX)))
    told["servers"] = [{"url": settings.PUBLIC_URL}]
    for path, _method, operation in operations(told):
        _complete(operation, path)
    told["paths"] = {_TOKEN: {"post": _token()}, **told["paths"]}
    parts = told["components"]
    parts["securitySchemes"] = _schemes()
    parts["headers"] = {name: {"description": said, "schema": {"type": "string"}} for name, said in _RATE.items()}
    problem = shapes.Problem.model_json_schema(ref_template=_REF)
    # What only says how an address is read stands with the parameters.
    parts["schemas"] = {name: shape for name, shape in parts["schemas"].items() if hasattr(shapes, name)}
    parts["schemas"] |= problem.pop("$defs", {}) | {"Problem": problem}
    parts["responses"] = {str(status): _problem(status) for status in (*_EVERYWHERE, 403, 404, 409, 413)}
    return told


def operations(told: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each path, method and operation of a description."""
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _complete(operation: dict[str, Any], path: str) -> None:
    """What every operation may also answer, and what it says of the limits."""
    answers = {str(status): answer for status, answer in operation["responses"].items()}
    for answer in answers.values():
        answer["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in _RATE}
    also = [*_EVERYWHERE]
    if any(operation["security"][0].values()):
        also.append(403)
    if "{" in path or path.endswith("/contract") or path.endswith("/leavers"):
        also.append(404)
    if "requestBody" in operation:
        also.append(413)
    if any(one["in"] == "header" for one in operation["parameters"]):
        also.append(409)
    answers |= {str(status): {"$ref": f"#/components/responses/{status}"} for status in sorted(also)}
    operation["responses"] = answers


def _problem(status: int) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    answer: dict[str, Any] = {
        "description": HTTPStatus(status).phrase,
        "content": {problems.MEDIA_TYPE: {"schema": schema}},
    }
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        answer["headers"] = {"Retry-After": {"description": "Saniye · Seconds", "schema": {"type": "integer"}}}
    return answer


def _schemes() -> dict[str, Any]:
    flow = {"tokenUrl": f"{settings.PUBLIC_URL}{_TOKEN}", "scopes": {str(scope): str(scope) for scope in Scope}}
    return {
        permission.SCHEME: {"type": "oauth2", "flows": {"clientCredentials": flow}},
        "ClientSecret": {"type": "http", "scheme": "basic"},
    }


def _token() -> dict[str, Any]:
    text = {"type": "string"}
    error = {"type": "object", "required": ["error"], "properties": {"error": text, "message": text}}
    granted = {
        "type": "object",
        "required": ["access_token", "token_type", "expires_in", "scope"],
        "properties": {
            "access_token": text,
            "token_type": {"const": "Bearer"},
            "expires_in": {"const": int(services.TOKEN_LIFE.total_seconds())},
            "scope": text,
        },
    }
    asked = {
        "type": "object",
        "required": ["grant_type"],
        "properties": {
            "grant_type": {"const": "client_credentials"},
            "scope": text,
            "client_id": text,
            "client_secret": text,
        },
    }
    refused = {"description": "RFC 6749 5.2", "content": {"application/json": {"schema": error}}}
    return {
        "operationId": "token",
        "summary": "Belirteç al · Get a token",
        "description": "Kimlik ve anahtar HTTP Basic ile ya da gövdede (RFC 6749 4.4). "
        "· Id and key by HTTP Basic, or in the body (RFC 6749 4.4).",
        "tags": ["Bağlantı · Connection"],
        "security": [{"ClientSecret": []}, {}],
        "parameters": [],
        "requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": asked}}},
        "responses": {
            "200": {"description": "OK", "content": {"application/json": {"schema": granted}}},
            **{str(status): refused for status in (400, 401, 429)},
        },
    }
