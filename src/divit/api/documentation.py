"""The description for machines, and the page for people that is made from it, in our own design."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from divit.api import examples
from divit.api.description import description, operations
from divit.connections import services
from divit.connections.scopes import Scope
from divit.connections.words import SCOPES
from divit.flows import rate_limits

_SHARED = ("400", "401", "403", "404", "409", "413", "422", "429")


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """OpenAPI 3.1."""
    answer = JsonResponse(description(), json_dumps_params={"ensure_ascii": False})
    answer.headers["Cache-Control"] = "public, max-age=300"
    return answer


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Every operation with its permission, what is sent and answered, and an example to run."""
    told = description()
    limits = [rate_limits.program_limit("", writes=writes) for writes in (False, True)]
    context = {
        "groups": _groups(told),
        "scopes": [(str(scope), SCOPES[scope]) for scope in Scope],
        "address": settings.PUBLIC_URL,
        "minutes": int(services.TOKEN_LIFE.total_seconds()) // 60,
        "reads": limits[0].most,
        "writes": limits[1].most,
    }
    return render(request, "api/documentation.html", context)


def _groups(told: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, method, operation in operations(dict(told)):
        shown = _operation(told, path, method, operation)
        groups.setdefault(_half(operation["tags"][0]), []).append(shown)
    return groups


def _operation(told: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any]) -> dict[str, Any]:
    scopes = [scope for one in operation["security"] for named in one.values() for scope in named]
    return {
        "id": operation["operationId"],
        "method": method.upper(),  # ascii
        "path": path,
        "title": _half(operation["summary"]),
        "text": _half(operation["description"]),
        "scope": scopes[0] if scopes else "",
        "parameters": [_parameter(one) for one in operation["parameters"]],
        "sent": list(_sent(told, operation)),
        "answered": list(_answered(told, operation)),
        "examples": [one.command for one in examples.of(operation["operationId"])],
    }


def _parameter(one: Mapping[str, Any]) -> dict[str, Any]:
    said = one.get("description") or one["schema"].get("description", "")
    return {"name": one["name"], "required": one["required"], "kind": _kind(one["schema"]), "text": _half(said)}


def _sent(told: Mapping[str, Any], operation: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for content in operation.get("requestBody", {}).get("content", {}).values():
        yield from _fields(told, content["schema"])


def _answered(told: Mapping[str, Any], operation: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for status, answer in operation["responses"].items():
        if status not in _SHARED:
            yield from _fields(told, answer["content"]["application/json"]["schema"])


def _fields(told: Mapping[str, Any], schema: Mapping[str, Any], *, under: str = "") -> Iterator[dict[str, Any]]:
    """Every field of a shape, those of shapes within it after it."""
    shape = _resolved(told, schema)
    for name, one in shape.get("properties", {}).items():
        required = name in shape.get("required", [])
        yield {
            "name": under + name,
            "required": required,
            "kind": _kind(one),
            "text": _half(one.get("description", "")),
        }
        yield from _inner(told, one, under=f"{under}{name}.")


def _inner(told: Mapping[str, Any], one: Mapping[str, Any], *, under: str) -> Iterator[dict[str, Any]]:
    for inner in (one, one.get("items", {}), *one.get("anyOf", [])):
        if "properties" in _resolved(told, inner):
            yield from _fields(told, inner, under=under)


def _resolved(told: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: Mapping[str, Any] = told["components"]["schemas"][name] if name else schema
    return found


def _kind(one: Mapping[str, Any]) -> str:
    """What a value looks like, in one word or the values that it may have."""
    if "anyOf" in one:
        return " | ".join(_kind(each) for each in one["anyOf"])
    if "$ref" in one:
        return str(one["$ref"]).rpartition("/")[2]
    if "items" in one:
        return f"[{_kind(one['items'])}]"
    if "enum" in one:
        return " | ".join(one["enum"])
    return str(one.get("format") or one.get("const") or one.get("type", "string"))


def _half(text: str) -> str:
    """«Türkçesi · The English»: the half in the reader's language."""
    turkish, _, english = " ".join(text.split()).partition(" · ")
    return english if english and get_language() == "en" else turkish
