"""The token endpoint: client credentials for a token (RFC 6749 4.4), told in that standard's own shape."""

from base64 import b64decode
from collections.abc import Mapping
from urllib.parse import unquote_plus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from divit.flows import programs
from divit.flows.refusals import explain
from divit.kernel.errors import Refused

_FORM = "application/x-www-form-urlencoded"
# The refusals of the flow by the names that the standard gives them (5.2).
_NAMES: Mapping[str, tuple[str, int]] = {
    "client_not_known": ("invalid_client", 401),
    "scope_not_yours": ("invalid_scope", 400),
    "program_calls_too_often": ("slow_down", 429),
}


class _Wrong(Exception):
    """The request is not one of those that the standard describes."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(name)
        self.name, self.why = name, why


@csrf_exempt
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """Id and key by HTTP Basic or in the form; an access token for some minutes."""
    try:
        client_id, secret = _client(request)
        granted = programs.grant(
            client_id,
            secret,
            scopes=_one(request, "scope").split(),
            address=request.client_address,  # type: ignore[attr-defined]
        )
    except _Wrong as wrong:
        return _error(wrong.name, wrong.why, status=400)
    except Refused as refusal:
        name, status = _NAMES[refusal.code]
        return _error(name, explain(refusal), status=status)
    told = {"token_type": "Bearer", "expires_in": granted.seconds, "scope": " ".join(granted.scopes)}
    return _unkept(JsonResponse({"access_token": granted.token, **told}))


def _client(request: HttpRequest) -> tuple[str, str]:
    """Raises `_Wrong` for a request that names no client, or names one twice."""
    if request.content_type != _FORM:
        raise _Wrong("invalid_request", _("Gövde «{type}» türünde olmalı.").format(type=_FORM))
    grant = _one(request, "grant_type")
    if not grant:
        raise _Wrong("invalid_request", _("«grant_type» eksik."))
    if grant != "client_credentials":
        raise _Wrong("unsupported_grant_type", _("Yalnızca «client_credentials» verilir."))
    in_header = _from_header(request.headers.get("Authorization", ""))
    in_form = (_one(request, "client_id"), _one(request, "client_secret"))
    if in_header is not None:
        if any(in_form):
            raise _Wrong(
                "invalid_request", _("Kimlik ve anahtar ya başlıkta ya gövdede olmalı, ikisinde birden değil.")
            )
        return in_header
    return in_form


def _one(request: HttpRequest, name: str) -> str:
    told = request.POST.getlist(name)
    if len(told) > 1:
        raise _Wrong("invalid_request", _("«{name}» birden çok kez yazılmış.").format(name=name))
    return told[0] if told else ""


def _from_header(told: str) -> tuple[str, str] | None:
    """Both parts are form-encoded before they are put together (2.3.1)."""
    scheme, _space, packed = told.partition(" ")
    if scheme.lower() != "basic":  # ascii
        return None
    try:
        client_id, _colon, secret = b64decode(packed, validate=True).decode().partition(":")
    except ValueError:
        return ("", "")
    return unquote_plus(client_id), unquote_plus(secret)


def _error(name: str, why: str, *, status: int) -> HttpResponse:
    # The standard wants these texts in ASCII (5.2); what a person should read beyond the name is told apart.
    answer = JsonResponse({"error": name, "message": why}, status=status, json_dumps_params={"ensure_ascii": False})
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Basic realm="divit"'
    if status == 429:
        answer.headers["Retry-After"] = "60"
    return _unkept(answer)


def _unkept(answer: HttpResponse) -> HttpResponse:
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Pragma"] = "no-cache"
    return answer
